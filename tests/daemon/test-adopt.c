/* SPDX-License-Identifier: MIT */
/* Files that were there before, or come by hand: when they begin, how long they are. */
#include "daemon/archive/adopt.h"
#include "daemon/archive/labels.h"
#include "tests/daemon/audio-file.h"
#include "tests/daemon/catalog.h"

#include <fcntl.h>
#include <unistd.h>
#include <utime.h>

#define START (1706698800 * G_TIME_SPAN_SECOND) /* 12:00 in Berlin */

static void
set_up_berlin (Fixture *f, gconstpointer data)
{
  const char *const sources[] = { "jazz", "jazz_live", NULL };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");

  set_up (f, data);
  isr_catalog_set_timezone (f->catalog, zone);
  isr_catalog_set_sources (f->catalog, sources);
}

/* A look that is under way has the catalog, too. */
static void
tear_down_calm (Fixture *f, gconstpointer data)
{
  TEMP_WAIT_FOR (g_atomic_int_get (&G_OBJECT (f->catalog)->ref_count) == 1);
  tear_down (f, data);
}

static void
reconcile (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_catalog_reconcile (f->catalog, &error));
}

static void
set_mtime (Fixture *f, const char *name, gint64 seconds)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);
  struct utimbuf times = { seconds, seconds };

  g_assert_cmpint (utime (path, &times), ==, 0);
}

static void
assert_file (Fixture *f, const char *name, const char *source, gboolean adopted, gint64 start_us, double seconds)
{
  g_autoptr (IsrRecording) recording = isr_catalog_lookup (f->catalog, name);

  g_assert_nonnull (recording);
  g_assert_cmpstr (recording->source, ==, source);
  g_assert_cmpint (recording->adopted, ==, adopted);
  g_assert_cmpint (recording->start_us, ==, start_us);
  g_assert_cmpfloat_with_epsilon (isr_recording_get_duration (recording), seconds, 1e-6);
  g_assert_cmpint (recording->end_us, ==, start_us + (gint64) (seconds * 1e6));
}

static void
test_starts (Fixture *f, gconstpointer data)
{
  audio_write_wav (f->directory, "ours.wav", 3, START + 123456, -3600, "isr");
  audio_write_wav (f->directory, "theirs.wav", 2, START, 3600, NULL); /* says 12:00, of which zone it does not say */
  audio_write_wav (f->directory, "summer.wav", 2, START + 180 * G_TIME_SPAN_DAY, 7200, NULL);
  temp_write (f->directory, "nothing.wav", "no audio", -1);
  set_mtime (f, "theirs.wav", 1800000000);
  reconcile (f);
  assert_file (f, "ours.wav", "garten", FALSE, START + 123456, 3);
  assert_file (f, "theirs.wav", "", TRUE, START, 2);
  assert_file (f, "summer.wav", "", TRUE, START + 180 * G_TIME_SPAN_DAY, 2);
}

/* What has no bext: digits of the name, or the end of its last write. */
static void
test_bare (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) file = audio_wav (4, START, 0, NULL);
  guint8 *bext = memmem (file->data, file->len, "bext", 4);

  memcpy (bext, "junk", 4);
  temp_write (f->directory, "20240131_120000.wav", file->data, file->len);
  temp_write (f->directory, "jazz_20240731_120000.wav", file->data, file->len);
  temp_write (f->directory, "old/jazz_live_20240131_130000.wav", file->data, file->len);
  temp_write (f->directory, "rec.wav", file->data, file->len);
  set_mtime (f, "rec.wav", 1706698804);
  reconcile (f);
  assert_file (f, "20240131_120000.wav", "", TRUE, START, 4);
  assert_file (f, "jazz_20240731_120000.wav", "jazz", TRUE, 1722420000 * G_TIME_SPAN_SECOND, 4);
  assert_file (f, "old/jazz_live_20240131_130000.wav", "jazz_live", TRUE, START + G_TIME_SPAN_HOUR, 4);
  assert_file (f, "rec.wav", "", TRUE, START, 4);
}

