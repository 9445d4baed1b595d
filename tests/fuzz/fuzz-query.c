/* SPDX-License-Identifier: MIT */
/* Queries, their names and their values: what is taken is UTF-8 without a NUL, and known;
 * what is not is refused with a sentence. */
#include "daemon/core/error.h"
#include "daemon/http/params.h"

#define KNOWN "day from to source file start end start_us end_us limit cursor q"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
is_known (const IsrQuery *query)
{
  const GPtrArray *names = isr_query_get_names (query);
  g_auto (GStrv) known = g_strsplit (KNOWN, " ", -1);

  for (guint i = 0; names && i < names->len; i++)
    if (!g_strv_contains ((const char *const *) known, names->pdata[i]))
      return FALSE;
  return TRUE;
}

/* What every handler builds on. */
static void
check_params (const IsrQuery *query, GTimeZone *zone)
{
  g_autoptr (GError) error = NULL;
  gboolean good = isr_params_check (query, KNOWN, zone, &error);
  gint64 from = 0, to = 0;

  g_assert (good == !error);
  if (error) {
    g_assert (g_error_matches (error, ISR_ERROR, ISR_ERROR_USAGE) && g_utf8_validate (error->message, -1, NULL));
    return;
  }
  g_assert (is_known (query));
  g_assert (!isr_query_get (query, "day") || (!isr_query_get (query, "from") && !isr_query_get (query, "to")));
  g_assert (!isr_query_get (query, "file") || !isr_query_get (query, "source"));
  g_assert (isr_query_get_time (query, "from", zone, G_MININT64, &from, NULL) && isr_query_get_time (query, "to", zone, G_MAXINT64, &to, NULL));
  g_assert (from < to || !isr_query_get (query, "from") || !isr_query_get (query, "to"));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autofree char *decoded = isr_uri_decode (text, NULL);
  g_autoptr (IsrQuery) query = isr_query_parse (text, NULL);
  gint64 from = 0, to = 0;
  double seconds;
  guint number;

  g_assert (!decoded || g_utf8_validate (decoded, -1, NULL));
  if (!query)
    return 0;
  check_params (query, zone);
  if (isr_query_get_uint (query, "limit", 1, 1000, 100, &number, NULL))
    g_assert (number >= 1 && number <= 1000);
  if (isr_query_get_double (query, "start", -10, 10, "seconds", 0, &seconds, NULL))
    g_assert (seconds >= -10 && seconds <= 10); /* nan is neither */
  if (isr_query_get (query, "day") && isr_query_get_day (query, "day", zone, &from, &to, NULL))
    g_assert (from < to);
  return 0;
}
