/* SPDX-License-Identifier: MIT */
/* words.h - a file in the words of its headers. A player asks for one file in hundreds of
 * ranges: the words of the last one are kept, and found anew when it is another one, or
 * not the same any more. */
#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

typedef struct {
  char *etag;        /* strong, with its quotes */
  char *modified;    /* as HTTP writes a time */
  char *disposition; /* "inline" or "attachment" and the name, RFC 6266 */
} IsrWords;

typedef struct _IsrWordsKeeper IsrWordsKeeper;

IsrWordsKeeper *isr_words_keeper_new (void);
void isr_words_keeper_free (IsrWordsKeeper *self);

/* Of the file @name as @st describes it; valid until the next call. */
const IsrWords *isr_words_find (IsrWordsKeeper *self, const char *name, gboolean attachment, const struct stat *st);

/* What the words are made of: */
char *isr_words_format_time (gint64 seconds);
char *isr_words_format_disposition (gboolean attachment, const char *name);

G_END_DECLS
