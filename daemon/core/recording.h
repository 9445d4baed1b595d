/* SPDX-License-Identifier: MIT */
/* recording.h - one audio file of the archive, as a value.
 *
 * Made by capture out of bus messages and by the archive out of files; stored
 * and listed by the archive; shown by http. Times are UTC microseconds; a zone
 * appears only at the edges, as the offset that was in force. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct {
  gint64 id;          /* row of the catalog; 0 before it has one */
  char *source;       /* section of the config, "" for foreign files */
  char *name;         /* final path below output_directory, '/'-separated: its URL for ever */
  gboolean recording; /* still being written: on disk it is name + ".part" */
  gboolean adopted;   /* found in the directory, not recorded by us */
  gint64 start_us;    /* UTC of the first sample */
  gint64 end_us;      /* UTC of the end of the last sample; while recording: so far */
  int utc_offset;     /* seconds east of UTC at start_us */
  guint64 position;   /* stream time of the first sample in its run, ns */
  guint64 samples;    /* 0: unknown */
  guint rate;         /* samples per second; 0: unknown */
  guint channels;     /* 0: unknown */
  guint64 bytes;
  gint64 mtime_us;
  gboolean protected_; /* a person wants it to stay */
  guint events;        /* loud ones that begin in it; told by the archive */
  gboolean analysed;   /* its loudness is known: it has levels */
  char *reason;        /* why it ended, ISR_CLOSE_* of plugins/messages.h; NULL while recording */
  char *clock;         /* how UTC was found; NULL for foreign files */
  char *cause;         /* with reason "gap", if known: ISR_GAP_*; told when a file ends, not kept with it */
} IsrRecording;

IsrRecording *isr_recording_new (void);
IsrRecording *isr_recording_copy (const IsrRecording *self);
void isr_recording_free (IsrRecording *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrRecording, isr_recording_free)

/* Seconds of audio: by samples where they are known, else by the clock. */
double isr_recording_get_duration (const IsrRecording *self);

G_END_DECLS
