/* SPDX-License-Identifier: MIT */
/* params.c - names against a list, then the names against each other. */
#include "daemon/http/params.h"

#include "daemon/config/nearest.h"
#include "daemon/core/error.h"

static const struct {
  const char *one, *others, *why;
} exclusions[] = {
  { "day", "from to", "a day is from midnight to midnight" },
  { "file", "source day from to", "a file is one recording, and a source with a day, or from and to, is a stretch of time" },
  { "start", "source from to", "start and end are seconds of a file, from and to are times of a source" },
  { "end", "source from to", "start and end are seconds of a file, from and to are times of a source" },
};

static const struct {
  const char *begin, *end;
} spans[] = {
  { "from", "to" },
  { "start_us", "end_us" },
};

static gboolean
refuse (GError **error, const char *what, const char *name, GStrv names, const char *known)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  const char *nearest;

  for (guint i = 0; names[i]; i++)
    g_ptr_array_add (words, names[i]);
  nearest = isr_nearest (name, words);
  if (nearest)
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "“%s” is no %s here: did you mean “%s”?", name, what, nearest);
  else if (*known)
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "“%s” is no %s here: there are %s", name, what, known);
  else
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "“%s” is no %s here: there are none", name, what);
  return FALSE;
}

gboolean
isr_params_check_name (const char *name, const char *known, const char *what, GError **error)
{
  g_auto (GStrv) names = g_strsplit (known, " ", -1);

  return g_strv_contains ((const char *const *) names, name) || refuse (error, what, name, names, known);
}

static gboolean
check_pair (const IsrQuery *query, guint row, GError **error)
{
  g_auto (GStrv) others = g_strsplit (exclusions[row].others, " ", -1);

  for (guint i = 0; isr_query_get (query, exclusions[row].one) && others[i]; i++) {
    if (!isr_query_get (query, others[i]))
      continue;
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "“%s” and “%s” exclude each other: %s", exclusions[row].one, others[i], exclusions[row].why);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_span (const IsrQuery *query, const char *begin, const char *end, GTimeZone *zone, GError **error)
{
  gint64 begin_us, end_us;

  if (!isr_query_get_time (query, begin, zone, G_MININT64, &begin_us, error) || !isr_query_get_time (query, end, zone, G_MAXINT64, &end_us, error))
    return FALSE;
  if (begin_us < end_us || !isr_query_get (query, begin) || !isr_query_get (query, end))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "%s: it must be later than %s, and is not part of the span itself", end, begin);
  return FALSE;
}

gboolean
isr_params_check (const IsrQuery *query, const char *known, GTimeZone *zone, GError **error)
{
  const GPtrArray *names = isr_query_get_names (query);

  for (guint i = 0; names && i < names->len; i++)
    if (!isr_params_check_name (names->pdata[i], known, "parameter", error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (exclusions); i++)
    if (!check_pair (query, i, error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    if (!check_span (query, spans[i].begin, spans[i].end, zone, error))
      return FALSE;
  return TRUE;
}
