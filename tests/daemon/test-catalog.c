/* SPDX-License-Identifier: MIT */
/* The catalog: what was given is there at once and after a crash; pages, days. */
#include "daemon/archive/catalog.h"
#include "daemon/core/error.h"
#include "tests/daemon/temp.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  char *directory;
  IsrCatalog *catalog;
  GPtrArray *news; /* "kind name" */
} Fixture;

static void
on_changed (IsrCatalog *catalog, const char *kind, const char *name, GPtrArray *news)
{
  g_ptr_array_add (news, g_strdup_printf ("%s %s", kind, name));
}

static void
open_catalog (Fixture *f, gboolean writable)
{
  g_autoptr (GError) error = NULL;

  f->catalog = isr_catalog_open (f->directory, f->directory, writable, &error);
  g_assert_no_error (error);
  g_signal_connect (f->catalog, "changed", G_CALLBACK (on_changed), f->news);
}

static void
close_catalog (Fixture *f)
{
  isr_catalog_close (f->catalog);
  g_assert_finalize_object (f->catalog);
  f->catalog = NULL;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->directory = temp_new ();
  f->news = g_ptr_array_new_with_free_func (g_free);
  open_catalog (f, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->catalog)
    close_catalog (f);
  g_ptr_array_unref (f->news);
  temp_remove (f->directory);
  g_free (f->directory);
}

static IsrRecording *
make (const char *source, const char *name, gint64 start_s, gint64 seconds)
{
  IsrRecording *recording = isr_recording_new ();

  recording->source = g_strdup (source);
  recording->name = g_strdup (name);
  recording->start_us = start_s * G_TIME_SPAN_SECOND;
  recording->end_us = (start_s + seconds) * G_TIME_SPAN_SECOND;
  recording->utc_offset = 3600;
  recording->position = 7;
  recording->rate = 48000;
  recording->channels = 2;
  recording->samples = (guint64) seconds * 48000;
  recording->bytes = (guint64) seconds * 10;
  recording->mtime_us = recording->end_us;
  recording->reason = g_strdup ("boundary");
  recording->clock = g_strdup ("given");
  return recording;
}

static void
add (Fixture *f, const char *source, const char *name, gint64 start_s, gint64 seconds)
{
  g_autoptr (IsrRecording) recording = make (source, name, start_s, seconds);

  isr_catalog_finish (f->catalog, recording);
}

static GPtrArray *
list (Fixture *f, IsrCatalogQuery query)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *page;

  query.limit = query.limit ? query.limit : 1000;
  page = isr_catalog_list (f->catalog, &query, NULL, &error);
  g_assert_no_error (error);
  return page;
}

static char *
list_names (Fixture *f, IsrCatalogQuery query)
{
  g_autoptr (GPtrArray) page = list (f, query);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < page->len; i++)
    g_string_append_printf (names, "%s%s", i ? " " : "", ((IsrRecording *) page->pdata[i])->name);
  return g_string_free (names, FALSE);
}

#define assert_names(f, expected, ...)                                            \
  G_STMT_START                                                                    \
  {                                                                               \
    g_autofree char *names_ = list_names ((f), (IsrCatalogQuery){ __VA_ARGS__ }); \
    g_assert_cmpstr (names_, ==, (expected));                                     \
  }                                                                               \
  G_STMT_END

