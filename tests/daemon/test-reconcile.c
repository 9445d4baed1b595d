/* SPDX-License-Identifier: MIT */
/* Catalog and directory come together, whatever happened to either. */
#include "daemon/archive/catalog.h"
#include "tests/daemon/temp.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

typedef struct {
  char *directory, *state;
  IsrCatalog *catalog;
  GTimeZone *zone;
} Fixture;

static void
open_catalog (Fixture *f, gboolean writable)
{
  g_autoptr (GError) error = NULL;

  f->catalog = isr_catalog_open (f->directory, f->state, writable, &error);
  g_assert_no_error (error);
  isr_catalog_set_timezone (f->catalog, f->zone);
}

static void
close_catalog (Fixture *f)
{
  isr_catalog_close (f->catalog);
  g_assert_finalize_object (f->catalog);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->directory = temp_new ();
  f->state = temp_new ();
  f->zone = g_time_zone_new_identifier ("Europe/Berlin");
  open_catalog (f, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_catalog (f);
  temp_remove (f->directory);
  temp_remove (f->state);
  g_free (f->directory);
  g_free (f->state);
  g_time_zone_unref (f->zone);
}

static void
reconcile (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_catalog_reconcile (f->catalog, &error));
  g_assert_no_error (error);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(IsrRecording *const *) a)->name, (*(IsrRecording *const *) b)->name);
}

static char *
list_names (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = isr_catalog_list (f->catalog, &(IsrCatalogQuery){ .limit = 1000 }, NULL, &error);
  GString *names = g_string_new (NULL);

  g_assert_no_error (error);
  g_ptr_array_sort (page, by_name);
  for (guint i = 0; i < page->len; i++)
    g_string_append_printf (names, "%s%s", i ? " " : "", ((IsrRecording *) page->pdata[i])->name);
  return g_string_free (names, FALSE);
}

#define assert_names(f, expected)             \
  G_STMT_START                                \
  {                                           \
    g_autofree char *names_ = list_names (f); \
    g_assert_cmpstr (names_, ==, (expected)); \
  }                                           \
  G_STMT_END

static void
set_mtime (Fixture *f, const char *name, gint64 seconds)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);
  struct utimbuf times = { seconds, seconds };

  g_assert_cmpint (utime (path, &times), ==, 0);
}

static void
remove_file (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
test_adopts (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) ours = NULL, theirs = NULL, offset = NULL;

  temp_write (f->directory, "mic/2024-07-31/mic_20240731T120000.wav", "12345", 5);
  temp_write (f->directory, "somewhere/field.MP3", "123", 3);
  temp_write (f->directory, "x_2024-01-31T12:00:00+0530.opus", "1", 1);
  temp_write (f->directory, "notes.txt", "1", 1);
  temp_write (f->directory, ".hidden.wav", "1", 1);
  temp_write (f->directory, ".trash/deleted.wav", "1", 1);
  set_mtime (f, "somewhere/field.MP3", 1700000000);
  reconcile (f);
  assert_names (f, "mic/2024-07-31/mic_20240731T120000.wav somewhere/field.MP3 x_2024-01-31T12:00:00+0530.opus");

  ours = isr_catalog_lookup (f->catalog, "mic/2024-07-31/mic_20240731T120000.wav");
  g_assert_cmpstr (ours->source, ==, "mic");
  g_assert_cmpint (ours->start_us, ==, 1722420000 * G_TIME_SPAN_SECOND); /* 12:00 in Berlin's summer */
  g_assert_cmpint (ours->utc_offset, ==, 7200);
  g_assert_cmpuint (ours->bytes, ==, 5);
  g_assert_true (ours->adopted);
  theirs = isr_catalog_lookup (f->catalog, "somewhere/field.MP3");
  g_assert_cmpstr (theirs->source, ==, "");
  g_assert_cmpint (theirs->start_us, ==, 1700000000 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (theirs->utc_offset, ==, 3600);
  offset = isr_catalog_lookup (f->catalog, "x_2024-01-31T12:00:00+0530.opus");
  g_assert_cmpint (offset->utc_offset, ==, 19800);
  g_assert_cmpint (offset->start_us, ==, 1706682600 * G_TIME_SPAN_SECOND);
}

static void
test_drops_and_updates (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) changed = NULL;

  temp_write (f->directory, "a/gone.wav", "1", 1);
  temp_write (f->directory, "a/stays.wav", "1", 1);
  temp_write (f->directory, "b/gone-with-its-directory.wav", "1", 1);
  reconcile (f);
  remove_file (f, "a/gone.wav");
  remove_file (f, "b/gone-with-its-directory.wav");
  remove_file (f, "b");
  temp_write (f->directory, "a/stays.wav", "1234", 4);
  reconcile (f);
  assert_names (f, "a/stays.wav");
  changed = isr_catalog_lookup (f->catalog, "a/stays.wav");
  g_assert_cmpuint (changed->bytes, ==, 4);
}

