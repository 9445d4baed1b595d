/* SPDX-License-Identifier: MIT */
/* source-private.h - one source from the inside: for source.c, which decides what
 * happens, source-handover.c, which lets the next one go on where it ended, source-news.c, which takes in what its elements tell, source-hearing.c, which
 * makes levels and events of it, and source-health.c, which warns. */
#pragma once

#include "daemon/capture/backoff.h"
#include "daemon/capture/beat.h"
#include "daemon/capture/conditions.h"
#include "daemon/capture/ear.h"
#include "daemon/capture/readings.h"
#include "daemon/capture/run.h"
#include "daemon/capture/source.h"

G_BEGIN_DECLS

#define ISR_WARNING_DISK "disk"
#define ISR_WARNING_NO_DATA "no-data"
#define ISR_WARNING_CLOCK "unsynced-clock"
#define ISR_WARNING_NO_DECODER "no-decoder"
#define ISR_WARNING_OVERRUNS "overruns"
#define ISR_WARNING_FORMAT "unexpected-format"

struct _IsrSource {
  GObject parent;

  IsrConfig *all;
  const IsrSourceConfig *config; /* inside all */
  const IsrClock *clock;

  IsrSourceState *state;
  IsrBackoff backoff;
  gboolean wanted; /* to be recorded */
  gboolean again;  /* a device appeared during this run: should it fail, it is tried at once */

  IsrRun *run;              /* NULL: nothing of it is left */
  gboolean ending;          /* the run is on its way out */
  IsrEar *ear;              /* of the run; NULL: nobody listens */
  guint fading;             /* ears of runs before that are not done yet */
  IsrReadings readings;     /* of the ear */
  IsrConditions conditions; /* of what it delivers */
  guint64 lost;             /* samples in overruns of the run, as far as told */
  guint xruns;              /* those of the driver */
  gint64 overrun_us;        /* monotonic: the last one; 0: there is no warning */

  IsrHandover *handover; /* what the run before left, or NULL */
  gint64 end_us;         /* of the last file, of the run or before it; 0: not known */
  gboolean unsure;       /* that file does not hold all that came */
  gint64 wanted_us;      /* when a person started it, UTC, until it has a file; 0: nobody did */

  guint retry;   /* timer */
  IsrBeat *tick; /* while there is a run */

  gsize bytes;        /* at the last tick */
  gboolean streams;   /* isrhttpsrc said last that audio arrives: it tells within the stall when none does */
  guint overdue;      /* ticks in a row at which nothing had come for too long */
  gint64 progress_us; /* monotonic: when bytes last grew, or the run began */
  gint64 audio_us;    /* monotonic: since when audio flows; 0: it does not */
};

enum {
  ISR_SOURCE_CHANGED,
  ISR_SOURCE_FILE_OPENED,
  ISR_SOURCE_FILE_CLOSED,
  ISR_SOURCE_FILE_LOST,
  ISR_SOURCE_TITLE,
  ISR_SOURCE_FILE_RENAMED,
  ISR_SOURCE_LEVELS,
  ISR_SOURCE_EVENT,
  ISR_SOURCE_N_SIGNALS,
};

extern guint isr_source_signals[ISR_SOURCE_N_SIGNALS];

/* The one door of the state: its time, its reason, its line in the log, its
 * signal. Takes @detail. */
void isr_source_set (IsrSource *self, IsrState next, const char *reason, char *detail);
/* Raises or clears a warning; told when it is a change. */
void isr_source_warn (IsrSource *self, const char *code, gboolean on);
/* The run is asked to end; @gap: the cause that the open file is closed with, or NULL. */
void isr_source_end_run (IsrSource *self, const char *gap);

/* A message of the run's elements, see plugins/messages.h; others are ignored. */
void isr_source_take_news (IsrSource *self, const GstStructure *message);
/* The file of a run that was left behind is closed after all. */
void isr_source_take_late_news (IsrSource *self, const GstStructure *message);

/* source-health.c: as long as the run. */
void isr_source_begin_health (IsrSource *self);
void isr_source_end_health (IsrSource *self);
void isr_source_judge_levels (IsrSource *self, const GstStructure *message);
void isr_source_check_overruns (IsrSource *self, struct _IsrPipeline *pipeline); /* once a second */

/* source-handover.c: of the run, whose pipeline does not run yet; of a file of it; when it has ended,
 * with what it leaves, which is taken. A person stops it, or starts it. */
void isr_source_begin_handover (IsrSource *self, struct _IsrPipeline *pipeline);
void isr_source_note_end_of_file (IsrSource *self, const IsrRecording *recording);
void isr_source_end_handover (IsrSource *self, GstStructure *history);
void isr_source_note_stop (IsrSource *self);
void isr_source_note_start (IsrSource *self);

/* source-hearing.c: as long as the run, whose pipeline does not run yet. */
void isr_source_begin_hearing (IsrSource *self, struct _IsrPipeline *pipeline);
void isr_source_end_hearing (IsrSource *self);
void isr_source_hear_file (IsrSource *self, const IsrRecording *recording);
void isr_source_hear (IsrSource *self, const GstStructure *message);
void isr_source_show_level (IsrSource *self); /* the next one, if it is time; once a second */

G_END_DECLS
