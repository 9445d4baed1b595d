/* SPDX-License-Identifier: MIT */
/* pages.h - where Ogg pages begin and end (RFC 3533). Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_PAGE_HEADER 27
#define ISR_PAGE_CONTINUED 1 /* its first packet begins on the page before */
#define ISR_PAGE_FIRST 2     /* a stream begins with it */

/* Size of the page at @data; 0: more is needed; -1: there is none. */
gssize isr_page_measure (const guint8 *data, gsize size);

/* Of a page header: ISR_PAGE_*. */
guint8 isr_page_get_flags (const guint8 *page);
/* ...: a packet of audio ends on the page. */
gboolean isr_page_has_audio (const guint8 *page);

/* Offset of the first page that is followed by another one, or by nothing; -1: none. */
gssize isr_page_find (const guint8 *data, gsize size);

G_END_DECLS
