/* SPDX-License-Identifier: MIT */
/* Who hangs, and who only waits. */
#include "daemon/core/source-state.h"
#include "daemon/ops/alive.h"

#define S G_TIME_SPAN_SECOND
#define NOW (1000 * S)

static void
test_states (void)
{
  static const struct {
    IsrState state;
    gint64 since, heard, retry; /* s before now; retry: after */
    gboolean hung;
  } rows[] = {
    { ISR_STATE_RECORDING, 900, 1, 0, FALSE },
    { ISR_STATE_RECORDING, 900, 46, 0, TRUE },
    { ISR_STATE_RECORDING, 10, 900, 0, FALSE }, /* recording again since ten seconds */
    { ISR_STATE_CONNECTING, 100, 900, 0, FALSE },
    { ISR_STATE_CONNECTING, 130, 900, 0, TRUE },
    { ISR_STATE_WAITING_TO_RETRY, 900, 900, 60, FALSE },
    { ISR_STATE_WAITING_TO_RETRY, 900, 900, -130, TRUE }, /* it was due long ago */
    { ISR_STATE_STOPPED, 900, 900, 0, FALSE },
    { ISR_STATE_FAILED, 900, 900, 0, FALSE },
    { ISR_STATE_IDLE, 900, 900, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) states = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_state_free);
    IsrSourceState *state = isr_source_state_new ("mic", "test");
    g_autofree char *hung = NULL;

    state->state = rows[i].state;
    state->since_us = NOW - rows[i].since * S;
    state->heard_us = NOW - rows[i].heard * S;
    state->retry_at_us = NOW + rows[i].retry * S;
    g_ptr_array_add (states, state);
    hung = isr_alive_find_hung (states, ISR_ALIVE_SILENCE, NOW);
    g_assert_cmpint (hung != NULL, ==, rows[i].hung);
    if (hung)
      g_assert_true (g_str_has_prefix (hung, "[mic] is "));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/alive/states", test_states);
  return g_test_run ();
}
