/* SPDX-License-Identifier: MIT */
/* Any bytes as an MP3 (or, by the first byte, ADTS) stream in pieces: cut, written,
 * repaired. Files have the length they say, packets are the source's bytes in order. */
#include "plugins/format/repair-private.h"

typedef gboolean (*Repair) (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);

typedef struct {
  IsrStream *stream;
  IsrMemoryOutput output;
  IsrWriter *writer;
  Repair repair;
  guint every;     /* packets a file */
  guint64 samples; /* of the packets of this one */
  guint n;
} Fuzz;

static void
fuzz_repair (Fuzz *self, const guint8 *data, gsize size)
{
  IsrMemoryOutput output;
  IsrMemoryInput input;
  IsrRepairResult result;

  isr_memory_output_init (&output);
  g_byte_array_append (output.bytes, data, size);
  isr_memory_input_init (&input, data, size);
  if (self->repair (&input.parent, &output.parent, &result, NULL))
    g_assert (result.bytes == output.bytes->len);
  else
    g_assert (output.bytes->len == size);
  isr_memory_output_clear (&output);
}

static void
fuzz_close (Fuzz *self)
{
  IsrFileTotals totals = { 0 };

  if (!self->writer)
    return;
  isr_writer_close (self->writer, &totals);
  self->writer = NULL;
  g_assert (totals.bytes == self->output.bytes->len);
  g_assert (totals.samples == self->samples);
  self->samples = 0;
  fuzz_repair (self, self->output.bytes->data, self->output.bytes->len);
  isr_memory_output_clear (&self->output);
}

static void
fuzz_pull (Fuzz *self)
{
  static const IsrFileInfo info = { 0 };
  IsrPacket packet = { 0 };

  while (isr_stream_next (self->stream, &packet, NULL)) {
    if (self->n++ % self->every == 0 || packet.flags)
      fuzz_close (self);
    if (!self->writer) {
      isr_memory_output_init (&self->output);
      self->writer = isr_stream_open (self->stream, &self->output.parent, &info);
    }
    isr_writer_write (self->writer, &packet);
    self->samples += packet.samples;
    if (self->n % 5 == 0)
      isr_writer_refresh (self->writer);
    isr_packet_clear (&packet);
  }
}

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Fuzz fuzz = { 0 };
  gsize piece;
  gboolean adts;

  if (size < 2)
    return 0;
  adts = data[0] & 1;
  fuzz.stream = adts ? isr_stream_new_adts () : isr_stream_new_mp3 ();
  fuzz.repair = adts ? isr_adts_repair : isr_mp3_repair;
  fuzz.every = 1 + (data[0] >> 4);
  piece = 1 + data[1] * 16;
  for (gsize at = 2; at < size; at += piece) {
    g_autoptr (GBytes) bytes = g_bytes_new (data + at, MIN (piece, size - at));

    isr_stream_push (fuzz.stream, bytes);
    fuzz_pull (&fuzz);
    if ((data[0] & 2) && at > size / 2 && at <= size / 2 + piece) {
      fuzz_close (&fuzz);
      isr_stream_discont (fuzz.stream);
    }
  }
  isr_stream_drain (fuzz.stream);
  fuzz_pull (&fuzz);
  fuzz_close (&fuzz);
  fuzz_repair (&fuzz, data, size);
  isr_mp3_probe (data, MIN (size, 4096));
  isr_adts_probe (data, MIN (size, 4096));
  isr_stream_free (fuzz.stream);
  return 0;
}
