/* SPDX-License-Identifier: MIT */
/* status-news.h - what a living recorder says in its status.json and can not note in the catalog, for
 * the disk is full. For those who only read. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_STATUS_NEWS_AGE 10 /* s: a living recorder has written its status since */

/* Since when (UTC µs) what is recorded of @source does not get onto the disk; 0: it does, or nobody
 * records. @known: what was read last, and of which file; (GHashTable *) NULL at first, the caller's. */
gint64 isr_status_news_find_disk (GHashTable **known, const char *state_directory, const char *source);

/* The same of all sources (name -> gint64), as the process before said last that did not end well. */
GHashTable *isr_status_news_read_left (const char *state_directory);

G_END_DECLS
