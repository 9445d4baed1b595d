/* SPDX-License-Identifier: MIT */
/* mpeg-fixture.h - material made by lame and ffmpeg, cut by a stream, decoded
 * by ffmpeg and mpg123. Header only: each test that includes it is one program. */
#pragma once

#include "plugins/format/format.h"

#include <glib/gstdio.h>
#include <string.h>

static char *fixture_dir;

G_GNUC_UNUSED static void
fixture_init (void)
{
  fixture_dir = g_dir_make_tmp ("isr-mpeg-XXXXXX", NULL);
  g_assert_nonnull (fixture_dir);
}

G_GNUC_UNUSED static void
fixture_clear (void)
{
  g_autoptr (GDir) dir = g_dir_open (fixture_dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (fixture_dir, name, NULL);

    g_unlink (path);
  }
  g_rmdir (fixture_dir);
  g_clear_pointer (&fixture_dir, g_free);
}

/* Runs @line in the directory; the command has to succeed. What it says on stderr. */
G_GNUC_UNUSED static char *
fixture_run (const char *format, ...) G_GNUC_PRINTF (1, 2);

static char *
fixture_run (const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) argv = NULL;
  char *said = NULL;
  int status = 0;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  g_shell_parse_argv (line, NULL, &argv, &error);
  g_assert_no_error (error);
  g_spawn_sync (fixture_dir, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s\n%s", line, error->message, said);
  return said;
}

G_GNUC_UNUSED static GBytes *
fixture_read (const char *name)
{
  g_autofree char *path = g_build_filename (fixture_dir, name, NULL);
  g_autoptr (GError) error = NULL;
  char *data = NULL;
  gsize size = 0;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

G_GNUC_UNUSED static void
fixture_write (const char *name, const void *data, gsize size)
{
  g_autofree char *path = g_build_filename (fixture_dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, size, &error);
  g_assert_no_error (error);
}

/* Sound that no codec finds easy: sweeps, noise and bursts. As raw.wav. */
G_GNUC_UNUSED static void
fixture_make_wav (const char *name, guint rate, guint channels, double seconds)
{
  g_free (fixture_run ("sox -R -n -r %u -b 16 -c %u %s synth %.3f sine 200-%u synth %.3f pinknoise mix synth %.3f sine amod 3.1 gain -6",
      rate, channels, name, seconds, rate / 3, seconds, seconds));
}

typedef enum {
  FIXTURE_FFMPEG,
  FIXTURE_FFMPEG_LAYER2, /* the decoder that does not dither */
  FIXTURE_FFMPEG_AAC,
  FIXTURE_MPG123,
  FIXTURE_LAME,
} FixtureDecoder;

/* Interleaved samples of 16 bits. */
G_GNUC_UNUSED static GBytes *
fixture_decode (FixtureDecoder decoder, const char *name, char **said)
{
  g_autofree char *text = NULL;

  if (decoder == FIXTURE_FFMPEG)
    text = fixture_run ("ffmpeg -v warning -nostdin -y -f mp3 -i %s -f s16le decoded.raw", name);
  else if (decoder == FIXTURE_FFMPEG_LAYER2)
    text = fixture_run ("ffmpeg -v error -nostdin -y -f mp3 -c:a mp2float -i %s -f s16le decoded.raw", name);
  else if (decoder == FIXTURE_FFMPEG_AAC)
    text = fixture_run ("ffmpeg -v error -nostdin -y -f aac -i %s -f s16le decoded.raw", name);
  else if (decoder == FIXTURE_MPG123)
    text = fixture_run ("mpg123 -q -e s16 -O decoded.raw %s", name);
  else
    text = fixture_run ("lame --quiet --decode -t %s decoded.raw", name);
  if (said)
    *said = g_steal_pointer (&text);
  return fixture_read ("decoded.raw");
}

typedef struct {
  IsrMemoryOutput output;
  IsrFileTotals totals;
  guint64 warm_up;
  guint64 samples; /* of the packets */
  gsize payload;   /* bytes of the packets, which are the end of the file */
} FixtureFile;

G_GNUC_UNUSED static void
fixture_file_free (gpointer data)
{
  FixtureFile *self = data;

  isr_memory_output_clear (&self->output);
  g_free (self);
}

typedef struct {
  IsrStream *stream;
  GPtrArray *files; /* FixtureFile */
  IsrWriter *writer;
  const guint *cuts; /* numbers of the packets before which a new file begins, then 0 */
  guint n_packets;
  guint n_gaps;
  GByteArray *payload; /* of all packets */
} FixtureSplit;

G_GNUC_UNUSED static void
fixture_split_init (FixtureSplit *self, IsrStream *stream, const guint *cuts)
{
  *self = (FixtureSplit){ .stream = stream, .cuts = cuts };
  self->files = g_ptr_array_new_with_free_func (fixture_file_free);
  self->payload = g_byte_array_new ();
}

G_GNUC_UNUSED static FixtureFile *
fixture_split_last (FixtureSplit *self)
{
  return g_ptr_array_index (self->files, self->files->len - 1);
}

G_GNUC_UNUSED static void
fixture_split_close (FixtureSplit *self)
{
  FixtureFile *file;

  if (!self->writer)
    return;
  file = fixture_split_last (self);
  file->warm_up = isr_writer_get_warm_up (self->writer);
  isr_writer_close (g_steal_pointer (&self->writer), &file->totals);
  g_assert_cmpuint (file->totals.bytes, ==, file->output.bytes->len);
}

G_GNUC_UNUSED static void
fixture_split_open (FixtureSplit *self)
{
  static const IsrFileInfo info = { 0 };
  FixtureFile *file = g_new0 (FixtureFile, 1);

  isr_memory_output_init (&file->output);
  g_ptr_array_add (self->files, file);
  self->writer = isr_stream_open (self->stream, &file->output.parent, &info);
}

G_GNUC_UNUSED static void
fixture_split_take (FixtureSplit *self, IsrPacket *packet)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (packet->bytes, &size);
  gboolean cut = *self->cuts != 0 && self->n_packets == *self->cuts;

  if (cut)
    self->cuts++;
  if (packet->flags & ISR_PACKET_GAP)
    self->n_gaps++;
  if (!self->writer || cut || (packet->flags & (ISR_PACKET_NEW_FILE | ISR_PACKET_GAP))) {
    fixture_split_close (self);
    fixture_split_open (self);
  }
  isr_writer_write (self->writer, packet);
  g_byte_array_append (self->payload, data, size);
  fixture_split_last (self)->payload += size;
  fixture_split_last (self)->samples += packet->samples;
  self->n_packets++;
}

