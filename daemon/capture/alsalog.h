/* SPDX-License-Identifier: MIT */
/* alsalog.h - ALSA's own words about what went wrong.
 *
 * libasound explains a failure on stderr, through a handler, while it fails;
 * GStreamer puts that into its debug category "alsa" and reports "Invalid
 * argument". We listen there, and to libasound itself during our own calls, and
 * keep the last lines per thread: an element posts its error from the thread in
 * which libasound complained. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Once, after gst_init(). GStreamer's debug log is left as it is when GST_DEBUG
 * is set; otherwise only these warnings are kept and nothing is printed. */
void isr_alsalog_install (void);

/* From here to isr_alsalog_end() this thread's calls of libasound are heard. */
void isr_alsalog_begin (void);
void isr_alsalog_end (void);

/* What this thread has heard since it was asked last, the causes first, joined
 * by "; ". NULL: nothing. */
char *isr_alsalog_take (void);

/* How often the card of this pipeline was not read in time, since it was made. */
guint isr_alsalog_get_overruns (GObject *pipeline);

G_END_DECLS
