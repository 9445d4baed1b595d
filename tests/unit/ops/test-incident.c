/* SPDX-License-Identifier: MIT */
/* However often a source drops, people are told three things. */
#include "daemon/ops/incident.h"

#include <string.h>

typedef struct {
  IsrIncident incident;
  gint64 now_us;
  GString *told;
} World;

/* A script: w waiting, c connecting, r recording (not yet calm), R recording for
 * ten seconds, s stopped, f failed, g a gap, m a gap that was meant, + ten seconds. */
static char *
play (const char *script)
{
  World world = { .told = g_string_new (NULL) };
  g_autoptr (IsrSourceState) state = isr_source_state_new ("mic", "stream");
  static const char letters[] = "wcrRsf";
  static const IsrState states[] = { ISR_STATE_WAITING_TO_RETRY, ISR_STATE_CONNECTING, ISR_STATE_RECORDING, ISR_STATE_RECORDING, ISR_STATE_STOPPED, ISR_STATE_FAILED };

  for (const char *p = script; *p; p++) {
    const char *letter = strchr (letters, *p);
    gboolean tell = FALSE;

    world.now_us += *p == '+' ? ISR_INCIDENT_CALM : G_TIME_SPAN_SECOND;
    if (letter) {
      state->state = states[letter - letters];
      state->retries = *p == 'r' || *p == 'w' ? 1 : 0;
      tell = isr_incident_state (&world.incident, state);
    } else if (*p != '+') {
      tell = isr_incident_gap (&world.incident, *p == 'm', world.now_us);
    }
    if (tell)
      g_string_append_c (world.told, *p);
  }
  return g_string_free (world.told, FALSE);
}

static void
test_scripts (void)
{
  static const struct {
    const char *script, *told;
  } rows[] = {
    { "cR", "R" },                         /* it begins */
    { "cRRRR", "R" },                      /* warnings come and go */
    { "cRwcrgR", "RwgR" },                 /* one drop */
    { "cRwcrgwcrgwcrgwcwcwcrgR", "RwgR" }, /* flapping */
    { "cRwcrgRwcrgR", "RwgRwgR" },         /* two incidents */
    { "cRwwwwf", "Rwf" },                  /* given up */
    { "cRs", "Rs" },                       /* a person stops it */
    { "cRscmR", "RsmR" },                  /* and starts it again */
    { "cRwscmR", "RwsmR" },
    { "cwcwcr", "w" },      /* it never came up */
    { "mcR", "mR" },        /* ISR was started */
    { "cRgggg", "Rg" },     /* overruns */
    { "cRgg+g", "Rgg" },    /* calm in between */
    { "cRgRgRgR", "Rg" },   /* the state does not end that */
    { "cRgwcrgR", "RgwR" }, /* an overrun, then the device is gone */
    { "cRwcrgR+g", "RwgRg" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *told = play (rows[i].script);

    g_test_message ("%s", rows[i].script);
    g_assert_cmpstr (told, ==, rows[i].told);
  }
}

/* Between two messages that it is well, never more than two others. */
static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int i = 0; i < 2000; i++) {
    char script[200] = "";
    g_autofree char *told = NULL;
    guint run = 0;

    for (gsize n = 0; n < sizeof script - 1; n++)
      script[n] = "wcrg"[g_rand_int_range (random, 0, 4)];
    told = play (script);
    for (const char *p = told; *p; p++)
      run++;
    g_assert_cmpuint (run, <=, 4); /* one "recording" before, if it was calm, and the incident */
  }
}

static void
test_suppressed (void)
{
  IsrIncident incident = { 0 };

  for (int i = 0; i < 5; i++)
    isr_incident_gap (&incident, FALSE, i);
  g_assert_cmpuint (isr_incident_take_suppressed (&incident), ==, 4);
  g_assert_cmpuint (isr_incident_take_suppressed (&incident), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/incident/scripts", test_scripts);
  g_test_add_func ("/incident/random", test_random);
  g_test_add_func ("/incident/suppressed", test_suppressed);
  return g_test_run ();
}
