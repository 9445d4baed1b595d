/* SPDX-License-Identifier: MIT */
/* words.c - tag, time and name, written down. */
#include "daemon/http/words.h"

#include <libsoup/soup.h>

struct _IsrWordsKeeper {
  char *name; /* NULL: nothing was asked for yet */
  gboolean attachment;
  struct stat st;
  IsrWords words;
};

IsrWordsKeeper *
isr_words_keeper_new (void)
{
  return g_new0 (IsrWordsKeeper, 1);
}

static void
clear (IsrWordsKeeper *self)
{
  g_free (self->name);
  g_free (self->words.etag);
  g_free (self->words.modified);
  g_free (self->words.disposition);
}

void
isr_words_keeper_free (IsrWordsKeeper *self)
{
  clear (self);
  g_free (self);
}

static char *
format_etag (const struct stat *st)
{
  return g_strdup_printf ("\"%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x-%lx\"", (gint64) st->st_size, (gint64) st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

char *
isr_words_format_time (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  return soup_date_time_to_string (time, SOUP_DATE_HTTP);
}

/* A plain name for old clients, the true one in UTF-8 (RFC 8187). */
char *
isr_words_format_disposition (gboolean attachment, const char *name)
{
  g_autofree char *plain = g_str_is_ascii (name) ? g_strdup (name) : g_str_to_ascii (name, "C");
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);

  g_strdelimit (plain, "\"\\%", '_');
  for (char *p = plain; *p; p++)
    if (!g_ascii_isprint (*p))
      *p = '_';
  return g_strdup_printf ("%s; filename=\"%s\"; filename*=UTF-8''%s", attachment ? "attachment" : "inline", plain, escaped);
}

static gboolean
is_known (const IsrWordsKeeper *self, const char *name, gboolean attachment, const struct stat *st)
{
  const struct stat *known = &self->st;

  return self->name && self->attachment == attachment && known->st_size == st->st_size && known->st_mtim.tv_sec == st->st_mtim.tv_sec && known->st_mtim.tv_nsec == st->st_mtim.tv_nsec && strcmp (self->name, name) == 0;
}

const IsrWords *
isr_words_find (IsrWordsKeeper *self, const char *name, gboolean attachment, const struct stat *st)
{
  if (is_known (self, name, attachment, st))
    return &self->words;
  clear (self);
  self->name = g_strdup (name);
  self->attachment = attachment;
  self->st = *st;
  self->words = (IsrWords){ format_etag (st), isr_words_format_time (st->st_mtim.tv_sec), isr_words_format_disposition (attachment, name) };
  return &self->words;
}
