/* SPDX-License-Identifier: MIT */
/* check.h - `isr check CONFIG`: is the configuration right, and what will it do. */
#pragma once

#include <glib.h>

#include "daemon/core/clock.h"

G_BEGIN_DECLS

/* Prints the report on stdout. @path NULL: the embedded default; @environ_ and
 * @overrides as for isr_config_load(). The exit status: 0, or 2 when the
 * configuration could not be used. */
int isr_cli_check (const char *path, const char *const *environ_, const char *const *overrides);

/* The report alone, with @clock's time in the examples of file names. */
char *isr_cli_check_report (const char *path, const char *const *environ_, const char *const *overrides, const IsrClock *clock, int *status);

G_END_DECLS
