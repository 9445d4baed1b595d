/* SPDX-License-Identifier: MIT */
/* overlay.c - one temporary table and one view a table. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/overlay.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/db-copy.h"

/* One entry on its way to the writer. */
typedef struct {
  const IsrOverlay *overlay;
  gpointer value;
  gint64 id;
  gboolean gone;
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  self->overlay->free (self->value);
  g_free (self);
}

/* "?1, ?2, ..., ?n" */
static char *
make_places (guint n)
{
  GString *places = g_string_new (NULL);

  for (guint i = 1; i <= n; i++)
    g_string_append_printf (places, "%s?%u", i > 1 ? ", " : "", i);
  return g_string_free (places, FALSE);
}

gboolean
isr_overlay_prepare (const IsrOverlay *self, sqlite3 *db, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "CREATE TEMP TABLE pending_%1$s AS SELECT %2$s FROM main.%1$s LIMIT 0;"
      "ALTER TABLE temp.pending_%1$s ADD COLUMN number INTEGER;"
      "ALTER TABLE temp.pending_%1$s ADD COLUMN gone INTEGER;"
      "CREATE UNIQUE INDEX temp.pending_%1$s_by_id ON pending_%1$s (id);"
      "CREATE TEMP VIEW %1$s_now AS"
      " SELECT %2$s FROM main.%1$s m WHERE NOT EXISTS (SELECT 1 FROM temp.pending_%1$s p WHERE p.id = m.id)"
      " UNION ALL SELECT %2$s FROM temp.pending_%1$s WHERE gone = 0",
      self->table, self->columns);

  return isr_db_exec (db, sql, error);
}

static gboolean
put_row (const Change *self, sqlite3 *db, GError **error)
{
  g_autofree char *places = make_places (self->overlay->n_columns);
  g_autofree char *sql = g_strdup_printf ("INSERT OR REPLACE INTO main.%s (%s) VALUES (%s)", self->overlay->table, self->overlay->columns, places);
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, sql, error);

  if (!statement)
    return FALSE;
  self->overlay->bind (statement, self->value);
  return isr_db_run (statement, error);
}

/* With @where its parameters are those of a row; else ?1 is its id. */
static gboolean
delete_rows (const Change *self, sqlite3 *db, const char *where, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("DELETE FROM main.%s WHERE %s", self->overlay->table, where ? where : "id = ?1");
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, sql, error);

  if (!statement)
    return FALSE;
  if (where)
    self->overlay->bind (statement, self->value);
  else
    sqlite3_bind_int64 (statement, 1, self->id);
  return isr_db_run (statement, error);
}

static gboolean
run_change (sqlite3 *db, gpointer data, GError **error)
{
  const Change *self = data;

  if (self->overlay->same && !delete_rows (self, db, self->overlay->same, error))
    return FALSE;
  return self->gone ? delete_rows (self, db, NULL, error) : put_row (self, db, error);
}

static gboolean
lay_over (const IsrOverlay *self, sqlite3 *db, gconstpointer value, gsize number, gboolean gone, GError **error)
{
  g_autofree char *places = make_places (self->n_columns + 2);
  g_autofree char *sql = g_strdup_printf ("INSERT OR REPLACE INTO temp.pending_%s (%s, number, gone) VALUES (%s)", self->table, self->columns, places);
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, sql, error);

  if (!statement)
    return FALSE;
  self->bind (statement, value);
  sqlite3_bind_int64 (statement, (int) self->n_columns + 1, (gint64) number);
  sqlite3_bind_int (statement, (int) self->n_columns + 2, gone);
  return isr_db_run (statement, error);
}

void
isr_overlay_show (const IsrOverlay *self, IsrCatalog *catalog, gconstpointer value, gboolean gone, gsize number)
{
  g_autoptr (GError) error = NULL;

  if (!lay_over (self, isr_catalog_get_reader (catalog), value, number, gone, &error))
    isr_db_complain (error);
}

static void
change (const IsrOverlay *self, IsrCatalog *catalog, gconstpointer value, gboolean gone, gint64 id)
{
  Change *job = g_new0 (Change, 1);

  job->overlay = self;
  job->value = self->copy (value);
  job->gone = gone;
  job->id = id;
  isr_overlay_show (self, catalog, value, gone, isr_writer_call (isr_catalog_get_writer (catalog), run_change, job, change_free));
}

void
isr_overlay_put (const IsrOverlay *self, IsrCatalog *catalog, gconstpointer value)
{
  change (self, catalog, value, FALSE, 0);
}

void
isr_overlay_remove (const IsrOverlay *self, IsrCatalog *catalog, gconstpointer value, gint64 id)
{
  change (self, catalog, value, TRUE, id);
}

void
isr_overlay_settle (const IsrOverlay *self, IsrCatalog *catalog)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;
  gsize committed;

  committed = isr_catalog_get_writer (catalog) ? isr_writer_get_committed (isr_catalog_get_writer (catalog)) : 0;
  if (committed == catalog->overlays_settled[self->index])
    return;
  catalog->overlays_settled[self->index] = committed;
  sql = g_strdup_printf ("DELETE FROM temp.pending_%s WHERE number <= %" G_GSIZE_FORMAT, self->table, committed);
  if (!isr_db_exec (isr_catalog_get_reader (catalog), sql, &error))
    isr_db_complain (error);
}

gint64
isr_overlay_next_id (const IsrOverlay *self, IsrCatalog *catalog, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT 1 + max (ifnull ((SELECT max (id) FROM main.%1$s), 0), ifnull ((SELECT max (id) FROM temp.pending_%1$s), 0))", self->table);
  gint64 id;

  return isr_db_get_int64 (isr_catalog_get_reader (catalog), sql, 1, &id, error) ? id : 0;
}

/* --- all of them ------------------------------------------------------------- */

static gboolean
copy_table (sqlite3 *from, sqlite3 *to, const char *table, gboolean hidden, GError **error)
{
  const char *which = hidden ? "" : " WHERE number < 9223372036854775807";
  g_autofree char *select = g_strconcat ("SELECT * FROM ", table, which, NULL), *empty = g_strconcat ("DELETE FROM ", table, which, NULL), *into = g_strconcat ("INSERT OR REPLACE INTO ", table, NULL);
  g_autoptr (IsrDbLoan) rows = isr_db_borrow (from, select, error);
  g_autoptr (sqlite3_stmt) copy = NULL;
  gboolean row;

  if (!rows || !isr_db_exec (to, empty, error))
    return FALSE;
  while (isr_db_step (rows, &row, error)) {
    if (!row)
      return TRUE;
    if (!copy)
      copy = isr_db_prepare_copy (to, into, rows, error);
    if (!copy || !isr_db_copy_row (rows, copy, error))
      return FALSE;
  }
  return FALSE;
}

gboolean
isr_overlays_copy (sqlite3 *from, sqlite3 *to, gboolean hidden, GError **error)
{
  static const char *const tables[] = { "temp.pending", "temp.pending_labels", "temp.pending_protection", "temp.pending_trash", "temp.pending_events", "temp.pending_titles" };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!copy_table (from, to, tables[i], hidden, error))
      return FALSE;
  return TRUE;
}
