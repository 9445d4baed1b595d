/* SPDX-License-Identifier: MIT */
/* query.c - decodes strictly: what can not be told for certain is refused. */
#include "daemon/http/query.h"

#include "daemon/archive/days.h"
#include "daemon/core/error.h"

#include <string.h>

struct _IsrQuery {
  GHashTable *values; /* NULL: there are none */
  GPtrArray *names;   /* as they came; owned by values */
};

static gboolean
decode_escape (GString *out, const char *p)
{
  int high = p[1] ? g_ascii_xdigit_value (p[1]) : -1;
  int low = high >= 0 ? g_ascii_xdigit_value (p[2]) : -1;

  if (low < 0 || high * 16 + low == 0)
    return FALSE;
  g_string_append_c (out, (char) (high * 16 + low));
  return TRUE;
}

char *
isr_uri_decode (const char *text, GError **error)
{
  g_autoptr (GString) out = NULL;

  if (!strchr (text, '%') && g_utf8_validate (text, -1, NULL))
    return g_strdup (text);
  out = g_string_sized_new (strlen (text));
  for (const char *p = text; *p; p++) {
    if (*p != '%') {
      g_string_append_c (out, *p);
    } else if (decode_escape (out, p)) {
      p += 2;
    } else {
      g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "the address has a “%” that two hexadecimal digits other than 00 do not follow: write it as %25");
      return NULL;
    }
  }
  if (!g_utf8_validate (out->str, (gssize) out->len, NULL)) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "the address is not UTF-8 when decoded");
    return NULL;
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
add_pair (IsrQuery *self, const char *pair, GError **error)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *raw_name = equals ? g_strndup (pair, (gsize) (equals - pair)) : g_strdup (pair);
  g_autofree char *name = isr_uri_decode (raw_name, error);
  g_autofree char *value = name ? isr_uri_decode (equals ? equals + 1 : "", error) : NULL;

  if (!value)
    return FALSE;
  if (g_hash_table_contains (self->values, name)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "“%s” is given twice: give it once", name);
    return FALSE;
  }
  g_ptr_array_add (self->names, name);
  g_hash_table_insert (self->values, g_steal_pointer (&name), g_steal_pointer (&value));
  return TRUE;
}

IsrQuery *
isr_query_parse (const char *text, GError **error)
{
  g_autoptr (IsrQuery) self = g_new0 (IsrQuery, 1);
  g_auto (GStrv) pairs = text ? g_strsplit (text, "&", -1) : NULL;

  if (!pairs)
    return g_steal_pointer (&self);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->names = g_ptr_array_new ();
  for (guint i = 0; pairs[i]; i++)
    if (*pairs[i] && !add_pair (self, pairs[i], error))
      return NULL;
  return g_steal_pointer (&self);
}

void
isr_query_free (IsrQuery *self)
{
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->values, g_hash_table_unref);
  g_free (self);
}

const char *
isr_query_get (const IsrQuery *self, const char *name)
{
  return self->values ? g_hash_table_lookup (self->values, name) : NULL;
}

const GPtrArray *
isr_query_get_names (const IsrQuery *self)
{
  return self->names;
}

gboolean
isr_query_get_uint (const IsrQuery *self, const char *name, guint min, guint max, guint fallback, guint *value, GError **error)
{
  const char *text = isr_query_get (self, name);
  guint64 number;

  *value = fallback;
  if (!text)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, min, max, &number, NULL)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "%s: “%s” is not a whole number from %u to %u", name, text, min, max);
    return FALSE;
  }
  *value = (guint) number;
  return TRUE;
}

/* strtod() would take hexadecimal, blanks, inf and nan as well. */
static gboolean
parse_double (const char *text, double min, double max, double *value)
{
  char *end;

  if (!*text || text[strspn (text, "0123456789.eE+-")] != '\0')
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return *end == '\0' && *value >= min && *value <= max;
}

gboolean
isr_query_get_double (const IsrQuery *self, const char *name, double min, double max, const char *unit, double fallback, double *value, GError **error)
{
  const char *text = isr_query_get (self, name);

  *value = fallback;
  if (!text || parse_double (text, min, max, value))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "%s: “%s” is not a number from %g to %g (%s)", name, text, min, max, unit);
  return FALSE;
}

/* An ISO 8601 time; without an offset of its own it says nothing certain. */
static gboolean
parse_iso (const char *text, gint64 *value)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  if (!time)
    return FALSE;
  *value = g_date_time_to_unix (time) * G_TIME_SPAN_SECOND + g_date_time_get_microsecond (time);
  return TRUE;
}

gboolean
isr_query_get_time (const IsrQuery *self, const char *name, GTimeZone *zone, gint64 fallback, gint64 *value, GError **error)
{
  const char *text = isr_query_get (self, name);
  gint64 end;

  *value = fallback;
  if (!text || g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, value, NULL))
    return TRUE;
  if (isr_day_parse (text, zone, value, &end) || parse_iso (text, value))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "%s: “%s” is no time: give 2024-01-31, 2024-01-31T12:00:00+01:00 (the + as it is), or UTC microseconds", name, text);
  return FALSE;
}

gboolean
isr_query_get_day (const IsrQuery *self, const char *name, GTimeZone *zone, gint64 *from_us, gint64 *to_us, GError **error)
{
  const char *text = isr_query_get (self, name);

  if (!text || isr_day_parse (text, zone, from_us, to_us))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "%s: “%s” is no date: give it like 2024-01-31", name, text);
  return FALSE;
}
