/* SPDX-License-Identifier: MIT */
/* Bad disks: slow, full, broken, forbidden; and names that are taken. */
#include "tests/element/split-helper.h"

#include <errno.h>
#include <sys/file.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#define CAPS "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved"
#define RATE 48000
#define BLOCK 48000 /* 1 s */

/* --- a disk that does what the test says --- */

static struct {
  gint code;    /* atomic: errno of every write; 0: it works */
  gint stalled; /* atomic: writes wait */
  gint waiting; /* atomic: one does */
  gint created; /* atomic */
} disk;

static int
disk_open (const char *path, int flags, mode_t mode)
{
  if (flags & O_CREAT)
    g_atomic_int_inc (&disk.created);
  return isr_file_verbs_get_default ()->open (path, flags, mode);
}

static gssize
disk_pwrite (int fd, const void *data, gsize size, off_t offset)
{
  while (g_atomic_int_get (&disk.stalled)) {
    g_atomic_int_set (&disk.waiting, TRUE);
    g_thread_yield ();
  }
  g_atomic_int_set (&disk.waiting, FALSE);
  if ((errno = g_atomic_int_get (&disk.code)) == 0)
    return pwrite (fd, data, size, offset);
  if (size > 2 && errno == ENOSPC) /* a full disk takes what still fits */
    return pwrite (fd, data, size / 2, offset) < 0 ? -1 : (errno = ENOSPC, -1);
  return -1;
}

static int
disk_rename (const char *from, const char *to)
{
  return isr_file_verbs_get_default ()->rename_new (from, to);
}

static const IsrFileVerbs verbs = { disk_open, disk_pwrite, ftruncate, fsync, disk_rename };

static void
disk_reset (void)
{
  g_atomic_int_set (&disk.code, 0);
  g_atomic_int_set (&disk.stalled, FALSE);
  g_atomic_int_set (&disk.created, 0);
}

/* --- feeding --- */

static Feed
bad_feed_new (const TestDir *dir)
{
  Feed self = feed_new (dir, NULL);

  disk_reset ();
  gst_element_set_state (self.h->element, GST_STATE_NULL);
  isr_split_sink_set_verbs (ISR_SPLIT_SINK (self.h->element), &verbs);
  g_object_set (self.h->element, "sync-interval", (guint64) 0, NULL);
  gst_util_set_object_arg (G_OBJECT (self.h->element), "format", "wav");
  gst_element_set_state (self.h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (self.h, CAPS);

  return self;
}

/* Second @n of a signal in which each frame says which it is. */
static GstFlowReturn
push_second (Feed *feed, guint n)
{
  g_autofree guint32 *frames = g_new (guint32, BLOCK);

  for (guint i = 0; i < BLOCK; i++)
    frames[i] = GUINT32_TO_LE (n * BLOCK + i);
  return feed_bytes (feed, frames, BLOCK * 4, n * GST_SECOND);
}

static void
push_seconds (Feed *feed, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    g_assert_cmpint (push_second (feed, i), ==, GST_FLOW_OK);
}

static const GstStructure *
wait_for (Feed *feed, const char *name, guint n)
{
  while (!find_message (feed->messages, name, n)) {
    g_autoptr (GstMessage) m = gst_bus_timed_pop_filtered (feed->bus, LIMIT, GST_MESSAGE_ELEMENT);

    g_assert_nonnull (m);
    g_ptr_array_add (feed->messages, gst_structure_copy (gst_message_get_structure (m)));
  }

  return find_message (feed->messages, name, n);
}

static void
wait_for_stall (void)
{
  gint64 limit = g_get_monotonic_time () + LIMIT / 1000;

  while (!g_atomic_int_get (&disk.waiting)) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit);
    g_thread_yield ();
  }
}

static void
wait_until_written (Feed *feed)
{
  gint64 limit = g_get_monotonic_time () + LIMIT / 1000;

  while (get_stat (feed->h->element, "pending-bytes") > 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit);
    g_thread_yield ();
  }
}

