/* SPDX-License-Identifier: MIT */
/* A catalog that an older version has made is brought up to date with all that is in it; one
 * of a newer version is left as it is. */
#include "daemon/archive/db.h"
#include "daemon/archive/labels.h"
#include "daemon/archive/trash.h"
#include "tests/daemon/catalog.h"

#define S G_TIME_SPAN_SECOND
#define N 300

typedef struct {
  char *directory, *path;
} Place;

static void
place_set_up (Place *self, gconstpointer data)
{
  self->directory = temp_new ();
  self->path = g_build_filename (self->directory, "isr.db", NULL);
}

static void
place_tear_down (Place *self, gconstpointer data)
{
  temp_remove (self->directory);
  g_free (self->directory);
  g_free (self->path);
}

/* What each version brought, filled: a table and N rows of it, @i is the number of the row. */
static const struct {
  int version;
  const char *table, *columns, *values;
} rows[] = {
  { 1, "recordings", "source, name, recording, adopted, start_us, end_us, utc_offset, position, samples, rate, channels, bytes, mtime_us, reason, clock",
      "'mic', printf ('mic/%04d.flac', i), 0, 0, 1000000000 * i, 1000000000 * i + 900000000, 3600, i, 900 * 48000, 48000, 2, i * 1000, 7, 'boundary', 'given'" },
  { 1, "states", "source, at_us, state, reason, detail", "'mic', 1000000000 * i, 'recording', NULL, NULL" },
  { 2, "gaps", "source, start_us, end_us, cause, uncertainty_us", "'mic', 1000000000 * i + 900000000, 1000000000 * (i + 1), 'disconnected', i" },
  { 3, "titles", "source, at_us, title, artist", "'mic', 1000000000 * i + 1, printf ('Title %d', i), 'Artist'" },
  { 4, "events", "source, run_us, key, start_us, end_us, score, peak, floor, reason", "'mic', 5, i, 1000000000 * i + 5000000, 1000000000 * i + 9000000, 1 + i, -100, -2000, 'level'" },
  { 5, "labels", "source, start_us, end_us, verdict, label, note, changed_us", "'mic', 1000000000 * i + 5000000, 1000000000 * i + 9000000, 'kept', printf ('Label %d', i), NULL, 1" },
  { 5, "protection", "name", "printf ('mic/%04d.flac', i)" },
  { 5, "trash", "source, name, recording, adopted, start_us, end_us, utc_offset, position, samples, rate, channels, bytes, mtime_us, reason, clock, path, deleted_us",
      "'mic', printf ('gone/%04d.flac', i), 0, 0, 500, 600, 0, 0, 10, 48000, 1, 5, 7, NULL, NULL, printf ('.trash/x/gone/%04d.flac', i), 1000" },
};

static void
fill (sqlite3 *db, guint which)
{
  g_autofree char *sql = g_strdup_printf ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO %s (%s) SELECT %s FROM n", N, rows[which].table, rows[which].columns, rows[which].values);
  g_autoptr (GError) error = NULL;

  isr_db_exec (db, sql, &error);
  g_assert_no_error (error);
}

static sqlite3 *
open_raw (Place *self)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  return db;
}

/* What the rows say that it lies in the trash. */
static void
fill_trash (Place *self)
{
  for (int i = 1; i <= N; i++) {
    g_autofree char *name = g_strdup_printf (".trash/x/gone/%04d.flac", i);

    temp_write (self->directory, name, "sound", -1);
  }
}

/* As a program of that version left it. */
static void
make_older (Place *self, int version)
{
  g_autoptr (sqlite3) db = open_raw (self);
  g_autoptr (GError) error = NULL;

  isr_db_exec (db, "PRAGMA journal_mode=WAL", &error);
  g_assert_no_error (error);
  isr_db_migrate (db, version, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].version <= version)
      fill (db, i);
  if (version >= 5)
    fill_trash (self);
}

static gint64
ask (sqlite3 *db, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gint64 value;

  isr_db_get_int64 (db, sql, -1, &value, &error);
  g_assert_no_error (error);
  return value;
}

static char *
read_text (sqlite3 *db, const char *sql)
{
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, sql, NULL);
  gboolean row;

  g_assert_true (isr_db_step (statement, &row, NULL) && row);
  return isr_db_dup_text (statement, 0);
}

#define SCHEMA "SELECT group_concat (type || ' ' || name || ': ' || ifnull (sql, ''), char (10)) FROM (SELECT * FROM sqlite_schema ORDER BY type, name)"