static void
test_hidden_is_not_gone (Fixture *f, gconstpointer data)
{
  g_autofree char *directory = g_build_filename (f->directory, "a", NULL);
  g_autofree char *away = g_build_filename (f->directory, ".a", NULL);

  if (geteuid () == 0) { /* root reads everything: a link in the directory's place hides it, too */
    temp_write (f->directory, "a/x.wav", "1", 1);
    reconcile (f);
    g_assert_cmpint (g_rename (directory, away), ==, 0);
    g_assert_cmpint (symlink (".a", directory), ==, 0);
    reconcile (f);
  } else {
    temp_write (f->directory, "a/x.wav", "1", 1);
    reconcile (f);
    g_assert_cmpint (chmod (directory, 0), ==, 0);
    g_test_expect_message ("isr-scan", G_LOG_LEVEL_WARNING, "*can not be read*");
    reconcile (f);
    g_test_assert_expected_messages ();
    g_assert_cmpint (chmod (directory, 0700), ==, 0);
  }
  assert_names (f, "a/x.wav");
}

static void
test_follows_no_links (Fixture *f, gconstpointer data)
{
  g_autofree char *outside = temp_new ();
  g_autofree char *file = g_build_filename (outside, "secret.wav", NULL);
  g_autofree char *to_directory = g_build_filename (f->directory, "linked", NULL);
  g_autofree char *to_file = g_build_filename (f->directory, "linked.wav", NULL);
  g_autofree char *to_itself = g_build_filename (f->directory, "loop", NULL);
  g_autofree char *fifo = g_build_filename (f->directory, "fifo.wav", NULL);

  temp_write (outside, "secret.wav", "1", 1);
  g_assert_cmpint (symlink (outside, to_directory), ==, 0);
  g_assert_cmpint (symlink (file, to_file), ==, 0);
  g_assert_cmpint (symlink (".", to_itself), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  reconcile (f);
  assert_names (f, "");
  temp_remove (outside);
}

static void
test_strange_names (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) deep = g_string_new (NULL);

  temp_write (f->directory, "latin1-\xe4.wav", "1", 1);
  temp_write (f->directory, "utf8-ä\n'\".wav", "1", 1);
  temp_write (f->directory, "wav", "1", 1);
  temp_write (f->directory, "99999999T999999.wav", "1", 1);
  for (int i = 0; i < 40; i++)
    g_string_append (deep, "d/");
  g_string_append (deep, "far.wav");
  temp_write (f->directory, deep->str, "1", 1);
  reconcile (f);
  assert_names (f, "99999999T999999.wav utf8-ä\n'\".wav");
}

static void
test_no_directory (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  temp_write (f->directory, "x.wav", "1", 1);
  reconcile (f);
  temp_remove (f->directory);
  g_assert_false (isr_catalog_reconcile (f->catalog, &error));
  g_assert_nonnull (strstr (error->message, f->directory));
  assert_names (f, "x.wav"); /* a disk that is not there has lost nothing */
}

