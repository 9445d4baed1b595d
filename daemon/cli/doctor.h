/* SPDX-License-Identifier: MIT */
/* doctor.h - `isr doctor [--json] [CONFIG]`: why is it silent? */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

/* Prints the examination. @config NULL: it can not be read; @problems: IsrConfigProblem.
 * The exit status: 0 all is well, 1 a warning, 2 a failure. After gst_init(). */
int isr_cli_doctor (const IsrConfig *config, const GPtrArray *problems, gboolean json);

G_END_DECLS
