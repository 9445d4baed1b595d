/* SPDX-License-Identifier: MIT */
/* flac-tags.h - a VORBIS_COMMENT block, read. For plugins/format only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Comments that are complete, made valid UTF-8; @vendor (may be NULL) is to be
 * freed. NULL when the block is no VORBIS_COMMENT. */
GStrv isr_flac_tags_read (const guint8 *data, gsize size, char **vendor);

G_END_DECLS
