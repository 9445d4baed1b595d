/* SPDX-License-Identifier: MIT */
/* foreign.h - the process in which files are decoded that ISR did not write. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The argument by which this program is told to be that process, */
#define ISR_FOREIGN_ARGUMENT "--decode-foreign"
/* and the one for a file in which it has died of a jump: it is not to jump. */
#define ISR_FOREIGN_PLAIN "--decode-foreign-plain"

/* It: the file is descriptor 3, requests come on stdin, answers go to stdout. Its exit status. */
int isr_foreign_main (gboolean plain);

/* The program to start, for those (tests) that are not it; NULL: this one. */
void isr_foreign_set_program (const char *path);

G_END_DECLS
