/* SPDX-License-Identifier: MIT */
/* readings.h - what a meter shows: a second after the other, although those of a stream come
 * two at a time.
 *
 *     came    A B     C D     E F          a stream is read every two seconds
 *     shown   A   B   C   D   E   F        one a second; at once where none waits
 *
 * Pure: the clock is the caller's, monotonic, µs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint level, peak, floor; /* of a second, 1/100 dB */
} IsrReading;

#define ISR_READINGS_MAX 3 /* that wait: what comes in a burst makes no meter late for ever */

/* {0} is empty. */
typedef struct {
  IsrReading waiting[ISR_READINGS_MAX];
  guint n;
  gint64 shown_us; /* the last one; 0: none yet */
} IsrReadings;

/* @reading came. Where too many wait the oldest two become one, as loud as the louder. */
void isr_readings_put (IsrReadings *self, IsrReading reading);

/* TRUE: @next is to be shown now. Asked when one came, and about once a second. */
gboolean isr_readings_take (IsrReadings *self, gint64 now_us, IsrReading *next);

G_END_DECLS
