/* SPDX-License-Identifier: MIT */
/* portions.h - an answer of any length, that a worker makes portion by portion. */
#pragma once

#include "daemon/http/request.h"

G_BEGIN_DECLS

#define ISR_PORTION_SIZE (256 * 1024) /* about: where a portion ends */

/* In a worker: appends the next portion to @out; @last: there is none behind it. Each time
 * @snapshot is the catalog of that moment. Never called twice at a time. */
typedef gboolean (*IsrPortionFunc) (IsrCatalog *snapshot, gpointer data, GString *out, gboolean *last, GError **error);

/* 200, as an attachment called @name. What fits into one portion is sent with its length and,
 * if @tagged, as isr_reply_body() does; the rest without. @data as for isr_reply_worked(). */
void isr_reply_portions (const IsrRequest *request, const char *type, const char *name, gboolean tagged, IsrPortionFunc func, gpointer data, GDestroyNotify free_data);

G_END_DECLS