/* The file holds the frames from @from, @n of them. */
static void
assert_frames (const char *path, guint from, guint n)
{
  g_autoptr (GByteArray) data = read_wav (path);

  g_assert_cmpuint (data->len, ==, n * 4);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (read_u32 (data->data + 4 * i), ==, from + i);
}

/* --- slow --- */

/* The disk answers after 8 s of audio: nothing is lost, nothing is said. */
static void
test_stall (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);

  push_seconds (&feed, 0, 1);
  g_atomic_int_set (&disk.stalled, TRUE);
  push_seconds (&feed, 1, 8);
  wait_for_stall ();
  g_assert_cmpuint (get_stat (feed.h->element, "pending-ns"), >=, 7 * GST_SECOND);
  g_atomic_int_set (&disk.stalled, FALSE);
  push_seconds (&feed, 9, 1);
  feed_eos (&feed);
  g_assert_null (find_message (feed.messages, ISR_MESSAGE_DISK, 0));
  g_assert_cmpuint (get_stat (feed.h->element, "lost-ns"), ==, 0);
  assert_frames (gst_structure_get_string (find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0), "location"), 0, 10 * BLOCK);
  assert_all_complete (&dir);
}

/* It does not answer at all for 20 s: capture goes on, what does not fit is counted, declared, and the rest is there. */
static void
test_too_slow (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);
  const GstStructure *first, *second, *failed;
  guint64 lost, kept;

  push_seconds (&feed, 0, 1);
  wait_until_written (&feed);
  g_atomic_int_set (&disk.stalled, TRUE);
  push_seconds (&feed, 1, 20);
  failed = wait_for (&feed, ISR_MESSAGE_DISK, 0);
  g_assert_cmpstr (gst_structure_get_string (failed, "state"), ==, "failed");
  g_atomic_int_set (&disk.stalled, FALSE);
  wait_until_written (&feed);
  push_seconds (&feed, 21, 2);
  feed_eos (&feed);

  lost = get_stat (feed.h->element, "lost-ns");
  g_assert_cmpuint (lost, >=, 8 * GST_SECOND);
  g_assert_cmpuint (lost, <=, 10 * GST_SECOND);
  g_assert_cmpuint (lost % GST_SECOND, ==, 0);
  kept = 21 - lost / GST_SECOND;
  first = find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0);
  second = find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 1);
  g_assert_cmpstr (gst_structure_get_string (first, "reason"), ==, ISR_CLOSE_GAP);
  g_assert_cmpstr (gst_structure_get_string (first, "cause"), ==, ISR_GAP_DISK);
  assert_frames (gst_structure_get_string (first, "location"), 0, (guint) kept * BLOCK);
  assert_frames (gst_structure_get_string (second, "location"), 21 * BLOCK, 2 * BLOCK);
  g_assert_cmpint (get_i64 (second, "start-utc-us"), ==, START_US + 21 * G_USEC_PER_SEC);
  g_assert_cmpstr (gst_structure_get_string (find_message (feed.messages, ISR_MESSAGE_DISK, 1), "state"), ==, "recovered");
  g_assert_cmpuint (get_u64 (find_message (feed.messages, ISR_MESSAGE_DISK, 1), "lost"), ==, lost);
}

/* --- full --- */

/* @written: seconds that are on the disk; 0: it is not told. */
static void
assert_disk_fields (const GstStructure *s, const char *state, int code, guint written)
{
  int number = -1;

  g_assert_nonnull (s);
  g_assert_cmpint (gst_structure_n_fields (s), ==, written ? 7 : 6);
  if (written)
    g_assert_cmpint (get_i64 (s, "written-utc-us"), ==, START_US + written * G_USEC_PER_SEC);
  g_assert_cmpstr (gst_structure_get_string (s, "state"), ==, state);
  g_assert_nonnull (gst_structure_get_string (s, "location"));
  g_assert_nonnull (gst_structure_get_string (s, "detail"));
  g_assert_true (gst_structure_get_int (s, "errno", &number));
  g_assert_cmpint (number, ==, code);
  get_u64 (s, "lost");
}

