/* SPDX-License-Identifier: MIT */
/* advice.h - what to do when a directory can not be written. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The end of a sentence, from "; " on: for the errno of a call that failed in @directory. Whose files they
 * are is what it mostly is: a container that ran as root before. */
char *isr_advise_writing (int code, const char *directory);

G_END_DECLS
