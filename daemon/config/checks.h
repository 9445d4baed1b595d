/* SPDX-License-Identifier: MIT */
/* checks.h - does a configuration whose values are right each make sense as a whole. */
#pragma once

#include "daemon/config/config.h"
#include "daemon/config/ini.h"

G_BEGIN_DECLS

/* Directories that can not be used, sources that would collide, keys that need
 * or forbid each other. Looks at the file system and changes nothing there. */
void isr_checks_run (IsrConfig *config, const IsrIni *ini, gboolean need_source, GPtrArray *problems);

G_END_DECLS