static void
test_visible_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) one = make ("mic", "one.flac", 1000, 60);
  g_autoptr (IsrRecording) got = NULL;

  one->recording = TRUE;
  temp_write (f->directory, "one.flac.part", "123456", 6);
  isr_catalog_begin (f->catalog, one);
  assert_names (f, "one.flac");
  got = isr_catalog_lookup (f->catalog, "one.flac");
  g_assert_true (got->recording);
  g_assert_cmpint (got->bytes, ==, 6);
  g_assert_cmpint (got->end_us, ==, got->mtime_us);
  g_assert_cmpint (got->end_us, >, g_get_real_time () - 60 * G_TIME_SPAN_SECOND);

  one->recording = FALSE;
  isr_catalog_finish (f->catalog, one);
  g_clear_pointer (&got, isr_recording_free);
  got = isr_catalog_lookup (f->catalog, "one.flac");
  g_assert_false (got->recording);
  g_assert_cmpint (got->bytes, ==, 600);
  g_assert_cmpstr (got->reason, ==, "boundary");

  isr_catalog_forget (f->catalog, "one.flac");
  assert_names (f, "");
  g_assert_null (isr_catalog_lookup (f->catalog, "one.flac"));
  isr_catalog_forget (f->catalog, "one.flac");
  g_assert_cmpuint (f->news->len, ==, 3);
  g_assert_cmpstr (f->news->pdata[2], ==, "file one.flac");
}

static void
test_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) got = NULL;
  g_autoptr (IsrRecording) expected = make ("mic", "a/ä b+c.flac", 1000, 60);

  expected->position = G_MAXUINT64 - 1;
  isr_catalog_finish (f->catalog, expected);
  add (f, "mic", "gone.flac", 2000, 60);
  isr_catalog_forget (f->catalog, "gone.flac");
  close_catalog (f);
  open_catalog (f, TRUE);
  assert_names (f, "a/ä b+c.flac");
  got = isr_catalog_lookup (f->catalog, "a/ä b+c.flac");
  g_assert_cmpstr (got->source, ==, "mic");
  g_assert_cmpint (got->start_us, ==, expected->start_us);
  g_assert_cmpint (got->end_us, ==, expected->end_us);
  g_assert_cmpint (got->utc_offset, ==, 3600);
  g_assert_cmpuint (got->position, ==, G_MAXUINT64 - 1);
  g_assert_cmpuint (got->samples, ==, 60 * 48000);
  g_assert_cmpuint (got->rate, ==, 48000);
  g_assert_cmpuint (got->channels, ==, 2);
  g_assert_cmpstr (got->clock, ==, "given");
  g_assert_cmpfloat (isr_recording_get_duration (got), ==, 60);
}

/* The answer does not depend on how much of it is committed already. */
static void
test_half_committed (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 400; i++) {
    g_autofree char *name = g_strdup_printf ("%03d.flac", i);
    g_autofree char *old = g_strdup_printf ("%03d.flac", i - 2);
    g_autoptr (GPtrArray) page = NULL;

    add (f, "mic", name, 1000 + i * 10, 10);
    add (f, "mic", name, 1000 + i * 10, 9);
    if (i >= 2)
      isr_catalog_forget (f->catalog, old);
    page = list (f, (IsrCatalogQuery){ 0 });
    g_assert_cmpuint (page->len, ==, MIN (i + 1, 2));
    g_assert_cmpstr (((IsrRecording *) page->pdata[0])->name, ==, name);
    g_usleep (i % 40 == 0 ? 10000 : 0); /* gives commits a chance to fall in between; none is needed */
  }
}

static void
test_paging (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *cursor = NULL;
  gint64 last = G_MAXINT64;

  for (int i = 0; i < 100; i++) {
    g_autofree char *name = g_strdup_printf ("%03d.flac", i);

    add (f, "mic", name, 1000 + i / 7 * 10, 10); /* seven with the same start */
  }
  for (guint page_number = 0;; page_number++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *next = NULL;
    g_autofree char *newer = g_strdup_printf ("new-%u.flac", page_number);
    g_autoptr (GPtrArray) page = isr_catalog_list (f->catalog, &(IsrCatalogQuery){ .limit = 9, .cursor = cursor }, &next, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < page->len; i++) {
      IsrRecording *recording = page->pdata[i];

      g_assert_true (g_hash_table_add (seen, g_strdup (recording->name)));
      g_assert_cmpint (recording->start_us, <=, last);
      last = recording->start_us;
    }
    if (!next)
      break;
    g_assert_cmpuint (page->len, ==, 9);
    add (f, "mic", newer, 5000 + page_number, 10); /* newer than everything: of no later page */
    g_free (cursor);
    cursor = g_steal_pointer (&next);
  }
  g_assert_cmpuint (g_hash_table_size (seen), ==, 100);
}

