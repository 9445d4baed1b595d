/* SPDX-License-Identifier: MIT */
/* ear.h - all that listens to one run of a source.
 *
 *     raw       isrloudness in the recording's pipeline: its messages come with the others
 *     encoded   an analyser beside it
 *
 * Both end in one hearing, which makes values of it. An ear outlives its run by what
 * the analysis still has to say. Main loop. */
#pragma once

#include "daemon/capture/hearing.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrEar IsrEar;

typedef struct {
  IsrHearingFuncs values;
  /* isr-level as it comes, before its UTC is known. */
  void (*heard) (gpointer data, IsrEar *ear, const GstStructure *level);
  void (*no_decoder) (gpointer data, IsrEar *ear);
  /* After isr_ear_end(): the last call; it is gone. */
  void (*ended) (gpointer data);
} IsrEarFuncs;

/* @sink: the isrsplitsink of a pipeline that does not run yet. */
IsrEar *isr_ear_new (const IsrSourceConfig *config, GstElement *sink, const IsrEarFuncs *funcs, gpointer data);
/* The run has ended. `ended` is called now or within seconds. */
void isr_ear_end (IsrEar *self);

/* A file of the run began; a message of isrloudness in it. */
void isr_ear_take_file (IsrEar *self, const IsrRecording *recording);
void isr_ear_take (IsrEar *self, const GstStructure *message);

G_END_DECLS
