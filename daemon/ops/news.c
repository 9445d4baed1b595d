/* SPDX-License-Identifier: MIT */
/* news.c - the one list of facts, and the two ways to say them. */
#include "daemon/ops/news.h"

#include <json-glib/json-glib.h>

#include "daemon/core/levels.h"

typedef struct {
  const char *name; /* as in JSON */
  char *text;       /* NULL: not known */
  gboolean number;
} Fact;

static void
fact_clear (gpointer fact)
{
  g_free (((Fact *) fact)->text);
}

const char *
isr_news_kind_to_string (IsrNewsKind kind)
{
  static const char *const names[ISR_NEWS_N_KINDS] = { "state", "file", "gap", "event" };

  g_return_val_if_fail (kind < ISR_NEWS_N_KINDS, NULL);
  return names[kind];
}

/* --- the list -------------------------------------------------------------- */

/* Takes @text. */
static void
add (GArray *facts, const char *name, char *text, gboolean number)
{
  const Fact fact = { name, text, number };

  g_array_append_val (facts, fact);
}

static void
add_word (GArray *facts, const char *name, const char *word)
{
  add (facts, name, word ? g_utf8_make_valid (word, -1) : NULL, FALSE);
}

static char *
format_time (gint64 utc_us, GTimeZone *zone)
{
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (utc_us / G_TIME_SPAN_SECOND);
  g_autoptr (GDateTime) utc = second ? g_date_time_add (second, utc_us % G_TIME_SPAN_SECOND) : NULL;
  g_autoptr (GDateTime) local = utc ? g_date_time_to_timezone (utc, zone) : NULL;

  return local ? g_date_time_format (local, "%Y-%m-%dT%H:%M:%S.%f%:z") : NULL;
}

static void
add_times (GArray *facts, const IsrNews *news, GTimeZone *zone)
{
  const gint64 start = news->start_us, end = news->end_us, ms = (end - start + 500) / 1000;

  add (facts, "start", start ? format_time (start, zone) : NULL, FALSE);
  add (facts, "end", end ? format_time (end, zone) : NULL, FALSE);
  add (facts, "start_us", start ? g_strdup_printf ("%" G_GINT64_FORMAT, start) : NULL, TRUE);
  add (facts, "end_us", end ? g_strdup_printf ("%" G_GINT64_FORMAT, end) : NULL, TRUE);
  add (facts, "seconds", end ? g_strdup_printf ("%" G_GINT64_FORMAT ".%03d", ms / 1000, (int) (ms % 1000)) : NULL, TRUE);
}

static void
add_decibels (GArray *facts, const IsrNews *news, const char *name, int centi)
{
  gboolean known = news->kind == ISR_NEWS_EVENT && centi != ISR_LEVELS_UNKNOWN;

  add (facts, name, known ? g_strdup_printf ("%s%d.%02d", centi < 0 ? "-" : "", ABS (centi) / 100, ABS (centi) % 100) : NULL, TRUE);
}

static GArray *
list_facts (const IsrNews *news, GTimeZone *zone)
{
  GArray *facts = g_array_new (FALSE, FALSE, sizeof (Fact));

  g_array_set_clear_func (facts, fact_clear);
  add_word (facts, "event", isr_news_kind_to_string (news->kind));
  add_word (facts, "source", news->source);
  add_word (facts, "state", news->state);
  add_word (facts, "reason", news->reason);
  add_word (facts, "detail", news->detail);
  add (facts, "file", g_strdup (news->file), FALSE); /* a path is what it is */
  add (facts, "name", g_strdup (news->name), FALSE);
  add_times (facts, news, zone);
  add_word (facts, "cause", news->cause);
  add_decibels (facts, news, "score", news->score);
  add_decibels (facts, news, "peak", news->peak);
  add_decibels (facts, news, "floor", news->floor);
  add (facts, "suppressed", g_strdup_printf ("%u", news->suppressed), TRUE);
  return facts;
}

/* --- the two ways ---------------------------------------------------------- */

GStrv
isr_news_to_environment (const IsrNews *self, GStrv environment, GTimeZone *zone)
{
  g_autoptr (GArray) facts = list_facts (self, zone);

  for (guint i = 0; i < facts->len; i++) {
    const Fact *fact = &g_array_index (facts, Fact, i);
    g_autofree char *upper = g_ascii_strup (fact->name, -1);
    g_autofree char *name = g_strconcat ("ISR_", upper, NULL);

    environment = g_environ_setenv (environment, name, fact->text ? fact->text : "", TRUE);
  }
  return environment;
}

char *
isr_news_quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), valid);

  return json_to_string (node, FALSE);
}

char *
isr_news_to_json (const IsrNews *self, GTimeZone *zone)
{
  g_autoptr (GArray) facts = list_facts (self, zone);
  GString *text = g_string_new ("{");

  for (guint i = 0; i < facts->len; i++) {
    const Fact *fact = &g_array_index (facts, Fact, i);
    g_autofree char *quoted = fact->text && !fact->number ? isr_news_quote (fact->text) : NULL;

    g_string_append_printf (text, "%s\"%s\":%s", i ? "," : "", fact->name, quoted ? quoted : fact->text ? fact->text
                                                                                                        : "null");
  }
  return g_string_free (g_string_append_c (text, '}'), FALSE);
}
