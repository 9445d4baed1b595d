/* SPDX-License-Identifier: MIT */
/* finder.c - moments of one file mostly follow each other: the recording that held the last
 * one of a source is asked first. */
#include "daemon/http/finder.h"

struct _IsrFinder {
  IsrCatalog *catalog;
  GHashTable *last; /* source -> IsrRecording */
};

IsrFinder *
isr_finder_new (IsrCatalog *catalog)
{
  IsrFinder *self = g_new (IsrFinder, 1);

  self->catalog = catalog;
  self->last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) isr_recording_free);
  return self;
}

void
isr_finder_free (IsrFinder *self)
{
  g_hash_table_unref (self->last);
  g_free (self);
}

const IsrRecording *
isr_finder_at (IsrFinder *self, const char *source, gint64 at_us, GError **error)
{
  IsrRecording *recording = g_hash_table_lookup (self->last, source);

  if (recording && recording->start_us <= at_us && at_us < recording->end_us)
    return recording;
  recording = isr_catalog_search_at (self->catalog, source, at_us, error);
  if (recording)
    g_hash_table_replace (self->last, g_strdup (source), recording);
  return recording;
}