/* Of other programs' formats, too, the header says how long they are; or nothing is known. */
static void
test_foreign (Fixture *f, gconstpointer data)
{
  static const guint8 au[24 + 16000] = { '.', 's', 'n', 'd', 0, 0, 0, 24, 0, 0, 0x3e, 0x80, 0, 0, 0, 1, 0, 0, 0x1f, 0x40, 0, 0, 0, 1 };
  g_autoptr (IsrRecording) recording = NULL, torn = NULL;

  temp_write (f->directory, "20240131_120000.au", (const char *) au, sizeof au);
  temp_write (f->directory, "20240131_130000.m4a", "\0\0\0\020ftypM4A \0\0\0\0", 16);
  reconcile (f);
  assert_file (f, "20240131_120000.au", "", TRUE, START, 2);
  assert_file (f, "20240131_130000.m4a", "", TRUE, START + G_TIME_SPAN_HOUR, 0);
  recording = isr_catalog_lookup (f->catalog, "20240131_120000.au");
  g_assert_cmpuint (recording->rate, ==, 8000);
  g_assert_cmpuint (recording->channels, ==, 1);
  torn = isr_catalog_lookup (f->catalog, "20240131_130000.m4a");
  g_assert_cmpuint (torn->rate, ==, 0);
}

/* What an older version left lies where it lay. */
static void
test_older_archive (Fixture *f, gconstpointer data)
{
  static const char *const theirs[] = { "analyses/jazz_20240131_130000.mp3.analysis.json", "notes.txt" };

  audio_write_wav (f->directory, "jazz_20240131_130000.wav", 2, START, 3600, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (theirs); i++)
    temp_write (f->directory, theirs[i], "{}", -1);
  temp_write (f->directory, "status.json", "{\"recordings\": {}}", -1);
  close_catalog (f);
  open_catalog (f, TRUE);
  reconcile (f);
  close_catalog (f);
  open_catalog (f, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (theirs); i++) {
    g_autofree char *path = g_build_filename (f->directory, theirs[i], NULL);
    g_autofree char *text = NULL;

    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_cmpstr (text, ==, "{}");
  }
}

static void
test_changed (Fixture *f, gconstpointer data)
{
  audio_write_wav (f->directory, "a.wav", 2, START, 3600, NULL);
  reconcile (f);
  audio_write_wav (f->directory, "a.wav", 5, START + G_TIME_SPAN_DAY, 3600, NULL);
  reconcile (f);
  assert_file (f, "a.wav", "", TRUE, START, 5);
}

static void
test_many (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) file = audio_wav (1, START, 0, "isr");

  for (guint i = 0; i < 2500; i++) {
    g_autofree char *name = g_strdup_printf ("%u/%04u.wav", i % 10, i);

    temp_write (f->directory, name, file->data, file->len);
  }
  reconcile (f);
  for (guint i = 0; i < 2500; i += 100) {
    g_autofree char *name = g_strdup_printf ("%u/%04u.wav", i % 10, i);

    assert_file (f, name, "garten", FALSE, START, 1);
  }
}

/* --- by hand, while it runs ------------------------------------------------- */

static void
on_ready (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_catalog_reconcile_finish (ISR_CATALOG (object), result, &error));
  *(gboolean *) data = TRUE;
}

static void
watch (Fixture *f)
{
  gboolean ready = FALSE;

  isr_catalog_reconcile_async (f->catalog, on_ready, &ready);
  TEMP_WAIT_FOR (ready);
}

static gboolean
has_names (Fixture *f, const char *expected)
{
  g_autofree char *names = list_names (f, (IsrCatalogQuery){ .limit = 1000 });

  return g_str_equal (names, expected);
}

static guint
count_files (Fixture *f)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GPtrArray) days = isr_catalog_days (f->catalog, NULL, zone, NULL);
  guint n = 0;

  for (guint i = 0; i < days->len; i++)
    n += ((IsrDay *) days->pdata[i])->files;
  return n;
}

static void
move (Fixture *f, const char *from, const char *to)
{
  g_autofree char *old = g_build_filename (f->directory, from, NULL);
  g_autofree char *new = g_build_filename (f->directory, to, NULL);

  g_assert_cmpint (g_rename (old, new), ==, 0);
}

static void
test_by_hand (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "new", "b.wav", NULL);

  temp_write (f->directory, "old/20240131_120000.wav", "x", 1);
  watch (f);
  assert_names (f, "old/20240131_120000.wav");
  audio_write_wav (f->directory, "a.wav", 2, START, 3600, NULL);
  TEMP_WAIT_FOR (has_names (f, "a.wav old/20240131_120000.wav"));
  assert_file (f, "a.wav", "", TRUE, START, 2);
  audio_write_wav (f->directory, "new/deep/er/c.wav", 2, START + 2 * G_TIME_SPAN_SECOND, 3600, NULL); /* directories that appear */
  TEMP_WAIT_FOR (has_names (f, "new/deep/er/c.wav a.wav old/20240131_120000.wav"));
  move (f, "a.wav", "new/b.wav");
  TEMP_WAIT_FOR (has_names (f, "new/deep/er/c.wav new/b.wav old/20240131_120000.wav"));
  g_assert_cmpint (g_remove (path), ==, 0);
  TEMP_WAIT_FOR (has_names (f, "new/deep/er/c.wav old/20240131_120000.wav"));
}

