/* SPDX-License-Identifier: MIT */
/* loudness-bench.c - what re-scoring and metering cost, against the machine's limits.
 * Built with the tests, run by ./dev bench loudness only; ISR_SCENES names the scenes. */
#include <gst/check/gstharness.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plugins/elements.h"
#include "plugins/loudness/meter.h"
#include "tests/unit/loudness/scene.h"

#define REPEATS 7
#define AUDIO_BYTES (256u << 20)

static volatile double sink; /* what is computed is used */

/* Of this thread, so that others who run do not count; the best of some repeats. */
static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void
count (const IsrSection *section, gpointer data)
{
  ++*(guint *) data;
}

/* --- re-scoring --- */

static double
score (const Scene *scene, IsrDetectorMode mode, guint days, gboolean announce, guint *sections)
{
  static const IsrDetectorHooks quiet = { .ended = count }, announcing = { count, count, count };
  g_autofree IsrDetector *detector = g_new (IsrDetector, 1);
  IsrDetectorParams params;
  double begun;

  isr_detector_params_init (&params);
  params.mode = mode;
  *sections = 0;
  begun = now ();
  isr_detector_init (detector, &params, announce ? &announcing : &quiet, sections);
  for (guint d = 0; d < days; d++)
    isr_detector_push (detector, scene->ac, scene->n);
  isr_detector_finish (detector);

  return now () - begun;
}

static void
bench_scoring (const char *name, IsrDetectorMode mode, guint days, gboolean announce)
{
  g_autoptr (Scene) scene = scene_load (name);
  double best = 1e9;
  guint sections = 0;

  for (guint i = 0; i < (days > 1 ? 1 : REPEATS); i++) {
    double seconds = score (scene, mode, days, announce, &sections);

    best = MIN (best, seconds);
  }
  printf ("| %s, %s%s, %u days | %.2f ms | %.2f ns a window | %u sections |\n", name, mode == ISR_DETECTOR_BLOCKS ? "blocks" : "adaptive",
      announce ? ", announcing" : "", days, best * 1e3, best * 1e9 / (double) scene->n / days, sections);
}

/* --- metering --- */

static double
read_memory (const guint8 *p, gsize size)
{
  guint64 sum[8] = { 0 };

  for (gsize i = 0; i < size; i += 64) {
    guint64 x[8];

    memcpy (x, p + i, sizeof x);
    for (guint l = 0; l < 8; l++)
      sum[l] += x[l];
  }
  return (double) (sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7]);
}

/* As anybody would write it: no channels, no mean, no peak, no windows. */
static double
plain_rms_s16 (const guint8 *p, gsize size)
{
  const gint16 *x = (const gint16 *) p;
  gint64 sum = 0;

  for (gsize i = 0; i < size / 2; i++)
    sum += x[i] * x[i];
  return sqrt ((double) sum);
}

static double
plain_rms_f32 (const guint8 *p, gsize size)
{
  const float *x = (const float *) p;
  float sum[8] = { 0 };

  for (gsize i = 0; i < size / 4; i += 8) {
    for (guint l = 0; l < 8; l++)
      sum[l] += x[i + l] * x[i + l];
  }
  return sqrt (sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7]);
}

static void
drop_window (const IsrWindow *window, gpointer data)
{
  sink += window->level;
}

static IsrMeterFormat metered;
static guint metered_channels;
static IsrWeightingType metered_weighting;

static double
meter (const guint8 *p, gsize size)
{
  static IsrMeter self;

  isr_meter_init (&self, metered, 48000, metered_channels, metered_weighting, drop_window, NULL);
  isr_meter_push (&self, p, size / self.frame_size);
  return 0;
}

static GstHarness *harness;

static double
element (const guint8 *p, gsize size)
{
  const gsize piece = 1 << 18;

  for (gsize i = 0; i < size; i += piece) {
    gst_harness_push (harness, gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, (gpointer) (p + i), piece, 0, piece, NULL, NULL));
    gst_buffer_unref (gst_harness_pull (harness));
  }
  return 0;
}

