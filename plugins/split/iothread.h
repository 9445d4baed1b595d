/* SPDX-License-Identifier: MIT */
/* iothread.h - the thread that owns the files, so that capture never waits for a disk.
 *
 *   streaming thread -- open, append, patch, announce, close --> queue --> I/O thread --> files
 *                                                                            |
 *                                            messages, in this order  <------+
 *
 * Jobs are carried out in the order in which they were given. What waits is
 * bounded by whoever gives them: isr_io_thread_is_full() before each packet.
 *
 * A failed write is no end. Where waiting can help (no space, too many files) the
 * audio stays in the queue and the same write is tried again every second: a disk
 * that is cleared in time costs nothing at all. Where it can not (the medium is
 * broken, the server forgot the handle), the part is left as playable as it is and
 * isr_io_thread_has_lost() tells the streaming thread to begin another file.
 *
 * One streaming thread gives jobs. Counters are guarded by the object lock of
 * the owner. */
#pragma once

#include "plugins/split/fileverbs.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _IsrIoThread IsrIoThread;

/* What has come of the run so far; guarded by the owner's object lock. */
typedef struct {
  guint64 files;         /* complete, under their final names */
  guint64 bytes;         /* in them */
  guint64 pending_bytes; /* given, not yet written */
  guint64 pending_ns;    /* the same as audio */
  guint pending_files;   /* begun, not yet complete */
  guint64 lost_ns;       /* audio that the disk could not take */
  gboolean failed;       /* writing does not work at present */
} IsrIoStats;

typedef struct {
  const IsrFileVerbs *verbs;
  guint64 max_pending;    /* ns of audio */
  guint64 fsync_interval; /* ns; 0: only at close */
  gboolean disk_retry;

  GstObject *owner;  /* not referenced: it outlives the thread */
  IsrIoStats *stats; /* of the owner; set to 0 before */
  /* Takes a message of messages.h. Called from both threads. */
  void (*post) (GstObject *owner, GstStructure *message);
  /* No recording is possible: code is the errno, path and what say where and at what. */
  void (*fail) (GstObject *owner, int code, const char *path, const char *what);
} IsrIoSettings;

/* Audio that always may wait, however small max_pending is. */
#define ISR_IO_PENDING_MIN_BYTES (1024 * 1024)

IsrIoThread *isr_io_thread_new (const IsrIoSettings *settings);

/* Carries out what is left (without waiting for a full disk), ends the thread. */
void isr_io_thread_free (IsrIoThread *self);

/* What is given between the two is given together: each job on its own wakes a thread. They
 * nest; nobody waits for the thread in between. */
void isr_io_thread_gather (IsrIoThread *self);
void isr_io_thread_give (IsrIoThread *self);

/* --- jobs, between open and close of one file at a time --- */

/* Begins @stem.@extension; returns its number, for isr_io_thread_has_lost(). */
guint isr_io_thread_open (IsrIoThread *self, const char *stem, const char *extension);
void isr_io_thread_append (IsrIoThread *self, GBytes *bytes, guint64 duration_ns);
void isr_io_thread_patch (IsrIoThread *self, guint64 offset, GBytes *bytes);
void isr_io_thread_truncate (IsrIoThread *self, guint64 size);

/* Posts @opened (taken), with "location" put in, when everything so far is written. */
void isr_io_thread_announce (IsrIoThread *self, GstStructure *opened);

/* Finishes the file and posts @closed (taken) with "location" and "bytes" put in.
 * A file without samples is removed, and neither announced nor posted. */
void isr_io_thread_close (IsrIoThread *self, GstStructure *closed);

/* At any time: the file @number, closed with "unsynced", gets the first free name of @stem; posts
 * @renamed (taken) with "location" and "new-location" put in, if it is still there. */
void isr_io_thread_rename (IsrIoThread *self, guint number, const char *stem, const char *extension, GstStructure *renamed);

/* --- the state of things, for the streaming thread --- */

/* More waits than may. Once full it stays full until half of it is written:
 * one hole, not a thousand. */
gboolean isr_io_thread_is_full (IsrIoThread *self);

/* Audio was dropped because it is full. */
void isr_io_thread_drop (IsrIoThread *self, guint64 duration_ns);

/* The file @number can not be written any more. */
gboolean isr_io_thread_has_lost (IsrIoThread *self, guint number);

/* An error was reported by fail(). */
gboolean isr_io_thread_is_broken (IsrIoThread *self);

/* Waits until all that was given is done or isr_io_thread_wake() is called.
 * @last: nothing comes after it; a failing disk gets one more try. FALSE: woken. */
gboolean isr_io_thread_drain (IsrIoThread *self, gboolean last);
void isr_io_thread_wake (IsrIoThread *self);
void isr_io_thread_unwake (IsrIoThread *self);

G_END_DECLS
