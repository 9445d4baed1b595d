/* SPDX-License-Identifier: MIT */
/* analyser.h - listens to an encoded recording, in pipelines of its own.
 *
 *     tap --> feed ! decoder ! isrloudness ! fakesink      a stretch without a hole
 *
 * Own bus, own errors, own retries: it can fail, lag behind, sleep, be left out,
 * and the recording does not know. What it leaves out is a new run. Main loop. */
#pragma once

#include <gst/gst.h>

#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrAnalyser IsrAnalyser;

typedef struct {
  /* isr-level or isr-event in the stream time of the recording, for isr_hearing_take(). */
  void (*message) (gpointer data, const GstStructure *message);
  /* There is no decoder for it: told once. */
  void (*no_decoder) (gpointer data);
  /* After isr_analyser_end(): nothing more will come. It is gone. */
  void (*ended) (gpointer data);
} IsrAnalyserFuncs;

/* @sink: the isrsplitsink of a pipeline that does not run yet. @config and @funcs must
 * outlive it. NULL: it can not be listened to. */
IsrAnalyser *isr_analyser_new (const IsrSourceConfig *config, GstElement *sink, const IsrAnalyserFuncs *funcs, gpointer data);

/* The recording has ended: what is under way is finished, for two seconds at most; then
 * `ended` is called, later than this. */
void isr_analyser_end (IsrAnalyser *self);

G_END_DECLS
