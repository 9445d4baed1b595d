/* SPDX-License-Identifier: MIT */
/* What another process says of itself, as states. */
#include "daemon/cli/serve.h"

#include "daemon/core/levels.h"

static void
test_whole (void)
{
  g_autoptr (GPtrArray) states = isr_viewer_read_status (
      "{\"now\": \"x\", \"sources\": [{\"name\": \"mic\", \"type\": \"soundcard\", \"state\": \"waiting-to-retry\", \"reason\": \"busy\","
      " \"detail\": \"a sentence\", \"warnings\": [\"clipping\", 7], \"since\": \"x\", \"since_us\": 12, \"retry_at_us\": 34, \"retries\": 2,"
      " \"file\": \"a.flac\", \"level\": -31.25, \"peak\": -6, \"floor\": null, \"coverage_today\": 0.5}, 7]}");
  const IsrSourceState *state;

  g_assert_nonnull (states);
  g_assert_cmpuint (states->len, ==, 1);
  state = states->pdata[0];
  g_assert_cmpstr (state->name, ==, "mic");
  g_assert_cmpstr (state->type, ==, "soundcard");
  g_assert_cmpint (state->state, ==, ISR_STATE_WAITING_TO_RETRY);
  g_assert_cmpstr (state->reason, ==, "busy");
  g_assert_cmpstr (state->detail, ==, "a sentence");
  g_assert_cmpuint (g_strv_length (state->warnings), ==, 1);
  g_assert_cmpint (state->since_us, ==, 12);
  g_assert_cmpint (state->retry_at_us, ==, 34);
  g_assert_cmpuint (state->retries, ==, 2);
  g_assert_cmpstr (state->file, ==, "a.flac");
  g_assert_cmpint (state->level, ==, -3125);
  g_assert_cmpint (state->peak, ==, -600);
  g_assert_cmpint (state->floor, ==, ISR_LEVELS_UNKNOWN);
}

/* Of an older version, torn, or of another program. */
static void
test_strange (void)
{
  static const char *const none[] = { "", "{", "[]", "7", "{}", "{\"sources\": 7}", "{\"recordings\": {}}" };
  g_autoptr (GPtrArray) bare = isr_viewer_read_status ("{\"sources\": [{}, {\"name\": 7, \"state\": \"dancing\", \"warnings\": 7, \"level\": \"loud\"}]}");

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (isr_viewer_read_status (none[i]));
  g_assert_cmpuint (bare->len, ==, 2);
  g_assert_cmpint (((IsrSourceState *) bare->pdata[1])->state, ==, ISR_STATE_IDLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/serve/whole", test_whole);
  g_test_add_func ("/serve/strange", test_strange);
  return g_test_run ();
}
