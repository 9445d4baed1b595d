/* SPDX-License-Identifier: MIT */
/* growing.c - WAV by its size, FLAC by the number of its last whole frame. Other
 * formats need none: MP3's table is kept up to date by the writer, AAC and Ogg have
 * no length in front. */
#include "plugins/format/growing.h"

#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/flac-scan.h"
#include "plugins/format/wav-layout.h"

#define TAIL (256 * 1024) /* holds some frames of FLAC, however little they are compressed */
#define HEAD (ISR_FLAC_STREAMINFO_OFFSET + ISR_FLAC_STREAMINFO_SIZE)
#define MAX_WAV_HEAD (1024 * 1024)

static GBytes *
make_wav (IsrInput *input, guint64 *size)
{
  IsrWavLayout layout;
  IsrMemoryOutput output;
  guint64 samples;

  if (!isr_wav_layout_read (&layout, input, NULL) || layout.data > MAX_WAV_HEAD)
    return NULL;
  samples = (*size - MIN (*size, layout.data)) / layout.block;
  isr_memory_output_init (&output);
  g_byte_array_set_size (output.bytes, (guint) layout.data);
  if (input->read (input, 0, output.bytes->data, (gsize) layout.data) != (gssize) layout.data) {
    isr_memory_output_clear (&output);
    return NULL;
  }
  *size = layout.data + samples * layout.block;
  isr_wav_layout_set_sizes (&layout, &output.parent, samples * layout.block, *size);
  return g_byte_array_free_to_bytes (output.bytes);
}

/* Where the metadata blocks end; 0: they do not. */
static guint64
find_frames (IsrInput *input)
{
  guint64 at = 4;
  guint8 head[4];

  while (input->read (input, at, head, 4) == 4) {
    at += 4 + isr_get_be (head + 1, 3);
    if (head[0] & 0x80)
      return at;
  }
  return 0;
}

/* Sets @info's samples and @size by the last whole frame. */
static gboolean
measure_flac (IsrInput *input, IsrFlacInfo *info, guint64 *size)
{
  guint64 first = find_frames (input);
  IsrFlacScan scan;
  IsrFlacFrame frame;
  guint64 start, end;
  gboolean found = FALSE;

  if (!first)
    return FALSE;
  isr_flac_scan_init (&scan, input, info, MAX (first, *size - MIN (*size, TAIL)));
  while (isr_flac_scan_next (&scan, &frame, &start, &end)) {
    info->samples = (frame.variable ? frame.number : frame.number * info->min_block) + frame.block;
    *size = end;
    found = TRUE;
  }
  isr_flac_scan_clear (&scan);
  return found;
}

static GBytes *
make_flac (IsrInput *input, guint64 *size)
{
  guint8 head[HEAD];
  IsrFlacInfo info;

  if (input->read (input, 0, head, HEAD) != HEAD)
    return NULL;
  isr_flac_info_read (&info, head + ISR_FLAC_STREAMINFO_OFFSET);
  if (!info.rate || !measure_flac (input, &info, size))
    return NULL;
  isr_flac_info_write (&info, head + ISR_FLAC_STREAMINFO_OFFSET);
  return g_bytes_new (head, HEAD);
}

GBytes *
isr_growing_make_head (IsrInput *input, guint64 *size)
{
  char magic[4] = "";

  if (input->read (input, 0, magic, 4) != 4)
    return NULL;
  *size = input->size;
  if (memcmp (magic, "fLaC", 4) == 0)
    return make_flac (input, size);
  if (memcmp (magic, "RIFF", 4) == 0 || memcmp (magic, "RF64", 4) == 0)
    return make_wav (input, size);
  return NULL;
}
