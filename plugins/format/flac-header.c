/* SPDX-License-Identifier: MIT */
/* flac-header.c - metadata blocks, built and taken apart. */
#include "plugins/format/flac-header.h"

#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/iso8601.h"

#define PADDING 512
#define MAX_BLOCK ((1 << 24) - 1)
#define MAX_SAMPLES ((G_GUINT64_CONSTANT (1) << 36) - 1)

void
isr_flac_info_read (IsrFlacInfo *self, const guint8 *data)
{
  guint64 packed = isr_get_be (data + 10, 8); /* rate 20, channels - 1 3, bits - 1 5, samples 36 */

  *self = (IsrFlacInfo){
    .min_block = isr_get_be (data, 2),
    .max_block = isr_get_be (data + 2, 2),
    .min_frame = isr_get_be (data + 4, 3),
    .max_frame = isr_get_be (data + 7, 3),
    .rate = packed >> 44,
    .channels = (packed >> 41 & 7) + 1,
    .bits = (packed >> 36 & 31) + 1,
    .samples = packed & MAX_SAMPLES,
  };
  memcpy (self->md5, data + 18, 16);
}

void
isr_flac_info_write (const IsrFlacInfo *self, guint8 *data)
{
  g_autoptr (GByteArray) out = g_byte_array_sized_new (ISR_FLAC_STREAMINFO_SIZE);
  guint64 samples = self->samples <= MAX_SAMPLES ? self->samples : 0;

  isr_put_be (out, self->min_block, 2);
  isr_put_be (out, self->max_block, 2);
  isr_put_be (out, self->min_frame, 3);
  isr_put_be (out, self->max_frame, 3);
  isr_put_be (out, (guint64) self->rate << 44 | (guint64) (self->channels - 1) << 41 | (guint64) (self->bits - 1) << 36 | samples, 8);
  memcpy (data, out->data, 18);
  memcpy (data + 18, self->md5, 16);
}

void
isr_flac_info_patch (const IsrFlacInfo *self, IsrOutput *output)
{
  guint8 data[ISR_FLAC_STREAMINFO_SIZE];

  isr_flac_info_write (self, data);
  isr_output_patch_data (output, ISR_FLAC_STREAMINFO_OFFSET, data, sizeof data);
}

void
isr_flac_info_count_frame (IsrFlacInfo *self, guint bytes)
{
  if (bytes > MAX_BLOCK) /* does not fit into its 24 bits */
    return;
  self->min_frame = self->min_frame ? MIN (self->min_frame, bytes) : bytes;
  self->max_frame = MAX (self->max_frame, bytes);
}

GStrv
isr_flac_comments (const IsrFileInfo *info)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autofree char *date = isr_iso8601 (info->start_us, info->utc_offset);

  if (info->software)
    g_ptr_array_add (all, g_strconcat ("ENCODER=", info->software, NULL));
  if (info->source)
    g_ptr_array_add (all, g_strconcat ("SOURCE=", info->source, NULL));
  g_ptr_array_add (all, g_strconcat ("DATE=", date, NULL));
  g_ptr_array_add (all, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}

static void
put_block (GByteArray *out, IsrFlacBlockType type, gboolean last, const void *data, gsize size)
{
  isr_put_be (out, type | (last ? 0x80 : 0), 1);
  isr_put_be (out, size, 3);
  if (data)
    g_byte_array_append (out, data, size);
  else
    isr_put_zero (out, size);
}

static void
put_text (GByteArray *out, const char *text)
{
  isr_put_le (out, strlen (text), 4);
  g_byte_array_append (out, (const guint8 *) text, strlen (text));
}

static gsize
comments_size (const char *const *comments)
{
  gsize size = 0;

  for (; comments && *comments; comments++)
    size += 4 + strlen (*comments);
  return size;
}

/* A source whose comments do not fit into a block (a cover of 16 MB in base64)
 * goes without them. */
static GBytes *
build_comments (const char *vendor, const char *const *tags, const char *const *own)
{
  GByteArray *out = g_byte_array_new ();
  const char *const *lists[] = { comments_size (tags) < MAX_BLOCK / 2 ? tags : NULL, own };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    n += lists[i] ? g_strv_length ((GStrv) lists[i]) : 0;
  put_text (out, vendor);
  isr_put_le (out, n, 4);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const char *const *c = lists[i]; c && *c; c++)
      put_text (out, *c);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
isr_flac_header_build (const IsrFlacInfo *self, const IsrFlacSeekTable *table,
    const char *vendor, const char *const *tags, const char *const *own)
{
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GBytes) points = isr_flac_seek_table_build (table);
  g_autoptr (GBytes) comments = build_comments (vendor, tags, own);
  guint8 info[ISR_FLAC_STREAMINFO_SIZE];

  isr_flac_info_write (self, info);
  g_byte_array_append (out, (const guint8 *) "fLaC", 4);
  put_block (out, ISR_FLAC_STREAMINFO, FALSE, info, sizeof info);
  put_block (out, ISR_FLAC_SEEKTABLE, FALSE, g_bytes_get_data (points, NULL), g_bytes_get_size (points));
  put_block (out, ISR_FLAC_VORBIS_COMMENT, FALSE, g_bytes_get_data (comments, NULL), g_bytes_get_size (comments));
  put_block (out, ISR_FLAC_PADDING, TRUE, NULL, PADDING);
  return g_byte_array_free_to_bytes (out);
}