/* Full, then cleared in time: held in memory, nothing is lost, the file goes on. */
static void
test_full_for_a_moment (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);
  g_autoptr (GPtrArray) paths = NULL;
  struct stat st;
  gint64 written_us;

  push_seconds (&feed, 0, 2);
  wait_until_written (&feed);
  paths = test_dir_list (&dir);
  written_us = g_get_real_time ();
  g_atomic_int_set (&disk.code, ENOSPC);
  push_seconds (&feed, 2, 3);
  assert_disk_fields (wait_for (&feed, ISR_MESSAGE_DISK, 0), "failed", ENOSPC, 2);
  g_assert_cmpint (stat (paths->pdata[0], &st), ==, 0);
  g_assert_cmpint (st.st_mtim.tv_sec * G_USEC_PER_SEC + st.st_mtim.tv_nsec / 1000, <=, written_us); /* though some of it was tried */
  g_atomic_int_set (&disk.code, 0);
  assert_disk_fields (wait_for (&feed, ISR_MESSAGE_DISK, 1), "recovered", 0, 0);
  push_seconds (&feed, 5, 1);
  feed_eos (&feed);
  g_assert_cmpuint (get_stat (feed.h->element, "lost-ns"), ==, 0);
  assert_frames (gst_structure_get_string (find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0), "location"), 0, 6 * BLOCK);
}

/* Full for longer than memory lasts: a gap, then a new file. */
static void
test_full_for_long (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);
  const GstStructure *second;

  push_seconds (&feed, 0, 2);
  wait_until_written (&feed);
  g_atomic_int_set (&disk.code, ENOSPC);
  push_seconds (&feed, 2, 20);
  wait_for (&feed, ISR_MESSAGE_DISK, 0);
  g_atomic_int_set (&disk.code, 0);
  wait_until_written (&feed);
  g_assert_cmpuint (feed_count_new_runs (&feed), ==, 1); /* when the first second was dropped */
  push_seconds (&feed, 22, 1);
  g_assert_cmpuint (feed_count_new_runs (&feed), ==, 1); /* when one was kept again */
  second = wait_for (&feed, ISR_MESSAGE_DISK, 1);
  assert_disk_fields (second, "recovered", 0, 0);
  feed_eos (&feed);
  g_assert_cmpuint (get_u64 (second, "lost"), >, 0);
  g_assert_cmpstr (gst_structure_get_string (find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0), "cause"), ==, ISR_GAP_DISK);
  assert_frames (gst_structure_get_string (find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 1), "location"), 22 * BLOCK, BLOCK);
  assert_all_complete (&dir);
}

/* Still full at the end: the part stays, plays as far as it got, and the end comes. */
static void
test_full_at_the_end (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);
  const GstStructure *closed;
  const char *path;

  push_seconds (&feed, 0, 2);
  wait_until_written (&feed);
  g_atomic_int_set (&disk.code, ENOSPC);
  push_seconds (&feed, 2, 1);
  wait_for (&feed, ISR_MESSAGE_DISK, 0);
  feed_eos (&feed);
  closed = find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0);
  g_assert_cmpstr (gst_structure_get_string (closed, "reason"), ==, ISR_CLOSE_DISK);
  path = gst_structure_get_string (closed, "location");
  g_assert_true (g_str_has_suffix (path, ".part"));
  assert_frames (path, 0, 2 * BLOCK);
  g_assert_cmpuint (get_u64 (closed, "samples"), ==, 2 * BLOCK);
  g_assert_cmpint (get_i64 (closed, "end-utc-us"), ==, START_US + 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (get_stat (feed.h->element, "lost-ns"), ==, GST_SECOND);
}