static void
test_directories_by_hand (Fixture *f, gconstpointer data)
{
  g_autofree char *outside = temp_new ();
  g_autofree char *there = g_build_filename (outside, "set", NULL);
  g_autofree char *here = g_build_filename (f->directory, "set", NULL);

  audio_write_wav (outside, "set/a.wav", 2, START, 3600, NULL);
  watch (f);
  g_assert_cmpint (g_rename (there, here), ==, 0); /* moved in, whole */
  TEMP_WAIT_FOR (has_names (f, "set/a.wav"));
  move (f, "set", "other");
  TEMP_WAIT_FOR (has_names (f, "other/a.wav"));
  audio_write_wav (f->directory, "other/b.wav", 2, START + G_TIME_SPAN_SECOND, 3600, NULL); /* under its new name */
  TEMP_WAIT_FOR (has_names (f, "other/b.wav other/a.wav"));
  move (f, "other", ".hidden");
  TEMP_WAIT_FOR (has_names (f, ""));
  temp_remove (outside);
}

static gboolean
is_protected (Fixture *f, const char *name)
{
  g_autoptr (IsrRecording) recording = isr_catalog_lookup (f->catalog, name);

  return recording && recording->protected_;
}

/* A recording that is renamed is the same one: what it is, and what people said of it. */
static void
test_renamed (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *journal = g_build_filename (f->directory, "labels.jsonl", NULL), *said = NULL;

  audio_write_wav (f->directory, "mic/own.wav", 3, START, 0, "isr");
  temp_write (f->directory, "foreign_20240131_120000.wav", "x", 1);
  watch (f);
  before = isr_catalog_lookup (f->catalog, "mic/own.wav");
  g_assert_true (isr_catalog_protect (f->catalog, "mic/own.wav", TRUE, &error));
  g_assert_true (isr_catalog_protect (f->catalog, "foreign_20240131_120000.wav", TRUE, &error));
  move (f, "mic/own.wav", "mic/best night.wav");
  TEMP_WAIT_FOR (has_names (f, "mic/best night.wav foreign_20240131_120000.wav"));
  TEMP_WAIT_FOR (is_protected (f, "mic/best night.wav"));
  after = isr_catalog_lookup (f->catalog, "mic/best night.wav");
  g_assert_cmpint (after->id, ==, before->id);
  g_assert_cmpint (after->start_us, ==, before->start_us);
  g_assert_cmpstr (after->source, ==, before->source);
  g_assert_false (after->adopted);
  move (f, "foreign_20240131_120000.wav", "foreign_20240201_120000.wav"); /* its name says when */
  TEMP_WAIT_FOR (has_names (f, "foreign_20240201_120000.wav mic/best night.wav"));
  g_clear_pointer (&after, isr_recording_free);
  after = isr_catalog_lookup (f->catalog, "foreign_20240201_120000.wav");
  g_assert_cmpint (after->start_us, ==, G_GINT64_CONSTANT (1706785200000000));
  TEMP_WAIT_FOR (is_protected (f, "foreign_20240201_120000.wav"));
  g_assert_true (g_file_get_contents (journal, &said, NULL, NULL));
  g_assert_nonnull (strstr (said, "{\"protect\":\"mic/best night.wav\"}\n{\"unprotect\":\"mic/own.wav\"}\n"));
}

/* More than the kernel keeps of events: then everything is looked at. */
static void
test_overflow (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL, *gone = g_build_filename (f->directory, "gone.wav", NULL);
  guint events, files;

  g_assert_true (g_file_get_contents ("/proc/sys/fs/inotify/max_queued_events", &text, NULL, NULL));
  events = (guint) g_ascii_strtoull (text, NULL, 10);
  files = events / 2 + 500; /* each is created and closed */
  temp_write (f->directory, "gone.wav", "x", 1);
  temp_write (f->directory, "many/first.wav", "x", 1);
  watch (f);
  for (guint i = 0; i < files; i++) { /* the loop does not turn meanwhile */
    g_autofree char *path = g_strdup_printf ("%s/many/%u.wav", f->directory, i);
    int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    g_assert_cmpint (fd, >=, 0);
    close (fd);
  }
  g_assert_cmpint (g_remove (gone), ==, 0); /* nobody is told of this any more */
  TEMP_WAIT_FOR (count_files (f) == files + 1);
  g_assert_null (isr_catalog_lookup (f->catalog, "gone.wav"));
}

