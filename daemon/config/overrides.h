/* SPDX-License-Identifier: MIT */
/* overrides.h - the environment and -o, put over what the file says. */
#pragma once

#include "daemon/config/ini.h"

G_BEGIN_DECLS

/* Sets in @ini what the variables ISR_<SECTION>_<KEY> of @environ say (the
 * section in capitals, all but letters and digits as _), then what @overrides
 * ("SECTION.KEY=VALUE") say. Values are taken as they are: no comments, no
 * escapes. An empty variable says nothing; an empty override takes the file's
 * value away. Only an override may begin a section, with its type. */
void isr_overrides_apply (IsrIni *ini, const char *const *environ_, const char *const *overrides, GPtrArray *problems);

G_END_DECLS
