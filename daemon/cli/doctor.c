/* SPDX-License-Identifier: MIT */
/* doctor.c - the examination on the terminal. */
#include "daemon/cli/doctor.h"

#include "daemon/cli/bundle.h"
#include "daemon/ops/doctor/doctor.h"

#define EXIT_FAILURE_FOUND 2

int
isr_cli_doctor (const IsrConfig *config, const GPtrArray *problems, const IsrDoctorQuestion *question)
{
  g_autoptr (IsrReport) report = isr_doctor_examine (config, problems);
  g_autofree char *text = question->json ? isr_report_to_json (report, TRUE) : isr_report_to_text (report);
  g_autoptr (GError) error = NULL;

  g_print ("%s%s", text, question->json ? "\n" : "");
  if (question->bundle && !isr_cli_bundle (question->bundle, report, question->name, config, &error)) {
    g_printerr ("isr: the bundle can not be written: %s\n", error->message);
    return EXIT_FAILURE_FOUND;
  }
  if (question->bundle)
    g_printerr ("isr: %s holds all of this, and no password; look into it before you pass it on: tar -tzf %s\n", question->bundle, question->bundle);
  return (int) isr_report_get_status (report);
}
