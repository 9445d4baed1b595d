/* SPDX-License-Identifier: MIT */
/* problem.h - collecting what is wrong with a configuration, to be said at once. */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

/* Appends "WHERE:LINE: TEXT" (without ":LINE" when @line is 0; warnings begin
 * with "warning: " after the place). The same sentence is said only once, and
 * after ISR_PROBLEMS_MAX one last sentence says that there are more. */
void isr_problem_add (GPtrArray *problems, gboolean fatal, const char *where, guint line, const char *format, ...) G_GNUC_PRINTF (5, 6);

/* Whether one of the problems from index @first on is fatal. */
gboolean isr_problems_are_fatal (const GPtrArray *problems, guint first);

/* Puts those from index @first on in the order of their lines; what is in no
 * line comes last. */
void isr_problems_sort (GPtrArray *problems, guint first);

#define ISR_PROBLEMS_MAX 200

G_END_DECLS
