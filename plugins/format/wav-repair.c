/* SPDX-License-Identifier: MIT */
/* wav-repair.c - sizes for WAV files that never got them.
 *
 *   the header says                        what it means
 *   more than there is                     torn: the samples go to the end
 *   0, 0x7fff0000.., 0xffffffff            written into a pipe or killed: to the end
 *   less, ours, no chunks behind           a .part after its last refresh: to the end
 *   the size modulo 4 GiB                  a program that can not count further
 *   anything else                          complete: left alone
 *
 * Never is a whole sample frame cut, only the part of one at the end. */
#include "plugins/format/repair-private.h"

#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/wav-layout.h"

#define FOUR_GIB (G_GUINT64_CONSTANT (1) << 32)

gboolean
isr_wav_probe (const guint8 *head, gsize size)
{
  return size >= 12 && memcmp (head + 8, "WAVE", 4) == 0
         && (memcmp (head, "RIFF", 4) == 0 || memcmp (head, "RF64", 4) == 0 || memcmp (head, "BW64", 4) == 0);
}

/* TRUE when chunks, and nothing else, fill the file from @offset to its end. */
static gboolean
chunks_follow (IsrInput *input, guint64 offset)
{
  for (guint i = 0; i < 100 && offset < input->size; i++) {
    guint8 head[8];
    guint32 size = 0;

    if (input->read (input, offset, head, 8) != 8)
      return FALSE;
    for (guint c = 0; c < 4; c++)
      if (!g_ascii_isprint (head[c]))
        return FALSE;
    size = isr_get_le (head + 4, 4);
    offset += 8 + (guint64) size;
    if (offset != input->size)
      offset += size & 1;
  }
  return offset == input->size;
}

/* What programs write when they do not know, or do not know yet. */
static gboolean
is_unknown (const IsrWavLayout *layout)
{
  guint64 size = layout->data_size;

  return size == 0 || (size >= 0x7fff0000 && size <= 0x80000000) || (size == G_MAXUINT32 && !layout->rf64);
}

/* Bytes of samples that are really there. */
static guint64
find_data_size (const IsrWavLayout *layout, IsrInput *input)
{
  guint64 there = input->size - layout->data;
  guint64 said = layout->data_size;
  guint64 wraps = (input->size - 8 - layout->riff_size) / FOUR_GIB * FOUR_GIB;

  if (said >= there)
    return there;
  if (!layout->rf64 && input->size > FOUR_GIB && layout->riff_size + wraps == input->size - 8 && said + wraps <= there)
    return said + wraps;
  if ((is_unknown (layout) || layout->ours) && !chunks_follow (input, layout->data + said + (said & 1)))
    return there;
  return said;
}

/* The sizes already say what they can: those of the data, or "to the end" in a
 * file too large for its header. */
static gboolean
is_complete (const IsrWavLayout *layout, IsrInput *input, guint64 data_size)
{
  guint64 end = layout->data + data_size;
  gboolean pad_missing = layout->ours && data_size & 1 && input->size == end;

  if (data_size % layout->block && end == input->size)
    return FALSE;
  if (!layout->room && !layout->rf64 && input->size - 8 >= G_MAXUINT32)
    return layout->data_size == G_MAXUINT32 && layout->riff_size == G_MAXUINT32;
  return layout->data_size == data_size && !pad_missing;
}

/* Cuts what is less than a sample frame, pads, sets the sizes. */
static guint64
mend (IsrWavLayout *layout, IsrInput *input, IsrOutput *output, guint64 data_size)
{
  guint64 size = input->size;

  if (layout->data + data_size >= size || size - layout->data - data_size < layout->block) {
    size = layout->data + data_size;
    if (size < input->size)
      isr_output_truncate (output, size);
    if (data_size & 1)
      isr_output_append_data (output, "", 1);
    size += data_size & 1;
  }
  isr_wav_layout_set_sizes (layout, output, data_size, size);
  return size;
}

gboolean
isr_wav_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  IsrWavLayout layout;
  guint64 data_size = 0;
  guint64 frames = 0;
  gboolean complete = FALSE;

  if (!isr_wav_layout_read (&layout, input, error))
    return FALSE;
  data_size = find_data_size (&layout, input);
  frames = data_size / layout.block;
  if (!frames) {
    g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_EMPTY, "This WAV file has a header, but no samples.");
    return FALSE;
  }
  complete = is_complete (&layout, input, data_size);
  *result = (IsrRepairResult){ frames, layout.rate, input->size, !complete };
  if (!complete)
    result->bytes = mend (&layout, input, output, frames * layout.block);
  if (result->bytes - 8 >= G_MAXUINT32 && !layout.rf64)
    result->note = "The header has no room for sizes over 4 GiB: some players will play the first 4 GiB only, convert the file to RF64 or FLAC.";
  return TRUE;
}
