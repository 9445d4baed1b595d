/* SPDX-License-Identifier: MIT */
/* playlist.h - the address in a .m3u or .pls file. People paste these. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a body of this type (without parameters, or NULL), got from this path, is a playlist. */
gboolean isr_playlist_is (const char *mime, const char *path);

/* The first address, to be freed; NULL: there is none. *@hls: it is a list of pieces of
 * audio (HTTP Live Streaming), no address of a stream. */
char *isr_playlist_get_address (const char *text, gsize size, gboolean *hls);

G_END_DECLS
