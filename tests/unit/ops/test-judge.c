/* SPDX-License-Identifier: MIT */
/* test-judge.c - figures of samples, arrivals, disk and clock, and the verdicts. */
#include "daemon/ops/doctor/exam.h"

#include <math.h>
#include <string.h>

/* A second of S16 of two channels, in pieces of 10 ms that arrive @late us after their time. */
static void
hear (IsrSounding *sounding, gint16 left, gint16 right, double speed)
{
  g_assert_true (isr_sounding_begin (sounding, "S16LE", 48000, 2));
  for (guint piece = 0; piece < 300; piece++) {
    gint16 samples[960];

    for (guint i = 0; i < 480; i++) {
      samples[2 * i] = GINT16_TO_LE (i % 2 ? left : (gint16) -left);
      samples[2 * i + 1] = GINT16_TO_LE (i % 2 ? right : (gint16) -right);
    }
    isr_sounding_take (sounding, (const guint8 *) samples, sizeof samples, 1000000 + (gint64) (piece * 10000 / speed) + (piece * 7919) % 900);
  }
}

static void
assert_only (IsrReport *report, const char *code, IsrCheckStatus status, const char *words)
{
  const IsrCheck *check = report->checks->pdata[0];

  g_assert_cmpuint (report->checks->len, ==, 1);
  g_assert_cmpstr (check->code, ==, code);
  g_assert_cmpint (check->status, ==, status);
  if (!strstr (check->detail, words))
    g_error ("“%s” is not in “%s”", words, check->detail);
  if (status != ISR_CHECK_OK)
    g_assert_nonnull (check->fix);
  isr_report_free (report);
}

static IsrReport *
judge (gint16 left, gint16 right)
{
  g_autofree IsrSounding *sounding = g_new0 (IsrSounding, 1);
  IsrReport *report = isr_report_new ();

  hear (sounding, left, right, 1);
  isr_judge_sounding (sounding, "[mic]", "amixer -c 0", report);
  return report;
}

static void
test_signal (void)
{
  assert_only (judge (3277, 3277), "signal", ISR_CHECK_OK, "peak -20.0 dBFS, level -20.0 dBFS");
  assert_only (judge (0, 0), "digital-zero", ISR_CHECK_FAIL, "3.0 s of exact zeros");
  assert_only (judge (3, 3), "below-80dbfs", ISR_CHECK_FAIL, "-80.8 dBFS");
  assert_only (judge (4, 4), "signal", ISR_CHECK_OK, "-78.3 dBFS");
  assert_only (judge (1000, 0), "dead-channel", ISR_CHECK_WARN, "channel 2 of 2");
  assert_only (judge (10000, 100), "channel-balance", ISR_CHECK_WARN, "40 dB");
  assert_only (judge (32767, 32767), "clipping", ISR_CHECK_WARN, "288000 samples");
}

