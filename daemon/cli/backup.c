/* SPDX-License-Identifier: MIT */
/* backup.c - says what was copied, or why it was not. */
#include "daemon/cli/backup.h"

#include "daemon/archive/backup.h"

int
isr_cli_backup (const IsrConfig *config, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *journal = NULL;
  guint64 recordings;

  if (!isr_backup (config->state_directory, path, &recordings, &journal, &error)) {
    g_printerr ("isr: %s\n", error->message);
    return 1;
  }
  g_print ("%s: %" G_GUINT64_FORMAT " recordings\n", path, recordings);
  if (journal)
    g_print ("%s: labels and protection\n", journal);
  return 0;
}
