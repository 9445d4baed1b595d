/* SPDX-License-Identifier: MIT */
/* repair.h - `isr repair PATH...`: unfinished files become playing ones. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file is repaired in place; a .part gets its final name. Of a directory, every
 * .part below it. A line each on stdout, mistakes on stderr. The exit status: 0,
 * or 1 when one of them could not be repaired. */
int isr_cli_repair (const char *const *paths);

G_END_DECLS
