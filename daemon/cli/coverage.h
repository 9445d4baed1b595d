/* SPDX-License-Identifier: MIT */
/* coverage.h - `isr coverage`: is every second there, and if not, why. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct {
  const char *day;    /* YYYY-MM-DD; NULL: today */
  const char *source; /* NULL: all */
  gboolean json;
} IsrCoverageQuestion;

/* Prints the answer; beside a running recorder, too: the archive is only read.
 * The exit status: 0, or 1 when it can not be read, 2 for a wrong question. */
int isr_cli_coverage (const IsrConfig *config, const IsrCoverageQuestion *question);

/* The archive of @config to ask, read only. */
IsrCatalog *isr_cli_coverage_open (const IsrConfig *config, GTimeZone *zone, GError **error);

/* The answer alone; NULL with ISR_ERROR_USAGE, _NOT_FOUND, _STORAGE. */
char *isr_cli_coverage_report (IsrCatalog *catalog, const IsrCoverageQuestion *question, GTimeZone *zone, gint64 now_us, GError **error);

G_END_DECLS
