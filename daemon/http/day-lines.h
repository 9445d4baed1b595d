/* SPDX-License-Identifier: MIT */
/* day-lines.h - the body of /api/days. A list of three years is asked for again and again,
 * and differs in its newest day at most: what was written of the others is kept. */
#pragma once

#include "daemon/archive/catalog.h"

G_BEGIN_DECLS

typedef struct _IsrDayLines IsrDayLines;

IsrDayLines *isr_day_lines_new (void);
void isr_day_lines_free (IsrDayLines *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDayLines, isr_day_lines_free)

/* {"days": [...]} of @days (IsrDay); @list: which list it is, so that what is kept of
 * another one stays kept. */
char *isr_day_lines_write (IsrDayLines *self, const char *list, GPtrArray *days);

G_END_DECLS
