/* SPDX-License-Identifier: MIT */
/* ogg-comments.c - reading and making comment blocks.
 *
 * A source's comments are copied as bytes: they are the source's, also when
 * they are not UTF-8. What we show to people is made valid first. Ours come
 * last, so that a reader that takes the last DATE finds the recording's. */
#include "plugins/format/ogg-comments.h"
#include "plugins/format/iso8601.h"

#include <string.h>

/* A FLAC block's size has 24 bits; ours must still fit. */
#define MAX_SOURCE 16000000

typedef struct {
  const guint8 *data;
  gsize size;
} Cursor;

static gboolean
read_u32 (Cursor *self, guint32 *value)
{
  if (self->size < 4)
    return FALSE;
  *value = self->data[0] | self->data[1] << 8 | self->data[2] << 16 | (guint32) self->data[3] << 24;
  self->data += 4;
  self->size -= 4;
  return TRUE;
}

static gboolean
read_string (Cursor *self, Cursor *string)
{
  guint32 size;

  if (!read_u32 (self, &size) || size > self->size)
    return FALSE;
  *string = (Cursor){ self->data, size };
  self->data += size;
  self->size -= size;
  return TRUE;
}

/* Vendor and the number of comments that the block claims to hold. */
static gboolean
read_start (Cursor *self, GBytes *block, Cursor *vendor, guint32 *count)
{
  self->data = g_bytes_get_data (block, &self->size);
  return read_string (self, vendor) && read_u32 (self, count);
}

char **
isr_ogg_comments_get_tags (GBytes *block)
{
  g_autoptr (GPtrArray) tags = g_ptr_array_new_with_free_func (g_free);
  Cursor cursor, vendor, entry;
  guint32 count;

  if (!read_start (&cursor, block, &vendor, &count))
    return NULL;
  for (; count > 0 && read_string (&cursor, &entry); count--) {
    g_autofree char *raw = g_strndup ((const char *) entry.data, entry.size);

    if (strchr (raw, '='))
      g_ptr_array_add (tags, g_utf8_make_valid (raw, -1));
  }
  if (tags->len == 0)
    return NULL;
  g_ptr_array_add (tags, NULL);
  return (char **) g_ptr_array_steal (tags, NULL);
}

static void
put_u32 (GByteArray *self, guint32 value)
{
  guint32 le = GUINT32_TO_LE (value);

  g_byte_array_append (self, (const guint8 *) &le, 4);
}

static void
put_string (GByteArray *self, const void *data, gsize size)
{
  put_u32 (self, size);
  g_byte_array_append (self, data, size);
}

static guint
put_entry (GByteArray *self, const char *key, const char *value)
{
  g_autofree char *entry = NULL;

  if (!value)
    return 0;
  entry = g_strdup_printf ("%s=%s", key, value);
  put_string (self, entry, strlen (entry));
  return 1;
}

static guint
copy_entries (GByteArray *self, Cursor *cursor, guint32 count)
{
  Cursor entry;
  guint copied = 0;

  for (; copied < count && read_string (cursor, &entry); copied++)
    put_string (self, entry.data, entry.size);
  return copied;
}

GByteArray *
isr_ogg_comments_make (GBytes *source, const IsrFileInfo *info)
{
  GByteArray *self = g_byte_array_new ();
  g_autofree char *date = isr_iso8601 (info->start_us, info->utc_offset);
  Cursor cursor = { 0 }, vendor = { 0 };
  guint32 count = 0;
  guint total, at;

  if (!source || g_bytes_get_size (source) > MAX_SOURCE || !read_start (&cursor, source, &vendor, &count))
    count = 0;
  put_string (self, vendor.size ? vendor.data : (const guint8 *) "ISR", vendor.size ? vendor.size : 3);
  at = self->len;
  put_u32 (self, 0);
  total = copy_entries (self, &cursor, count);
  total += put_entry (self, "SOURCE", info->source);
  total += put_entry (self, "DATE", date);
  total += put_entry (self, "ENCODER", info->software);
  for (guint i = 0; i < 4; i++)
    self->data[at + i] = total >> (8 * i);
  return self;
}
