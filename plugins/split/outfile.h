/* SPDX-License-Identifier: MIT */
/* outfile.h - one file of a recording, as the streaming thread sees it: a writer,
 * the bytes on their way to the I/O thread, and what its messages will say. */
#pragma once

#include "plugins/format/stream.h"
#include "plugins/split/iothread.h"
#include "plugins/split/provisional.h"

G_BEGIN_DECLS

typedef struct _IsrOutFile IsrOutFile;

/* Where and when a file begins. */
typedef struct {
  const char *stem;   /* path without extension */
  const char *source; /* name of the source; must outlive the file */
  const char *clock;  /* isr_time_mode_name() */
  gint64 start_us;    /* UTC of the first sample */
  int utc_offset;     /* s */
  guint64 position;   /* stream time of the first sample, ns */
  guint64 expected_samples;
  gboolean unsynced; /* start_us is of a clock that is not set */
  guint channels;    /* where the stream does not find them out */
} IsrOutFileStart;

/* Begins a file with the packet that @stream handed out last. */
IsrOutFile *isr_out_file_open (IsrStream *stream, IsrIoThread *io, const IsrOutFileStart *start);

/* @duration_ns of audio. Returns the samples that the file plays longer by now. */
guint64 isr_out_file_write (IsrOutFile *self, const IsrPacket *packet, guint64 duration_ns);

/* Header and bytes so far go to the I/O thread. */
void isr_out_file_refresh (IsrOutFile *self);

/* It can not be written any more. */
gboolean isr_out_file_is_lost (IsrOutFile *self);

/* Its times are of a clock that was not set: what is known of it then. */
gboolean isr_out_file_is_provisional (IsrOutFile *self, gint64 end_us, IsrProvisionalFile *file);

/* Ends it, frees it; @reason, @cause (or NULL): messages.h. */
void isr_out_file_close (IsrOutFile *self, gint64 end_us, const char *reason, const char *cause);

/* The true times of files that are closed are known now: each is called as @make_stem says. */
void isr_out_file_rename_all (IsrIoThread *io, IsrProvisional *provisional, GTimeZone *zone, char *(*make_stem) (gpointer data, gint64 utc_us), gpointer data);

G_END_DECLS
