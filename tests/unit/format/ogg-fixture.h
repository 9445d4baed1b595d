/* SPDX-License-Identifier: MIT */
/* ogg-fixture.h - recordings of Ogg streams in memory, and an independent look
 * into Ogg bytes: pages and packets by libogg alone, none of our code. */
#pragma once

#include <math.h>
#include <ogg/ogg.h>

#include "tests/unit/format/support.h"

static const IsrFileInfo ogg_info = { "test", "isr test", G_GINT64_CONSTANT (1743210000250000), 3600, 0 };

/* --- looking ------------------------------------------------------------ */

typedef struct {
  GPtrArray *packets; /* GBytes, headers included */
  GArray *granules;   /* gint64 of each packet; -1: the page says it of a later one */
  gboolean eos;
} OggLook;

static inline void
ogg_look_free (OggLook *self)
{
  g_ptr_array_unref (self->packets);
  g_array_unref (self->granules);
  g_free (self);
}

static inline void
ogg_look_packets (OggLook *self, ogg_stream_state *stream)
{
  ogg_packet packet;
  int found;

  while ((found = ogg_stream_packetout (stream, &packet)) != 0) {
    gint64 granule = packet.granulepos;

    g_assert_cmpint (found, ==, 1);
    g_ptr_array_add (self->packets, g_bytes_new (packet.packet, packet.bytes));
    g_array_append_val (self->granules, granule);
    self->eos = self->eos || packet.e_o_s;
  }
}

/* The links of @bytes, which must be whole: no garbage, no hole. */
static inline GPtrArray *
ogg_look (GBytes *bytes)
{
  GPtrArray *links = g_ptr_array_new_with_free_func ((GDestroyNotify) ogg_look_free);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  ogg_sync_state sync;
  ogg_stream_state stream;
  ogg_page page;
  int found;

  ogg_sync_init (&sync);
  ogg_stream_init (&stream, 0);
  memcpy (ogg_sync_buffer (&sync, size), data, size);
  ogg_sync_wrote (&sync, size);
  while ((found = ogg_sync_pageout (&sync, &page)) != 0) {
    g_assert_cmpint (found, ==, 1);
    if (ogg_page_bos (&page)) {
      OggLook *link = g_new0 (OggLook, 1);

      link->packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      link->granules = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_ptr_array_add (links, link);
      ogg_stream_reset_serialno (&stream, ogg_page_serialno (&page));
    }
    g_assert_cmpint (ogg_stream_pagein (&stream, &page), ==, 0);
    ogg_look_packets (links->pdata[links->len - 1], &stream);
  }
  ogg_stream_clear (&stream);
  ogg_sync_clear (&sync);
  return links;
}

/* Header packets of a link; FLAC has any number of them, before its first frame. */
static inline guint
ogg_look_headers (const OggLook *self, guint usual)
{
  guint count = usual;

  while (usual == 2 && *(const guint8 *) g_bytes_get_data (self->packets->pdata[0], NULL) == 0x7f && *(const guint8 *) g_bytes_get_data (self->packets->pdata[count], NULL) != 0xff)
    count++;
  return count;
}

static inline void
ogg_put_page (GByteArray *out, const ogg_page *page)
{
  g_byte_array_append (out, page->header, page->header_len);
  g_byte_array_append (out, page->body, page->body_len);
}

/* A link again, with other comments and number; its pages end where they ended. */
static inline void
ogg_put_link (GByteArray *out, const OggLook *link, int serial, GBytes *comments)
{
  ogg_stream_state stream;
  ogg_page page;

  ogg_stream_init (&stream, serial);
  for (guint i = 0; i < link->packets->len; i++) {
    GBytes *bytes = i == 1 ? comments : link->packets->pdata[i];
    ogg_packet packet = { .b_o_s = i == 0, .e_o_s = i + 1 == link->packets->len, .packetno = i };
    gsize size;

    packet.packet = (guint8 *) g_bytes_get_data (bytes, &size);
    packet.bytes = size;
    packet.granulepos = g_array_index (link->granules, gint64, i);
    ogg_stream_packetin (&stream, &packet);
    while (packet.granulepos >= 0 && ogg_stream_flush_fill (&stream, &page, 65025))
      ogg_put_page (out, &page);
  }
  while (ogg_stream_flush (&stream, &page))
    ogg_put_page (out, &page);
  ogg_stream_clear (&stream);
}

/* --- recording ---------------------------------------------------------- */

typedef struct {
  TestFile file;
  guint first; /* packet of the stream that the file begins with */
  guint count;
  guint64 warm_up;
  guint64 played; /* said by isr_writer_write() */
} OggFile;

typedef struct {
  GPtrArray *files;   /* OggFile */
  GPtrArray *packets; /* GBytes, in order */
  GPtrArray *tags;    /* char *, the first tag at each change, "" without any */
  GArray *flags;      /* IsrPacketFlags of each packet */
  guint64 samples;    /* of all packets, as the source plays them */
  guint64 played;     /* by all files */
  char *extension;
  guint rate;
  GError *error;
} OggRecording;