static void
assert_up_to_date (Place *self, int version)
{
  g_autoptr (sqlite3) db = open_raw (self), fresh = isr_db_open (NULL, ISR_DB_MEMORY, NULL);
  g_autofree char *schema = read_text (db, SCHEMA), *expected = read_text (fresh, SCHEMA), *check = read_text (db, "PRAGMA integrity_check");

  g_assert_cmpint (ask (db, "PRAGMA user_version"), ==, ISR_DB_VERSION);
  g_assert_cmpstr (check, ==, "ok");
  g_assert_cmpstr (schema, ==, expected);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM %s", rows[i].table);

    if (rows[i].version <= version)
      g_assert_cmpint (ask (db, sql), >=, N); /* the ledger notes that nobody ran */
  }
}

/* The rows are still those, as the catalog tells them. */
static void
assert_answers (IsrCatalog *catalog, int version)
{
  IsrCatalogQuery query = { .from_us = 7 * 1000 * S, .to_us = 8 * 1000 * S, .limit = 1000 };
  g_autoptr (IsrRecording) recording = isr_catalog_lookup (catalog, "mic/0007.flac");
  g_autoptr (GPtrArray) page = isr_catalog_list (catalog, &query, NULL, NULL), titles = isr_catalog_titles (catalog, &query, NULL, NULL);
  g_autoptr (GPtrArray) labels = isr_catalog_labels (catalog, "mic", query.from_us, query.to_us, NULL), trash = isr_catalog_list_trash (catalog, NULL);

  g_assert_cmpint (recording->start_us, ==, 7000 * S);
  g_assert_cmpuint (recording->samples, ==, 900 * 48000);
  g_assert_cmpint (recording->protected_, ==, version >= 5);
  g_assert_cmpuint (recording->events, ==, version >= 4 ? 1 : 0);
  g_assert_cmpuint (page->len, ==, 1);
  g_assert_cmpuint (titles->len, ==, version >= 3 ? 1 : 0);
  g_assert_cmpuint (labels->len, ==, version >= 5 ? 1 : 0);
  g_assert_cmpuint (trash->len, ==, version >= 5 ? N : 0);
  g_assert_cmpuint (isr_catalog_count_events (catalog, "mic", 0, G_MAXINT64), ==, version >= 4 ? N : 0);
}

static void
test_older (Place *self, gconstpointer data)
{
  int version = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCatalog) catalog = NULL;

  make_older (self, version);
  catalog = isr_catalog_open (self->directory, self->directory, TRUE, &error);
  g_assert_no_error (error);
  assert_answers (catalog, version);
  isr_catalog_close (catalog);
  assert_up_to_date (self, version);
}

/* Whoever only reads leaves an older one as it is, and makes an index of its own. */
static void
test_older_reading (Place *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCatalog) catalog = NULL;
  g_autoptr (sqlite3) db = NULL;

  make_older (self, ISR_DB_VERSION - 1);
  catalog = isr_catalog_open (self->directory, self->directory, FALSE, &error);
  g_assert_no_error (error);
  isr_catalog_close (catalog);
  db = open_raw (self);
  g_assert_cmpint (ask (db, "PRAGMA user_version"), ==, ISR_DB_VERSION - 1);
}

static char *
sum (const char *path)
{
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) data, size);
}

static void
make_newer (Place *self)
{
  g_autoptr (sqlite3) db = open_raw (self);
  g_autofree char *version = g_strdup_printf ("PRAGMA user_version = %d; CREATE TABLE recordings (what); CREATE TABLE later (what)", ISR_DB_VERSION + 1);

  g_assert_true (isr_db_exec (db, version, NULL));
}

static void
test_newer (Place *self, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL, *wal = g_strconcat (self->path, "-wal", NULL), *says = g_strdup_printf ("is of version %d and this isr knows %d: use the newer isr", ISR_DB_VERSION + 1, ISR_DB_VERSION);
  g_autoptr (GError) error = NULL;

  make_newer (self);
  before = sum (self->path);
  g_assert_null (isr_catalog_open (self->directory, self->directory, TRUE, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_nonnull (strstr (error->message, self->path));
  after = sum (self->path);
  g_assert_cmpstr (before, ==, after);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int version = 1; version <= ISR_DB_VERSION; version++) {
    g_autofree char *path = g_strdup_printf ("/migration/from-%d", version);

    g_test_add (path, Place, GINT_TO_POINTER (version), place_set_up, test_older, place_tear_down);
  }
  g_test_add ("/migration/reading", Place, NULL, place_set_up, test_older_reading, place_tear_down);
  g_test_add ("/migration/newer", Place, NULL, place_set_up, test_newer, place_tear_down);
  return g_test_run ();
}