/* Entries of a process that died: what it finished, what it did not, what is lost. */
static void
test_left_behind (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "finished.wav", "unfinished.wav", "lost.wav" };
  g_autoptr (IsrRecording) finished = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (IsrRecording) recording = isr_recording_new ();

    recording->source = g_strdup ("mic");
    recording->name = g_strdup (names[i]);
    recording->recording = TRUE;
    recording->start_us = recording->end_us = 1000 * G_TIME_SPAN_SECOND;
    recording->clock = g_strdup ("capture");
    isr_catalog_begin (f->catalog, recording);
  }
  close_catalog (f);
  temp_write (f->directory, "finished.wav", "12345", 5);
  set_mtime (f, "finished.wav", 1060);
  temp_write (f->directory, "unfinished.wav.part", "12345", 5);
  open_catalog (f, TRUE);
  assert_names (f, "");
  reconcile (f);
  finished = isr_catalog_lookup (f->catalog, "finished.wav");
  g_assert_false (finished->recording);
  g_assert_false (finished->adopted);
  g_assert_cmpstr (finished->source, ==, "mic");
  g_assert_cmpstr (finished->clock, ==, "capture");
  g_assert_cmpint (finished->end_us, ==, 1060 * G_TIME_SPAN_SECOND);
  g_assert_null (isr_catalog_lookup (f->catalog, "lost.wav"));
}

/* A second of 8 kHz mono whose header does not know its length, and half a sample. */
static void
write_torn_wav (Fixture *f, const char *name)
{
  static const guint8 header[44] = "RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0"
                                   "data\xff\xff\xff\xff";
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, header, sizeof header);
  for (int i = 0; i < 16001; i++)
    g_byte_array_append (bytes, (const guint8 *) "x", 1);
  temp_write (f->directory, name, bytes->data, bytes->len);
}

static void
assert_bytes_of_data (Fixture *f, const char *name, guint32 expected)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);
  g_autofree char *bytes = NULL;
  gsize size;
  guint32 length;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memcpy (&length, bytes + 40, 4);
  g_assert_cmpuint (GUINT32_FROM_LE (length), ==, expected);
}

static gboolean
exists (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_mends (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) known = isr_recording_new ();
  g_autoptr (IsrRecording) got = NULL, unknown = NULL, nameless = NULL;

  known->source = g_strdup ("mic");
  known->name = g_strdup ("known.wav");
  known->recording = TRUE;
  known->start_us = known->end_us = 1000 * G_TIME_SPAN_SECOND;
  isr_catalog_begin (f->catalog, known);
  close_catalog (f);
  write_torn_wav (f, "known.wav.part");
  write_torn_wav (f, "x_20240131T120000Z.wav.part");
  write_torn_wav (f, "nameless.wav.part");
  temp_write (f->directory, "x_20240131T120000Z.wav", "taken", 5);
  temp_write (f->directory, "nothing.wav.part", "", 0);
  temp_write (f->directory, "noise.wav.part", "not audio", 9);
  set_mtime (f, "nameless.wav.part", 1700000000);
  open_catalog (f, TRUE);
  reconcile (f);
  assert_names (f, "known.wav nameless.wav x_20240131T120000Z.wav x_20240131T120000Z_2.wav");

  got = isr_catalog_lookup (f->catalog, "known.wav");
  g_assert_cmpstr (got->source, ==, "mic");
  g_assert_false (got->adopted);
  g_assert_false (got->recording);
  g_assert_cmpuint (got->samples, ==, 8000);
  g_assert_cmpuint (got->rate, ==, 8000);
  g_assert_cmpint (got->end_us, ==, 1001 * G_TIME_SPAN_SECOND);
  assert_bytes_of_data (f, "known.wav", 16000);
  g_assert_false (exists (f, "nothing.wav.part"));
  g_assert_true (exists (f, "noise.wav.part"));
  unknown = isr_catalog_lookup (f->catalog, "x_20240131T120000Z_2.wav");
  g_assert_cmpint (unknown->start_us, ==, 1706702400 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (unknown->samples, ==, 8000);
  nameless = isr_catalog_lookup (f->catalog, "nameless.wav");
  g_assert_cmpint (nameless->start_us, ==, 1699999999 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (nameless->end_us, ==, 1700000000 * G_TIME_SPAN_SECOND);
}

static void
test_leaves_what_is_held (Fixture *f, gconstpointer data)
{
  g_autofree char *part = g_build_filename (f->directory, "held.wav.part", NULL);
  int fd;

  write_torn_wav (f, "held.wav.part");
  fd = g_open (part, O_RDWR | O_CLOEXEC, 0);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  reconcile (f);
  assert_names (f, "");
  assert_bytes_of_data (f, "held.wav.part", G_MAXUINT32);
  close (fd);
  reconcile (f);
  assert_names (f, "held.wav");
}

/* What this process is writing is not touched. */
static void
test_live (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) recording = isr_recording_new ();
  g_autoptr (IsrRecording) got = NULL;

  recording->source = g_strdup ("mic");
  recording->name = g_strdup ("live.wav");
  recording->recording = TRUE;
  write_torn_wav (f, "live.wav.part");
  isr_catalog_begin (f->catalog, recording);
  reconcile (f);
  got = isr_catalog_lookup (f->catalog, "live.wav");
  g_assert_true (got->recording);
  g_assert_cmpuint (got->bytes, ==, 44 + 16001);
}

static void
test_nothing_is_written_for_readers (Fixture *f, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (f->state, "nowhere", NULL);
  g_autoptr (GError) error = NULL;
  IsrCatalog *own = f->catalog;
  IsrCatalog *reader = isr_catalog_open (f->directory, nowhere, FALSE, &error);

  g_assert_no_error (error);
  temp_write (f->directory, "20240131T120000Z.wav", "1", 1);
  f->catalog = reader;
  reconcile (f);
  assert_names (f, "20240131T120000Z.wav");
  f->catalog = own;
  isr_catalog_close (reader);
  g_assert_finalize_object (reader);
  g_assert_false (g_file_test (nowhere, G_FILE_TEST_EXISTS));
}

static void
on_done (GObject *catalog, GAsyncResult *result, gpointer done)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_catalog_reconcile_finish (ISR_CATALOG (catalog), result, &error));
  *(gboolean *) done = TRUE;
}

