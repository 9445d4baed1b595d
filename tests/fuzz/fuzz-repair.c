/* SPDX-License-Identifier: MIT */
/* Any bytes as a file to repair: either as they are, or a real recording of some
 * format with bytes changed where the input says, cut somewhere. Whatever comes,
 * repair must not fall, must leave what it refuses, and must be done at once:
 * a second repair finds nothing to do. */
#include <stdlib.h>
#include <string.h>

#include "plugins/format/format.h"

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

#define FRAMES 900

/* A recording that was killed, or closed. */
static GByteArray *
record (IsrStream *stream, gboolean closed)
{
  static const IsrFileInfo info = { "fuzz", "isr", 1774746000250000, 3600, FRAMES };
  guint frame = isr_stream_get_frame_size (stream);
  guint8 *noise = g_malloc (FRAMES * frame);
  IsrPacket packet = { g_bytes_new_take (noise, FRAMES * frame), FRAMES, 0 };
  GByteArray *file = g_byte_array_new ();
  IsrMemoryOutput output;
  IsrFileTotals totals;
  IsrWriter *writer = NULL;

  for (guint i = 0; i < FRAMES * frame; i++)
    noise[i] = i * i >> 3;
  isr_memory_output_init (&output);
  writer = isr_stream_open (stream, &output.parent, &info);
  isr_writer_write (writer, &packet);
  isr_writer_refresh (writer);
  isr_writer_write (writer, &packet);
  if (!closed)
    g_byte_array_append (file, output.bytes->data, output.bytes->len);
  isr_writer_close (writer, &totals);
  if (closed)
    g_byte_array_append (file, output.bytes->data, output.bytes->len);
  isr_memory_output_clear (&output);
  isr_packet_clear (&packet);
  isr_stream_free (stream);
  return file;
}

/* Real files, made once: the mutations begin where plain luck would never arrive. */
static GPtrArray *
real_files (void)
{
  static GPtrArray *files = NULL;
  const IsrPcm mono = { ISR_SAMPLE_S24, 8000, 1, 0 };
  const IsrPcm many = { ISR_SAMPLE_F32, 8000, 3, 0 };
  const IsrPcm stereo = { ISR_SAMPLE_S16, 8000, 2, 0 };

  if (files)
    return files;
  files = g_ptr_array_new ();
  for (gboolean closed = FALSE; closed <= TRUE; closed++) {
    g_ptr_array_add (files, record (isr_stream_new_wav (&mono), closed));
    g_ptr_array_add (files, record (isr_stream_new_wav (&many), closed));
  }
  g_ptr_array_add (files, record (isr_stream_new_flac_encoder (&stereo, NULL), TRUE));
  return files;
}

static void
check (const guint8 *data, gsize size)
{
  IsrMemoryInput input;
  IsrMemoryOutput output;
  IsrRepairResult result = { 0 };
  IsrProbe probe;
  gboolean ok = FALSE;

  isr_memory_input_init (&input, data, size);
  if (isr_probe (&input.parent, &probe, NULL))
    isr_probe_clear (&probe);
  isr_memory_output_init (&output);
  g_byte_array_append (output.bytes, data, size);
  ok = isr_repair (&input.parent, &output.parent, &result, NULL);
  if ((!ok || !result.changed) && (output.bytes->len != size || (size && memcmp (output.bytes->data, data, size) != 0)))
    abort ();
  if (ok) {
    IsrRepairResult again = { 0 };

    if (result.bytes != output.bytes->len)
      abort ();
    isr_memory_input_init (&input, output.bytes->data, output.bytes->len);
    if (!isr_repair (&input.parent, &output.parent, &again, NULL) || again.changed || again.samples != result.samples)
      abort ();
  }
  isr_memory_output_clear (&output);
}

/* @data: which file (1), cut (2), then changes of place (2) and value (1). */
static void
check_changed (const guint8 *data, gsize size)
{
  GPtrArray *files = real_files ();
  GByteArray *file = files->pdata[data[0] % files->len];
  gsize length = file->len - (data[1] << 8 | data[2]) % file->len;
  g_autofree guint8 *copy = g_memdup2 (file->data, length);

  for (gsize i = 3; i + 3 <= size; i += 3)
    copy[(data[i] << 8 | data[i + 1]) % length] = data[i + 2];
  check (copy, length);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  if (size && data[0] & 0x80)
    check (data + 1, size - 1);
  else if (size >= 3)
    check_changed (data, size);
  return 0;
}
