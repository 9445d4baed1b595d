/* SPDX-License-Identifier: MIT */
/* queueoutput.h - an IsrOutput whose bytes go to the I/O thread.
 *
 * Writers append a frame at a time, tens a second; each job wakes a thread and
 * costs a system call. So appends are gathered, until 64 KiB are together or
 * somebody flushes: the recorder at every sync-interval. Streaming thread only. */
#pragma once

#include "plugins/format/output.h"
#include "plugins/split/iothread.h"

G_BEGIN_DECLS

typedef struct {
  IsrOutput parent;
  IsrIoThread *io;
  guint8 *held;
  gsize held_size, held_room;
  gboolean in_block; /* what is held is an isr_block */
  gsize usual;       /* size of the last job: the next one is likely to be as large */
  guint64 held_ns;   /* of audio that went into the writer since the last flush */
} IsrQueueOutput;

void isr_queue_output_init (IsrQueueOutput *self, IsrIoThread *io);
void isr_queue_output_clear (IsrQueueOutput *self); /* flushes */

/* So much audio was given to the writer: what the next job's bytes are worth. */
void isr_queue_output_advance (IsrQueueOutput *self, guint64 duration_ns);
void isr_queue_output_flush (IsrQueueOutput *self);

G_END_DECLS
