/* SPDX-License-Identifier: MIT */
/* check.c - `isr check CONFIG`: is the configuration right, and what will it do.
 *
 * All problems at once, warnings among them; when nothing is wrong, what each
 * source would record and where to, with the name that a file would have that
 * began now. Opens no device and makes nothing. */
#include "daemon/cli/check.h"

#include <string.h>

#include "daemon/config/config.h"
#include "plugins/format/format.h"

#define EXIT_CONFIG 2
#define SECOND 1e9

static void
append_what (GString *text, const IsrSourceConfig *source)
{
  g_string_append_printf (text, "[%s] %s ", source->name, isr_source_type_to_string (source->type));
  switch (source->type) {
    case ISR_SOURCE_STREAM:
      g_string_append (text, source->url);
      break;
    case ISR_SOURCE_SOUNDCARD:
      g_string_append (text, source->device);
      if (source->sample_rate)
        g_string_append_printf (text, ", %u Hz", source->sample_rate);
      if (source->channels)
        g_string_append_printf (text, ", %u channel%s", source->channels, source->channels == 1 ? "" : "s");
      break;
    case ISR_SOURCE_TEST:
      g_string_append_printf (text, "scene %s", source->scene);
      break;
  }
}

static char *
describe_interval (gint64 ns)
{
  double seconds = (double) ns / SECOND;
  gboolean minutes = seconds >= 120;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (ns == 0)
    return g_strdup ("one file, never split");
  g_ascii_formatd (number, sizeof number, "%.12g", minutes ? seconds / 60 : seconds);
  return g_strdup_printf ("a file every %s %s", number, minutes ? "minutes" : "seconds");
}

static char *
make_example (const IsrSourceConfig *source, const IsrClock *clock)
{
  g_autoptr (GTimeZone) zone = source->timezone ? g_time_zone_new_identifier (source->timezone) : g_time_zone_new_local ();
  g_autofree char *name = isr_naming_format (source->filename_pattern, source->name, zone, isr_clock_now (clock));
  gboolean any = g_str_equal (source->format, "auto");

  return g_strdup_printf ("%s/%s.%s", source->output_directory, name, any ? "*" : source->format);
}

static void
append_source (GString *text, const IsrSourceConfig *source, const IsrClock *clock)
{
  g_autofree char *interval = describe_interval (source->split_interval);
  g_autofree char *example = make_example (source, clock);

  append_what (text, source);
  g_string_append_printf (text, "\n    %s, such as %s\n", interval, example);
}

static void
append_web (GString *text, const IsrConfig *config)
{
  gboolean v6 = config->listen_host && strchr (config->listen_host, ':');

  if (!config->listen_host)
    g_string_append (text, "no web page\n");
  else if (config->listen_port == 0)
    g_string_append_printf (text, "web page on a free port of %s\n", config->listen_host);
  else if (g_str_equal (config->listen_host, "*"))
    g_string_append_printf (text, "web page on port %u of every address\n", config->listen_port);
  else
    g_string_append_printf (text, "web page on http://%s%s%s:%u\n", v6 ? "[" : "", config->listen_host, v6 ? "]" : "", config->listen_port);
}

static guint
append_problems (GString *text, const GPtrArray *problems)
{
  guint errors = 0;

  for (guint i = 0; i < problems->len; i++) {
    const IsrConfigProblem *problem = g_ptr_array_index (problems, i);

    g_string_append_printf (text, "%s\n", problem->text);
    errors += problem->fatal;
  }
  return errors;
}

char *
isr_cli_check_report (const char *path, const char *const *environ_, const char *const *overrides, const IsrClock *clock, int *status)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_config_load (path, environ_, overrides, problems);
  const char *name = path ? path : "built-in configuration";
  GString *text = g_string_new (NULL);
  guint errors = append_problems (text, problems);

  *status = config ? 0 : EXIT_CONFIG;
  if (config) {
    g_string_append_printf (text, "%s: OK\n", name);
    for (guint i = 0; i < config->sources->len; i++)
      append_source (text, g_ptr_array_index (config->sources, i), clock);
    append_web (text, config);
  } else
    g_string_append_printf (text, "%s: %u error%s\n", name, errors, errors == 1 ? "" : "s");
  return g_string_free (text, FALSE);
}

int
isr_cli_check (const char *path, const char *const *environ_, const char *const *overrides)
{
  int status;
  g_autofree char *report = isr_cli_check_report (path, environ_, overrides, NULL, &status);

  g_print ("%s", report);
  return status;
}
