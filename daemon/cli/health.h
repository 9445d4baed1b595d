/* SPDX-License-Identifier: MIT */
/* health.h - `isr health [CONFIG]`: does the ISR of this configuration live? For
 * HEALTHCHECK and for scripts. */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

/* Prints one sentence. The exit status: 0 healthy, 1 not. */
int isr_cli_health (const IsrConfig *config);

/* The sentence alone, and whether it is good. */
char *isr_cli_health_report (const IsrConfig *config, gboolean *healthy);

G_END_DECLS
