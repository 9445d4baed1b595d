/* SPDX-License-Identifier: MIT */
/* gap.c - from the words of capture to the eleven causes. */
#include "daemon/archive/gap.h"

#include "plugins/messages.h"

static const char *const causes[] = {
  ISR_CAUSE_DISCONNECTED, ISR_CAUSE_STALLED, ISR_CAUSE_SOURCE, ISR_CAUSE_OVERRUN, ISR_CAUSE_DISK,
  ISR_CAUSE_STOPPED, ISR_CAUSE_CLOCK_STEP, ISR_CAUSE_SUSPENDED, ISR_CAUSE_NOT_RUNNING, ISR_CAUSE_DELETED, ISR_CAUSE_DAMAGED
};

IsrGap *
isr_gap_copy (const IsrGap *self)
{
  IsrGap *copy = g_memdup2 (self, sizeof *self);

  copy->source = g_strdup (self->source);
  return copy;
}

void
isr_gap_free (IsrGap *self)
{
  g_free (self->source);
  g_free (self);
}

const char *
isr_cause_find (const char *name)
{
  for (guint i = 0; name && i < G_N_ELEMENTS (causes); i++)
    if (g_str_equal (causes[i], name))
      return causes[i];
  return NULL;
}

typedef struct {
  const char *word, *cause;
} Row;

/* Boundary, requested, format-change: the next file goes on where this one ends. */
static const Row of_reasons[] = {
  { ISR_CLOSE_CLOCK_STEP, ISR_CAUSE_CLOCK_STEP },
  { ISR_CLOSE_EOS, ISR_CAUSE_DISCONNECTED },
  { ISR_CLOSE_STOP, ISR_CAUSE_STOPPED },
  { ISR_CLOSE_DISK, ISR_CAUSE_DISK },
  { ISR_CLOSE_ERROR, ISR_CAUSE_SOURCE },
};

static const char *
find_row (const Row *rows, guint n, const char *word)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (rows[i].word, word) == 0)
      return rows[i].cause;
  return NULL;
}

const char *
isr_cause_of_file (const IsrRecording *recording)
{
  const char *cause;

  if (g_strcmp0 (recording->reason, ISR_CLOSE_GAP) != 0)
    return find_row (of_reasons, G_N_ELEMENTS (of_reasons), recording->reason);
  cause = isr_cause_find (recording->cause);
  return cause ? cause : ISR_CAUSE_SOURCE;
}

const char *
isr_cause_of_state (const IsrSourceState *state)
{
  static const Row of_words[] = {
    { "stalled", ISR_CAUSE_STALLED },
    { "disk", ISR_CAUSE_DISK },
    { "not-audio", ISR_CAUSE_SOURCE },
  };
  const char *cause;

  if (state->state == ISR_STATE_STOPPED)
    return ISR_CAUSE_STOPPED;
  if (state->state != ISR_STATE_WAITING_TO_RETRY && state->state != ISR_STATE_FAILED)
    return NULL;
  cause = find_row (of_words, G_N_ELEMENTS (of_words), state->reason);
  return cause ? cause : ISR_CAUSE_DISCONNECTED;
}

gint64
isr_clock_get_uncertainty (const char *clock)
{
  if (g_strcmp0 (clock, "given") == 0)
    return 0;
  if (g_strcmp0 (clock, "capture") == 0)
    return 20 * G_TIME_SPAN_MILLISECOND;
  return G_TIME_SPAN_SECOND; /* by arrival, by a name, by the time of a file */
}
