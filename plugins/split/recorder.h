/* SPDX-License-Identifier: MIT */
/* recorder.h - one run of a source, from bytes to files.
 *
 *   bytes -> IsrStream -> packets -> time map: when was it? -> boundary: whose is it? -> IsrOutFile
 *
 * The thin element around it (writersink.c) knows GStreamer and clocks, this knows
 * neither. What it asks of its surroundings are three functions. All calls come from
 * the streaming thread. */
#pragma once

#include "plugins/format/stream.h"
#include "plugins/split/iothread.h"
#include "plugins/split/settings.h"
#include "plugins/split/timemap.h"

G_BEGIN_DECLS

typedef struct _IsrRecorder IsrRecorder;

/* Makes a stream of the kind that is being recorded; NULL and an error when it can not. */
typedef IsrStream *(*IsrStreamMaker) (gconstpointer kind, GError **error);

typedef struct {
  gpointer owner;
  /* The path without extension for a file; NULL: as location says. */
  char *(*format_location) (gpointer owner, const char *stem, gint64 utc_us);
  /* The stream's "KEY=value" comments changed. */
  void (*tags) (gpointer owner, const char *const *tags);
  /* Audio is missing in the recording, or its time leapt, which the stream itself does not
   * say: what comes is another run. */
  void (*run_ended) (gpointer owner);
} IsrRecorderHooks;

/* How packets come in, decided once a run. */
typedef struct {
  IsrTimeMode mode;
  gboolean may_wait; /* the source waits for us: a slow disk holds it up and nothing is dropped */
} IsrRecorderInput;

/* What it did so far. */
typedef struct {
  guint64 samples; /* put into files */
  guint64 splits;  /* files that began where another one ended */
  guint64 position_ns;
  gint64 last_split_us, max_split_us; /* what a split cost the streaming thread */
} IsrRecorderStats;

/* @settings, @hooks and @io must outlive it; the object lock of @lock guards @stats. */
IsrRecorder *isr_recorder_new (const IsrSplitSettings *settings, const IsrRecorderHooks *hooks, IsrIoThread *io, GstObject *lock, IsrRecorderStats *stats);
void isr_recorder_free (IsrRecorder *self);

/* From here on the input is a stream as @make makes them of @kind (which must stay
 * valid until the next call). A file of the stream before ends with "format-change". */
gboolean isr_recorder_set_kind (IsrRecorder *self, IsrStreamMaker make, gconstpointer kind, guint channels, GError **error);

gboolean isr_recorder_has_input (IsrRecorder *self);
void isr_recorder_set_input (IsrRecorder *self, const IsrRecorderInput *input);

/* Bytes that came at @now, their first sample @age_ns old (mode capture only).
 * FALSE: the input is unusable from here; the open file is closed. */
gboolean isr_recorder_take (IsrRecorder *self, GBytes *bytes, const IsrTimeReading *now, gint64 age_ns, GError **error);

/* Stream time of what was taken in last, held packets included. */
gint64 isr_recorder_get_position (IsrRecorder *self);
/* UTC of a position; FALSE: no packet behind it has been placed yet. Exact for the
 * packets of the last isr_recorder_take(). */
gboolean isr_recorder_locate (IsrRecorder *self, gint64 position_ns, gint64 *utc_us);

/* What is taken between the two was recorded by another run: what comes then goes on where that
 * ended. Before anything else is taken. @since_us: UTC at which the last of it came. */
void isr_recorder_begin_lead (IsrRecorder *self);
/* @known: so many packets that are made of what is taken next are recorded, too. */
void isr_recorder_end_lead (IsrRecorder *self, const IsrTimeReading *now, gint64 since_us, guint known);

/* Nothing comes, and nothing is known to be missing: the open file ends. What comes next
 * goes on where it ended, unless isr_recorder_gap() is called first. */
void isr_recorder_pause (IsrRecorder *self, const char *cause);

/* Audio is missing here: @hole_ns of it, or nobody knows how much (0). */
void isr_recorder_gap (IsrRecorder *self, const char *cause, guint64 hole_ns);

/* A new file begins with the next packet. */
void isr_recorder_split (IsrRecorder *self);

/* The stream ends: whatever is held is written, the open file closed. */
void isr_recorder_finish (IsrRecorder *self, const char *reason);

G_END_DECLS