static void
test_bad_cursor (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = { "", ".", "1", "1.", ".1", "a.b", "1.2.3", "1.-2", "99999999999999999999.1", "1.2 ", "' OR 1=1 --" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (isr_catalog_list (f->catalog, &(IsrCatalogQuery){ .limit = 1, .cursor = bad[i] }, NULL, &error));
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  }
}

static void
test_filters (Fixture *f, gconstpointer data)
{
  gint64 second = G_TIME_SPAN_SECOND;

  add (f, "mic", "mic/a.flac", 1000, 100);
  add (f, "mic", "mic/B_50%.flac", 2000, 100);
  add (f, "radio", "radio/Öde.mp3", 1050, 5000);
  add (f, "", "unknown.mp3", 1500, 0);
  for (int pass = 0; pass < 2; pass++) {
    assert_names (f, "mic/B_50%.flac unknown.mp3 radio/Öde.mp3 mic/a.flac");
    assert_names (f, "mic/B_50%.flac mic/a.flac", .source = "mic");
    assert_names (f, "unknown.mp3", .source = "");
    assert_names (f, "", .source = "nobody");
    assert_names (f, "mic/B_50%.flac", .text = "b_50%");
    assert_names (f, "", .text = "b%f");
    assert_names (f, "radio/Öde.mp3", .text = "öDE");
    assert_names (f, "radio/Öde.mp3 mic/a.flac", .from_us = 1099 * second, .to_us = 1100 * second);
    assert_names (f, "radio/Öde.mp3", .from_us = 1100 * second, .to_us = 1500 * second);
    assert_names (f, "unknown.mp3 radio/Öde.mp3", .from_us = 1500 * second, .to_us = 1501 * second);
    assert_names (f, "radio/Öde.mp3", .from_us = 6000 * second, .to_us = 6001 * second);
    assert_names (f, "", .from_us = 6050 * second, .to_us = 9000 * second);
    assert_names (f, "mic/a.flac", .from_us = 0, .to_us = 1001 * second);
    close_catalog (f);
    open_catalog (f, pass == 0); /* once more from the disk alone, then as a reader */
  }
}

static char *
list_days (Fixture *f, const char *source, const char *zone_name)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = isr_catalog_days (f->catalog, source, zone, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < days->len; i++) {
    IsrDay *day = days->pdata[i];

    g_string_append_printf (text, "%s%s:%u:%" G_GUINT64_FORMAT ":%g", i ? " " : "", day->day, day->files, day->bytes, day->duration);
  }
  return g_string_free (text, FALSE);
}

#define assert_days(f, source, zone, expected)                  \
  G_STMT_START                                                  \
  {                                                             \
    g_autofree char *days_ = list_days ((f), (source), (zone)); \
    g_assert_cmpstr (days_, ==, (expected));                    \
  }                                                             \
  G_STMT_END

static gint64
utc (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time);
}