/* What ISR itself writes is no news. */
static void
test_own_files (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("mic", "mic/live.wav", 1706698800, 0);

  watch (f);
  live->recording = TRUE;
  isr_catalog_begin (f->catalog, live);
  audio_write_wav (f->directory, "mic/live.wav.part", 3, START, 0, "isr");
  move (f, "mic/live.wav.part", "mic/live.wav");
  add (f, "mic", "mic/live.wav", 1706698800, 3);
  audio_write_wav (f->directory, "z.wav", 2, START, 3600, NULL);
  TEMP_WAIT_FOR (has_names (f, "z.wav mic/live.wav") || has_names (f, "mic/live.wav z.wav"));
  assert_file (f, "mic/live.wav", "mic", FALSE, START, 3);
}

/* --- what is in memory, and what is not --------------------------------------- */

/* What the kernel keeps of it goes, as far as it can be made to. */
static void
make_cold (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fsync (fd), ==, 0);
  posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  close (fd);
}

/* Many at once, of which every third would keep us waiting: each is found as it is alone. */
static void
test_cold (Fixture *f, gconstpointer data)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_found_free), all = NULL;
  guint open = temp_count_open_files ();
  gint done = 0;

  for (guint i = 0; i < 120; i++) {
    g_autofree char *name = g_strdup_printf ("%s%u.wav", i % 4 == 0 ? "" : i % 4 == 1 ? "a/"
                                                                       : i % 4 == 2   ? "a/b/"
                                                                                      : "ab/",
        i);

    audio_write_wav (f->directory, name, 1 + i % 5, START + i, 0, "isr");
    if (i % 3 == 0)
      make_cold (f, name);
    g_ptr_array_add (files, isr_scan_file (f->directory, name));
  }
  all = isr_adopt_all (f->directory, files, 10, 100, zone, NULL, &done);
  g_assert_cmpint (done, ==, 100);
  for (guint i = 0; i < 100; i++) {
    g_autoptr (IsrRecording) alone = isr_adopt (f->directory, files->pdata[10 + i], zone, NULL);
    const IsrRecording *found = all->pdata[i];

    g_assert_cmpstr (found->name, ==, alone->name);
    g_assert_cmpuint (found->samples, ==, alone->samples);
    g_assert_cmpuint (found->samples, ==, (1 + (10 + i) % 5) * 8000);
    g_assert_cmpint (found->start_us, ==, START + 10 + i);
    g_assert_false (found->adopted);
  }
  g_assert_cmpuint (temp_count_open_files (), ==, open);
}

/* A directory is a link by now, or gone: nothing is read behind it. */
static void
test_link_instead (Fixture *f, gconstpointer data)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_found_free), all = NULL;
  g_autofree char *here = g_build_filename (f->directory, "here", NULL), *there = g_build_filename (f->directory, ".there", NULL);
  gint done = 0;

  audio_write_wav (f->directory, "here/1.wav", 2, START, 0, "isr");
  audio_write_wav (f->directory, "gone/2.wav", 2, START, 0, "isr");
  audio_write_wav (f->directory, "3.wav", 2, START, 0, "isr");
  g_ptr_array_add (files, isr_scan_file (f->directory, "here/1.wav"));
  g_ptr_array_add (files, isr_scan_file (f->directory, "gone/2.wav"));
  g_ptr_array_add (files, isr_scan_file (f->directory, "3.wav"));
  g_assert_cmpint (g_rename (here, there), ==, 0);
  g_assert_cmpint (symlink (".there", here), ==, 0);
  g_free (here);
  here = g_build_filename (f->directory, "gone", NULL);
  temp_remove (here);
  all = isr_adopt_all (f->directory, files, 0, 3, zone, NULL, &done);
  g_assert_cmpuint (((IsrRecording *) all->pdata[0])->samples, ==, 0);
  g_assert_cmpuint (((IsrRecording *) all->pdata[1])->samples, ==, 0);
  g_assert_cmpuint (((IsrRecording *) all->pdata[2])->samples, ==, 16000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/adopt/" path, Fixture, NULL, set_up_berlin, func, tear_down_calm)
  ADD ("starts", test_starts);
  ADD ("bare", test_bare);
  ADD ("foreign", test_foreign);
  ADD ("older-archive", test_older_archive);
  ADD ("changed", test_changed);
  ADD ("many", test_many);
  ADD ("cold", test_cold);
  ADD ("link-instead", test_link_instead);
  ADD ("by-hand", test_by_hand);
  ADD ("directories-by-hand", test_directories_by_hand);
  ADD ("own-files", test_own_files);
  ADD ("renamed", test_renamed);
  ADD ("overflow", test_overflow);
  return g_test_run ();
}