G_GNUC_UNUSED static void
fixture_split_pull (FixtureSplit *self)
{
  g_autoptr (GError) error = NULL;
  IsrPacket packet = { 0 };

  while (isr_stream_next (self->stream, &packet, &error)) {
    fixture_split_take (self, &packet);
    isr_packet_clear (&packet);
  }
  g_assert_no_error (error);
}

/* Pushes @bytes in pieces of up to @max bytes (1 to @max by @rand, if given). */
G_GNUC_UNUSED static void
fixture_split_push (FixtureSplit *self, GBytes *bytes, gsize max, GRand *rand)
{
  gsize size = g_bytes_get_size (bytes);

  for (gsize at = 0; at < size;) {
    gsize wanted = rand ? (gsize) g_rand_int_range (rand, 1, max + 1) : max;
    gsize n = MIN (size - at, wanted);
    g_autoptr (GBytes) piece = g_bytes_new_from_bytes (bytes, at, n);

    isr_stream_push (self->stream, piece);
    fixture_split_pull (self);
    at += n;
  }
}

G_GNUC_UNUSED static void
fixture_split_finish (FixtureSplit *self)
{
  isr_stream_drain (self->stream);
  fixture_split_pull (self);
  fixture_split_close (self);
}

G_GNUC_UNUSED static void
fixture_split_clear (FixtureSplit *self)
{
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->payload, g_byte_array_unref);
  g_clear_pointer (&self->stream, isr_stream_free);
}
