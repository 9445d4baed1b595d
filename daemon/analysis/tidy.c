/* SPDX-License-Identifier: MIT */
/* tidy.c - after a start: what is left of recordings that are gone, and of a crash.
 *
 * The names of all recordings are gathered a page a turn of the loop, so that a hundred
 * thousand of them keep nobody waiting. Only when all are known anything is removed. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/analysis-private.h"
#include "daemon/archive/trash.h"

/* Levels that grow, of a recording that does not: a process died over them. */
static gboolean
was_left (IsrAnalysis *self, const IsrRecording *recording)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };
  g_autofree char *path = isr_store_get_path (self->store, recording->name);

  return !recording->recording && isr_levels_reader_open (&reader, path, NULL) && reader.header.state == ISR_LEVELS_GROWS;
}

static void
take_page (IsrAnalysis *self, GPtrArray *page)
{
  for (guint i = 0; i < page->len; i++) {
    const IsrRecording *recording = page->pdata[i];

    g_hash_table_add (self->names, g_strdup (recording->name));
    if (isr_analysis_has_levels (self, recording->name) && was_left (self, recording))
      isr_analysis_fill (self, recording->name);
  }
}

/* What lies in the trash may come back, and finds its levels then. */
static gboolean
take_trash (IsrAnalysis *self)
{
  g_autoptr (GPtrArray) list = isr_catalog_list_trash (self->catalog, NULL);

  for (guint i = 0; list && i < list->len; i++) {
    const IsrTrashed *entry = list->pdata[i];

    g_hash_table_add (self->names, g_strdup (entry->path));
    g_hash_table_add (self->names, g_strdup (entry->recording->name)); /* a crash came between file and levels */
  }
  return list != NULL;
}

static void
end_tidying (IsrAnalysis *self, gboolean ok)
{
  if (ok && take_trash (self))
    isr_store_prune (self->store, g_steal_pointer (&self->names));
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_clear_pointer (&self->cursor, g_free);
  self->tidying = 0;
}

static void
tidy_again (IsrAnalysis *self, gpointer unused)
{
  isr_analysis_tidy (self);
}

static gboolean
on_turn (gpointer data)
{
  IsrAnalysis *self = data;
  IsrCatalogQuery query = { .limit = 1000, .cursor = self->cursor };
  g_autofree char *next = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = isr_catalog_list (self->catalog, &query, &next, &error);

  if (page)
    take_page (self, page);
  else
    g_warning ("%s", error->message);
  if (isr_analysis_is_for_later (self, error)) {
    end_tidying (self, FALSE);
    isr_analysis_later (self, tidy_again, NULL, g_free);
    return G_SOURCE_REMOVE;
  }
  g_free (self->cursor);
  self->cursor = g_steal_pointer (&next);
  if (page && self->cursor)
    return G_SOURCE_CONTINUE;
  end_tidying (self, page != NULL);
  return G_SOURCE_REMOVE;
}

void
isr_analysis_tidy (IsrAnalysis *self)
{
  if (!self->writable || self->closed || self->tidying)
    return;
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->tidying = g_idle_add (on_turn, self);
}
