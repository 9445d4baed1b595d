/* SPDX-License-Identifier: MIT */
/* sections.h - which sections there may be, and which keys each may hold. */
#pragma once

#include "daemon/config/ini.h"
#include "daemon/config/options.h"

G_BEGIN_DECLS

gboolean isr_section_is_reserved (const char *name);

/* The group of the section's keys; 0: neither reserved nor of a known type. */
guint isr_section_get_group (const IsrIniSection *self);

/* "; did you mean [mic]?", or "". Looks among the reserved names, and with @ini
 * among its sections too. */
char *isr_section_hint (const IsrIni *ini, const char *name);

/* Says which sections and keys are unknown, misplaced or not supported. */
void isr_sections_check (const IsrIni *ini, GPtrArray *problems);

G_END_DECLS
