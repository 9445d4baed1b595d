/* SPDX-License-Identifier: MIT */
/* A real file system that is filled to its last byte, ten times, under three recordings.
 * Each time the element must say so, go on when there is room again, and in the end
 * every file must play, hold what its message says, and what is not there be counted.
 *
 * Needs to mount a tmpfs; where that is forbidden the test fails: nothing was proved. */
#include "tests/element/split-helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#define NEEDS_ROOT "This test fills a real file system: run it as root, in a container with CAP_SYS_ADMIN."
#define RATE 8000
#define FILLS 10
#define BLOCK_SECONDS 8
#define TOO_MUCH_SECONDS 160 /* more than may wait: 10 s, and at least 1 MiB */

typedef struct {
  const char *format; /* "wav", "flac", "mp3" */
  TestDir dir;
  Feed feed;
  guint64 pushed; /* raw: samples; MP3: bytes */
  guint said;     /* isr-disk messages seen */
} Recording;

static GByteArray *mp3; /* 8 s, 128 kb/s */

/* --- the disk --- */

/* Mounts of our own, that go when we go, however that be. */
static void
leave_mounts_of_others (void)
{
  if (unshare (CLONE_NEWNS) < 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
    g_error ("No mount can be made here: %s. " NEEDS_ROOT, g_strerror (errno));
}

static void
mount_small_disk (const char *path)
{
  if (mount ("tmpfs", path, "tmpfs", 0, "size=16m") < 0)
    g_error ("No tmpfs can be mounted at %s: %s. " NEEDS_ROOT, path, g_strerror (errno));
}

static char *
filler_path (const Recording *self)
{
  return g_build_filename (self->dir.path, "filler", NULL);
}

/* Not a byte is left. */
static void
fill (const Recording *self)
{
  g_autofree char *path = filler_path (self);
  g_autofree char *zeros = g_malloc0 (65536);
  int fd = open (path, O_CREAT | O_WRONLY | O_APPEND, 0600);

  g_assert_cmpint (fd, >=, 0);
  for (gsize piece = 65536; piece > 0;) {
    if (write (fd, zeros, piece) > 0)
      continue;
    g_assert_cmpint (errno, ==, ENOSPC);
    piece /= 2;
  }
  close (fd);
}

static void
make_room (const Recording *self)
{
  g_autofree char *path = filler_path (self);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* --- the audio --- */

/* Sample n, of which nothing can be compressed. */
static guint32
sample_at (guint64 n)
{
  guint64 x = (n + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  x = (x ^ (x >> 29)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  return (guint32) (x >> 40);
}

static void
push_raw (Recording *self, guint seconds)
{
  guint frames = seconds * RATE;
  g_autofree guint8 *data = g_malloc (frames * 3);

  for (guint i = 0; i < frames; i++)
    GST_WRITE_UINT24_LE (data + 3 * i, sample_at (self->pushed + i));
  g_assert_cmpint (feed_bytes (&self->feed, data, frames * 3, gst_util_uint64_scale (self->pushed, GST_SECOND, RATE)), ==, GST_FLOW_OK);
  self->pushed += frames;
}

static void
push (Recording *self, guint seconds)
{
  for (guint at = 0; at < seconds; at += BLOCK_SECONDS) {
    if (!g_str_equal (self->format, "mp3")) {
      push_raw (self, BLOCK_SECONDS);
      continue;
    }
    g_assert_cmpint (feed_bytes (&self->feed, mp3->data, mp3->len, GST_CLOCK_TIME_NONE), ==, GST_FLOW_OK);
    self->pushed += mp3->len;
  }
}

static void
begin (Recording *self, const char *format)
{
  gboolean raw = !g_str_equal (format, "mp3");

  self->format = format;
  self->dir = test_dir_new ();
  mount_small_disk (self->dir.path);
  self->feed = feed_new (&self->dir, NULL);
  gst_element_set_state (self->feed.h->element, GST_STATE_NULL);
  g_object_set (self->feed.h->element, "sync-interval", (guint64) 0, NULL);
  if (raw)
    gst_util_set_object_arg (G_OBJECT (self->feed.h->element), "format", format);
  gst_element_set_state (self->feed.h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (self->feed.h, raw ? "audio/x-raw,format=S24LE,rate=8000,channels=1,layout=interleaved" : "audio/mpeg,mpegversion=1");
}

/* --- what it says --- */

static gboolean
take_message (Recording *self, GstClockTime wait)
{
  g_autoptr (GstMessage) m = gst_bus_timed_pop_filtered (self->feed.bus, wait, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

  if (!m)
    return FALSE;
  g_assert_cmpint (GST_MESSAGE_TYPE (m), ==, GST_MESSAGE_ELEMENT);
  g_ptr_array_add (self->feed.messages, gst_structure_copy (gst_message_get_structure (m)));
  return TRUE;
}

static const GstStructure *
next_disk_message (Recording *self)
{
  while (!find_message (self->feed.messages, ISR_MESSAGE_DISK, self->said))
    g_assert_true (take_message (self, LIMIT));

  return find_message (self->feed.messages, ISR_MESSAGE_DISK, self->said++);
}

static void
assert_says (Recording *self, const char *state, int code)
{
  const GstStructure *s = next_disk_message (self);
  int number = -1;

  g_assert_cmpstr (gst_structure_get_string (s, "state"), ==, state);
  g_assert_true (gst_structure_get_int (s, "errno", &number));
  g_assert_cmpint (number, ==, code);
  g_assert_true (g_str_has_prefix (gst_structure_get_string (s, "location"), self->dir.path));
  if (code)
    g_assert_nonnull (strstr (gst_structure_get_string (s, "detail"), g_strerror (code)));
}

/* --- the proof --- */

/* Full for a moment; while a file begins; for longer than memory lasts: in turn. */
static void
suffer (Recording *self, guint n)
{
  fill (self);
  if (n % 3 == 1)
    g_signal_emit_by_name (self->feed.h->element, "split-now");
  push (self, BLOCK_SECONDS);
  assert_says (self, "failed", ENOSPC);
  if (n % 3 == 2)
    push (self, TOO_MUCH_SECONDS);
}

static void
wait_until_written (Recording *self)
{
  gint64 limit = g_get_monotonic_time () + LIMIT / 1000;

  while (get_stat (self->feed.h->element, "pending-bytes") > 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit);
    take_message (self, 20 * GST_MSECOND);
  }
}

/* As long as it drops audio it has not recovered: that shows with the next block. */
static void
recover (Recording *self)
{
  make_room (self);
  wait_until_written (self);
  push (self, BLOCK_SECONDS);
  assert_says (self, "recovered", 0);
}

static GByteArray *
decode (const Recording *self, const char *path)
{
  return g_str_equal (self->format, "flac") ? decode_flac (path) : read_wav (path);
}

static void
assert_samples (const Recording *self, const GstStructure *closed)
{
  g_autoptr (GByteArray) data = decode (self, gst_structure_get_string (closed, "location"));
  guint64 first = gst_util_uint64_scale_round (get_u64 (closed, "position"), RATE, GST_SECOND);

  g_assert_cmpuint (data->len, ==, get_u64 (closed, "samples") * 3);
  for (guint i = 0; i < data->len / 3; i++)
    g_assert_cmpuint (GST_READ_UINT24_LE (data->data + 3 * i), ==, sample_at (first + i));
}

static void
assert_plays (const Recording *self, const GstStructure *closed)
{
  const char *argv[] = { "mpg123", "-q", "-t", gst_structure_get_string (closed, "location"), NULL };

  if (g_str_equal (self->format, "mp3"))
    g_byte_array_unref (run_command (argv));
  else
    assert_samples (self, closed);
}

static guint
get_rate (const GstStructure *closed)
{
  guint rate = 0;

  g_assert_true (gst_structure_get_uint (closed, "rate", &rate));
  return rate;
}

/* What is in the files and what was lost is all there was; every hole was declared. */
static void
assert_nothing_missing (Recording *self)
{
  guint64 samples = 0, end = 0, lost = get_stat (self->feed.h->element, "lost-ns");
  guint n = count_messages (self->feed.messages, ISR_MESSAGE_FILE_CLOSED);

  g_assert_cmpuint (n, >=, FILLS / 3 * 2);
  g_assert_cmpuint (lost, >, 0);
  for (guint i = 0; i < n; i++) {
    const GstStructure *closed = find_message (self->feed.messages, ISR_MESSAGE_FILE_CLOSED, i);
    guint64 position = get_u64 (closed, "position");
    const GstStructure *before = i ? find_message (self->feed.messages, ISR_MESSAGE_FILE_CLOSED, i - 1) : NULL;

    g_assert_cmpuint (position, >=, end);
    if (position > end + 1)
      g_assert_cmpstr (gst_structure_get_string (before, "cause"), ==, ISR_GAP_DISK);
    end = position + gst_util_uint64_scale (get_u64 (closed, "samples"), GST_SECOND, get_rate (closed));
    samples += get_u64 (closed, "samples");
    assert_plays (self, closed);
  }
  if (!g_str_equal (self->format, "mp3"))
    g_assert_cmpuint (samples + gst_util_uint64_scale_round (lost, RATE, GST_SECOND), ==, self->pushed);
}

static void
finish (Recording *self)
{
  feed_eos (&self->feed);
  g_assert_null (find_message (self->feed.messages, ISR_MESSAGE_DISK, self->said));
  g_assert_cmpuint (self->said, ==, 2 * FILLS);
  assert_all_complete (&self->dir);
  assert_nothing_missing (self);
  feed_clear (&self->feed);
  g_assert_cmpint (umount (self->dir.path), ==, 0);
  test_dir_clear (&self->dir);
}

static void
test_ten_times_full (void)
{
  static const char *const formats[] = { "wav", "flac", "mp3" };
  Recording recordings[G_N_ELEMENTS (formats)] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    begin (&recordings[i], formats[i]);
    push (&recordings[i], BLOCK_SECONDS);
  }
  for (guint n = 0; n < FILLS; n++) {
    for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
      suffer (&recordings[i], n);
    for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
      recover (&recordings[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    finish (&recordings[i]);
}

static void
make_mp3 (void)
{
  const char *argv[] = { "sh", "-c", "ffmpeg -v error -f lavfi -i anoisesrc=seed=1:sample_rate=48000:duration=8 -f wav - | lame --quiet -b 128 -t - -", NULL };

  mp3 = run_command (argv);
}

int
main (int argc, char **argv)
{
  int status;

  split_test_init (&argc, &argv);
  leave_mounts_of_others ();
  make_mp3 ();
  g_test_add_func ("/proof/disk/ten-times-full", test_ten_times_full);
  status = g_test_run ();
  g_byte_array_unref (mp3);

  return status;
}
