/* SPDX-License-Identifier: MIT */
/* sources.c - one pass over an index that has all it takes, in a worker; from then on the
 * counts follow what comes and goes. Where the first or the last file of a source goes, its
 * ends are looked for again: a jump in the index each. */
#include "daemon/archive/sources.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/listing.h"
#include "daemon/archive/snapshot.h"

#include <string.h>

#define NOT_PENDING "NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)"

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

  if (!count_rows (db, COUNTED " main.recordings r INDEXED BY recordings_for_coverage WHERE r.source > '' AND r.recording < 2 AND " NOT_PENDING " GROUP BY r.source", list, error)
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

/* --- what comes and goes ---------------------------------------------------- */

void
isr_sources_forget (IsrCatalog *self)
{
  self->changes++;
  g_clear_pointer (&self->sources, g_ptr_array_unref);
}

/* One that has lost an end is looked at again. */
static gboolean
has_lost_end (const IsrSourceFiles *source)
{
  return source->files && source->first_us == G_MAXINT64;
}

static void
add_recording (GPtrArray *list, const IsrRecording *now)
{
  guint known = list->len;
  IsrSourceFiles *source = find (list, now->source);

  if (!has_lost_end (source))
    source->first_us = MIN (source->first_us, now->start_us);
  source->last_us = MAX (source->last_us, now->end_us);
  source->files++;
  if (list->len > known)
    g_ptr_array_sort (list, by_name);
}

static void
take_off (GPtrArray *list, const IsrRecording *was)
{
  IsrSourceFiles *source = find (list, was->source);

  if (source->files <= 1) {
    g_ptr_array_remove (list, source);
    return;
  }
  source->files--;
  if (was->start_us <= source->first_us || was->end_us >= source->last_us)
    source->first_us = G_MAXINT64;
}

static gboolean
has_source (const IsrRecording *recording)
{
  return recording && recording->source && *recording->source;
}

void
isr_sources_follow (IsrCatalog *self, const IsrRecording *was, const IsrRecording *now)
{
  self->changes++;
  if (!self->sources)
    return;
  if (has_source (now))
    add_recording (self->sources, now);
  if (has_source (was))
    take_off (self->sources, was);
}

/* Recordings that reach further than the last one that begins are not longer than any. */
static gboolean
find_ends (sqlite3 *db, IsrSourceFiles *source, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db,
      "SELECT min (ifnull ((SELECT min (start_us) FROM temp.pending WHERE source = ?1 AND gone = 0), 9223372036854775807), ifnull ((SELECT r.start_us FROM main.recordings r INDEXED BY recordings_for_coverage WHERE r.source = ?1 AND r.recording < 2 AND " NOT_PENDING " ORDER BY r.start_us LIMIT 1), 9223372036854775807)),"
      " (SELECT max (end_us) FROM temp.pending WHERE source = ?1 AND gone = 0),"
      " (SELECT max (r.end_us) FROM main.recordings r INDEXED BY recordings_for_coverage WHERE r.source = ?1 AND r.recording < 2 AND " NOT_PENDING
      "   AND r.start_us > (SELECT r.start_us FROM main.recordings r INDEXED BY recordings_for_coverage WHERE r.source = ?1 AND r.recording < 2 AND " NOT_PENDING " ORDER BY r.start_us DESC LIMIT 1) - ?2)",
      error);
  gint64 longest;
  gboolean row;

  if (!statement || !isr_db_get_longest (db, &longest, error))
    return FALSE;
  isr_db_bind_static (statement, 1, source->name);
  sqlite3_bind_int64 (statement, 2, longest);
  if (!isr_db_step (statement, &row, error))
    return FALSE;
  source->first_us = sqlite3_column_int64 (statement, 0);
  source->last_us = MAX (sqlite3_column_int64 (statement, 1), sqlite3_column_int64 (statement, 2));
  return TRUE;
}

/* --- asking ------------------------------------------------------------------ */

static gboolean
count_all (IsrCatalog *self, GError **error)
{
  isr_catalog_settle (self);
  isr_catalog_drop_old (self);
  if (!self->sources)
    self->sources = count_files (self->db, error);
  for (guint i = 0; self->sources && i < self->sources->len; i++) {
    IsrSourceFiles *source = self->sources->pdata[i];

    if (has_lost_end (source) && !find_ends (self->db, source, error))
      return FALSE;
  }
  return self->sources != NULL;
}

GPtrArray *
isr_catalog_sources (IsrCatalog *self, GError **error)
{
  g_autoptr (GPtrArray) list = NULL, live = NULL;

  live = count_all (self, error) ? isr_listing_live (self->db, NULL, error) : NULL;
  if (!live)
    return NULL;
  list = g_ptr_array_copy (self->sources, copy_source, NULL);
  for (guint i = 0; i < list->len; i++)
    refresh (self, list->pdata[i], live);
  return g_steal_pointer (&list);
}

/* --- in a worker -------------------------------------------------------------- */

typedef struct {
  guint64 changes;    /* when the worker looked */
  GPtrArray *counted; /* by the worker */
} Count;

static void
count_free (gpointer data)
{
  Count *self = data;

  g_clear_pointer (&self->counted, g_ptr_array_unref);
  g_free (self);
}

static void
begin_counting (IsrCatalog *catalog, gpointer data)
{
  ((Count *) data)->changes = catalog->changes;
}

static gpointer
count_sources_in_worker (IsrCatalog *snapshot, gpointer data, GError **error)
{
  GPtrArray *list = isr_catalog_sources (snapshot, error);

  if (list && snapshot->snapshot)
    ((Count *) data)->counted = g_steal_pointer (&snapshot->sources);
  return list;
}

static void
on_sources_counted (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  IsrCatalog *self = ISR_CATALOG (object);
  Count *count = g_task_get_task_data (task);
  GError *error = NULL;
  GPtrArray *list = isr_catalog_work_finish (self, result, &error);

  if (count->counted && !self->sources && count->changes == self->changes)
    self->sources = g_steal_pointer (&count->counted);
  isr_snapshots_return (task, list, error);
}

static void
return_at_once (IsrCatalog *self, GTask *task)
{
  GError *error = NULL;
  GPtrArray *list = isr_catalog_sources (self, &error);

  isr_snapshots_return (task, list, error);
}

void
isr_catalog_sources_async (IsrCatalog *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Count *count = g_new0 (Count, 1);

  isr_catalog_drop_old (self);
  g_task_set_task_data (task, count, count_free);
  if (self->sources)
    return_at_once (self, task);
  else
    isr_snapshots_work_async (self, begin_counting, count_sources_in_worker, count, (GDestroyNotify) g_ptr_array_unref, cancellable, on_sources_counted, g_object_ref (task));
}

GPtrArray *
isr_catalog_sources_finish (IsrCatalog *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
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