/* --- broken --- */

/* EIO: that file can not go on, the next one can. */
static void
test_broken (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);
  const GstStructure *first;

  push_seconds (&feed, 0, 2);
  wait_until_written (&feed);
  g_atomic_int_set (&disk.code, EIO);
  push_seconds (&feed, 2, 1);
  assert_disk_fields (wait_for (&feed, ISR_MESSAGE_DISK, 0), "failed", EIO, 2);
  g_atomic_int_set (&disk.code, 0);
  wait_until_written (&feed);
  push_seconds (&feed, 3, 1);
  feed_eos (&feed);
  first = find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0);
  g_assert_cmpstr (gst_structure_get_string (first, "reason"), ==, ISR_CLOSE_DISK);
  g_assert_true (g_str_has_suffix (gst_structure_get_string (first, "location"), ".part"));
  assert_frames (gst_structure_get_string (first, "location"), 0, 2 * BLOCK);
  assert_frames (gst_structure_get_string (find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 1), "location"), 3 * BLOCK, BLOCK);
  assert_disk_fields (find_message (feed.messages, ISR_MESSAGE_DISK, 1), "recovered", 0, 0);
  g_assert_cmpuint (get_stat (feed.h->element, "lost-ns"), ==, GST_SECOND);
}

static char *
wait_for_error (Feed *feed, GQuark domain, int code)
{
  g_autoptr (GstMessage) m = gst_bus_timed_pop_filtered (feed->bus, LIMIT, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (m);
  g_assert_true (ISR_IS_SPLIT_SINK (GST_MESSAGE_SRC (m)));
  gst_message_parse_error (m, &error, NULL);
  g_assert_error (error, domain, code);
  return g_strdup (error->message);
}

static void
test_no_retry (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);
  g_autofree char *text = NULL;

  gst_element_set_state (feed.h->element, GST_STATE_NULL);
  g_object_set (feed.h->element, "disk-retry", FALSE, NULL);
  gst_element_set_state (feed.h->element, GST_STATE_PLAYING);
  gst_harness_push_event (feed.h, gst_event_new_stream_start ("x"));
  gst_harness_set_src_caps_str (feed.h, CAPS);
  push_seconds (&feed, 0, 1);
  wait_until_written (&feed);
  g_atomic_int_set (&disk.code, ENOSPC);
  push_second (&feed, 1);
  text = wait_for_error (&feed, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
  g_assert_nonnull (strstr (text, dir.path));
  g_assert_nonnull (strstr (text, g_strerror (ENOSPC)));
  g_assert_cmpint (push_second (&feed, 2), ==, GST_FLOW_ERROR);
}

/* What can be known at the start is said at the start, with path and reason. */
static void
test_forbidden (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autofree char *file = g_build_filename (dir.path, "file", NULL);
  g_autofree char *below = g_build_filename (file, "sub", "%H", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  gst_element_set_state (feed.h->element, GST_STATE_NULL);
  g_object_set (feed.h->element, "location", below, NULL);
  g_assert_cmpint (gst_element_set_state (feed.h->element, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_FAILURE);
  text = wait_for_error (&feed, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
  g_assert_nonnull (strstr (text, file));
  g_assert_nonnull (strstr (text, g_strerror (ENOTDIR)));
}

/* What only the first file shows is an error as well: no time will mend it. */
static void
test_impossible_name (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autofree char *file = g_build_filename (dir.path, "0", NULL);
  g_autofree char *below = g_build_filename (dir.path, "%-H", "%M", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (file, "x", 1, NULL)); /* hour 0 is a file */
  gst_element_set_state (feed.h->element, GST_STATE_NULL);
  g_object_set (feed.h->element, "location", below, NULL);
  gst_element_set_state (feed.h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (feed.h, CAPS);
  push_second (&feed, 0);
  text = wait_for_error (&feed, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
  g_assert_nonnull (strstr (text, file));
}

/* A real one: a tmpfs of 1 MiB. Needs root. */
static void
test_real_full_disk (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autofree char *filler = g_build_filename (dir.path, "filler", NULL);

  if (mount ("tmpfs", dir.path, "tmpfs", 0, "size=1m") < 0) {
    g_test_skip ("no tmpfs can be mounted here");
    return;
  }
  {
    g_auto (Feed) feed = feed_new (&dir, NULL);
    g_autofree char *zeros = g_malloc0 (640 * 1024);
    const GstStructure *closed;

    g_assert_true (g_file_set_contents (filler, zeros, 640 * 1024, NULL));
    gst_element_set_state (feed.h->element, GST_STATE_NULL);
    g_object_set (feed.h->element, "sync-interval", (guint64) 0, NULL);
    gst_util_set_object_arg (G_OBJECT (feed.h->element), "format", "wav");
    gst_element_set_state (feed.h->element, GST_STATE_PLAYING);
    gst_harness_set_src_caps_str (feed.h, CAPS);
    push_seconds (&feed, 0, 4); /* 768 KiB */
    assert_disk_fields (wait_for (&feed, ISR_MESSAGE_DISK, 0), "failed", ENOSPC, 2);
    g_assert_cmpint (g_unlink (filler), ==, 0);
    wait_for (&feed, ISR_MESSAGE_DISK, 1);
    feed_eos (&feed);
    closed = find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0);
    assert_frames (gst_structure_get_string (closed, "location"), 0, 4 * BLOCK);
    g_assert_cmpuint (get_stat (feed.h->element, "lost-ns"), ==, 0);
  }
  umount2 (dir.path, MNT_DETACH);
}

/* --- names --- */

/* A file, or a .part of somebody, keeps its name. */
static void
test_taken_names (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);
  g_autofree char *file = g_build_filename (dir.path, "000000_000000.wav", NULL);
  g_autofree char *part = g_build_filename (dir.path, "000000_000000_2.wav.part", NULL);
  g_autofree char *mine = g_build_filename (dir.path, "000000_000000_3.wav", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (file, "old", 3, NULL));
  g_assert_true (g_file_set_contents (part, "torn", 4, NULL));
  push_seconds (&feed, 0, 1);
  feed_eos (&feed);
  assert_frames (mine, 0, BLOCK);
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
}

/* While it is written a .part is locked; repair keeps off. */
static void
test_part_is_locked (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = bad_feed_new (&dir);
  g_autofree char *part = g_build_filename (dir.path, "000000_000000.wav.part", NULL);
  int fd;

  push_seconds (&feed, 0, 1);
  wait_until_written (&feed);
  fd = open (part, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, -1);
  g_assert_cmpint (errno, ==, EWOULDBLOCK);
  feed_eos (&feed);
  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  close (fd);
}

int
main (int argc, char **argv)
{
  split_test_init (&argc, &argv);
  g_test_add_func ("/split/disk/stall", test_stall);
  g_test_add_func ("/split/disk/too-slow", test_too_slow);
  g_test_add_func ("/split/disk/full-for-a-moment", test_full_for_a_moment);
  g_test_add_func ("/split/disk/full-for-long", test_full_for_long);
  g_test_add_func ("/split/disk/full-at-the-end", test_full_at_the_end);
  g_test_add_func ("/split/disk/broken", test_broken);
  g_test_add_func ("/split/disk/no-retry", test_no_retry);
  g_test_add_func ("/split/disk/forbidden", test_forbidden);
  g_test_add_func ("/split/disk/impossible-name", test_impossible_name);
  g_test_add_func ("/split/disk/real-full-disk", test_real_full_disk);
  g_test_add_func ("/split/disk/taken-names", test_taken_names);
  g_test_add_func ("/split/disk/part-is-locked", test_part_is_locked);
  return g_test_run ();
}