/* Every format has the same idea of full scale, and of half of it. */
static void
test_formats (void)
{
  static const struct {
    const char *format;
    guint size;
    guint8 half[4];
  } rows[] = {
    { "S16LE", 2, { 0x00, 0x40 } },
    { "S24LE", 3, { 0x00, 0x00, 0x40 } },
    { "S24_32LE", 4, { 0x00, 0x00, 0x40, 0x00 } },
    { "S32LE", 4, { 0x00, 0x00, 0x00, 0x40 } },
    { "F32LE", 4, { 0x00, 0x00, 0x00, 0x3f } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree IsrSounding *sounding = g_new0 (IsrSounding, 1);

    g_assert_true (isr_sounding_begin (sounding, rows[i].format, 48000, 1));
    isr_sounding_take (sounding, rows[i].half, rows[i].size, 1);
    g_assert_cmpfloat_with_epsilon (isr_sounding_get_peak (sounding, 0), 20 * log10 (0.5), 1e-6);
    g_assert_cmpfloat_with_epsilon (isr_sounding_get_dc (sounding, 0), 0.5, 1e-9);
    g_assert_cmpfloat (isr_sounding_get_level (sounding, 0), <, -100); /* all of it is DC */
    g_assert_false (isr_sounding_is_zero (sounding));
  }
  g_assert_false (isr_sounding_begin (&(IsrSounding){ 0 }, "U8", 48000, 1));
  g_assert_false (isr_sounding_begin (&(IsrSounding){ 0 }, "S16LE", 48000, 65));
}

static IsrReport *
judge_clock (double speed, guint overruns)
{
  g_autofree IsrSounding *sounding = g_new0 (IsrSounding, 1);
  IsrReport *report = isr_report_new ();

  hear (sounding, 100, 100, speed);
  isr_judge_clock (sounding, overruns, "[mic]", report);
  return report;
}

static void
test_clock (void)
{
  g_autofree IsrSounding *bursts = g_new0 (IsrSounding, 1);
  guint8 data[4] = { 1 };
  double ppm, error;

  assert_only (judge_clock (1, 0), "clock-drift", ISR_CHECK_OK, "no overrun");
  assert_only (judge_clock (1.005, 0), "clock-drift", ISR_CHECK_WARN, "more than any crystal");
  assert_only (judge_clock (0.995, 0), "clock-drift", ISR_CHECK_WARN, "-5");
  isr_sounding_begin (bursts, "S16LE", 8000, 1);
  for (guint i = 0; i < 100; i++)
    isr_sounding_take (bursts, data, sizeof data, 1 + i * 200000);
  g_assert_false (isr_sounding_get_drift (bursts, &ppm, &error));
}

/* A reader that is put to sleep again and again, mostly while others begin: the card has done nothing wrong. */
static void
hear_busy (IsrSounding *sounding, GRand *rand)
{
  guint8 samples[960] = { 1 };
  gint64 awake = 1000000, busy = g_rand_int_range (rand, 0, 3000000);

  g_assert_true (isr_sounding_begin (sounding, "S16LE", 48000, 1));
  for (gint64 piece = 1; piece <= 300; piece++) {
    gint64 there = 1000000 + piece * 10000;

    while (awake < there)
      awake += 1000 + (gint64) (pow (g_rand_double (rand), 3) * (awake < busy ? 140000 : 20000));
    isr_sounding_take (sounding, samples, sizeof samples, awake);
  }
}

static void
test_a_busy_machine_is_no_bad_clock (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint told = 0;

  for (guint i = 0; i < 2000; i++) {
    g_autofree IsrSounding *sounding = g_new0 (IsrSounding, 1);
    g_autoptr (IsrReport) report = isr_report_new ();
    double ppm, error;

    hear_busy (sounding, rand);
    isr_judge_clock (sounding, 0, "[mic]", report);
    g_assert_cmpint (isr_report_get_status (report), ==, ISR_CHECK_OK);
    told += isr_sounding_get_drift (sounding, &ppm, &error);
  }
  g_assert_cmpuint (told, >, 1000);
}

static void
test_overruns (void)
{
  g_autoptr (IsrReport) report = judge_clock (1, 3);

  g_assert_true (isr_report_has (report, "overrun", ISR_CHECK_WARN));
  g_assert_cmpint (isr_report_get_status (report), ==, ISR_CHECK_WARN);
}

static IsrReport *
judge_space (guint64 free, double rate, gboolean retention)
{
  IsrReport *report = isr_report_new ();

  isr_judge_space (free, rate, retention, "/srv", report);
  return report;
}

static IsrReport *
judge_speed (double speed)
{
  IsrReport *report = isr_report_new ();

  isr_judge_speed (speed, 50000, "/srv", report);
  return report;
}

static IsrReport *
judge_sync (gboolean synchronised, gint64 now)
{
  IsrReport *report = isr_report_new ();

  isr_judge_sync (synchronised, now, FALSE, report);
  return report;
}

static void
test_house (void)
{
  const guint64 day = 86400 * 50000ULL;
  const gint64 now = G_GINT64_CONSTANT (1800000000000000);

  assert_only (judge_space (30 * day, 50000, FALSE), "space", ISR_CHECK_OK, "lasts 30 days");
  assert_only (judge_space (6 * day, 50000, FALSE), "space", ISR_CHECK_WARN, "lasts 6 days");
  assert_only (judge_space (day / 48, 50000, FALSE), "space", ISR_CHECK_FAIL, "lasts 30 minutes");
  assert_only (judge_space (day / 48, 50000, TRUE), "space", ISR_CHECK_OK, "deleted as configured");
  assert_only (judge_space (day, 0, FALSE), "space", ISR_CHECK_OK, "are free");
  assert_only (judge_speed (50e6), "disk-speed", ISR_CHECK_OK, "50.0 MB/s");
  assert_only (judge_speed (300e3), "disk-slow", ISR_CHECK_WARN, "0.3 MB/s");
  assert_only (judge_speed (60e3), "disk-slow", ISR_CHECK_FAIL, "0.1 MB/s");
  assert_only (judge_sync (TRUE, now), "clock", ISR_CHECK_OK, "synchronised");
  assert_only (judge_sync (FALSE, now), "clock-unsynced", ISR_CHECK_WARN, "2027-01-15");
  assert_only (judge_sync (FALSE, 5), "clock-unset", ISR_CHECK_FAIL, "1970-01-01");
}

static void
test_report (void)
{
  g_autoptr (IsrReport) report = isr_report_new ();
  g_autofree char *text = NULL, *json = NULL;

  isr_report_add (report, ISR_CHECK_OK, "host", "place", NULL, "all\nis %s", "well");
  isr_report_add (report, ISR_CHECK_FAIL, "busy", "[mic]", "sudo kill 1", "held by \xff");
  text = isr_report_to_text (report);
  g_assert_cmpstr (text, ==, "OK    host                place: all is well\nFAIL  busy                [mic]: held by \xff. Do: sudo kill 1\n");
  json = isr_report_to_json (report, TRUE);
  g_assert_true (g_utf8_validate (json, -1, NULL));
  g_assert_nonnull (strstr (json, "\"status\" : \"fail\""));
  g_assert_nonnull (strstr (json, "\"fix\" : null"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/judge/signal", test_signal);
  g_test_add_func ("/judge/formats", test_formats);
  g_test_add_func ("/judge/clock", test_clock);
  g_test_add_func ("/judge/a-busy-machine-is-no-bad-clock", test_a_busy_machine_is_no_bad_clock);
  g_test_add_func ("/judge/overruns", test_overruns);
  g_test_add_func ("/judge/house", test_house);
  g_test_add_func ("/judge/report", test_report);
  return g_test_run ();
}
