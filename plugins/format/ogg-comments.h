/* SPDX-License-Identifier: MIT */
/* ogg-comments.h - Vorbis comments: the words that all Ogg codecs and FLAC carry.
 *
 *     u32 length, vendor | u32 count | count x (u32 length, "KEY=value")
 *
 * Little-endian (Vorbis I specification, section 5). Pure; lengths that point
 * outside the block end it. */
#pragma once

#include "plugins/format/stream.h"

G_BEGIN_DECLS

/* "KEY=value" strings of a comment block as valid UTF-8, or NULL without any. */
char **isr_ogg_comments_get_tags (GBytes *block);

/* The block of a file: vendor and comments of @source (or NULL) as they are, then ours:
 * SOURCE, DATE (ISO 8601 with offset, of the first sample), ENCODER. */
GByteArray *isr_ogg_comments_make (GBytes *source, const IsrFileInfo *info);

G_END_DECLS
