/* SPDX-License-Identifier: MIT */
/* run.h - one life of one pipeline, from building it to nothing left of it.
 *
 *     build (worker) -> PLAYING (worker) -> bus messages ...
 *       end: [EOS, wait for EOS or ERROR, at most 10 s] -> READY (worker)
 *            -> empty the bus -> NULL (worker) -> ended
 *
 * Everything that can block happens in a worker; every function here is called,
 * and calls back, on the main loop. A run decides nothing: it reports, and its
 * source ends it. */
#pragma once

#include <gst/gst.h>

#include "daemon/capture/words.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrRun IsrRun;

typedef struct {
  /* It is built and will be started now; @what: what is recorded, or NULL. */
  void (*started) (gpointer data, const char *what);
  /* An element message of ISR (plugins/messages.h). */
  void (*message) (gpointer data, const GstStructure *message);
  /* It is broken; once at most. Nothing more will be recorded: end it. */
  void (*fault) (gpointer data, const IsrFault *fault);
  /* Its elements have stopped, and its source left something for the next one (handover.h); taken. */
  void (*left) (gpointer data, GstStructure *history);
  /* All is closed and freed, always called. The run is gone. Also when closing hangs for 15 s: then
   * it is left behind, and no other call is made but the two that follow. */
  void (*ended) (gpointer data);
  /* Of one that was left behind: what became of its file after all (ISR_MESSAGE_FILE_CLOSED). */
  void (*late) (gpointer data, const GstStructure *message);
  /* The last call: nothing is left of it, and @data is not needed any more. */
  void (*released) (gpointer data);
} IsrRunFuncs;

/* Begins at once. @config must outlive the run. */
IsrRun *isr_run_new (const IsrSourceConfig *config, const IsrRunFuncs *funcs, gpointer data);

/* @gap: NULL: asked for, the stream is ended and drained; ISR_GAP_*: given up,
 * the open file is closed with that cause. Later calls change nothing. */
void isr_run_end (IsrRun *self, const char *gap);

/* NULL before it is built. */
struct _IsrPipeline *isr_run_get_pipeline (IsrRun *self);

G_END_DECLS
