/* SPDX-License-Identifier: MIT */
/* Whether two states tell people the same. */
#include "daemon/core/control.h"

static GPtrArray *
make_states (void)
{
  GPtrArray *states = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_state_free);

  g_ptr_array_add (states, isr_source_state_new ("mic", "soundcard"));
  g_ptr_array_add (states, isr_source_state_new ("radio", "stream"));
  return states;
}

static IsrSourceState *
get_last (GPtrArray *states)
{
  return states->pdata[states->len - 1];
}

static void
test_same (void)
{
  g_autoptr (GPtrArray) one = make_states (), two = make_states ();

  g_assert_true (isr_control_says_same (one, two));
  get_last (two)->bytes = 4096; /* of which nobody is told */
  get_last (two)->heard_us = 1;
  g_assert_true (isr_control_says_same (one, two));
}

static void
expect_other (GPtrArray *two)
{
  g_autoptr (GPtrArray) one = make_states ();

  g_assert_false (isr_control_says_same (one, two));
  g_assert_false (isr_control_says_same (two, one));
  g_ptr_array_unref (two);
}

#define EXPECT_OTHER(change)                                 \
  do {                                                       \
    GPtrArray *states = make_states ();                      \
    IsrSourceState *state G_GNUC_UNUSED = get_last (states); \
                                                             \
    change;                                                  \
    expect_other (states);                                   \
  } while (0)

static void
test_other (void)
{
  EXPECT_OTHER (state->state = ISR_STATE_RECORDING);
  EXPECT_OTHER (state->reason = g_strdup ("connected"));
  EXPECT_OTHER (state->detail = g_strdup ("connected to a server"));
  EXPECT_OTHER (isr_source_state_warn (state, "clipping", TRUE));
  EXPECT_OTHER (state->since_us = 1);
  EXPECT_OTHER (state->retry_at_us = 1);
  EXPECT_OTHER (state->retries = 1);
  EXPECT_OTHER (state->file = g_strdup ("radio/a.mp3"));
  EXPECT_OTHER (state->level = -1200);
  EXPECT_OTHER (state->peak = -600);
  EXPECT_OTHER (state->floor = -4800);
  EXPECT_OTHER (g_ptr_array_remove_index (states, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source-state/same", test_same);
  g_test_add_func ("/source-state/other", test_other);
  return g_test_run ();
}