static void
on_changed (IsrCatalog *catalog, const char *kind, const char *name, GString *news)
{
  g_string_append_printf (news, "%s “%s” ", kind, name);
}

static void
test_in_a_worker (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) news = g_string_new (NULL);
  gboolean done = FALSE, again = FALSE;
  gulong id = g_signal_connect (f->catalog, "changed", G_CALLBACK (on_changed), news);

  for (int i = 0; i < 2500; i++) {
    g_autofree char *name = g_strdup_printf ("%d/%d.wav", i % 10, i);

    temp_write (f->directory, name, "1", 1);
  }
  isr_catalog_reconcile_async (f->catalog, on_done, &done);
  isr_catalog_reconcile_async (f->catalog, on_done, &again); /* one is under way: enough */
  TEMP_WAIT_FOR (done && again);
  g_assert_cmpstr (news->str, ==, "file “” ");
  done = FALSE;
  isr_catalog_reconcile_async (f->catalog, on_done, &done);
  TEMP_WAIT_FOR (done);
  g_assert_cmpstr (news->str, ==, "file “” "); /* nothing new, no news */
  g_signal_handler_disconnect (f->catalog, id);
}

/* Closing waits for the worker, which has the writer. */
static void
test_close_in_between (Fixture *f, gconstpointer data)
{
  gboolean done = FALSE;

  for (int i = 0; i < 300; i++) {
    g_autofree char *name = g_strdup_printf ("%d.wav", i);

    temp_write (f->directory, name, "1", 1);
  }
  isr_catalog_reconcile_async (f->catalog, on_done, &done);
  isr_catalog_close (f->catalog);
  TEMP_WAIT_FOR (done);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/reconcile/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("adopts", test_adopts);
  ADD ("drops-and-updates", test_drops_and_updates);
  ADD ("hidden-is-not-gone", test_hidden_is_not_gone);
  ADD ("follows-no-links", test_follows_no_links);
  ADD ("strange-names", test_strange_names);
  ADD ("no-directory", test_no_directory);
  ADD ("left-behind", test_left_behind);
  ADD ("mends", test_mends);
  ADD ("leaves-what-is-held", test_leaves_what_is_held);
  ADD ("live", test_live);
  ADD ("nothing-is-written-for-readers", test_nothing_is_written_for_readers);
  ADD ("in-a-worker", test_in_a_worker);
  ADD ("close-in-between", test_close_in_between);
  return g_test_run ();
}
