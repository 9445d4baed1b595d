/* SPDX-License-Identifier: MIT */
/* ioqueue.c - chains of jobs in a GAsyncQueue. */
#include "plugins/split/ioqueue.h"

struct _IsrIoQueue {
  GAsyncQueue *chains; /* of IsrIoJob */
  guint gathering;     /* the pushing thread's, like the next two */
  IsrIoJob *gathered, **tail;
};

IsrIoJob *
isr_io_job_free (IsrIoJob *self)
{
  IsrIoJob *next = self->next;

  g_free (self->stem);
  g_free (self->extension);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->message, gst_structure_free);
  g_free (self);
  return next;
}

static void
free_chain (gpointer job)
{
  while (job)
    job = isr_io_job_free (job);
}

IsrIoQueue *
isr_io_queue_new (void)
{
  IsrIoQueue *self = g_new0 (IsrIoQueue, 1);

  self->chains = g_async_queue_new_full (free_chain);
  return self;
}

void
isr_io_queue_free (IsrIoQueue *self)
{
  g_async_queue_unref (self->chains);
  free_chain (self->gathered);
  g_free (self);
}

void
isr_io_queue_push (IsrIoQueue *self, const IsrIoJob *values)
{
  IsrIoJob *job = g_memdup2 (values, sizeof *values);

  if (self->gathering) {
    *self->tail = job;
    self->tail = &job->next;
  } else {
    g_async_queue_push (self->chains, job);
  }
}

void
isr_io_queue_gather (IsrIoQueue *self)
{
  if (self->gathering++ == 0)
    self->tail = &self->gathered;
}

void
isr_io_queue_give (IsrIoQueue *self)
{
  if (--self->gathering == 0 && self->gathered)
    g_async_queue_push (self->chains, g_steal_pointer (&self->gathered));
}

IsrIoJob *
isr_io_queue_pop (IsrIoQueue *self)
{
  return g_async_queue_pop (self->chains);
}
