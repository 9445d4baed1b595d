/* SPDX-License-Identifier: MIT */
/* titles.h - what a stream says about itself, as GStreamer tags. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Of "KEY=value" comments (Vorbis comments); NULL where none of them is known. */
GstTagList *isr_titles_from_comments (const char *const *comments);

/* Of an ICY StreamTitle. */
GstTagList *isr_titles_from_icy (const char *title);

G_END_DECLS
