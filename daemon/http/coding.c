/* SPDX-License-Identifier: MIT */
/* coding.c - level 1: a page of a thousand files is zipped in a millisecond, to a sixth. */
#include "daemon/http/coding.h"

#include <string.h>

#define LEVEL 1
#define STEP (64 * 1024)
#define ZIP_FROM 1024 /* bytes; less is one packet anyway */

/* "gzip;q=0.5": the name and the quality; 1 without one, 0 for what is no number. */
static double
read_coding (char *text, const char **name)
{
  char *parameter = strchr (text, ';');
  double quality = 1;

  if (parameter) {
    *parameter++ = '\0';
    parameter = g_strstrip (parameter);
    quality = g_ascii_strncasecmp (parameter, "q=", 2) == 0 ? g_ascii_strtod (parameter + 2, NULL) : 1;
  }
  *name = g_strstrip (text);
  return quality;
}

gboolean
isr_accepts_gzip (const char *accept)
{
  g_auto (GStrv) codings = g_strsplit (accept ? accept : "", ",", -1);
  double any = 0;

  for (guint i = 0; codings[i]; i++) {
    const char *name;
    double quality = read_coding (codings[i], &name);

    if (g_ascii_strcasecmp (name, "gzip") == 0 || g_ascii_strcasecmp (name, "x-gzip") == 0)
      return quality > 0;
    if (strcmp (name, "*") == 0)
      any = quality;
  }
  return any > 0;
}

GConverter *
isr_zip_new (void)
{
  return G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, LEVEL));
}

GBytes *
isr_zip_some (GConverter *zip, const char *data, gsize size, gboolean last, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  GConverterResult result = G_CONVERTER_CONVERTED;
  gsize in = 0, have = 0, read, written;

  while (last ? result != G_CONVERTER_FINISHED : in < size) {
    g_byte_array_set_size (out, (guint) have + STEP);
    result = g_converter_convert (zip, data + in, size - in, out->data + have, STEP, last ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &read, &written, error);
    if (result == G_CONVERTER_ERROR)
      return NULL;
    in += read;
    have += written;
  }
  g_byte_array_set_size (out, (guint) have);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

GBytes *
isr_gzip (const char *data, gsize size)
{
  g_autoptr (GConverter) converter = isr_zip_new ();
  g_autofree char *out = g_malloc (size);
  gsize in = 0, have = 0, read, written;
  GConverterResult result = G_CONVERTER_CONVERTED;

  while (result != G_CONVERTER_FINISHED && have < size) {
    result = g_converter_convert (converter, data + in, size - in, out + have, size - have, G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
    if (result == G_CONVERTER_ERROR)
      return NULL;
    in += read;
    have += written;
  }
  return result == G_CONVERTER_FINISHED ? g_bytes_new (out, have) : NULL;
}

char *
isr_etag_make (const char *data, gsize size)
{
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) data, size);

  return g_strdup_printf ("W/\"%.16s\"", digest);
}

static const char *
skip_weak (const char *tag)
{
  return g_str_has_prefix (tag, "W/") ? tag + 2 : tag;
}

gboolean
isr_etag_matches (const char *list, const char *etag)
{
  g_auto (GStrv) tags = g_strsplit (list ? list : "", ",", -1);

  for (guint i = 0; tags[i]; i++) {
    const char *tag = g_strstrip (tags[i]);

    if (strcmp (tag, "*") == 0 || strcmp (skip_weak (tag), skip_weak (etag)) == 0)
      return TRUE;
  }
  return FALSE;
}

void
isr_made_free (IsrMade *self)
{
  g_free (self->etag);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

IsrMade *
isr_made_new_plain (char *body, gboolean zip)
{
  IsrMade *self = g_new0 (IsrMade, 1);
  gsize size = strlen (body);

  self->bytes = zip && size >= ZIP_FROM ? isr_gzip (body, size) : NULL;
  self->zipped = self->bytes != NULL;
  if (self->zipped)
    g_free (body);
  else
    self->bytes = g_bytes_new_take (body, size);
  return self;
}

IsrMade *
isr_made_new (char *body, gboolean zip, const char *known)
{
  g_autofree char *etag = isr_etag_make (body, strlen (body));
  IsrMade *self;

  if (isr_etag_matches (known, etag)) {
    self = g_new0 (IsrMade, 1);
    g_free (body);
  } else {
    self = isr_made_new_plain (body, zip);
  }
  self->etag = g_steal_pointer (&etag);
  return self;
}
