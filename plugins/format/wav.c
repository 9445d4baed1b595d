/* SPDX-License-Identifier: MIT */
/* wav.c - raw audio into WAV: a header, then the bytes as they come.
 *
 * Only 24 bit in 32 is changed: files hold it packed, as every program expects. */
#include "plugins/format/raw-stream.h"
#include "plugins/format/wav-layout.h"

typedef struct {
  IsrWriter parent;
  IsrWavLayout layout;
  gboolean pack;     /* 24 bit in 32 comes in */
  guint64 data_size; /* bytes of samples written */
} WavWriter;

static GBytes *
pack_24 (GBytes *bytes)
{
  gsize size = 0;
  const guint8 *in = g_bytes_get_data (bytes, &size);
  guint8 *out = g_malloc (size / 4 * 3);

  for (gsize i = 0; i < size / 4; i++) {
    out[3 * i] = in[4 * i];
    out[3 * i + 1] = in[4 * i + 1];
    out[3 * i + 2] = in[4 * i + 2];
  }
  return g_bytes_new_take (out, size / 4 * 3);
}

static void
wav_write (IsrWriter *writer, const IsrPacket *packet)
{
  WavWriter *self = (WavWriter *) writer;
  g_autoptr (GBytes) bytes = self->pack ? pack_24 (packet->bytes) : g_bytes_ref (packet->bytes);

  isr_output_append (writer->output, bytes);
  self->data_size += g_bytes_get_size (bytes);
}

static void
wav_refresh (IsrWriter *writer)
{
  WavWriter *self = (WavWriter *) writer;

  isr_wav_layout_set_sizes (&self->layout, writer->output, self->data_size, self->layout.data + self->data_size);
}

static void
wav_close (IsrWriter *writer, IsrFileTotals *totals)
{
  WavWriter *self = (WavWriter *) writer;
  guint pad = self->data_size & 1;
  guint64 file_size = self->layout.data + self->data_size + pad;

  if (pad)
    isr_output_append_data (writer->output, "", 1);
  isr_wav_layout_set_sizes (&self->layout, writer->output, self->data_size, file_size);
  *totals = (IsrFileTotals){ self->data_size / self->layout.block, file_size };
  g_free (self);
}

static IsrWriter *
wav_open (IsrStream *stream, IsrOutput *output, const IsrFileInfo *info)
{
  static const IsrWriterClass klass = { wav_write, wav_refresh, wav_close };
  IsrRawStream *raw = (IsrRawStream *) stream;
  WavWriter *self = g_new0 (WavWriter, 1);
  g_autoptr (GBytes) header = isr_wav_layout_build (&self->layout, &raw->pcm, info);

  self->parent = (IsrWriter){ &klass, output };
  self->pack = raw->pcm.format == ISR_SAMPLE_S24_32;
  isr_output_append (output, header);
  return &self->parent;
}

GBytes *
isr_wav_header_new (const IsrPcm *pcm, guint64 samples, const IsrFileInfo *info)
{
  IsrWavLayout layout;
  g_autoptr (GBytes) header = isr_wav_layout_build (&layout, pcm, info);
  guint64 size = samples * layout.block;
  IsrMemoryOutput output;

  isr_memory_output_init (&output);
  isr_output_append (&output.parent, header);
  isr_wav_layout_set_sizes (&layout, &output.parent, size, layout.data + size + (size & 1));
  return g_byte_array_free_to_bytes (g_steal_pointer (&output.bytes));
}

static const char *
wav_get_extension (IsrStream *stream)
{
  return "wav";
}

IsrStream *
isr_stream_new_wav (const IsrPcm *pcm)
{
  static const IsrStreamClass klass = {
    .free = isr_raw_stream_free,
    .push = isr_raw_stream_push,
    .next = isr_raw_stream_next,
    .get_extension = wav_get_extension,
    .open = wav_open,
  };
  IsrRawStream *self = NULL;

  g_return_val_if_fail (pcm->channels >= 1 && pcm->channels <= 64 && pcm->rate > 0, NULL);

  self = g_new0 (IsrRawStream, 1);
  isr_raw_stream_init (self, &klass, pcm);
  return &self->parent;
}
