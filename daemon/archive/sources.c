/* SPDX-License-Identifier: MIT */
/* sources.c - one pass over an index that has all it takes, and again when files came or went. */
#include "daemon/archive/sources.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/listing.h"

#include <string.h>

void
isr_source_files_free (IsrSourceFiles *self)
{
  g_free (self->name);
  g_free (self);
}

static IsrSourceFiles *
find (GPtrArray *list, const char *name)
{
  IsrSourceFiles *source;

  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((IsrSourceFiles *) list->pdata[i])->name, name))
      return list->pdata[i];
  source = g_new0 (IsrSourceFiles, 1);
  source->name = g_strdup (name);
  source->first_us = G_MAXINT64;
  g_ptr_array_add (list, source);
  return source;
}

/* Rows of the index, whose entries of one source follow each other. */
static gboolean
count_rows (sqlite3 *db, const char *sql, GPtrArray *list, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, sql, error);
  gboolean row;

  while (statement && isr_db_step (statement, &row, error)) {
    IsrSourceFiles *source = row ? find (list, (const char *) sqlite3_column_text (statement, 0)) : NULL;

    if (!row)
      return TRUE;
    source->files += (guint) sqlite3_column_int64 (statement, 1);
    source->first_us = MIN (source->first_us, sqlite3_column_int64 (statement, 2));
    source->last_us = MAX (source->last_us, sqlite3_column_int64 (statement, 3));
  }
  return FALSE;
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(IsrSourceFiles *const *) a)->name, (*(IsrSourceFiles *const *) b)->name);
}

#define COUNTED "SELECT r.source, count (*), min (r.start_us), max (r.end_us) FROM"

/* Those that are committed, and those that are not: two counts are quicker than one of both. */
static GPtrArray *
count_files (sqlite3 *db, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_files_free);

  if (!count_rows (db, COUNTED " main.recordings r INDEXED BY recordings_for_coverage WHERE r.source > '' AND r.recording < 2 AND NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id) GROUP BY r.source", list, error)
      || !count_rows (db, COUNTED " temp.pending r WHERE r.source > '' AND r.gone = 0 GROUP BY r.source", list, error))
    return NULL;
  g_ptr_array_sort (list, by_name);
  return g_steal_pointer (&list);
}

static gpointer
copy_source (gconstpointer source, gpointer unused)
{
  IsrSourceFiles *copy = g_memdup2 (source, sizeof *copy);

  copy->name = g_strdup (copy->name);
  return copy;
}

/* What is being written reaches further than its row says. */
static void
refresh (IsrCatalog *self, IsrSourceFiles *source, GPtrArray *live)
{
  for (guint i = 0; i < live->len; i++) {
    IsrRecording *recording = live->pdata[i];

    if (!g_str_equal (recording->source, source->name))
      continue;
    isr_catalog_refresh (self, recording);
    source->last_us = MAX (source->last_us, recording->end_us);
  }
}

GPtrArray *
isr_catalog_sources (IsrCatalog *self, GError **error)
{
  g_autoptr (GPtrArray) list = NULL, live = NULL;

  isr_catalog_settle (self);
  isr_catalog_drop_old (self);
  if (!self->sources)
    self->sources = count_files (self->db, error);
  live = self->sources ? isr_listing_live (self->db, NULL, error) : NULL;
  if (!live)
    return NULL;
  list = g_ptr_array_copy (self->sources, copy_source, NULL);
  for (guint i = 0; i < list->len; i++)
    refresh (self, list->pdata[i], live);
  return g_steal_pointer (&list);
}

static gboolean
is_configured (IsrCatalog *self, const char *source)
{
  return self->alive && g_strv_contains ((const char *const *) self->alive, source);
}

gboolean
isr_catalog_knows_source (IsrCatalog *self, const char *source)
{
  g_autoptr (IsrDbLoan) statement = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row = FALSE;

  if (is_configured (self, source))
    return TRUE;
  isr_catalog_settle (self);
  statement = isr_db_borrow (self->db,
      "SELECT 1 FROM main.recordings WHERE source = ?1 UNION ALL SELECT 1 FROM temp.pending WHERE source = ?1 AND gone = 0"
      " UNION ALL SELECT 1 FROM labels_now WHERE source = ?1"
      " UNION ALL SELECT 1 FROM main.events WHERE source = ?1 UNION ALL SELECT 1 FROM temp.pending_events WHERE source = ?1 AND gone = 0"
      " UNION ALL SELECT 1 FROM main.titles WHERE source = ?1 UNION ALL SELECT 1 FROM temp.pending_titles WHERE source = ?1 LIMIT 1",
      &error);
  if (statement) {
    isr_db_bind_text (statement, 1, source);
    isr_db_step (statement, &row, &error);
  }
  return row || error;
}
