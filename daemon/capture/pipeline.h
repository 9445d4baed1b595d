/* SPDX-License-Identifier: MIT */
/* pipeline.h - one recording pipeline: a source of the config, built and wired,
 * not yet running.
 *
 *     stream      souphttpsrc ! isrsplitsink
 *     soundcard   alsasrc | pulsesrc ! native caps ! queue (2 s) ! [isrloudness] ! isrsplitsink
 *     test        scene ! [isrloudness] ! isrsplitsink
 *
 * On the way into the sink everything is seen by one probe: it counts bytes for
 * the watchdog, and when the stream ends without anybody having asked for it, it
 * tells the sink that audio is missing from there on (isr-gap). */
#pragma once

#include <gst/gst.h>

#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrPipeline IsrPipeline;

/* Builds the pipeline for @config. Blocks: a sound card is opened to learn its
 * native rate; any thread. ISR_ERROR_DEVICE, ISR_ERROR_BUSY, ISR_ERROR_CONFIG
 * (no such scene), ISR_ERROR_FAILED (an element is missing). */
IsrPipeline *isr_pipeline_new (const IsrSourceConfig *config, GError **error);

IsrPipeline *isr_pipeline_ref (IsrPipeline *self);
void isr_pipeline_unref (IsrPipeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrPipeline, isr_pipeline_unref)

GstElement *isr_pipeline_get_element (IsrPipeline *self); /* the GstPipeline */
GstElement *isr_pipeline_get_source (IsrPipeline *self);  /* what audio comes from */
GstElement *isr_pipeline_get_sink (IsrPipeline *self);    /* the isrsplitsink */

/* What is recorded, for people: "hw:CARD=Mic,DEV=0, 48000 Hz 1 ch". */
const char *isr_pipeline_get_what (IsrPipeline *self);

/* Bytes that went into the sink so far. Any thread. */
gsize isr_pipeline_get_bytes (IsrPipeline *self);

/* Samples that went by while the sound card was not read in time, since it was
 * started; @rate: how many there are in a second. Any thread. */
guint64 isr_pipeline_get_lost (IsrPipeline *self, guint *rate);
/* How many times ALSA's driver itself was not read in time. Any thread. */
guint isr_pipeline_get_xruns (IsrPipeline *self);

/* What `amixer -c` calls the sound card; NULL: there is none, or it is not known. */
const char *isr_pipeline_get_card (IsrPipeline *self);

/* A sound server moves a stream elsewhere when its device goes: the name of the
 * device that is recorded instead of the wanted one, or NULL. */
const char *isr_pipeline_get_strayed (IsrPipeline *self);

/* From now on the end of the stream is what we want. */
void isr_pipeline_expect_end (IsrPipeline *self);
/* Before it ends: what a source has left with the kernel is read. May wait for a third of a
 * second. Not on the main loop. */
void isr_pipeline_read_out (IsrPipeline *self);
/* Audio is missing from here on: closes the open file, with all that was heard before; nothing is
 * recorded any more. @cause: ISR_GAP_*. May wait for what is still on its way. Not on the main loop. */
void isr_pipeline_push_gap (IsrPipeline *self, const char *cause);

/* Value of the sink's "location": directory and pattern of @config. */
char *isr_pipeline_get_location (const IsrSourceConfig *config);

G_END_DECLS
