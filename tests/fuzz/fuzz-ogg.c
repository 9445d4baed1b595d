/* SPDX-License-Identifier: MIT */
/* Any bytes as an Ogg stream: recorded in odd pieces into files in memory, cut
 * often; then as a file to be repaired, which must then be complete. The first
 * byte seeds pieces and cuts; when it is odd, the page checksums are made right
 * first, so that the fuzzer reaches what lies behind them. */
#include <ogg/ogg.h>
#include <string.h>

#include "plugins/format/repair-private.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Gives every page that looks like one its right checksum. */
static void
fix_checksums (guint8 *data, gsize size)
{
  for (gsize at = 0; at + 27 <= size;) {
    gsize header = 27 + (gsize) data[at + 26];
    gsize body = 0;
    ogg_page page;

    if (memcmp (data + at, "OggS", 4) != 0 || at + header > size) {
      at++;
      continue;
    }
    for (gsize i = 27; i < header; i++)
      body += data[at + i];
    if (at + header + body > size)
      return;
    page = (ogg_page){ data + at, header, data + at + header, body };
    ogg_page_checksum_set (&page);
    at += header + body;
  }
}

typedef struct {
  IsrStream *stream;
  IsrMemoryOutput memory;
  IsrWriter *writer;
  guint32 state;
  guint64 samples; /* that the file is said to play */
} Recorder;

static guint
next_random (Recorder *self)
{
  return (self->state = self->state * 1664525 + 1013904223) >> 16;
}

static void
close_file (Recorder *self)
{
  IsrFileTotals totals = { 0 };

  if (!self->writer)
    return;
  isr_writer_close (g_steal_pointer (&self->writer), &totals);
  g_assert_cmpuint (totals.bytes, ==, self->memory.bytes->len);
  g_assert_cmpuint (totals.samples, ==, self->samples);
  isr_memory_output_clear (&self->memory);
}

static void
write_packet (Recorder *self, const IsrPacket *packet)
{
  static const IsrFileInfo info = { "fuzz", "isr", 0, 0, 0 };

  const char *const *tags = isr_stream_get_tags (self->stream);

  for (guint i = 0; tags && tags[i]; i++)
    g_assert_true (g_utf8_validate (tags[i], -1, NULL));
  g_assert_nonnull (isr_stream_get_extension (self->stream));
  if (packet->flags & ISR_PACKET_NEW_FILE || next_random (self) % 7 == 0)
    close_file (self);
  if (!self->writer) {
    isr_memory_output_init (&self->memory);
    self->writer = isr_stream_open (self->stream, &self->memory.parent, &info);
    self->samples = 0;
  }
  self->samples += isr_writer_write (self->writer, packet);
  if (next_random (self) % 3 == 0)
    isr_writer_refresh (self->writer);
}

static gboolean
drain_packets (Recorder *self)
{
  g_autoptr (GError) error = NULL;
  IsrPacket packet = { 0 };

  while (isr_stream_next (self->stream, &packet, &error)) {
    write_packet (self, &packet);
    isr_packet_clear (&packet);
  }
  return error == NULL;
}

static void
record (const guint8 *data, gsize size, guint seed)
{
  Recorder self = { .stream = isr_stream_new_ogg (), .state = seed };

  for (gsize at = 0, n; at < size; at += n) {
    g_autoptr (GBytes) piece = NULL;

    n = 1 + next_random (&self) % 500;
    n = MIN (n, size - at);
    piece = g_bytes_new (data + at, n);
    isr_stream_push (self.stream, piece);
    if (!drain_packets (&self))
      break;
    if (next_random (&self) % 50 == 0)
      isr_stream_discont (self.stream);
  }
  isr_stream_drain (self.stream);
  drain_packets (&self);
  close_file (&self);
  isr_stream_free (self.stream);
}

static void
repair (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  IsrMemoryOutput file;
  IsrMemoryInput input;
  IsrRepairResult result = { 0 };

  isr_memory_output_init (&file);
  g_byte_array_append (file.bytes, data, size);
  isr_memory_input_init (&input, data, size);
  if (isr_ogg_probe (data, size) && isr_ogg_repair (&input.parent, &file.parent, &result, &error))
    g_assert_cmpuint (result.bytes, ==, file.bytes->len);
  else
    g_assert_true (file.bytes->len == size && (size == 0 || memcmp (file.bytes->data, data, size) == 0));
  isr_memory_output_clear (&file);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = NULL;

  if (size < 2)
    return 0;
  copy = g_memdup2 (data + 1, size - 1);
  if (data[0] & 1)
    fix_checksums (copy, size - 1);
  record (copy, size - 1, data[0]);
  repair (copy, size - 1);
  return 0;
}
