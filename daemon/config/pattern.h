/* SPDX-License-Identifier: MIT */
/* pattern.h - is a filename_pattern one that names files, and which ones. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether every file that @pattern names lies below the output directory. */
gboolean isr_pattern_check (const char *pattern, GError **error);

/* The name, without extension, of @source's file that begins at @time (whose
 * zone counts): what isrsplitsink will call it. NULL when it can not be made. */
char *isr_pattern_expand (const char *pattern, const char *source, GDateTime *time);

G_END_DECLS
