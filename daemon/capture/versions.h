/* SPDX-License-Identifier: MIT */
/* versions.h - which GStreamer, and which plugins with which versions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "GStreamer 1.22.0", then a line a plugin: name, version, file; sorted. */
char *isr_versions_describe (void);

G_END_DECLS
