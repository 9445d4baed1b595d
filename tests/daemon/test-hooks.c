/* SPDX-License-Identifier: MIT */
/* Commands that run, fail, hang and flood. */
#include "daemon/ops/hooks.h"
#include "daemon/ops/runner.h"
#include "tests/daemon/temp.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *directory;
  char *out; /* what the command writes */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->directory = temp_new ();
  f->out = g_build_filename (f->directory, "out", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  temp_remove (f->directory);
  g_free (f->directory);
  g_free (f->out);
}

static GStrv
make_environment (const char *number)
{
  return g_environ_setenv (g_get_environ (), "NUMBER", number, TRUE);
}

static void
wait_idle (IsrRunner *runner)
{
  while (!isr_runner_is_idle (runner))
    g_main_context_iteration (NULL, TRUE);
}

static char *
read_out (Fixture *f)
{
  char *text = NULL;

  g_file_get_contents (f->out, &text, NULL, NULL);
  return text ? text : g_strdup ("");
}

/* In order, one at a time: a second process would find the lock of the first. */
static void
test_order (Fixture *f, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("sh -c 'mkdir %s/lock && echo -n $NUMBER >> %s && rmdir %s/lock'", f->directory, f->out, f->directory);
  g_autoptr (IsrRunner) runner = isr_runner_new ("on_test", command, 60000, 1000);
  g_autofree char *text = NULL;

  for (int i = 0; i < 10; i++) {
    char number[2] = { (char) ('0' + i), 0 };

    isr_runner_run (runner, make_environment (number));
  }
  wait_idle (runner);
  text = read_out (f);
  g_assert_cmpstr (text, ==, "0123456789");
}

/* Neither a failing command nor one that does not exist stops the ones behind it. */
static void
test_failing (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRunner) failing = isr_runner_new ("on_test", "sh -c 'exit 3'", 60000, 1000);
  g_autoptr (IsrRunner) missing = isr_runner_new ("on_test", "/nowhere/at-all", 60000, 1000);

  for (int i = 0; i < 3; i++) {
    isr_runner_run (failing, make_environment ("1"));
    isr_runner_run (missing, make_environment ("1"));
  }
  wait_idle (failing);
  wait_idle (missing);
  g_assert_cmpuint (isr_runner_get_done (failing), ==, 3);
  g_assert_cmpuint (isr_runner_get_done (missing), ==, 3);
}

static gboolean
is_gone (const char *path)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return kill (atoi (text), 0) < 0;
}

/* A command that hangs is ended at its limit, also one that does not listen to
 * SIGTERM, and with it what it has started. */
static void
test_hanging (Fixture *f, gconstpointer data)
{
  const char *trap = data;
  g_autofree char *pids = g_build_filename (f->directory, "pid", NULL);
  g_autofree char *command = g_strdup_printf ("sh -c '%s sleep 1000 & echo $! > %s.new; mv %s.new %s; while :; do wait; done'", trap, pids, pids, pids);
  g_autoptr (IsrRunner) runner = isr_runner_new ("on_test", command, 1500, 300);

  isr_runner_run (runner, make_environment ("1"));
  wait_idle (runner);
  g_assert_cmpuint (isr_runner_get_ended (runner), ==, 1);
  g_assert_cmpuint (isr_runner_get_done (runner), ==, 1);
  while (g_file_test (pids, G_FILE_TEST_EXISTS) && !is_gone (pids)) /* init may take a moment to bury it */
    g_main_context_iteration (NULL, FALSE);
}

