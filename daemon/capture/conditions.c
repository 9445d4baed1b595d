/* SPDX-License-Identifier: MIT */
/* conditions.c - a table of thresholds, and one machine for all of its rows. */
#include "daemon/capture/conditions.h"

#define LOWEST -12000 /* of isr-level: nothing */
#define QUIET -8000   /* below it is no quiet room */
#define QUIET_OVER -7700
#define LOUD -6000 /* above it a channel has sound */
#define FULL_SCALE -1

typedef enum {
  NEITHER,
  GOOD,
  BAD,
} Verdict;

static Verdict
judge_zero (const IsrConditionLevels *levels, guint i)
{
  return levels->peaks[i] <= LOWEST ? BAD : GOOD;
}

static Verdict
judge_quiet (const IsrConditionLevels *levels, guint i)
{
  if (levels->peaks[i] <= LOWEST)
    return NEITHER;
  return levels->levels[i] < QUIET ? BAD : levels->levels[i] >= QUIET_OVER ? GOOD
                                                                           : NEITHER;
}

static Verdict
judge_dead (const IsrConditionLevels *levels, guint i)
{
  gint16 lowest = G_MAXINT16, highest = G_MININT16;

  for (guint c = 0; c < levels->n_channels; c++) {
    lowest = MIN (lowest, levels->channels[c]);
    highest = MAX (highest, levels->channels[c]);
  }
  if (levels->n_channels < 2 || highest < LOUD)
    return NEITHER;
  return lowest < QUIET ? BAD : lowest >= QUIET_OVER ? GOOD
                                                     : NEITHER;
}

static Verdict
judge_clipping (const IsrConditionLevels *levels, guint i)
{
  return levels->peaks[i] >= FULL_SCALE ? BAD : GOOD;
}

/* In windows of 100 ms. */
static const struct {
  const char *code;
  Verdict (*judge) (const IsrConditionLevels *levels, guint i);
  guint begin;  /* bad ones */
  guint forget; /* so many good ones in a row make the bad ones forgotten */
  guint over;   /* good ones in a row */
  gboolean raw_only;
} rows[] = {
  [ISR_CONDITION_ZERO] = { "digital-zero", judge_zero, 100, 1, 20, FALSE },
  [ISR_CONDITION_QUIET] = { "below-80dbfs", judge_quiet, 300, 1, 20, FALSE },
  [ISR_CONDITION_DEAD] = { "dead-channel", judge_dead, 300, 1, 20, FALSE },
  [ISR_CONDITION_CLIPPING] = { "clipping", judge_clipping, 3, 10, 100, TRUE },
};

void
isr_conditions_init (IsrConditions *self, gboolean raw)
{
  *self = (IsrConditions){ .raw = raw };
}

static gboolean
state_push (IsrConditionState *self, IsrCondition condition, Verdict verdict)
{
  gboolean before = self->active;

  if (verdict == BAD) {
    self->good = 0;
    self->bad++;
  } else if (verdict == GOOD && ++self->good >= rows[condition].forget) {
    self->bad = 0;
  }
  if (self->bad >= rows[condition].begin)
    self->active = TRUE;
  else if (self->good >= rows[condition].over)
    self->active = FALSE;
  return self->active != before;
}

gboolean
isr_conditions_push (IsrConditions *self, const IsrConditionLevels *levels)
{
  gboolean changed = FALSE;

  for (IsrCondition c = 0; c < ISR_CONDITION_COUNT; c++)
    for (guint i = 0; i < levels->n && (self->raw || !rows[c].raw_only); i++)
      changed |= state_push (&self->states[c], c, rows[c].judge (levels, i));
  return changed;
}

const char *
isr_condition_get_code (IsrCondition condition)
{
  return rows[condition].code;
}

/* --- words --- */

static const struct {
  const char *what;
  const char *raw, *stream; /* what to do */
} words[] = {
  [ISR_CONDITION_ZERO] = { "nothing but digital zero comes",
      "the input is muted, switched off or the wrong one: look at the capture switch and the input source", "the station sends no sound" },
  [ISR_CONDITION_QUIET] = { "what comes stays below -80 dBFS",
      "the gain is at 0, or the microphone sleeps or is not plugged in: raise the capture volume", "the station sends hardly any sound" },
  [ISR_CONDITION_DEAD] = { "one channel is silent while another has sound",
      "look at the plug and its cable, or set channels = 1", "the station sends it so" },
  [ISR_CONDITION_CLIPPING] = { "samples stand at full scale: it is distorted",
      "lower the capture volume", "the station sends it so" },
};

char *
isr_condition_describe (IsrCondition condition, gboolean raw, const char *card)
{
  if (!raw)
    return g_strdup_printf ("%s; %s", words[condition].what, words[condition].stream);
  if (!card)
    return g_strdup_printf ("%s; %s", words[condition].what, words[condition].raw);
  return g_strdup_printf ("%s; %s (alsamixer -c %s, or amixer -c %s)", words[condition].what, words[condition].raw, card, card);
}
