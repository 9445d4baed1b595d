/* SPDX-License-Identifier: MIT */
/* flac-encode.c - raw audio into FLAC, one libFLAC encoder per file.
 *
 * The encoder only makes frames: the header is ours (flac-header.h), so that a
 * seek table can be reserved, and STREAMINFO is patched by us, for the output
 * has no seek. A block stays in the encoder until it is full: what refresh
 * declares and what a crash leaves is up to one block (4096 samples) behind. */
#include "plugins/format/raw-stream.h"

#include <FLAC/stream_encoder.h>
#include <math.h>
#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/flac-header.h"

#define LEVEL 5
#define CHUNK 4096 /* samples converted at a time */

typedef struct {
  IsrWriter parent;
  IsrPcm pcm;
  FLAC__StreamEncoder *encoder;
  IsrFlacInfo info; /* of the frames that left the encoder */
  IsrFlacSeekTable table;
  guint64 header_size;
  guint64 frames_size; /* bytes of frames written */
  guint64 taken;       /* samples given to the encoder */
} FlacWriter;

/* --- samples --------------------------------------------------------------- */

static inline FLAC__int32
sample_of_s16 (const guint8 *in)
{
  return (gint16) isr_get_le (in, 2);
}

static inline FLAC__int32
sample_of_s24 (const guint8 *in)
{
  return (gint32) ((guint32) isr_get_le (in, 3) << 8) >> 8;
}

/* Rounded to the nearest 24 bit; the top half step saturates. */
static inline FLAC__int32
sample_of_s32 (const guint8 *in)
{
  gint64 wide = (gint32) isr_get_le (in, 4);

  return MIN ((wide + 128) >> 8, 0x7fffff);
}

static inline FLAC__int32
sample_of_f32 (const guint8 *in)
{
  guint32 bits = isr_get_le (in, 4);
  float value = 0;

  memcpy (&value, &bits, 4);
  if (isnan (value))
    return 0;
  return MIN (lrintf (CLAMP (value, -1.f, 1.f) * 8388608.f), 0x7fffff);
}

#define CONVERT(name, step)                                        \
  static void                                                      \
      convert_##name (const guint8 *in, FLAC__int32 *out, guint n) \
  {                                                                \
    for (guint i = 0; i < n; i++)                                  \
      out[i] = sample_of_##name (in + (gsize) i * (step));         \
  }

CONVERT (s16, 2)
CONVERT (s24, 3)
CONVERT (s32, 4)
CONVERT (f32, 4)

static void
convert_s24_32 (const guint8 *in, FLAC__int32 *out, guint n)
{
  for (guint i = 0; i < n; i++)
    out[i] = sample_of_s24 (in + (gsize) i * 4);
}

static const struct {
  guint bits;
  guint step;
  void (*convert) (const guint8 *in, FLAC__int32 *out, guint n);
} conversions[] = {
  [ISR_SAMPLE_S16] = { 16, 2, convert_s16 },
  [ISR_SAMPLE_S24] = { 24, 3, convert_s24 },
  [ISR_SAMPLE_S24_32] = { 24, 4, convert_s24_32 },
  [ISR_SAMPLE_S32] = { 24, 4, convert_s32 },
  [ISR_SAMPLE_F32] = { 24, 4, convert_f32 },
};

/* --- the encoder ------------------------------------------------------------ */

