/* SPDX-License-Identifier: MIT */
/* app.c - the command line, and who is called for each command. */
#include "daemon/app.h"

#include <locale.h>

#include "daemon/app-rooms.h"
#include "daemon/cli/analyze.h"
#include "daemon/cli/backup.h"
#include "daemon/cli/check.h"
#include "daemon/cli/command-line.h"
#include "daemon/cli/coverage.h"
#include "daemon/cli/devices.h"
#include "daemon/cli/doctor.h"
#include "daemon/cli/health.h"
#include "daemon/cli/repair.h"
#include "daemon/core/memory.h"
#include "daemon/media/foreign.h"

static int
backup (const IsrCommandLine *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrConfig) config = isr_app_config_load_archive (line, &error);

  return config ? isr_cli_backup (config, line->paths[0]) : isr_app_fail (error);
}

static int
check (const IsrCommandLine *line)
{
  g_auto (GStrv) environ_ = g_get_environ ();
  g_autofree char *found = line->config ? g_strdup (line->config) : isr_config_find ();

  return isr_cli_check (found, (const char *const *) environ_, (const char *const *) line->overrides);
}

static int
doctor (const IsrCommandLine *line)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_app_config_load_doubtful (line, problems);
  g_autofree char *name = line->config ? g_strdup (line->config) : isr_config_find ();

  isr_app_init_gst ();
  return isr_cli_doctor (config, problems, &(IsrDoctorQuestion){ name, line->bundle, line->json });
}

static int
health (const IsrCommandLine *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrConfig) config = isr_app_config_load_archive (line, &error);

  if (config)
    return isr_cli_health (config);
  isr_app_fail (error);
  return ISR_EXIT_FAILED; /* HEALTHCHECK knows 0 and 1 only */
}

static int
coverage (const IsrCommandLine *line)
{
  const IsrCoverageQuestion question = { line->day, line->source, line->json };
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrConfig) config = isr_app_config_load_archive (line, &error);

  return config ? isr_cli_coverage (config, &question) : isr_app_fail (error);
}

static int
analyze (const IsrCommandLine *line)
{
  const IsrAnalyzeQuestion question = { line->mode, line->margin, line->min_gap, line->labels, line->plot, line->json, (const char *const *) line->paths };

  isr_app_init_gst ();
  return isr_cli_analyze (&question);
}

int
isr_app_main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCommandLine) line = NULL;

  if (argc == 2 && g_str_equal (argv[1], ISR_FOREIGN_ARGUMENT))
    return isr_foreign_main (FALSE);
  if (argc == 2 && g_str_equal (argv[1], ISR_FOREIGN_PLAIN))
    return isr_foreign_main (TRUE);
  isr_memory_save ();
  setlocale (LC_ALL, ""); /* the quotes of our sentences come out as they are */
  line = isr_command_line_parse (argc, argv, &error);
  if (!line)
    return isr_app_fail (error);
  switch (line->command) {
    case ISR_COMMAND_HELP:
      g_print ("%s", line->help);
      return 0;
    case ISR_COMMAND_VERSION:
      g_print ("isr %s\n", ISR_VERSION);
      return 0;
    case ISR_COMMAND_CHECK:
      return check (line);
    case ISR_COMMAND_COVERAGE:
      return coverage (line);
    case ISR_COMMAND_DOCTOR:
      return doctor (line);
    case ISR_COMMAND_HEALTH:
      return health (line);
    case ISR_COMMAND_LIST_DEVICES:
      return isr_cli_devices (line->json);
    case ISR_COMMAND_SERVE:
      return isr_app_serve (line);
    case ISR_COMMAND_BACKUP:
      return backup (line);
    case ISR_COMMAND_ANALYZE:
      return analyze (line);
    case ISR_COMMAND_DECODE:
      isr_app_init_gst ();
      return isr_child_main ((const char *const *) line->paths);
    case ISR_COMMAND_REPAIR:
      return isr_cli_repair ((const char *const *) line->paths);
    case ISR_COMMAND_RECORD:
    default:
      return isr_app_record (line);
  }
}
