/* SPDX-License-Identifier: MIT */
/* The catalog as a file: locks, other processes, crashes, damage, size. */
#include "tests/daemon/catalog.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_states (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrSourceState) state = isr_source_state_new ("mic", "soundcard");
  g_autofree char *path = g_build_filename (f->directory, "isr.db", NULL);
  sqlite3 *db;
  sqlite3_stmt *statement;

  state->state = ISR_STATE_WAITING_TO_RETRY;
  state->reason = g_strdup ("busy");
  state->since_us = 42;
  isr_catalog_note_state (f->catalog, state);
  g_assert_cmpstr (f->news->pdata[0], ==, "source mic");
  close_catalog (f);
  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT source, at_us, state, reason FROM states", -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, "mic");
  g_assert_cmpint (sqlite3_column_int64 (statement, 1), ==, 42);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 2), ==, "waiting-to-retry");
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 3), ==, "busy");
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

static void
test_locked (Fixture *f, gconstpointer data)
{
  g_autofree char *pid = g_strdup_printf ("process %d ", (int) getpid ());
  const char *argv[] = { g_test_get_filename (G_TEST_BUILT, "test-catalog-disk", NULL), "--try-lock", f->directory, NULL };
  g_autofree char *output = NULL;
  int status = 0;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status, &error));
  g_assert_cmpint (WEXITSTATUS (status), ==, 2);
  g_assert_nonnull (strstr (output, pid));
  close_catalog (f);
  g_clear_pointer (&output, g_free);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status, &error));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_reader_beside_writer (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrRecording) live = make ("mic", "live.flac", 2000, 0);
  Fixture reader = { .directory = f->directory };

  live->recording = TRUE;
  add (f, "mic", "a.flac", 1000, 10);
  isr_catalog_begin (f->catalog, live);
  reader.catalog = isr_catalog_open (f->directory, f->directory, FALSE, &error);
  g_assert_no_error (error);
  TEMP_WAIT_FOR (({ g_autofree char *names = list_names (&reader, (IsrCatalogQuery){ 0 }); g_usleep (1000); g_main_context_wakeup (NULL); g_str_equal (names, "live.flac a.flac"); }));
  g_assert_true (isr_catalog_reconcile (reader.catalog, &error)); /* not its archive: nothing happens */
  assert_names (&reader, "live.flac a.flac");
  close_catalog (&reader);
}

static void
assert_sound (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "isr.db", NULL);
  sqlite3 *db;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "PRAGMA integrity_check", -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, "ok");
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

static gint64
count_rows (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, "isr.db", NULL);
  sqlite3 *db;
  sqlite3_stmt *statement;
  gint64 count;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 10000);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT count (*) FROM recordings", -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  count = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return count;
}

/* A child writes as fast as it can and is killed in the middle, again and again:
 * as soon as @more of its rows are committed, somewhere inside a later group. */
static gint64
kill_a_writer (const char *directory, gint64 more)
{
  const char *argv[] = { g_test_get_filename (G_TEST_BUILT, "test-catalog-disk", NULL), "--write", directory, NULL };
  gint64 until = count_rows (directory) + more;
  g_autoptr (GError) error = NULL;
  char buffer[1000];
  int output;
  GPid pid;

  g_assert_true (g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &output, NULL, &error));
  while (count_rows (directory) < until)
    g_assert_cmpint (read (output, buffer, sizeof buffer), >, 0); /* a byte for each recording given */
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  close (output);
  return until;
}

static void
test_killed (Fixture *f, gconstpointer data)
{
  close_catalog (f);
  for (int round = 0; round < 5; round++) {
    gint64 until = kill_a_writer (f->directory, 1 + round * 700);

    assert_sound (f->directory);
    g_assert_cmpint (count_rows (f->directory), >=, until);
    open_catalog (f, TRUE);
    close_catalog (f);
  }
}

static void
test_broken (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) directory = NULL;
  guint broken = 0;
  char garbage[10000];
  const char *name;

  temp_write (f->directory, "mic/mic_20240131T120000Z.flac", "x", 1);
  close_catalog (f);
  memset (garbage, 'x', sizeof garbage);
  temp_write (f->directory, "isr.db", garbage, sizeof garbage);
  g_test_expect_message ("isr-db", G_LOG_LEVEL_WARNING, "*damaged*");
  open_catalog (f, TRUE);
  g_test_assert_expected_messages ();
  assert_names (f, "");
  g_assert_true (isr_catalog_reconcile (f->catalog, &error));
  assert_names (f, "mic/mic_20240131T120000Z.flac", .source = "mic");
  directory = g_dir_open (f->directory, 0, NULL);
  while ((name = g_dir_read_name (directory)))
    broken += g_str_has_prefix (name, "isr.db.broken-");
  g_assert_cmpuint (broken, ==, 1);
}

