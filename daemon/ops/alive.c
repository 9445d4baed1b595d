/* SPDX-License-Identifier: MIT */
/* alive.c - one rule a state. */
#include "daemon/ops/alive.h"

#include "daemon/core/source-state.h"

/* Since when nothing has happened that should have; 0: nothing has to happen. */
static gint64
get_since (const IsrSourceState *state)
{
  switch (state->state) {
    case ISR_STATE_RECORDING:
      return MAX (state->heard_us, state->since_us);
    case ISR_STATE_CONNECTING:
      return state->since_us;
    case ISR_STATE_WAITING_TO_RETRY:
      return MAX (state->retry_at_us, state->since_us);
    case ISR_STATE_IDLE:
    case ISR_STATE_STOPPED:
    case ISR_STATE_FAILED: /* given up, as max_retries says: a restart would undo that, and cut the others */
    default:
      return 0;
  }
}

char *
isr_alive_find_hung (GPtrArray *states, gint64 silence_us, gint64 now_us)
{
  for (guint i = 0; i < states->len; i++) {
    const IsrSourceState *state = states->pdata[i];
    gint64 since = get_since (state);
    gint64 limit = state->state == ISR_STATE_RECORDING ? silence_us : ISR_ALIVE_PATIENCE;

    if (since > 0 && now_us - since > limit)
      return g_strdup_printf ("[%s] is %s, and nothing has come of it for %" G_GINT64_FORMAT " s", state->name, isr_state_to_string (state->state), (now_us - since) / G_TIME_SPAN_SECOND);
  }
  return NULL;
}