static void
test_days (Fixture *f, gconstpointer data)
{
  add (f, "mic", "1", utc ("2024-03-30T22:59:59Z"), 10); /* 23:59:59 on the 30th in Berlin */
  add (f, "mic", "2", utc ("2024-03-30T23:00:00Z"), 10); /* midnight of the day of 23 hours */
  add (f, "mic", "3", utc ("2024-03-31T21:59:59Z"), 10);
  add (f, "mic", "4", utc ("2024-03-31T22:00:00Z"), 10);   /* the next day */
  add (f, "radio", "5", utc ("2024-10-26T22:00:00Z"), 20); /* a day of 25 hours */
  add (f, "radio", "6", utc ("2024-10-27T22:59:59Z"), 20);
  add (f, "radio", "7", utc ("2024-10-27T23:00:00Z"), 20);
  assert_days (f, NULL, "Europe/Berlin", "2024-10-28:1:200:20 2024-10-27:2:400:40 2024-04-01:1:100:10 2024-03-31:2:200:20 2024-03-30:1:100:10");
  assert_days (f, "mic", "UTC", "2024-03-31:2:200:20 2024-03-30:2:200:20");
  assert_days (f, "nobody", "UTC", "");
  add (f, "mic", "8", utc ("2024-04-01T22:00:00Z"), 10);
  assert_days (f, "mic", "Europe/Berlin", "2024-04-02:1:100:10 2024-04-01:1:100:10 2024-03-31:2:200:20 2024-03-30:1:100:10");
  isr_catalog_forget (f->catalog, "1");
  assert_days (f, "mic", "UTC", "2024-04-01:1:100:10 2024-03-31:2:200:20 2024-03-30:1:100:10");
}

/* Zones whose midnight does not exist, or exists twice, and odd offsets. */
static void
test_days_of_odd_zones (Fixture *f, gconstpointer data)
{
  add (f, "mic", "1", utc ("2018-11-04T02:59:59Z"), 1); /* São Paulo: 23:59:59 on the 3rd, then 01:00 on the 4th */
  add (f, "mic", "2", utc ("2018-11-04T03:00:00Z"), 1);
  assert_days (f, NULL, "America/Sao_Paulo", "2018-11-04:1:10:1 2018-11-03:1:10:1");
  assert_days (f, NULL, "Asia/Kathmandu", "2018-11-04:2:20:2");
  isr_catalog_forget (f->catalog, "1");
  isr_catalog_forget (f->catalog, "2");
  add (f, "mic", "3", utc ("2024-04-06T14:59:59Z"), 1); /* Lord Howe: half an hour twice */
  add (f, "mic", "4", utc ("2024-04-06T13:00:00Z"), 1); /* midnight, +11:00 */
  add (f, "mic", "5", utc ("2024-04-07T13:29:59Z"), 1);
  add (f, "mic", "6", utc ("2024-04-07T13:30:00Z"), 1); /* midnight, +10:30 */
  assert_days (f, NULL, "Australia/Lord_Howe", "2024-04-08:1:10:1 2024-04-07:3:30:3");
}

static void
test_days_with_a_live_one (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("mic", "live.flac", utc ("2024-01-02T10:00:00Z"), 0);

  add (f, "mic", "old.flac", utc ("2024-01-01T10:00:00Z"), 10);
  live->recording = TRUE;
  temp_write (f->directory, "live.flac.part", "12345", 5);
  isr_catalog_begin (f->catalog, live);
  {
    g_autofree char *days = list_days (f, NULL, "UTC");

    g_assert_true (g_str_has_prefix (days, "2024-01-02:1:5:"));
    g_assert_true (g_str_has_suffix (days, " 2024-01-01:1:100:10"));
  }
}

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
  const char *argv[] = { g_test_get_filename (G_TEST_BUILT, "test-catalog", NULL), "--try-lock", f->directory, NULL };
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
  const char *argv[] = { g_test_get_filename (G_TEST_BUILT, "test-catalog", NULL), "--write", directory, NULL };
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
  g_assert_error (error, ISR_ERROR, ISR_ERROR_STORAGE);
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
#define ADD(path, func) g_test_add ("/catalog/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("visible-at-once", test_visible_at_once);
  ADD ("kept", test_kept);
  ADD ("half-committed", test_half_committed);
  ADD ("paging", test_paging);
  ADD ("bad-cursor", test_bad_cursor);
  ADD ("filters", test_filters);
  ADD ("days", test_days);
  ADD ("days-of-odd-zones", test_days_of_odd_zones);
  ADD ("days-with-a-live-one", test_days_with_a_live_one);
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
