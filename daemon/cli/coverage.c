/* SPDX-License-Identifier: MIT */
/* coverage.c - the ledger on the command line.
 *
 *   mic: 98.214 %, 25 min 43 s missing
 *     02:13:05-02:14:10  1 min 5 s  stalled */
#include "daemon/cli/coverage.h"

#include "daemon/archive/days.h"
#include "daemon/archive/sources.h"
#include "daemon/core/error.h"
#include "daemon/http/json.h"

#define EXIT_FAILED 1
#define EXIT_USAGE 2

/* "4 h 3 min", "1 min 5 s", "0.25 s": two units are enough. */
static char *
describe_length (gint64 us)
{
  gint64 seconds = us / G_TIME_SPAN_SECOND;

  if (seconds < 10)
    return g_strdup_printf ("%.3g s", (double) us / 1e6);
  if (seconds < 60)
    return g_strdup_printf ("%d s", (int) seconds);
  if (seconds < 3600)
    return g_strdup_printf ("%d min %d s", (int) (seconds / 60), (int) (seconds % 60));
  return g_strdup_printf ("%d h %d min", (int) (seconds / 3600), (int) (seconds % 3600 / 60));
}

/* Days that have a name can be longer than 24 hours, so a time alone may be twice. */
static char *
format_clock (gint64 utc_us, GTimeZone *zone, gboolean with_offset)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (utc_us / G_TIME_SPAN_SECOND);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);

  return g_date_time_format (local, with_offset ? "%H:%M:%S%:z" : "%H:%M:%S");
}

static void
append_hole (GString *text, const IsrGap *hole, GTimeZone *zone, gboolean with_offset)
{
  g_autofree char *start = format_clock (hole->start_us, zone, with_offset);
  g_autofree char *end = format_clock (hole->end_us, zone, with_offset);
  g_autofree char *length = describe_length (hole->end_us - hole->start_us);

  g_string_append_printf (text, "  %s-%s  %s  %s\n", start, end, length, hole->cause);
}

static void
append_source (GString *text, const IsrCoverage *coverage, GTimeZone *zone, gboolean with_offset)
{
  gint64 missing = coverage->to_us - coverage->from_us - coverage->recorded_us;
  g_autofree char *length = describe_length (missing);

  if (coverage->to_us <= coverage->from_us)
    g_string_append_printf (text, "%s: nothing to be recorded\n", coverage->source);
  else if (missing == 0)
    g_string_append_printf (text, "%s: 100 %%\n", coverage->source);
  else
    g_string_append_printf (text, "%s: %.3f %%, %s missing\n", coverage->source, MIN (99.999, 100 * isr_coverage_get_share (coverage)), length);
  for (guint i = 0; i < coverage->holes->len; i++)
    append_hole (text, &g_array_index (coverage->holes, IsrGap, i), zone, with_offset);
}

static char *
to_json (GPtrArray *list, const char *source, GTimeZone *zone)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *text = NULL;

  if (source)
    isr_json_add_coverage (builder, list->pdata[0], zone);
  else
    isr_json_add_coverages (builder, list, zone);
  text = isr_json_finish (builder);
  return g_strconcat (text, "\n", NULL);
}

char *
isr_cli_coverage_report (IsrCatalog *catalog, const IsrCoverageQuestion *question, GTimeZone *zone, gint64 now_us, GError **error)
{
  g_autoptr (GPtrArray) list = NULL;
  GString *text;
  gint64 from_us, to_us;

  isr_day_bounds (now_us, zone, &from_us, &to_us, NULL);
  if (question->day && !isr_day_parse (question->day, zone, &from_us, &to_us)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "--day: “%s” is no date: give it like 2024-01-31", question->day);
    return NULL;
  }
  if (question->source && !isr_catalog_knows_source (catalog, question->source)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "there is no source “%s”, and no recording of one", question->source);
    return NULL;
  }
  list = isr_catalog_coverage (catalog, question->source, from_us, to_us, now_us, error);
  if (!list)
    return NULL;
  if (question->json)
    return to_json (list, question->source, zone);
  text = g_string_new (list->len ? NULL : "nothing was to be recorded that day\n");
  for (guint i = 0; i < list->len; i++)
    append_source (text, list->pdata[i], zone, to_us - from_us != G_TIME_SPAN_DAY);
  return g_string_free (text, FALSE);
}

static void
set_sources (IsrCatalog *catalog, const IsrConfig *config)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < config->sources->len; i++)
    g_strv_builder_add (names, ((IsrSourceConfig *) config->sources->pdata[i])->name);
  list = g_strv_builder_end (names);
  isr_catalog_set_sources (catalog, (const char *const *) list);
}

IsrCatalog *
isr_cli_coverage_open (const IsrConfig *config, GTimeZone *zone, GError **error)
{
  g_autoptr (IsrCatalog) catalog = isr_catalog_open (config->output_directory, config->state_directory, FALSE, error);

  if (!catalog)
    return NULL;
  isr_catalog_set_timezone (catalog, zone);
  set_sources (catalog, config);
  return isr_catalog_reconcile (catalog, error) ? g_steal_pointer (&catalog) : NULL;
}

int
isr_cli_coverage (const IsrConfig *config, const IsrCoverageQuestion *question)
{
  g_autoptr (GTimeZone) zone = config->timezone ? g_time_zone_new_identifier (config->timezone) : g_time_zone_new_local ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCatalog) catalog = isr_cli_coverage_open (config, zone, &error);
  g_autofree char *report = catalog ? isr_cli_coverage_report (catalog, question, zone, g_get_real_time (), &error) : NULL;

  if (report) {
    g_print ("%s", report);
    return 0;
  }
  g_printerr ("isr: %s\n", error->message);
  return g_error_matches (error, ISR_ERROR, ISR_ERROR_STORAGE) ? EXIT_FAILED : EXIT_USAGE;
}
