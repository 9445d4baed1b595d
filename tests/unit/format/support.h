/* SPDX-License-Identifier: MIT */
/* support.h - what tests of formats share: a signal, files in a directory of
 * their own, the programs of other people as judges. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "plugins/format/format.h"

/* Sample frames whose every sample differs from its neighbours: @frames of
 * @frame_size bytes, by a fixed seed. Audible enough to compress like noise. */
static inline GBytes *
test_noise (gsize frames, guint frame_size, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  gsize size = frames * frame_size;
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = g_rand_int (rand);
  return g_bytes_new_take (data, size);
}

/* A closed file in memory. */
typedef struct {
  GBytes *bytes;
  IsrFileTotals totals;
} TestFile;

static inline void
test_file_free (TestFile *self)
{
  g_bytes_unref (self->bytes);
  g_free (self);
}

/* A writer over memory. */
typedef struct {
  IsrMemoryOutput memory;
  IsrWriter *writer;
} TestWriter;

static inline void
test_writer_open (TestWriter *self, IsrStream *stream, const IsrFileInfo *info)
{
  isr_memory_output_init (&self->memory);
  self->writer = isr_stream_open (stream, &self->memory.parent, info);
}

static inline TestFile *
test_writer_close (TestWriter *self)
{
  TestFile *file = g_new0 (TestFile, 1);

  isr_writer_close (self->writer, &file->totals);
  file->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->memory.bytes));
  g_assert_cmpuint (file->totals.bytes, ==, g_bytes_get_size (file->bytes));
  return file;
}

/* Pushes raw @audio in buffers of random size, begins a new file at random
 * sample frames, refreshes now and then. */
static inline GPtrArray *
test_split_raw (IsrStream *stream, GBytes *audio, const IsrFileInfo *info, guint mean, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) test_file_free);
  guint frame = isr_stream_get_frame_size (stream);
  gsize total = g_bytes_get_size (audio) / frame;
  TestWriter writer = { 0 };
  guint64 left = 1 + g_rand_int_range (rand, 0, 2 * mean);

  test_writer_open (&writer, stream, info);
  for (gsize done = 0; done < total;) {
    gsize size = g_rand_int_range (rand, 1, 3000);
    gsize n = MIN (total - done, size);
    g_autoptr (GBytes) buffer = g_bytes_new_from_bytes (audio, done * frame, n * frame);
    IsrPacket packet = { 0 };

    done += n;
    isr_stream_push (stream, buffer);
    while (isr_stream_next (stream, &packet, NULL)) {
      while (packet.samples) {
        IsrPacket head = { 0 };

        isr_packet_take (&packet, frame, MIN (left, packet.samples), &head);
        left -= head.samples;
        isr_writer_write (writer.writer, &head);
        if (g_rand_int_range (rand, 0, 8) == 0)
          isr_writer_refresh (writer.writer);
        isr_packet_clear (&head);
        if (left)
          continue;
        g_ptr_array_add (files, test_writer_close (&writer));
        test_writer_open (&writer, stream, info);
        left = 1 + g_rand_int_range (rand, 0, 2 * mean);
      }
      isr_packet_clear (&packet);
    }
  }
  g_ptr_array_add (files, test_writer_close (&writer));
  return files;
}

/* --- files and programs --------------------------------------------------- */

typedef struct {
  char *dir;
} TestDir;

static inline void
test_dir_init (TestDir *self)
{
  g_autoptr (GError) error = NULL;

  self->dir = g_dir_make_tmp ("isr-format-XXXXXX", &error);
  g_assert_no_error (error);
}

static inline char *
test_dir_put (TestDir *self, const char *name, const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (self->dir, name, NULL);

  g_file_set_contents (path, data, size, &error);
  g_assert_no_error (error);
  return path;
}

static inline char *
test_dir_put_bytes (TestDir *self, const char *name, GBytes *bytes)
{
  return test_dir_put (self, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static inline void
test_dir_clear (TestDir *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->dir, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (self->dir, name, NULL);

    g_unlink (path);
  }
  g_rmdir (self->dir);
  g_clear_pointer (&self->dir, g_free);
}

/* The environment for other people's programs: none of our plugins (a sanitized
 * one can not be loaded by them), no registry that knows of them, and warnings
 * are theirs to survive. */
static inline GStrv
test_foreign_environment (const char *out)
{
  GStrv env = g_environ_setenv (g_get_environ (), "ISR_TEST_OUT", out, TRUE);
  const char *registry = g_environ_getenv (env, "GST_REGISTRY");

  if (registry) {
    g_autofree char *other = g_strconcat (registry, ".foreign", NULL);

    env = g_environ_setenv (env, "GST_REGISTRY", other, TRUE);
  }
  env = g_environ_unsetenv (env, "GST_PLUGIN_PATH");
  return g_environ_unsetenv (env, "G_DEBUG");
}

/* Runs @command with its stdout into @out (sample data holds NUL bytes, which
 * g_spawn would take for the end). It must succeed without a word on stderr. */
static inline void
test_spawn (const char *command, const char *out)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf ("%s >\"$ISR_TEST_OUT\"", command);
  g_autofree char *err = NULL;
  char *argv[] = { (char *) "sh", (char *) "-c", line, NULL };
  g_auto (GStrv) env = test_foreign_environment (out);
  int status = 0;

  g_spawn_sync (NULL, argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &err, &status, &error);
  g_assert_no_error (error);
  if (status != 0 || *err)
    g_error ("%s: status %d, %s", command, status, err);
}

static inline void
test_require_program (const char *command)
{
  g_auto (GStrv) argv = g_strsplit (command, " ", 2);
  g_autofree char *path = g_find_program_in_path (argv[0]);

  if (!path)
    g_error ("%s is needed by this test and is not installed", argv[0]);
}

/* What a shell command line prints. */
static inline GBytes *test_run (const char *format, ...) G_GNUC_PRINTF (1, 2);

static inline GBytes *
test_run (const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *command = NULL;
  g_autofree char *name = NULL;
  char *out = NULL;
  gsize size = 0;
  int fd = -1;
  va_list args;

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);
  test_require_program (command);
  fd = g_file_open_tmp ("isr-test-XXXXXX", &name, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  test_spawn (command, name);
  g_file_get_contents (name, &out, &size, &error);
  g_assert_no_error (error);
  g_unlink (name);
  return g_bytes_new_take (out, size);
}

/* The same, for a line of text. */
static inline char *
test_run_text (const char *format, const char *path)
{
  g_autofree char *command = g_strdup_printf ("%s '%s'", format, path);
  g_autoptr (GBytes) bytes = test_run ("%s", command);

  return g_strstrip (g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
}

static inline void
test_assert_bytes (GBytes *a, const void *data, gsize size)
{
  g_assert_cmpuint (g_bytes_get_size (a), ==, size);
  g_assert_true (size == 0 || memcmp (g_bytes_get_data (a, NULL), data, size) == 0);
}
