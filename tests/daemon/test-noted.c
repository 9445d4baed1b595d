/* SPDX-License-Identifier: MIT */
/* When a file begins that nobody was told of: what is kept beside its bytes, its name, the one before. */
#include "tests/daemon/audio-file.h"
#include "tests/daemon/catalog.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#define START (1706698800 * G_TIME_SPAN_SECOND) /* 12:00 in Berlin */

static void
set_up_berlin (Fixture *f, gconstpointer data)
{
  const char *const sources[] = { "jazz", "garten", NULL };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");

  set_up (f, data);
  isr_catalog_set_timezone (f->catalog, zone);
  isr_catalog_set_sources (f->catalog, sources);
}

static void
reconcile (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_catalog_reconcile (f->catalog, &error));
}

static void
assert_file (Fixture *f, const char *name, const char *source, gint64 start_us, gint64 length_us)
{
  g_autoptr (IsrRecording) recording = isr_catalog_lookup (f->catalog, name);

  g_assert_nonnull (recording);
  g_assert_cmpstr (recording->source, ==, source);
  g_assert_cmpint (recording->start_us, ==, start_us);
  g_assert_cmpint (recording->end_us, ==, start_us + length_us);
}

static void
note (Fixture *f, const char *name, gint64 start_us, gint64 end_us)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);
  int fd = open (path, O_RDWR);

  g_assert_true (isr_file_note_start (fd, start_us, 3600));
  if (end_us)
    g_assert_true (isr_file_note_end (fd, end_us));
  close (fd);
}

static gboolean
can_note (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->directory, "empty", NULL);
  int fd = open (path, O_CREAT | O_RDWR, 0600);
  gboolean can = isr_file_note_start (fd, START, 0);
  gint64 start_us, end_us;
  int utc_offset;

  if (can)
    g_assert_true (isr_file_read_span (fd, &start_us, &end_us, &utc_offset) && start_us == START && end_us == 0 && utc_offset == 0);
  close (fd);
  unlink (path);
  return can;
}

/* A longer one would take a block of the disk for each recording. */
static void
test_small (Fixture *f, gconstpointer data)
{
  gint64 start_us, end_us;
  int utc_offset, fd;
  g_autofree char *path = NULL;

  if (!can_note (f)) {
    g_test_skip ("this file system has no attributes");
    return;
  }
  temp_write (f->directory, "a.mp3", "x", 1);
  note (f, "a.mp3", START, START + G_TIME_SPAN_DAY + 1);
  path = g_build_filename (f->directory, "a.mp3", NULL);
  fd = open (path, O_RDONLY);
  g_assert_true (isr_file_read_span (fd, &start_us, &end_us, &utc_offset));
  g_assert_cmpint (start_us, ==, START);
  g_assert_cmpint (end_us, ==, START + G_TIME_SPAN_DAY + 1);
  g_assert_cmpint (utc_offset, ==, 3600);
  g_assert_cmpint (fgetxattr (fd, "user.isr.span", NULL, 0), <=, 60);
  close (fd);
}

/* What is kept beside the bytes says more than a name, as long as that is of the same minute; of the end,
 * only what the bytes can be. */
static void
test_noted (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) file = audio_wav (4, START, 0, NULL);
  static const char *const names[] = { "jazz_20240131_120000.wav", "jazz_20240131_130000.wav", "rec.wav", "jazz_20240131_140000.wav", "jazz_20240131_150000.wav.part", "jazz_20240131_150000_2.wav.part" };

  if (!can_note (f)) {
    g_test_skip ("this file system has no attributes");
    return;
  }
  memcpy (memmem (file->data, file->len, "bext", 4), "junk", 4);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    temp_write (f->directory, names[i], file->data, file->len);
  note (f, names[0], START + 456789, START + 4458789);
  note (f, names[1], START + 456789, START + 4456789);
  note (f, names[2], START + 456789, START + 9 * G_TIME_SPAN_SECOND);
  note (f, names[4], START + 3 * G_TIME_SPAN_HOUR + 111, 0);
  note (f, names[5], START + 3 * G_TIME_SPAN_HOUR + 777777, 0);
  reconcile (f);
  assert_file (f, names[0], "jazz", START + 456789, 4002000);
  assert_file (f, names[1], "jazz", START + G_TIME_SPAN_HOUR, 4000000);
  assert_file (f, names[2], "", START + 456789, 4000000);
  assert_file (f, names[3], "jazz", START + 2 * G_TIME_SPAN_HOUR, 4000000);
  assert_file (f, "jazz_20240131_150000.wav", "jazz", START + 3 * G_TIME_SPAN_HOUR + 111, 4000000);
  assert_file (f, "jazz_20240131_150000_2.wav", "jazz", START + 3 * G_TIME_SPAN_HOUR + 777777, 4000000);
}

/* Of a .part whose name is all that is known: it does not begin before the one before has ended. */
static void
test_behind (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) file = audio_wav (4, START, 0, NULL);
  g_autoptr (IsrRecording) before = NULL;

  audio_write_wav (f->directory, "before.wav", 3, START - 2500000, 3600, "isr");
  reconcile (f);
  before = isr_catalog_lookup (f->catalog, "before.wav");
  memcpy (memmem (file->data, file->len, "bext", 4), "junk", 4);
  temp_write (f->directory, "garten_20240131_120000.wav.part", file->data, file->len);
  temp_write (f->directory, "garten_20240131_120001.wav.part", file->data, file->len);
  reconcile (f);
  g_assert_cmpint (before->end_us, ==, START + 500000);
  assert_file (f, "garten_20240131_120000.wav", "garten", START + 500000, 4000000);
  assert_file (f, "garten_20240131_120001.wav", "garten", START + G_TIME_SPAN_SECOND, 4000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/noted/" path, Fixture, NULL, set_up_berlin, func, tear_down)
  ADD ("span", test_noted);
  ADD ("small", test_small);
  ADD ("behind", test_behind);
  return g_test_run ();
}
