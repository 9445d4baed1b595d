/* SPDX-License-Identifier: MIT */
/* recorder-private.h - the recorder from the inside: for recorder.c, which takes packets in,
 * and recorder-files.c, which has the files that they go into. */
#pragma once

#include "plugins/split/outfile.h"
#include "plugins/split/position.h"
#include "plugins/split/recorder.h"
#include "plugins/split/scout.h"

G_BEGIN_DECLS

struct _IsrRecorder {
  const IsrSplitSettings *settings;
  const IsrRecorderHooks *hooks;
  IsrIoThread *io;
  GTimeZone *zone;
  gint64 interval_us, offset_us;

  IsrStreamMaker make;
  gconstpointer kind;
  guint channels;
  IsrStream *stream;

  IsrRecorderInput input;
  IsrTimeMap *map;     /* NULL: nothing came in yet */
  IsrScout *scout;     /* only while the map settles */
  gboolean lead;       /* what comes is recorded already */
  guint known;         /* ... and so many packets are left of it; 0: that is not said */
  gint64 since_us;     /* UTC at which the last of it came, once that is said */
  gint64 wanted_us;    /* monotonic: what was made before it is not recorded; 0: all of it is */
  IsrTimeReading last; /* when the last bytes came */

  IsrPosition position; /* of the next sample */
  IsrOutFile *file;
  gint64 boundary_us; /* at which file ends */
  gint64 synced_us;   /* monotonic */
  gboolean split_requested;
  gint64 paused_us;           /* where a file ended behind which nothing is known to be missing; 0: none did */
  gboolean full;              /* the disk is behind, as of the bytes at hand */
  gboolean broken;            /* what comes is another run, which upstream can not know */
  IsrProvisional provisional; /* files since the start, while the clock is not set */

  guint64 written;         /* samples */
  IsrRecorderStats *stats; /* object lock of lock */
  GstObject *lock;
};

/* UTC of the sample that is @ahead samples from here. */
gint64 isr_recorder_utc_of (IsrRecorder *self, guint64 ahead);

/* The open file, if any, ends: there, or here. */
void isr_recorder_close_file (IsrRecorder *self, gint64 end_us, const char *reason, const char *cause);
void isr_recorder_close_here (IsrRecorder *self, const char *reason, const char *cause);
/* The file that the packet at hand belongs to is open afterwards. */
void isr_recorder_choose_file (IsrRecorder *self);

/* Path without extension of a file that begins at @utc_us. @data: the recorder. */
char *isr_recorder_make_stem (gpointer data, gint64 utc_us);

G_END_DECLS