static FLAC__StreamEncoderWriteStatus
on_write (const FLAC__StreamEncoder *encoder, const FLAC__byte *data, size_t size, uint32_t samples, uint32_t frame, void *user_data)
{
  FlacWriter *self = user_data;

  if (samples == 0) /* its header: ours is in the file already */
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
  isr_flac_seek_table_add (&self->table, self->info.samples, self->frames_size, samples);
  isr_flac_info_count_frame (&self->info, size);
  self->info.samples += samples;
  self->frames_size += size;
  isr_output_append_data (self->parent.output, data, size);
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

/* Called once, at the end: what we can not know ourselves is the MD5. */
static void
on_metadata (const FLAC__StreamEncoder *encoder, const FLAC__StreamMetadata *metadata, void *user_data)
{
  FlacWriter *self = user_data;

  if (metadata->type == FLAC__METADATA_TYPE_STREAMINFO)
    memcpy (self->info.md5, metadata->data.stream_info.md5sum, 16);
}

static FLAC__StreamEncoder *
encoder_new (const IsrPcm *pcm)
{
  FLAC__StreamEncoder *encoder = FLAC__stream_encoder_new ();

  FLAC__stream_encoder_set_channels (encoder, pcm->channels);
  FLAC__stream_encoder_set_bits_per_sample (encoder, conversions[pcm->format].bits);
  FLAC__stream_encoder_set_sample_rate (encoder, pcm->rate);
  FLAC__stream_encoder_set_compression_level (encoder, LEVEL);
  if (!FLAC__format_sample_rate_is_subset (pcm->rate))
    FLAC__stream_encoder_set_streamable_subset (encoder, FALSE);
  return encoder;
}

/* --- the writer ------------------------------------------------------------- */

static void
flac_write (IsrWriter *writer, const IsrPacket *packet)
{
  FlacWriter *self = (FlacWriter *) writer;
  const guint8 *in = g_bytes_get_data (packet->bytes, NULL);
  guint channels = self->pcm.channels;
  guint step = conversions[self->pcm.format].step * channels;
  FLAC__int32 samples[CHUNK];

  for (guint64 done = 0; done < packet->samples;) {
    guint n = MIN (packet->samples - done, CHUNK / channels);

    conversions[self->pcm.format].convert (in + done * step, samples, n * channels);
    if (!FLAC__stream_encoder_process_interleaved (self->encoder, samples, n))
      g_error ("libFLAC: %s", FLAC__stream_encoder_get_resolved_state_string (self->encoder));
    done += n;
  }
  self->taken += packet->samples;
}

static void
flac_refresh (IsrWriter *writer)
{
  FlacWriter *self = (FlacWriter *) writer;

  isr_flac_info_patch (&self->info, writer->output);
}

static void
flac_close (IsrWriter *writer, IsrFileTotals *totals)
{
  FlacWriter *self = (FlacWriter *) writer;
  g_autoptr (GBytes) points = NULL;

  if (!FLAC__stream_encoder_finish (self->encoder))
    g_error ("libFLAC: %s", FLAC__stream_encoder_get_resolved_state_string (self->encoder));
  FLAC__stream_encoder_delete (self->encoder);
  g_assert (self->info.samples == self->taken);
  points = isr_flac_seek_table_build (&self->table);
  isr_output_patch (writer->output, ISR_FLAC_SEEKTABLE_OFFSET, points);
  isr_flac_info_patch (&self->info, writer->output);
  *totals = (IsrFileTotals){ self->info.samples, self->header_size + self->frames_size };
  isr_flac_seek_table_clear (&self->table);
  g_free (self);
}

static void
flac_put_header (FlacWriter *self, const IsrFileInfo *info)
{
  g_auto (GStrv) own = isr_flac_comments (info);
  g_autoptr (GBytes) header = isr_flac_header_build (&self->info, &self->table, FLAC__VENDOR_STRING, NULL, (const char *const *) own);

  self->header_size = g_bytes_get_size (header);
  isr_output_append (self->parent.output, header);
}

static IsrWriter *
flac_open (IsrStream *stream, IsrOutput *output, const IsrFileInfo *info)
{
  static const IsrWriterClass klass = { flac_write, flac_refresh, flac_close };
  IsrRawStream *raw = (IsrRawStream *) stream;
  FlacWriter *self = g_new0 (FlacWriter, 1);
  FLAC__StreamEncoderInitStatus status = 0;
  guint block = 0;

  self->parent = (IsrWriter){ &klass, output };
  self->pcm = raw->pcm;
  self->encoder = encoder_new (&raw->pcm);
  status = FLAC__stream_encoder_init_stream (self->encoder, on_write, NULL, NULL, on_metadata, self);
  if (status != FLAC__STREAM_ENCODER_INIT_STATUS_OK)
    g_error ("libFLAC: %s", FLAC__StreamEncoderInitStatusString[status]);
  block = FLAC__stream_encoder_get_blocksize (self->encoder);
  self->info = (IsrFlacInfo){ block, block, 0, 0, raw->pcm.rate, raw->pcm.channels, conversions[raw->pcm.format].bits };
  isr_flac_seek_table_init (&self->table, info->expected_samples, raw->pcm.rate);
  flac_put_header (self, info);
  return &self->parent;
}

/* --- the stream -------------------------------------------------------------- */

static const char *
flac_get_extension (IsrStream *stream)
{
  return "flac";
}

static gboolean
check (const IsrPcm *pcm, GError **error)
{
  if (pcm->channels < 1 || pcm->channels > FLAC__MAX_CHANNELS) {
    g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED,
        "FLAC holds 1 to %u channels, the source has %u: record fewer channels, or WAV.", FLAC__MAX_CHANNELS, pcm->channels);
    return FALSE;
  }
  if (!FLAC__format_sample_rate_is_valid (pcm->rate) || !pcm->rate) {
    g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED,
        "FLAC holds sample rates of 1 to %u Hz, the source has %u Hz: choose another rate, or WAV.", FLAC__MAX_SAMPLE_RATE, pcm->rate);
    return FALSE;
  }
  return TRUE;
}

IsrStream *
isr_stream_new_flac_encoder (const IsrPcm *pcm, GError **error)
{
  static const IsrStreamClass klass = {
    .free = isr_raw_stream_free,
    .push = isr_raw_stream_push,
    .next = isr_raw_stream_next,
    .get_extension = flac_get_extension,
    .open = flac_open,
  };
  IsrRawStream *self = NULL;

  if (!check (pcm, error))
    return NULL;
  self = g_new0 (IsrRawStream, 1);
  isr_raw_stream_init (self, &klass, pcm);
  return &self->parent;
}