static double
bandwidth (double (*run) (const guint8 *, gsize), const guint8 *p)
{
  double best = 1e9;

  for (guint i = 0; i < REPEATS; i++) {
    double begun = now ();

    sink += run (p, AUDIO_BYTES);
    best = MIN (best, now () - begun);
  }

  return AUDIO_BYTES / best / 1e9;
}

static void
print_bandwidth (const char *what, double found, double limit)
{
  printf ("| %s | %.1f GB/s | %.0f %% |\n", what, found, 100 * found / limit);
}

static void
bench_meter (const guint8 *p, double limit, const char *name, IsrMeterFormat format, guint channels, IsrWeightingType weighting)
{
  metered = format;
  metered_channels = channels;
  metered_weighting = weighting;
  print_bandwidth (name, bandwidth (meter, p), limit);
}

static void
bench_element (const guint8 *p, double limit, const char *what, const char *caps)
{
  harness = gst_harness_new ("isrloudness");
  gst_harness_set_src_caps_str (harness, caps);
  print_bandwidth (what, bandwidth (element, p), limit);
  gst_harness_teardown (harness);
}

static void
bench_audio (void)
{
  g_autofree guint8 *p = g_malloc (AUDIO_BYTES);
  double limit;

  for (gsize i = 0; i < AUDIO_BYTES / 4; i++)
    ((float *) p)[i] = (float) ((int) (i * 2654435761u >> 20) - 2048) / 4096.0f;
  limit = bandwidth (read_memory, p);
  printf ("\n| metering %u MiB in memory | rate | of reading |\n|---|---|---|\n", AUDIO_BYTES >> 20);
  print_bandwidth ("read, nothing else", limit, limit);
  print_bandwidth ("plain C RMS loop, S16", bandwidth (plain_rms_s16, p), limit);
  print_bandwidth ("plain C RMS loop, F32", bandwidth (plain_rms_f32, p), limit);
  bench_meter (p, limit, "meter S16 stereo", ISR_METER_S16, 2, ISR_WEIGHTING_NONE);
  bench_meter (p, limit, "meter S24 stereo", ISR_METER_S24, 2, ISR_WEIGHTING_NONE);
  bench_meter (p, limit, "meter S32 stereo", ISR_METER_S32, 2, ISR_WEIGHTING_NONE);
  bench_meter (p, limit, "meter F32 stereo", ISR_METER_F32, 2, ISR_WEIGHTING_NONE);
  bench_meter (p, limit, "meter F64 stereo", ISR_METER_F64, 2, ISR_WEIGHTING_NONE);
  bench_meter (p, limit, "meter S16 6 channels", ISR_METER_S16, 6, ISR_WEIGHTING_NONE);
  bench_meter (p, limit, "meter S16 stereo, A", ISR_METER_S16, 2, ISR_WEIGHTING_A);
  bench_element (p, limit, "isrloudness S16 stereo", "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2");
  bench_element (p, limit, "isrloudness F32 stereo", "audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=2");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  isr_elements_register (NULL);
  printf ("| re-scoring | time | | |\n|---|---|---|---|\n");
  bench_scoring ("day_free_113", ISR_DETECTOR_ADAPTIVE, 1, FALSE);
  bench_scoring ("day_indoor_112", ISR_DETECTOR_ADAPTIVE, 1, FALSE);
  bench_scoring ("day_outdoor_111", ISR_DETECTOR_ADAPTIVE, 1, FALSE);
  bench_scoring ("day_outdoor_111", ISR_DETECTOR_ADAPTIVE, 1, TRUE);
  bench_scoring ("day_outdoor_111", ISR_DETECTOR_BLOCKS, 1, FALSE);
  bench_scoring ("day_outdoor_111", ISR_DETECTOR_ADAPTIVE, 30, FALSE);
  bench_scoring ("day_outdoor_111", ISR_DETECTOR_ADAPTIVE, 365, FALSE);
  bench_audio ();

  return 0;
}
