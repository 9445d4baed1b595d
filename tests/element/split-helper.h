/* SPDX-License-Identifier: MIT */
/* split-helper.h - what the tests of isrsplitsink share: a directory that goes away,
 * a pipeline that runs to its end, its messages, and the audio in the files. */
#pragma once

#include <gst/check/gstharness.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "plugins/elements.h"
#include "plugins/messages.h"
#include "plugins/split/isrsplitsink.h"

/* 2026-01-01T00:00:00Z, the beginning of all given times here. */
#define START_US G_GINT64_CONSTANT (1767225600000000)
#define LIMIT (60 * GST_SECOND) /* nothing here takes as long; a hang fails */

static inline void
split_test_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  gst_init (argc, argv);
  g_assert_true (isr_elements_register (NULL));
}

/* --- directories --- */

static inline void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  g_remove (path);
}

typedef struct {
  char *path;
} TestDir;

static inline TestDir
test_dir_new (void)
{
  g_autoptr (GError) error = NULL;
  TestDir self = { g_dir_make_tmp ("isr-split-XXXXXX", &error) };

  g_assert_no_error (error);
  return self;
}

static inline void
test_dir_clear (TestDir *self)
{
  remove_tree (self->path);
  g_clear_pointer (&self->path, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestDir, test_dir_clear)

static inline int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Paths of everything in it, sorted. */
static inline GPtrArray *
test_dir_list (const TestDir *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, NULL);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (paths, g_build_filename (self->path, name, NULL));
  g_ptr_array_sort (paths, compare_strings);

  return paths;
}

static inline void
assert_all_complete (const TestDir *self)
{
  g_autoptr (GPtrArray) paths = test_dir_list (self);

  for (guint i = 0; i < paths->len; i++) {
    GStatBuf st;

    g_assert_false (g_str_has_suffix (paths->pdata[i], ".part"));
    g_assert_cmpint (g_stat (paths->pdata[i], &st), ==, 0);
    g_assert_cmpint (st.st_size, >, 0);
  }
}

/* --- messages --- */

/* Structures of all element messages on @bus so far, in order. */
static inline void
collect_messages (GstBus *bus, GPtrArray *into)
{
  GstMessage *m;

  while ((m = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    g_assert_true (ISR_IS_SPLIT_SINK (GST_MESSAGE_SRC (m)));
    g_ptr_array_add (into, gst_structure_copy (gst_message_get_structure (m)));
    gst_message_unref (m);
  }
}

static inline GPtrArray *
messages_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) gst_structure_free);
}

/* The @n-th message called @name, or NULL. */
static inline const GstStructure *
find_message (GPtrArray *messages, const char *name, guint n)
{
  for (guint i = 0; i < messages->len; i++) {
    if (gst_structure_has_name (messages->pdata[i], name) && n-- == 0)
      return messages->pdata[i];
  }

  return NULL;
}

static inline guint
count_messages (GPtrArray *messages, const char *name)
{
  guint n = 0;

  while (find_message (messages, name, n))
    n++;
  return n;
}

static inline guint64
get_u64 (const GstStructure *s, const char *field)
{
  guint64 value = 0;

  g_assert_true (gst_structure_get_uint64 (s, field, &value));
  return value;
}

static inline gint64
get_i64 (const GstStructure *s, const char *field)
{
  gint64 value = 0;

  g_assert_true (gst_structure_get_int64 (s, field, &value));
  return value;
}

static inline guint64
get_stat (GstElement *sink, const char *field)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (sink, "stats", &stats, NULL);
  return get_u64 (stats, field);
}

/* --- pipelines --- */

/* Runs @line to EOS or error. Returns the messages; *@error is set at an error. */
static inline GPtrArray *
run_line (const char *line, GError **error)
{
  g_autoptr (GError) parse = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, &parse);
  g_autoptr (GstBus) bus = NULL;
  GPtrArray *messages = messages_new ();
  GstMessage *end;

  g_assert_no_error (parse);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((end = gst_bus_timed_pop_filtered (bus, LIMIT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT))) {
    gboolean more = GST_MESSAGE_TYPE (end) == GST_MESSAGE_ELEMENT;

    if (more)
      g_ptr_array_add (messages, gst_structure_copy (gst_message_get_structure (end)));
    if (GST_MESSAGE_TYPE (end) == GST_MESSAGE_ERROR)
      gst_message_parse_error (end, error, NULL);
    gst_message_unref (end);
    if (!more)
      break;
  }
  g_assert_nonnull (end);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  return messages;
}