static void
test_newer_version (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "isr.db", NULL);
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  close_catalog (f);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "PRAGMA user_version = 999", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  g_assert_null (isr_catalog_open (f->directory, f->directory, TRUE, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "version 999"));
}

static void
test_can_not_be_made (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *below_a_file = g_build_filename (f->directory, "isr.lock", "x", NULL);

  g_assert_null (isr_catalog_open (f->directory, below_a_file, TRUE, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, below_a_file));
}

/* Not a measurement: it fails only when a plan of a query has become a scan of scans. */
static void
test_hundred_thousand (Fixture *f, gconstpointer data)
{
  g_autoptr (GTimer) timer = g_timer_new ();
  g_autoptr (GPtrArray) page = NULL;

  for (int i = 0; i < 100000; i++) {
    char name[64];
    g_autoptr (IsrRecording) recording = NULL;

    g_snprintf (name, sizeof name, "mic%d/2024/mic%d_%06d.flac", i % 4, i % 4, i);
    recording = make ("mic", name, 1700000000 + i * 900, 3600);
    isr_catalog_finish (f->catalog, recording);
  }
  g_test_message ("given: %.0f ms", g_timer_elapsed (timer, NULL) * 1e3);
  close_catalog (f);
  g_timer_start (timer);
  open_catalog (f, TRUE);
  g_test_message ("opened: %.1f ms", g_timer_elapsed (timer, NULL) * 1e3);
  for (int i = 0; i < 3; i++) {
    g_autofree char *days = NULL;

    g_timer_start (timer);
    days = list_days (f, NULL, "Europe/Berlin");
    g_test_message ("days: %.2f ms", g_timer_elapsed (timer, NULL) * 1e3);
  }
  g_timer_start (timer);
  page = list (f, (IsrCatalogQuery){ .limit = 100 });
  g_test_message ("page: %.2f ms", g_timer_elapsed (timer, NULL) * 1e3);
  g_assert_cmpuint (page->len, ==, 100);
  g_clear_pointer (&page, g_ptr_array_unref);
  g_timer_start (timer);
  page = list (f, (IsrCatalogQuery){ .limit = 100, .from_us = 1712000000 * G_TIME_SPAN_SECOND, .to_us = (1712000000 + 86400) * G_TIME_SPAN_SECOND, .source = "mic" });
  g_test_message ("day of a source: %.2f ms", g_timer_elapsed (timer, NULL) * 1e3);
  g_assert_cmpuint (page->len, ==, 100);
  g_clear_pointer (&page, g_ptr_array_unref);
  g_timer_start (timer);
  page = list (f, (IsrCatalogQuery){ .limit = 100, .text = "_099" });
  g_test_message ("search, found: %.2f ms", g_timer_elapsed (timer, NULL) * 1e3);
  g_clear_pointer (&page, g_ptr_array_unref);
  g_timer_start (timer);
  page = list (f, (IsrCatalogQuery){ .limit = 100, .text = "nowhere" });
  g_test_message ("search, not found: %.2f ms", g_timer_elapsed (timer, NULL) * 1e3);
  g_assert_cmpuint (page->len, ==, 0);
}

static int
try_lock (const char *directory)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCatalog) catalog = isr_catalog_open (directory, directory, TRUE, &error);

  if (catalog)
    return 0;
  g_print ("%s\n", error->message);
  return g_error_matches (error, ISR_ERROR, ISR_ERROR_LOCKED) ? 2 : 1;
}

static int
write_for_ever (const char *directory)
{
  g_autoptr (IsrCatalog) catalog = isr_catalog_open (directory, directory, TRUE, NULL);

  for (int i = 0; catalog; i++) {
    g_autofree char *name = g_strdup_printf ("%d-%d.flac", (int) getpid (), i);
    g_autoptr (IsrRecording) recording = make ("mic", name, 1000 + i, 1);

    isr_catalog_finish (catalog, recording);
    if (write (1, ".", 1) != 1)
      return 1;
  }
  return 1;
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--try-lock"))
    return try_lock (argv[2]);
  if (argc == 3 && g_str_equal (argv[1], "--write"))
    return write_for_ever (argv[2]);

  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/catalog-disk/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("states", test_states);
  ADD ("locked", test_locked);
  ADD ("reader-beside-writer", test_reader_beside_writer);
  ADD ("killed", test_killed);
  ADD ("broken", test_broken);
  ADD ("newer-version", test_newer_version);
  ADD ("can-not-be-made", test_can_not_be_made);
  ADD ("hundred-thousand", test_hundred_thousand);
  return g_test_run ();
}