static inline void
ogg_file_free (OggFile *self)
{
  g_bytes_unref (self->file.bytes);
  g_free (self);
}

static inline void
ogg_recording_free (OggRecording *self)
{
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->packets);
  g_ptr_array_unref (self->tags);
  g_array_unref (self->flags);
  g_free (self->extension);
  g_clear_error (&self->error);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OggRecording, ogg_recording_free)

typedef struct {
  guint chunk;      /* largest piece of input */
  guint mean;       /* mean samples of a file; 0: cut only where we must */
  gboolean refresh; /* after each packet */
  guint32 seed;
  gboolean at_seams; /* cut there, too */
} OggPlan;

typedef struct {
  OggRecording *out;
  const OggPlan *plan;
  GRand *rand;
  IsrStream *stream;
  TestWriter writer;
  OggFile *file;
  guint64 left;
} OggRecorder;

static inline void
ogg_close (OggRecorder *self)
{
  g_autofree TestFile *closed = NULL;

  if (!self->file)
    return;
  self->file->warm_up = isr_writer_get_warm_up (self->writer.writer);
  closed = test_writer_close (&self->writer);
  self->file->file = *closed;
  g_assert_cmpuint (self->file->played, ==, closed->totals.samples);
  self->out->played += closed->totals.samples;
  g_ptr_array_add (self->out->files, g_steal_pointer (&self->file));
}

static inline void
ogg_open (OggRecorder *self)
{
  self->file = g_new0 (OggFile, 1);
  self->file->first = self->out->packets->len;
  test_writer_open (&self->writer, self->stream, &ogg_info);
  self->left = self->plan->mean ? (guint64) g_rand_int_range (self->rand, 1, 2 * self->plan->mean) : G_MAXUINT64;
}

static inline void
ogg_record_packet (OggRecorder *self, const IsrPacket *packet)
{
  const char *const *tags = isr_stream_get_tags (self->stream);
  gboolean wanted = self->plan->at_seams && packet->flags & ISR_PACKET_SEAM;
  guint64 played;

  if (packet->flags & ISR_PACKET_TAGS)
    g_ptr_array_add (self->out->tags, g_strdup (tags ? tags[0] : ""));
  if (self->left == 0 || wanted || packet->flags & ISR_PACKET_NEW_FILE)
    ogg_close (self);
  if (!self->file)
    ogg_open (self);
  played = isr_writer_write (self->writer.writer, packet);
  if (self->plan->refresh)
    isr_writer_refresh (self->writer.writer);
  self->file->count++;
  self->file->played += played;
  self->left -= MIN (self->left, played);
  self->out->samples += packet->samples;
  g_ptr_array_add (self->out->packets, g_bytes_ref (packet->bytes));
  g_array_append_val (self->out->flags, packet->flags);
}

static inline void
ogg_drain_packets (OggRecorder *self)
{
  IsrPacket packet = { 0 };

  while (!self->out->error && isr_stream_next (self->stream, &packet, &self->out->error)) {
    ogg_record_packet (self, &packet);
    isr_packet_clear (&packet);
  }
}

/* Records @bytes as @plan says. */
static inline OggRecording *
ogg_record (GBytes *bytes, OggPlan plan)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (plan.seed);
  g_autoptr (IsrStream) stream = isr_stream_new_ogg ();
  OggRecording *out = g_new0 (OggRecording, 1);
  OggRecorder self = { out, &plan, rand, stream };
  gsize size = g_bytes_get_size (bytes);

  out->files = g_ptr_array_new_with_free_func ((GDestroyNotify) ogg_file_free);
  out->packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  out->tags = g_ptr_array_new_with_free_func (g_free);
  out->flags = g_array_new (FALSE, FALSE, sizeof (IsrPacketFlags));
  for (gsize at = 0, n; at < size && !out->error; at += n) {
    g_autoptr (GBytes) piece = NULL;

    n = g_rand_int_range (rand, 1, plan.chunk + 1);
    n = MIN (n, size - at);
    piece = g_bytes_new_from_bytes (bytes, at, n);
    isr_stream_push (stream, piece);
    ogg_drain_packets (&self);
  }
  isr_stream_drain (stream);
  ogg_drain_packets (&self);
  ogg_close (&self);
  out->extension = g_strdup (isr_stream_get_extension (stream));
  out->rate = isr_stream_get_rate (stream);
  return out;
}

/* --- material ----------------------------------------------------------- */

/* Shell commands of the programs that everybody uses. */
typedef struct {
  const char *extension;
  const char *encode; /* the WAV file $1 with TITLE $2 into $3 */
  const char *decode; /* $1 into raw 16-bit samples $2 */
  const char *judge;  /* prints complaints about $1 */
  guint headers;      /* of its streams */
} OggTools;

