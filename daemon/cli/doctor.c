/* SPDX-License-Identifier: MIT */
/* doctor.c - the examination on the terminal. */
#include "daemon/cli/doctor.h"

#include "daemon/ops/doctor/doctor.h"

int
isr_cli_doctor (const IsrConfig *config, const GPtrArray *problems, gboolean json)
{
  g_autoptr (IsrReport) report = isr_doctor_examine (config, problems);
  g_autofree char *text = json ? isr_report_to_json (report) : isr_report_to_text (report);

  g_print ("%s%s", text, json ? "\n" : "");
  return (int) isr_report_get_status (report);
}
