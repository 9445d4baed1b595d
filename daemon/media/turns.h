/* SPDX-License-Identifier: MIT */
/* turns.h - who may have a decoder: a few at once, the others wait in the order in which
 * they came.
 *
 *   none -ask-> waiting -begin()-> working -rest-> resting -ask-> working
 *                                                     |  somebody waits, or leave
 *                                                     v
 *                                   none <-ended-- let_go()
 *
 * A turn lasts as long as there is something to do, and longer while nobody waits.
 * Once somebody does, who has not asked for a tenth of a second gives way (his client
 * reads slowly, or not at all), and who has had five seconds does between two steps.
 * When he asks again, he waits again, behind the others.
 *
 * Owned by the main loop. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _IsrTurn IsrTurn;

typedef struct {
  void (*begin) (IsrTurn *self);  /* what was asked for may be done; isr_turn_rest() when it is */
  void (*let_go) (IsrTurn *self); /* of the decoder, in a worker; isr_turn_ended() when it is gone */
} IsrTurnClass;

typedef enum {
  ISR_TURN_NONE,
  ISR_TURN_WAITING,
  ISR_TURN_WORKING,
  ISR_TURN_RESTING,
  ISR_TURN_ENDING,
} IsrTurnState;

/* A member of who takes turns; zeroed, with klass set. It stays where it is until its state is
 * ISR_TURN_NONE. */
struct _IsrTurn {
  const IsrTurnClass *klass;
  IsrTurnState state;
  gboolean again;             /* ending: asked for already */
  gboolean leaving;           /* working: over after this step */
  gint64 first_us, rested_us; /* monotonic: ends of this turn's first and last steps */
  GList link;                 /* of those who wait, or of those who have one */
};

void isr_turn_ask (IsrTurn *self);
void isr_turn_rest (IsrTurn *self);
/* He wants nothing any more: waits no longer, lets go. */
void isr_turn_leave (IsrTurn *self);
void isr_turn_ended (IsrTurn *self);

/* How many may have one: twice as many as there are processors, four at least. For half of
 * them wait for a disk, a child or a client. */
guint isr_turns_get_most (void);
guint isr_turns_get_taken (void);
guint isr_turns_get_waiting (void);

G_END_DECLS