static const OggTools ogg_tools[] = {
  { "opus", "opusenc --quiet --comment TITLE=$2 $1 $3 2>/dev/null",
      "opusdec --quiet --no-dither --rate 48000 $1 $2",
      "opusinfo $1 2>&1 | grep -iE \"warning|error|hole|invalid\"; true", 2 },
  { "ogg", "oggenc -Q -c TITLE=$2 -o $3 $1 2>/dev/null",
      "oggdec -Q -R -o $2 $1",
      "ogginfo $1 2>&1 | grep -iE \"warning|error|hole|negative\"; true", 3 },
  { "oga", "flac -s -f --ogg --serial-number=5 -T TITLE=$2 -o $3 $1 2>/dev/null",
      "flac -d -s -f --ogg --force-raw-format --endian=little --sign=signed -o $2 $1 2>$2.err",
      "{ ogginfo $1; flac -t -s --ogg $1; } 2>&1 | grep -iE \"warning|error|hole|negative\" | grep -v \"cannot check MD5\"; true", 2 },
  { "spx", "speexenc --quiet --title $2 $1 $3 2>/dev/null",
      "speexdec $1 $2 2>/dev/null",
      "ogginfo $1 2>&1 | grep -iE \"warning|error|hole|negative\"; true", 2 },
};

static inline GBytes *
ogg_load (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *data = NULL;
  gsize size = 0;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

/* The WAV file @wav, encoded. */
static inline GBytes *
ogg_encode (TestDir *dir, const OggTools *tools, const char *wav, const char *title)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.%s", dir->dir, title, tools->extension);
  g_autoptr (GBytes) said = test_run ("sh -c '%s' sh %s %s %s", tools->encode, wav, title, path);

  g_assert_cmpuint (g_bytes_get_size (said), ==, 0);
  return ogg_load (path);
}

static inline GBytes *
ogg_decode (TestDir *dir, const OggTools *tools, GBytes *bytes)
{
  g_autofree char *path = test_dir_put_bytes (dir, "coded", bytes);
  g_autofree char *raw = g_strdup_printf ("%s/raw", dir->dir);
  g_autoptr (GBytes) said = test_run ("sh -c '%s' sh %s %s", tools->decode, path, raw);

  g_assert_cmpuint (g_bytes_get_size (said), ==, 0);
  return ogg_load (raw);
}

/* The programs complain about nothing, and the file begins at 0. */
static inline void
ogg_judge (TestDir *dir, const OggTools *tools, GBytes *bytes)
{
  g_autofree char *name = g_strdup_printf ("judged.%s", tools->extension);
  g_autofree char *path = test_dir_put_bytes (dir, name, bytes);
  g_autoptr (GBytes) said = test_run ("sh -c '%s' sh %s", tools->judge, path);

  if (g_bytes_get_size (said))
    g_error ("%s: %.*s", tools->extension, (int) g_bytes_get_size (said), (const char *) g_bytes_get_data (said, NULL));
}

/* "start duration" of the stream by ffprobe, in seconds. */
static inline void
ogg_probe (TestDir *dir, GBytes *bytes, double *start, double *duration)
{
  g_autofree char *path = test_dir_put_bytes (dir, "probed", bytes);
  g_autofree char *text = test_run_text ("ffprobe -v error -of csv=p=0 -show_entries stream=start_time,duration", path);
  g_auto (GStrv) fields = g_strsplit (text, ",", 2);

  g_assert_cmpuint (g_strv_length (fields), ==, 2);
  *start = g_ascii_strtod (fields[0], NULL);
  *duration = g_ascii_strtod (fields[1], NULL);
}

/* A WAV file of a gliding tone in noise. */
static inline char *
ogg_make_wav (TestDir *dir, const char *name, double seconds, guint rate, guint channels)
{
  guint64 frames = seconds * rate;
  IsrPcm pcm = { ISR_SAMPLE_S16, rate, channels, 0 };
  g_autoptr (IsrStream) stream = isr_stream_new_wav (&pcm);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gint16 *samples = g_new (gint16, frames * channels);
  g_autoptr (GBytes) bytes = NULL;
  TestWriter writer;
  IsrPacket packet = { 0 };
  TestFile *file;
  char *path;

  for (guint64 i = 0; i < frames * channels; i++) {
    double t = (double) (i / channels) / rate;
    double tone = sin (2 * G_PI * (300 + 70 * (i % channels)) * t + 40 * sin (t));

    samples[i] = GINT16_TO_LE ((gint16) (9000 * tone + g_rand_int_range (rand, -300, 300)));
  }
  bytes = g_bytes_new_take (samples, frames * channels * 2);
  test_writer_open (&writer, stream, &ogg_info);
  isr_stream_push (stream, bytes);
  while (isr_stream_next (stream, &packet, NULL)) {
    isr_writer_write (writer.writer, &packet);
    isr_packet_clear (&packet);
  }
  file = test_writer_close (&writer);
  path = test_dir_put_bytes (dir, name, file->bytes);
  test_file_free (file);
  return path;
}
