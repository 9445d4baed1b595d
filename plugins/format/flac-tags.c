/* SPDX-License-Identifier: MIT */
/* flac-tags.c - texts with their lengths before them. */
#include "plugins/format/flac-tags.h"

#include "plugins/format/bytes.h"

static char *
take_text (const guint8 **data, gsize *size)
{
  guint64 length = *size >= 4 ? isr_get_le (*data, 4) : G_MAXUINT64;
  const char *text = (const char *) *data + 4;

  if (length > *size - MIN (*size, 4) || *size < 4)
    return NULL;
  *data += 4 + length;
  *size -= 4 + length;
  return g_utf8_make_valid (text, length);
}

GStrv
isr_flac_tags_read (const guint8 *data, gsize size, char **vendor)
{
  g_autoptr (GPtrArray) tags = g_ptr_array_new ();
  g_autofree char *maker = take_text (&data, &size);
  guint64 n = maker && size >= 4 ? isr_get_le (data, 4) : G_MAXUINT64;

  if (n == G_MAXUINT64)
    return NULL;
  data += 4;
  size -= 4;
  while (n--) {
    char *text = take_text (&data, &size);

    if (!text)
      break;
    g_ptr_array_add (tags, text);
  }
  g_ptr_array_add (tags, NULL);
  if (vendor)
    *vendor = g_steal_pointer (&maker);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&tags), FALSE);
}
