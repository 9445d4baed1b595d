/* SPDX-License-Identifier: MIT */
/* sources.c - one pass over an index that has all it takes. */
#include "daemon/archive/sources.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/listing.h"

void
isr_source_files_free (IsrSourceFiles *self)
{
  g_free (self->name);
  g_free (self);
}

static IsrSourceFiles *
read_row (sqlite3_stmt *statement)
{
  IsrSourceFiles *source = g_new0 (IsrSourceFiles, 1);

  source->name = isr_db_dup_text (statement, 0);
  source->files = (guint) sqlite3_column_int64 (statement, 1);
  source->first_us = sqlite3_column_int64 (statement, 2);
  source->last_us = sqlite3_column_int64 (statement, 3);
  return source;
}

static GPtrArray *
read_rows (sqlite3 *db, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_files_free);
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db,
      "SELECT source, count (*), min (start_us), max (end_us) FROM ("
      " SELECT source, start_us, end_us FROM main.recordings r INDEXED BY recordings_for_coverage"
      "  WHERE r.source > '' AND r.recording < 2 AND NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)"
      " UNION ALL SELECT source, start_us, end_us FROM temp.pending WHERE source > '' AND gone = 0)"
      " GROUP BY source ORDER BY source",
      error);
  gboolean row;

  while (statement && isr_db_step (statement, &row, error)) {
    if (!row)
      return g_steal_pointer (&list);
    g_ptr_array_add (list, read_row (statement));
  }
  return NULL;
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
  list = read_rows (self->db, error);
  live = list ? isr_listing_live (self->db, NULL, error) : NULL;
  if (!live)
    return NULL;
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
  if (error)
    g_critical ("%s", error->message);
  return row;
}
