/* SPDX-License-Identifier: MIT */
/* Any bytes as FLAC: the header parser, the renumbering, and the stream that
 * cuts files. Checksums are made right first, else nothing would get past them. */
#include <stdlib.h>
#include <string.h>

#include "plugins/format/flac-frame.h"
#include "plugins/format/stream.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static guint8
crc8 (const guint8 *data, gsize size)
{
  guint8 crc = 0;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc & 0x80 ? crc << 1 ^ 7 : crc << 1;
  }
  return crc;
}

/* Makes a frame of @data if it can be one by checksums alone. */
static gboolean
make_frame (guint8 *data, gsize size, IsrFlacFrame *frame)
{
  guint16 crc = 0;

  if (size < 20)
    return FALSE;
  data[0] = 0xff;
  data[1] = 0xf8 | (data[1] & 1);
  for (gsize n = 6; n <= ISR_FLAC_FRAME_MAX_HEADER; n++) {
    guint8 was = data[n - 1];

    data[n - 1] = crc8 (data, n - 1);
    if (isr_flac_frame_parse (frame, data, size) && frame->header_size == n) {
      crc = isr_flac_crc16 (0, data, size - 2);
      data[size - 2] = crc >> 8;
      data[size - 1] = crc;
      return TRUE;
    }
    data[n - 1] = was;
  }
  return FALSE;
}

/* There and back gives the frame again; a number longer than need be gets short. */
static void
check_renumber (const IsrFlacFrame *frame, const guint8 *data, gsize size)
{
  g_autoptr (GBytes) there = isr_flac_frame_renumber (frame, data, size, TRUE, 12345678);
  gsize n = 0;
  const guint8 *out = g_bytes_get_data (there, &n);
  IsrFlacFrame got;

  if (!isr_flac_frame_parse (&got, out, n) || got.number != 12345678 || !got.variable || isr_flac_crc16 (0, out, n) != 0)
    abort ();
  if (got.block != frame->block || got.rate != frame->rate || got.channels != frame->channels || got.bits != frame->bits)
    abort ();
}

/* Buffers as a parser hands them out: each begins with its length; 0 is an interruption. */
static void
check_stream (const guint8 *data, gsize size)
{
  static const IsrFileInfo info = { "fuzz", "isr", 0, 0, 100000 };
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  IsrWriter *writer = NULL;
  IsrMemoryOutput output;
  IsrFileTotals totals;
  IsrPacket packet = { 0 };

  isr_memory_output_init (&output);
  while (size > 1) {
    gsize n = MIN (data[0], size - 1);
    guint8 *copy = g_memdup2 (data + 1, n);
    g_autoptr (GBytes) bytes = NULL;
    IsrFlacFrame frame;

    if (n && copy[0] == 0xff)
      make_frame (copy, n, &frame);
    bytes = g_bytes_new_take (copy, n);
    if (n == 0) {
      if (writer)
        isr_writer_close (g_steal_pointer (&writer), &totals), g_byte_array_set_size (output.bytes, 0);
      isr_stream_discont (stream);
    }
    isr_stream_push (stream, bytes);
    while (isr_stream_next (stream, &packet, NULL)) {
      if (writer && packet.flags & ISR_PACKET_NEW_FILE)
        isr_writer_close (g_steal_pointer (&writer), &totals), g_byte_array_set_size (output.bytes, 0);
      if (!writer)
        writer = isr_stream_get_extension (stream) ? isr_stream_open (stream, &output.parent, &info) : NULL;
      isr_writer_write (writer, &packet);
      isr_writer_refresh (writer);
      isr_packet_clear (&packet);
    }
    data += n + 1;
    size -= n + 1;
  }
  if (writer)
    isr_writer_close (writer, &totals);
  if (writer && totals.bytes != output.bytes->len)
    abort ();
  isr_memory_output_clear (&output);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  IsrFlacFrame frame;

  check_stream (data, size);
  isr_flac_frame_parse (&frame, data, size);
  if (make_frame (copy, size, &frame))
    check_renumber (&frame, copy, size);
  return 0;
}