static void
test_flood (Fixture *f, gconstpointer data)
{
  g_autofree char *go = g_build_filename (f->directory, "go", NULL);
  g_autofree char *command = g_strdup_printf ("sh -c 'while [ ! -e %s ]; do sleep 0.01; done; echo $NUMBER >> %s'", go, f->out);
  g_autoptr (IsrRunner) runner = isr_runner_new ("on_test", command, 60000, 1000);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  for (int i = 0; i < 351; i++) {
    g_autofree char *number = g_strdup_printf ("%d", i);

    isr_runner_run (runner, make_environment (number));
  }
  g_assert_cmpuint (isr_runner_get_dropped (runner), ==, 250);
  temp_write (f->directory, "go", "", 0);
  wait_idle (runner);
  text = read_out (f);
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 101);
  g_assert_cmpstr (lines[0], ==, "0"); /* ran already when the others came */
  g_assert_cmpstr (lines[1], ==, "251");
  g_assert_cmpstr (lines[100], ==, "350");
}

/* Freed while a command runs: nothing is left of it. */
static void
test_freed (Fixture *f, gconstpointer data)
{
  g_autofree char *pids = g_build_filename (f->directory, "pid", NULL);
  g_autofree char *command = g_strdup_printf ("sh -c 'echo $$ > %s.new; mv %s.new %s; exec sleep 1000'", pids, pids, pids);
  IsrRunner *runner = isr_runner_new ("on_test", command, 60000, 1000);

  isr_runner_run (runner, make_environment ("1"));
  while (!g_file_test (pids, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, FALSE);
  isr_runner_free (runner);
  while (!is_gone (pids))
    g_main_context_iteration (NULL, FALSE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
on_done (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
finish (IsrHooks *hooks)
{
  gboolean done = FALSE;

  isr_hooks_finish (hooks, on_done, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_line (const char *text, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\n%s\n", line);

  if (!strstr (text, whole))
    g_error ("no “%s” in %s", line, text);
}

/* Every documented variable, in every kind of news, and nothing of ours beside. */
static void
test_environment (Fixture *f, gconstpointer data)
{
  g_autofree char *hook = g_strdup_printf ("sh -c '(echo; env | LC_ALL=C sort) > %s/$ISR_EVENT'", f->directory);
  static const char *const names[] = { "EVENT", "SOURCE", "STATE", "REASON", "DETAIL", "FILE", "NAME", "START", "END", "START_US", "END_US", "SECONDS", "CAUSE", "SCORE", "PEAK", "FLOOR", "SUPPRESSED" };
  static const char *const events[] = { "state", "file", "gap", "event" };
  IsrConfig config = { .on_state = hook, .on_file = hook, .on_gap = hook, .on_event = hook, .hook_limit = G_GINT64_CONSTANT (60000000000), .timezone = (char *) "Europe/Berlin" };
  g_autoptr (IsrSourceState) state = isr_source_state_new ("mic", "soundcard");
  g_autoptr (IsrRecording) recording = isr_recording_new ();
  IsrGap gap = { .source = (char *) "mic", .start_us = G_GINT64_CONSTANT (1706700000500000), .end_us = G_GINT64_CONSTANT (1706700012845400), .cause = ISR_CAUSE_STALLED };
  IsrEvent event = { .source = (char *) "mic", .state = ISR_EVENT_STARTED, .start_us = gap.start_us, .end_us = gap.end_us, .score = 2345, .peak = -905, .floor = -5000, .reason = (char *) "long" };
  IsrHooks *hooks;

  g_setenv ("ISR_STREAM_PASSWORD", "hackme", TRUE);
  hooks = isr_hooks_new (&config);
  state->state = ISR_STATE_WAITING_TO_RETRY;
  state->reason = g_strdup ("refused");
  state->detail = g_strdup ("http://x/ refuses; \"quoted\" $(true)");
  state->since_us = gap.start_us;
  isr_hooks_tell_state (hooks, state);
  recording->source = g_strdup ("mic");
  recording->name = g_strdup ("mic/a b.flac");
  recording->reason = g_strdup ("boundary");
  recording->start_us = gap.start_us;
  recording->end_us = gap.end_us;
  isr_hooks_tell_file (hooks, recording, "/r/mic/a b.flac");
  isr_hooks_tell_gap (hooks, &gap);
  isr_hooks_tell_event (hooks, &event); /* may still turn out to be none */
  event.state = ISR_EVENT_ENDED;
  isr_hooks_tell_event (hooks, &event);
  finish (hooks);
  isr_hooks_free (hooks);
  g_unsetenv ("ISR_STREAM_PASSWORD");

  for (guint i = 0; i < G_N_ELEMENTS (events); i++) {
    g_autofree char *path = g_build_filename (f->directory, events[i], NULL);
    g_autofree char *text = NULL;

    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_null (strstr (text, "hackme"));
    for (guint n = 0; n < G_N_ELEMENTS (names); n++) {
      g_autofree char *set = g_strdup_printf ("\nISR_%s=", names[n]);

      g_assert_nonnull (strstr (text, set));
    }
    assert_line (text, "ISR_SOURCE=mic");
    assert_line (text, "ISR_START_US=1706700000500000");
    assert_line (text, "ISR_START=2024-01-31T12:20:00.500000+01:00");
    if (i == 0) {
      assert_line (text, "ISR_STATE=waiting-to-retry");
      assert_line (text, "ISR_REASON=refused");
      assert_line (text, "ISR_DETAIL=http://x/ refuses; \"quoted\" $(true)");
      assert_line (text, "ISR_END=");
      assert_line (text, "ISR_SECONDS=");
    } else {
      assert_line (text, "ISR_END=2024-01-31T12:20:12.845400+01:00");
      assert_line (text, "ISR_SECONDS=12.345");
      assert_line (text, "ISR_STATE=");
    }
    assert_line (text, i == 1 ? "ISR_FILE=/r/mic/a b.flac" : "ISR_FILE=");
    assert_line (text, i == 1 ? "ISR_NAME=mic/a b.flac" : "ISR_NAME=");
    assert_line (text, i == 2 ? "ISR_CAUSE=stalled" : "ISR_CAUSE=");
    assert_line (text, i == 3 ? "ISR_SCORE=23.45" : "ISR_SCORE=");
    assert_line (text, i == 3 ? "ISR_PEAK=-9.05" : "ISR_PEAK=");
    assert_line (text, i == 3 ? "ISR_FLOOR=-50.00" : "ISR_FLOOR=");
    if (i == 3)
      assert_line (text, "ISR_REASON=long");
  }
}

/* At the end the hooks are waited for, but not for ever. */
static void
test_finish (Fixture *f, gconstpointer data)
{
  IsrConfig config = { .on_gap = (char *) "sleep 1000", .hook_limit = G_GINT64_CONSTANT (1000000000) };
  g_autoptr (IsrHooks) hooks = isr_hooks_new (&config);
  IsrGap gap = { .source = (char *) "mic", .start_us = 1, .end_us = 2000000, .cause = ISR_CAUSE_STOPPED };

  for (int i = 0; i < 20; i++)
    isr_hooks_tell_gap (hooks, &gap);
  finish (hooks);
}

/* Without a command nothing is run and nothing waited for. */
static void
test_none (Fixture *f, gconstpointer data)
{
  IsrConfig config = { .hook_limit = G_GINT64_CONSTANT (60000000000) };
  g_autoptr (IsrHooks) hooks = isr_hooks_new (&config);
  IsrGap gap = { .source = (char *) "mic", .start_us = 1, .end_us = 2000000, .cause = ISR_CAUSE_STALLED };

  isr_hooks_tell_gap (hooks, &gap);
  finish (hooks);
}

#define ADD(name, data, func) g_test_add ("/hooks/" name, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", NULL, test_order);
  ADD ("failing", NULL, test_failing);
  ADD ("hanging", "", test_hanging);
  ADD ("hanging-deaf", "trap : TERM;", test_hanging);
  ADD ("flood", NULL, test_flood);
  ADD ("freed", NULL, test_freed);
  ADD ("environment", NULL, test_environment);
  ADD ("finish", NULL, test_finish);
  ADD ("none", NULL, test_none);
  return g_test_run ();
}