/* --- a sink that is fed by hand --- */

typedef struct {
  GstHarness *h;
  GstBus *bus;
  GPtrArray *messages;
} Feed;

static inline Feed
feed_new (const TestDir *dir, const char *caps)
{
  Feed self = { NULL, gst_bus_new (), messages_new () };
  GstElement *sink = gst_element_factory_make ("isrsplitsink", NULL);
  g_autofree char *location = g_build_filename (dir->path, "%H%M%S_%f", NULL);

  g_assert_nonnull (sink);
  g_object_set (sink, "location", location, "start-time", (guint64) START_US * 1000, "timezone", "UTC", "split-interval", (guint64) 0, NULL);
  gst_element_set_bus (sink, self.bus);
  self.h = gst_harness_new_with_element (sink, "sink", NULL);
  if (caps)
    gst_harness_set_src_caps_str (self.h, caps);
  gst_object_unref (sink);

  return self;
}

static inline void
feed_collect (Feed *self)
{
  collect_messages (self->bus, self->messages);
}

static inline void
feed_clear (Feed *self)
{
  gst_element_set_bus (self->h->element, NULL);
  gst_harness_teardown (self->h);
  gst_bus_set_flushing (self->bus, TRUE);
  g_clear_object (&self->bus);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Feed, feed_clear)

/* Ends the stream: everything is on the disk afterwards. */
static inline void
feed_eos (Feed *self)
{
  g_assert_true (gst_harness_push_event (self->h, gst_event_new_eos ()));
  feed_collect (self);
}

static inline GstFlowReturn
feed_bytes (Feed *self, const void *data, gsize size, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);

  GST_BUFFER_PTS (buffer) = pts;
  return gst_harness_push (self->h, buffer);
}

/* How often it said upstream since the last time that another run begins. */
static inline guint
feed_count_new_runs (Feed *self)
{
  GstEvent *event;
  guint n = 0;

  while ((event = gst_harness_try_pull_upstream_event (self->h))) {
    n += gst_event_has_name (event, ISR_EVENT_NEW_RUN);
    gst_event_unref (event);
  }
  return n;
}

/* --- audio --- */

static inline GByteArray *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *data = NULL;
  gsize size = 0;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  return g_byte_array_new_take ((guint8 *) data, size);
}

/* Little-endian, wherever it lies. */
static inline guint32
read_u32 (const guint8 *at)
{
  return at[0] | at[1] << 8 | at[2] << 16 | (guint32) at[3] << 24;
}

/* The data chunk of a WAV file. */
static inline GByteArray *
read_wav (const char *path)
{
  g_autoptr (GByteArray) file = read_file (path);
  gsize at = 12;

  g_assert_cmpmem (file->data + 8, 4, "WAVE", 4);
  while (at + 8 <= file->len) {
    guint32 size = read_u32 (file->data + at + 4);

    if (memcmp (file->data + at, "data", 4) == 0) {
      GByteArray *data = g_byte_array_new ();

      g_assert_cmpuint (at + 8 + size, <=, file->len);
      return g_byte_array_append (data, file->data + at + 8, size);
    }
    at += 8 + size + (size & 1);
  }
  g_assert_not_reached ();
}

/* What a command writes to stdout. */
static inline GByteArray *
run_command (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  g_autoptr (GBytes) out = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate (child, NULL, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (child))
    g_error ("%s failed", argv[0]);
  return g_bytes_unref_to_array (g_steal_pointer (&out));
}

static inline void G_GNUC_PRINTF (1, 2)
    shell (const char *format, ...)
{
  va_list args;
  g_autofree char *command = NULL;
  const char *argv[] = { "sh", "-c", NULL, NULL };

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);
  argv[2] = command;
  g_byte_array_unref (run_command (argv));
}

static inline GByteArray *
decode_flac (const char *path)
{
  const char *argv[] = { "flac", "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed", path, NULL };

  return run_command (argv);
}

static inline GByteArray *
decode_s16 (const char *path)
{
  const char *argv[] = { "ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-", NULL };

  return run_command (argv);
}
