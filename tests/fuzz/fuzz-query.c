/* SPDX-License-Identifier: MIT */
/* Queries and their values: what is taken is UTF-8 without a NUL. */
#include "daemon/http/query.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autofree char *decoded = isr_uri_decode (text, NULL);
  g_autoptr (IsrQuery) query = isr_query_parse (text, NULL);
  gint64 from = 0, to = 0;
  guint number;

  g_assert (!decoded || g_utf8_validate (decoded, -1, NULL));
  if (!query)
    return 0;
  if (isr_query_get_uint (query, "limit", 1, 1000, 100, &number, NULL))
    g_assert (number >= 1 && number <= 1000);
  isr_query_get_time (query, "from", zone, 0, &from, NULL);
  if (isr_query_get (query, "day") && isr_query_get_day (query, "day", zone, &from, &to, NULL))
    g_assert (from < to);
  return 0;
}
