/* SPDX-License-Identifier: MIT */
/* audio-file.h - short files of audio in memory, as ISR writes them and as others do. */
#pragma once

#include "plugins/format/format.h"
#include "tests/daemon/temp.h"

#include <string.h>

/* @seconds of 8 kHz mono as our WAV writer makes them; @software NULL: of another make,
 * which says a time of day and no zone. */
static inline GByteArray *
audio_wav (guint seconds, gint64 start_us, int utc_offset, const char *software)
{
  const IsrPcm pcm = { ISR_SAMPLE_S16, 8000, 1, 0 };
  const IsrFileInfo info = { "garten", "isr test", start_us, utc_offset, 0 };
  IsrStream *stream = isr_stream_new_wav (&pcm);
  gsize size = seconds * 16000;
  IsrPacket packet = { g_bytes_new_take (g_malloc0 (size), size), seconds * 8000, 0 };
  IsrMemoryOutput output;
  IsrFileTotals totals;
  IsrWriter *writer;
  GByteArray *file;

  isr_memory_output_init (&output);
  writer = isr_stream_open (stream, &output.parent, &info);
  isr_writer_write (writer, &packet);
  isr_writer_close (writer, &totals);
  isr_packet_clear (&packet);
  isr_stream_free (stream);
  file = g_steal_pointer (&output.bytes);
  if (!software) {
    guint8 *bext = memmem (file->data, file->len, "bext", 4), *history = memmem (file->data, file->len, "T=ISR", 5);

    memcpy (bext + 8 + 256, "XYZ", 4);
    memcpy (history, "T=XYZ", 5);
  }
  return file;
}

static inline void
audio_write_wav (const char *directory, const char *name, guint seconds, gint64 start_us, int utc_offset, const char *software)
{
  g_autoptr (GByteArray) file = audio_wav (seconds, start_us, utc_offset, software);

  temp_write (directory, name, file->data, file->len);
}
