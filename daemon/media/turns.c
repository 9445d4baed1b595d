/* SPDX-License-Identifier: MIT */
/* turns.c - two queues: who has a turn, and who waits for one. */
#include "daemon/media/turns.h"

#define GRACE_US (G_TIME_SPAN_SECOND / 10)
#define LONG_US (5 * G_TIME_SPAN_SECOND)

static GQueue taken = G_QUEUE_INIT, waiting = G_QUEUE_INIT; /* IsrTurn */
static guint timer;

guint
isr_turns_get_most (void)
{
  return 2 * MAX (g_get_num_processors (), 2);
}

guint
isr_turns_get_taken (void)
{
  return taken.length;
}

guint
isr_turns_get_waiting (void)
{
  return waiting.length;
}

static void
take (IsrTurn *self)
{
  g_queue_push_tail_link (&taken, &self->link);
  self->state = ISR_TURN_WORKING;
  self->leaving = FALSE;
  self->first_us = 0;
  self->klass->begin (self);
}

static void
end (IsrTurn *self)
{
  self->state = ISR_TURN_ENDING;
  self->again = FALSE;
  self->klass->let_go (self);
}

static gint64
get_deadline (const IsrTurn *self)
{
  return MIN (self->rested_us + GRACE_US, self->first_us + LONG_US);
}

/* Who gives way next; and how many do already. */
static IsrTurn *
find_resting (guint *ending)
{
  IsrTurn *found = NULL;

  *ending = 0;
  for (GList *item = taken.head; item; item = item->next) {
    IsrTurn *turn = item->data;

    *ending += turn->state == ISR_TURN_ENDING;
    if (turn->state == ISR_TURN_RESTING && (!found || get_deadline (turn) < get_deadline (found)))
      found = turn;
  }
  return found;
}

static gboolean on_time (gpointer unused);

/* For those who wait. */
static void
make_room (void)
{
  gint64 now = g_get_monotonic_time ();
  guint ending = 0;
  IsrTurn *turn = find_resting (&ending);

  while (turn && ending < waiting.length && get_deadline (turn) <= now) {
    end (turn);
    turn = find_resting (&ending);
  }
  if (turn && ending < waiting.length && !timer)
    timer = g_timeout_add ((guint) ((get_deadline (turn) - now) / G_TIME_SPAN_MILLISECOND + 1), on_time, NULL);
}

static void
pass_on (void)
{
  while (waiting.length && taken.length < isr_turns_get_most ())
    take (g_queue_pop_head_link (&waiting)->data);
  if (waiting.length)
    make_room ();
}

static gboolean
on_time (gpointer unused)
{
  timer = 0;
  pass_on ();
  return G_SOURCE_REMOVE;
}

void
isr_turn_ask (IsrTurn *self)
{
  if (self->state == ISR_TURN_ENDING) {
    self->again = TRUE;
  } else if (self->state == ISR_TURN_RESTING) {
    self->state = ISR_TURN_WORKING;
    self->klass->begin (self);
  } else {
    self->link.data = self;
    self->state = ISR_TURN_WAITING;
    g_queue_push_tail_link (&waiting, &self->link);
    pass_on ();
  }
}

void
isr_turn_rest (IsrTurn *self)
{
  self->state = ISR_TURN_RESTING;
  self->rested_us = g_get_monotonic_time ();
  if (!self->first_us)
    self->first_us = self->rested_us;
  if (self->leaving)
    end (self);
  if (waiting.length)
    make_room ();
}

void
isr_turn_leave (IsrTurn *self)
{
  self->again = FALSE;
  self->leaving = TRUE;
  if (self->state == ISR_TURN_WAITING) {
    g_queue_unlink (&waiting, &self->link);
    self->state = ISR_TURN_NONE;
  } else if (self->state == ISR_TURN_RESTING) {
    end (self);
  }
}

void
isr_turn_ended (IsrTurn *self)
{
  gboolean again = self->again;

  g_queue_unlink (&taken, &self->link);
  self->state = ISR_TURN_NONE;
  if (again)
    isr_turn_ask (self);
  pass_on ();
}
