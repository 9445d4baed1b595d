/* SPDX-License-Identifier: MIT */
/* test-conditions.c - when a warning begins, that it is told once, and when it is over. */
#include "daemon/capture/conditions.h"

#include <string.h>

typedef struct {
  IsrConditions conditions;
  guint begun[ISR_CONDITION_COUNT], over[ISR_CONDITION_COUNT];
} Test;

static void
test_init (Test *self, gboolean raw)
{
  memset (self, 0, sizeof *self);
  isr_conditions_init (&self->conditions, raw);
}

/* @n windows, in seconds as they come. */
static void
push (Test *self, guint n, gint16 level, gint16 peak, gint16 left, gint16 right)
{
  const gint16 channels[] = { left, right };

  while (n > 0) {
    gint16 levels[10], peaks[10];
    IsrConditionState before[ISR_CONDITION_COUNT];
    guint part = MIN (n, 10);
    gboolean changed, differs = FALSE;

    for (guint i = 0; i < part; i++) {
      levels[i] = level;
      peaks[i] = peak;
    }
    memcpy (before, self->conditions.states, sizeof before);
    changed = isr_conditions_push (&self->conditions, &(IsrConditionLevels){ levels, peaks, part, channels, G_N_ELEMENTS (channels) });
    for (guint c = 0; c < ISR_CONDITION_COUNT; c++) {
      gboolean now = self->conditions.states[c].active;

      self->begun[c] += now && !before[c].active;
      self->over[c] += !now && before[c].active;
      differs |= now != before[c].active;
    }
    g_assert_true (changed || !differs);
    n -= part;
  }
}

static void
assert_counts (const Test *self, IsrCondition condition, guint begun, guint over)
{
  g_assert_cmpuint (self->begun[condition], ==, begun);
  g_assert_cmpuint (self->over[condition], ==, over);
}

static void
push_zero (Test *self, guint n)
{
  push (self, n, -12000, -12000, -12000, -12000);
}

static void
push_sound (Test *self, guint n)
{
  push (self, n, -4000, -2500, -4000, -4200);
}

static void
test_zero (void)
{
  Test t;

  test_init (&t, TRUE);
  push_zero (&t, 99);
  push_sound (&t, 1); /* it was none */
  push_zero (&t, 99);
  assert_counts (&t, ISR_CONDITION_ZERO, 0, 0);
  push_zero (&t, 1);
  assert_counts (&t, ISR_CONDITION_ZERO, 1, 0);
  for (guint i = 0; i < 50; i++) { /* crackles: the same incident */
    push_sound (&t, 19);
    push_zero (&t, 100);
  }
  assert_counts (&t, ISR_CONDITION_ZERO, 1, 0);
  push_sound (&t, 20);
  assert_counts (&t, ISR_CONDITION_ZERO, 1, 1);
  assert_counts (&t, ISR_CONDITION_QUIET, 0, 0);
}

static void
test_quiet (void)
{
  Test t;

  test_init (&t, TRUE);
  push (&t, 299, -8001, -7000, -8001, -8001);
  assert_counts (&t, ISR_CONDITION_QUIET, 0, 0);
  push (&t, 1, -8001, -7000, -8001, -8001);
  assert_counts (&t, ISR_CONDITION_QUIET, 1, 0);
  push (&t, 500, -7800, -7000, -7800, -7800); /* between begin and over */
  assert_counts (&t, ISR_CONDITION_QUIET, 1, 0);
  push (&t, 20, -7700, -7000, -7700, -7700);
  assert_counts (&t, ISR_CONDITION_QUIET, 1, 1);
  push (&t, 3000, -7900, -7000, -7900, -7900);
  assert_counts (&t, ISR_CONDITION_QUIET, 1, 1);
}

static void
test_dead (void)
{
  Test t;

  test_init (&t, TRUE);
  push (&t, 3000, -7000, -6500, -7000, -9000); /* a quiet room */
  assert_counts (&t, ISR_CONDITION_DEAD, 0, 0);
  push (&t, 300, -3000, -2000, -3000, -9000);
  assert_counts (&t, ISR_CONDITION_DEAD, 1, 0);
  push (&t, 3000, -7000, -6500, -7000, -9000);
  assert_counts (&t, ISR_CONDITION_DEAD, 1, 0);
  push_sound (&t, 20);
  assert_counts (&t, ISR_CONDITION_DEAD, 1, 1);
}

static void
test_clipping (void)
{
  Test t;

  test_init (&t, TRUE);
  for (guint i = 0; i < 100; i++) { /* a bang now and then */
    push (&t, 2, -300, 0, -300, -300);
    push_sound (&t, 10);
  }
  assert_counts (&t, ISR_CONDITION_CLIPPING, 0, 0);
  push (&t, 2, -300, 0, -300, -300);
  push_sound (&t, 9);
  push (&t, 1, -300, -1, -300, -300);
  assert_counts (&t, ISR_CONDITION_CLIPPING, 1, 0);
  push_sound (&t, 99);
  push (&t, 1, -300, 0, -300, -300);
  push_sound (&t, 99);
  assert_counts (&t, ISR_CONDITION_CLIPPING, 1, 0);
  push_sound (&t, 1);
  assert_counts (&t, ISR_CONDITION_CLIPPING, 1, 1);
  test_init (&t, FALSE);
  push (&t, 1000, -300, 0, -300, -300);
  assert_counts (&t, ISR_CONDITION_CLIPPING, 0, 0);
}

static void
test_words (void)
{
  for (IsrCondition c = 0; c < ISR_CONDITION_COUNT; c++) {
    g_autofree char *card = isr_condition_describe (c, TRUE, "Mic"), *any = isr_condition_describe (c, TRUE, NULL), *stream = isr_condition_describe (c, FALSE, NULL);

    g_assert_nonnull (strstr (card, "amixer -c Mic"));
    g_assert_null (strstr (any, "amixer"));
    g_assert_nonnull (strstr (stream, "; the station"));
    g_assert_nonnull (isr_condition_get_code (c));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture/conditions/zero", test_zero);
  g_test_add_func ("/capture/conditions/quiet", test_quiet);
  g_test_add_func ("/capture/conditions/dead", test_dead);
  g_test_add_func ("/capture/conditions/clipping", test_clipping);
  g_test_add_func ("/capture/conditions/words", test_words);
  return g_test_run ();
}
