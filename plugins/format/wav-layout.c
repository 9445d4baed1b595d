/* SPDX-License-Identifier: MIT */
/* wav-layout.c - sizes set, and headers read back. */
#include "plugins/format/wav-layout.h"

#include <string.h>

#include "plugins/format/bext.h"
#include "plugins/format/bytes.h"

#define DS64_SIZE 28
#define UNKNOWN G_MAXUINT32
#define MAX_CHUNKS 1000

static void
put_ds64 (GByteArray *out, guint32 room, guint64 riff_size, guint64 data_size, guint64 frames)
{
  g_byte_array_append (out, (const guint8 *) "ds64", 4);
  isr_put_le (out, room, 4);
  isr_put_le (out, riff_size, 8);
  isr_put_le (out, data_size, 8);
  isr_put_le (out, frames, 8);
  isr_put_le (out, 0, 4); /* no table of other large chunks */
}

static void
patch_u32 (IsrOutput *output, guint64 offset, guint64 value)
{
  guint32 le = GUINT32_TO_LE (MIN (value, UNKNOWN));

  isr_output_patch_data (output, offset, &le, 4);
}

/* The order is chosen for a crash between the patches: RF64 is announced only
 * when ds64 is there; the size of data, by which repair goes, comes last. */
void
isr_wav_layout_set_sizes (IsrWavLayout *self, IsrOutput *output, guint64 data_size, guint64 file_size)
{
  guint64 riff_size = file_size - 8;
  guint64 frames = data_size / self->block;
  gboolean large;

  if (riff_size >= UNKNOWN && self->room)
    self->rf64 = TRUE;
  large = self->rf64 && self->room; /* there are RF64 files whose ds64 is missing, or not where it has to be */
  if (large) {
    g_autoptr (GByteArray) ds64 = g_byte_array_new ();

    put_ds64 (ds64, self->room, riff_size, data_size, frames);
    isr_output_patch_data (output, 12, ds64->data, ds64->len);
    isr_output_patch_data (output, 0, "RF64\xff\xff\xff\xff", 8);
  } else {
    patch_u32 (output, 4, riff_size);
  }
  if (self->fact)
    patch_u32 (output, self->fact, large ? UNKNOWN : frames);
  patch_u32 (output, self->data - 4, large || riff_size >= UNKNOWN ? UNKNOWN : data_size);
  self->riff_size = riff_size;
  self->data_size = data_size;
}

static gboolean
fail (GError **error, IsrFormatError code, const char *what)
{
  g_set_error (error, ISR_FORMAT_ERROR, code, "This WAV file can not be read: %s.", what);
  return FALSE;
}

static gboolean
read_fmt (IsrWavLayout *self, const guint8 *fmt, gsize size, GError **error)
{
  guint tag = size >= 16 ? isr_get_le (fmt, 2) : 0;

  if (tag == 0xfffe && size >= 26)
    tag = isr_get_le (fmt + 24, 2); /* the first bytes of the sub-format are the old tag */
  if (tag != 1 && tag != 3 && tag != 6 && tag != 7)
    return fail (error, ISR_FORMAT_ERROR_UNSUPPORTED, "its samples are neither PCM nor float");
  self->channels = isr_get_le (fmt + 2, 2);
  self->rate = isr_get_le (fmt + 4, 4);
  self->block = isr_get_le (fmt + 12, 2);
  if (!self->block || !self->rate || !self->channels)
    return fail (error, ISR_FORMAT_ERROR_INVALID, "its fmt chunk has zero for rate, channels or block size");
  return TRUE;
}

static gsize
read_at (IsrInput *input, guint64 offset, guint8 *buffer, gsize size)
{
  gssize n = input->read (input, offset, buffer, size);

  return MAX (n, 0);
}

/* One chunk before data: remembers what matters of it. */
static gboolean
read_chunk (IsrWavLayout *self, IsrInput *input, guint64 offset, const guint8 *head, guint32 size, GError **error)
{
  guint8 payload[604];
  gsize n = read_at (input, offset + 8, payload, MIN (size, sizeof payload));

  if (memcmp (head, "fmt ", 4) == 0)
    return read_fmt (self, payload, n, error);
  if (memcmp (head, "bext", 4) == 0) {
    self->ours = isr_bext_is_ours (payload, n);
    self->bext = offset + 8;
    self->bext_size = size;
  }
  if (memcmp (head, "fact", 4) == 0 && n >= 4)
    self->fact = offset + 8;
  if (offset == 12 && size >= DS64_SIZE && (memcmp (head, "JUNK", 4) == 0 || memcmp (head, "ds64", 4) == 0))
    self->room = size;
  if (self->rf64 && memcmp (head, "ds64", 4) == 0 && n >= 16) {
    self->riff_size = isr_get_le (payload, 8);
    self->data_size = isr_get_le (payload + 8, 8);
  }
  return TRUE;
}

static gboolean
read_data (IsrWavLayout *self, guint64 offset, guint32 size, GError **error)
{
  if (!self->block)
    return fail (error, ISR_FORMAT_ERROR_INVALID, "data comes before fmt");
  self->data = offset + 8;
  if (!self->rf64 || size != UNKNOWN)
    self->data_size = size;
  return TRUE;
}

gboolean
isr_wav_layout_read (IsrWavLayout *self, IsrInput *input, GError **error)
{
  guint8 head[12];
  guint64 offset = 12;

  *self = (IsrWavLayout){ 0 };
  if (read_at (input, 0, head, 12) != 12)
    return fail (error, ISR_FORMAT_ERROR_INVALID, "it ends within its first 12 bytes");
  self->rf64 = memcmp (head, "RIFF", 4) != 0;
  self->riff_size = self->data_size = isr_get_le (head + 4, 4);
  for (guint i = 0; i < MAX_CHUNKS; i++) {
    guint32 size = 0;

    if (read_at (input, offset, head, 8) != 8)
      return fail (error, ISR_FORMAT_ERROR_INVALID, "it ends before its samples begin");
    size = isr_get_le (head + 4, 4);
    if (memcmp (head, "data", 4) == 0)
      return read_data (self, offset, size, error);
    if (!read_chunk (self, input, offset, head, size, error))
      return FALSE;
    offset += 8 + (guint64) size + (size & 1);
  }
  return fail (error, ISR_FORMAT_ERROR_INVALID, "there are no samples among its first 1000 chunks");
}
