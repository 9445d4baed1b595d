/* SPDX-License-Identifier: MIT */
/* ioqueue.h - what the streaming thread wants done by the I/O thread, in order.
 *
 * Each job that is pushed wakes a thread, which costs more than most jobs do: what
 * belongs together is gathered and goes as one chain. One thread pushes, one pops. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  ISR_IO_OPEN,
  ISR_IO_APPEND,
  ISR_IO_PATCH,
  ISR_IO_TRUNCATE,
  ISR_IO_ANNOUNCE,
  ISR_IO_CLOSE,
  ISR_IO_RENAME,
  ISR_IO_REPLY,
  ISR_IO_QUIT,
} IsrIoType;

typedef struct _IsrIoJob IsrIoJob;

struct _IsrIoJob {
  IsrIoType type;
  guint number; /* OPEN, RENAME: of the file; REPLY: of the question */
  char *stem, *extension;
  GBytes *bytes;
  guint64 offset; /* PATCH; TRUNCATE: size */
  guint64 duration_ns;
  GstStructure *message;
  IsrIoJob *next; /* given together with it */
};

/* Returns what was given together with it. */
IsrIoJob *isr_io_job_free (IsrIoJob *self);

typedef struct _IsrIoQueue IsrIoQueue;

IsrIoQueue *isr_io_queue_new (void);
void isr_io_queue_free (IsrIoQueue *self);

/* Takes what @values point to. */
void isr_io_queue_push (IsrIoQueue *self, const IsrIoJob *values);

/* What is pushed between the two is one chain. They nest. */
void isr_io_queue_gather (IsrIoQueue *self);
void isr_io_queue_give (IsrIoQueue *self);

/* Waits for a chain, of one job at least. */
IsrIoJob *isr_io_queue_pop (IsrIoQueue *self);

G_END_DECLS
