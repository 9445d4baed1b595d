/* SPDX-License-Identifier: MIT */
/* queueoutput.c - gathering, in order. */
#include "plugins/split/queueoutput.h"

#include "plugins/format/block.h"

#include <string.h>

#define GATHER_BYTES (64 * 1024)

static void
send_bytes (IsrQueueOutput *self, GBytes *bytes)
{
  isr_io_thread_append (self->io, bytes, self->held_ns);
  self->held_ns = 0;
}

static void
release (IsrQueueOutput *self)
{
  if (self->held && self->in_block)
    isr_block_free (self->held);
  else
    g_free (self->held);
}

void
isr_queue_output_flush (IsrQueueOutput *self)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!self->held_size)
    return;
  bytes = self->in_block ? isr_block_to_bytes (self->held, self->held_size) : g_bytes_new_take (self->held, self->held_size);
  self->held = NULL;
  self->usual = self->held_size;
  self->held_size = self->held_room = 0;
  send_bytes (self, bytes);
}

static void
make_room (IsrQueueOutput *self, gsize wanted)
{
  gsize room = MIN (GATHER_BYTES, MAX (wanted, MAX (2 * self->held_room, self->usual + self->usual / 8)));
  gboolean in_block = room <= ISR_BLOCK_SIZE;
  guint8 *held = in_block ? isr_block_new () : g_malloc (room);

  if (self->held_size)
    memcpy (held, self->held, self->held_size);
  release (self);
  self->held = held;
  self->held_room = in_block ? ISR_BLOCK_SIZE : room;
  self->in_block = in_block;
}

static void
hold (IsrQueueOutput *self, const guint8 *data, gsize size)
{
  gsize wanted = self->held_size + size;

  if (wanted > self->held_room)
    make_room (self, wanted);
  memcpy (self->held + self->held_size, data, size);
  self->held_size = wanted;
}

static void
queue_append (IsrOutput *output, GBytes *bytes)
{
  IsrQueueOutput *self = (IsrQueueOutput *) output;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (self->held_size + size > GATHER_BYTES)
    isr_queue_output_flush (self);
  if (size > GATHER_BYTES)
    send_bytes (self, bytes);
  else if (size > 0)
    hold (self, data, size);
}

static void
queue_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
  IsrQueueOutput *self = (IsrQueueOutput *) output;

  isr_queue_output_flush (self);
  isr_io_thread_patch (self->io, offset, bytes);
}

static void
queue_truncate (IsrOutput *output, guint64 size)
{
  IsrQueueOutput *self = (IsrQueueOutput *) output;

  isr_queue_output_flush (self);
  isr_io_thread_truncate (self->io, size);
}

void
isr_queue_output_init (IsrQueueOutput *self, IsrIoThread *io)
{
  *self = (IsrQueueOutput){ { queue_append, queue_patch, queue_truncate }, io };
}

void
isr_queue_output_clear (IsrQueueOutput *self)
{
  isr_queue_output_flush (self);
}

void
isr_queue_output_advance (IsrQueueOutput *self, guint64 duration_ns)
{
  self->held_ns += duration_ns;
}
