/* SPDX-License-Identifier: MIT */
/* conditions.h - what is wrong with a signal, judged by its levels. Pure.
 *
 *     digital-zero   not one sample differs from 0 (nothing above -120 dBFS): muted, or
 *                    the wrong input                              10 s, over after 2 s
 *     below-80dbfs   sound, but weaker than a quiet room: gain at 0, a sleeping microphone
 *                                                                 30 s, over after 2 s
 *     dead-channel   one channel is below -80 dBFS while another is above -60
 *                                                                 30 s, over after 2 s
 *     clipping       windows of 100 ms with a sample at full scale (-0.01 dBFS), no second
 *                    between one and the next: the gain is too high; sound cards only, for
 *                    a radio station is meant to be at full scale  3 windows, over after 10 s
 *
 * Each has a band in which it neither begins nor ends: -80 to -77 dBFS, and for a dead
 * channel the time in which all are quiet. So it is told once when it begins and
 * once when it is over. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_CONDITION_ZERO,
  ISR_CONDITION_QUIET,
  ISR_CONDITION_DEAD,
  ISR_CONDITION_CLIPPING,
  ISR_CONDITION_COUNT,
} IsrCondition;

typedef struct {
  gboolean active;
  guint bad;  /* windows that count as bad, since the last `forget` good ones in a row */
  guint good; /* windows in a row that are not bad, the last of them good */
} IsrConditionState;

typedef struct {
  gboolean raw; /* a sound card: samples as they are */
  IsrConditionState states[ISR_CONDITION_COUNT];
} IsrConditions;

/* A second or less. All in centi-dB re full scale, one a window; @channels: the level
 * of each channel's loudest window. */
typedef struct {
  const gint16 *levels, *peaks;
  guint n;
  const gint16 *channels;
  guint n_channels;
} IsrConditionLevels;

void isr_conditions_init (IsrConditions *self, gboolean raw);

/* TRUE: some began or are over; then states[].active tells. */
gboolean isr_conditions_push (IsrConditions *self, const IsrConditionLevels *levels);

const char *isr_condition_get_code (IsrCondition condition); /* of IsrSourceState.warnings */
/* What is wrong, and what to do about it. @card: what `amixer -c` calls it, or NULL. */
char *isr_condition_describe (IsrCondition condition, gboolean raw, const char *card);

G_END_DECLS
