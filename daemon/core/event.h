/* SPDX-License-Identifier: MIT */
/* event.h - a loud section of one source, as a value.
 *
 * Belongs to source and time, not to a file: it may straddle boundaries. Made by
 * capture out of isr-event and by analysis out of stored levels; kept by the
 * archive; shown by http. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum {
  ISR_EVENT_STARTED,   /* announced with the window itself; end and score: so far */
  ISR_EVENT_CANCELLED, /* what was announced is none */
  ISR_EVENT_ENDED,     /* final */
} IsrEventState;

typedef struct {
  gint64 id;     /* row of the catalog; 0 before it has one */
  char *source;  /* section of the config */
  gint64 run_us; /* of the unbroken run it belongs to: IsrLevels.run_us */
  guint64 key;   /* the same in all news of one section of a run */
  IsrEventState state;
  gint64 start_us; /* UTC of its first window */
  gint64 end_us;   /* UTC of the end of its last one */
  int score;       /* loudest window above the reference, centi-dB */
  int peak;        /* level of the loudest window, centi-dB re full scale */
  int floor;       /* reference at the window of the score, centi-dB re full scale */
  char *reason;    /* "level", "floor", "long", "eos"; NULL unless ended */
} IsrEvent;

IsrEvent *isr_event_new (const char *source);
IsrEvent *isr_event_copy (const IsrEvent *self);
void isr_event_free (IsrEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrEvent, isr_event_free)

G_END_DECLS
