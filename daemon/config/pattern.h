/* SPDX-License-Identifier: MIT */
/* pattern.h - is a filename_pattern one that names files below the output directory. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether isrsplitsink takes @pattern, and every file that it names lies below the output
 * directory. The error says what is wrong, and what would be right. */
gboolean isr_pattern_check (const char *pattern, GError **error);

G_END_DECLS
