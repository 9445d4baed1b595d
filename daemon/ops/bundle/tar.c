/* SPDX-License-Identifier: MIT */
/* tar.c - POSIX ustar in memory, then gzip.
 *
 *     header (512)  data, filled up to 512   ...   two empty blocks
 *
 * A library for this would be one more dependency for forty lines. */
#include "daemon/ops/bundle/tar.h"

#include <string.h>

#define BLOCK 512

struct _IsrTar {
  GByteArray *bytes;
};

IsrTar *
isr_tar_new (void)
{
  IsrTar *self = g_new (IsrTar, 1);

  self->bytes = g_byte_array_new ();
  return self;
}

void
isr_tar_free (IsrTar *self)
{
  g_byte_array_unref (self->bytes);
  g_free (self);
}

static void
append_zeros (IsrTar *self, gsize n)
{
  gsize before = self->bytes->len;

  g_byte_array_set_size (self->bytes, (guint) (before + n));
  memset (self->bytes->data + before, 0, n);
}

/* Field by field, at its place. */
static void
put (guint8 *header, gsize at, gsize size, const char *text)
{
  memcpy (header + at, text, MIN (strlen (text), size));
}

static void
put_number (guint8 *header, gsize at, gsize size, guint64 value)
{
  g_autofree char *text = g_strdup_printf ("%0*" G_GINT64_MODIFIER "o", (int) size - 1, value);

  put (header, at, size, text);
}

static void
make_header (guint8 *header, const char *name, gsize size, gint64 mtime)
{
  guint sum = 0;

  memset (header, 0, BLOCK);
  put (header, 0, 100, name);
  put_number (header, 100, 8, 0600);
  put_number (header, 108, 8, 0);
  put_number (header, 116, 8, 0);
  put_number (header, 124, 12, size);
  put_number (header, 136, 12, (guint64) MAX (mtime, 0));
  put (header, 148, 8, "        "); /* the checksum counts as blanks */
  header[156] = '0';
  put (header, 257, 6, "ustar");
  put (header, 263, 2, "00");
  for (guint i = 0; i < BLOCK; i++)
    sum += header[i];
  put_number (header, 148, 7, sum);
  header[154] = '\0';
}

void
isr_tar_add (IsrTar *self, const char *name, const char *text, gint64 mtime)
{
  gsize size = strlen (text);
  guint8 header[BLOCK];

  g_return_if_fail (strlen (name) <= 100);
  make_header (header, name, size, mtime);
  g_byte_array_append (self->bytes, header, BLOCK);
  g_byte_array_append (self->bytes, (const guint8 *) text, (guint) size);
  append_zeros (self, (BLOCK - size % BLOCK) % BLOCK);
}

static GBytes *
compress (IsrTar *self, GError **error)
{
  g_autoptr (GConverter) gzip = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) out = g_converter_output_stream_new (memory, gzip);

  if (!g_output_stream_write_all (out, self->bytes->data, self->bytes->len, NULL, NULL, error) || !g_output_stream_close (out, NULL, error))
    return NULL;
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

gboolean
isr_tar_write (IsrTar *self, const char *path, GError **error)
{
  g_autoptr (GBytes) packed = NULL;
  gsize size;
  const char *data;

  append_zeros (self, 2 * BLOCK);
  if (!(packed = compress (self, error)))
    return FALSE;
  data = g_bytes_get_data (packed, &size);
  return g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}
