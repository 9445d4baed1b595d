/* SPDX-License-Identifier: MIT */
/* analyze-bench.c - two limits and our own part, for ./dev bench analyze.
 *
 *     analyze-bench limit FILE.flac    libFLAC and a plain loop over its samples: CPU seconds
 *     analyze-bench score DIRECTORY    levels of a year as files of an hour; what it takes to
 *                                      score and to draw them; ISR_SCENES names the scenes */
#include <FLAC/stream_decoder.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "daemon/analysis/reduce.h"
#include "daemon/analysis/score.h"
#include "daemon/analysis/store.h"
#include "tests/unit/loudness/scene.h"

#define T0 G_GINT64_CONSTANT (1672531200000000)
#define HOUR 36000 /* windows */
#define RUNS 5

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* --- the limit --- */

typedef struct {
  gint64 sum;
  guint64 n, windows;
  double levels;
} Loop;

static FLAC__StreamDecoderWriteStatus
on_samples (const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame, const FLAC__int32 *const buffer[], void *data)
{
  Loop *self = data;
  guint window = frame->header.sample_rate / 10 * frame->header.channels;

  for (guint i = 0; i < frame->header.blocksize; i++)
    for (guint ch = 0; ch < frame->header.channels; ch++) {
      self->sum += (gint64) buffer[ch][i] * buffer[ch][i];
      if (++self->n == window) {
        self->levels += 10 * log10 ((double) self->sum / window + 1);
        self->sum = 0;
        self->n = 0;
        self->windows++;
      }
    }
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void
on_error (const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *data)
{
  g_error ("libFLAC: %s", FLAC__StreamDecoderErrorStatusString[status]);
}

static void
bench_limit (const char *path)
{
  FLAC__StreamDecoder *decoder = FLAC__stream_decoder_new ();
  Loop loop = { 0 };
  double begun = now ();

  if (FLAC__stream_decoder_init_file (decoder, path, on_samples, NULL, on_error, &loop) != FLAC__STREAM_DECODER_INIT_STATUS_OK || !FLAC__stream_decoder_process_until_end_of_stream (decoder))
    g_error ("%s: can not be decoded", path);
  printf ("%.3f %" G_GUINT64_FORMAT "\n", now () - begun, loop.windows);
  FLAC__stream_decoder_delete (decoder);
}

/* --- re-scoring --- */

static void
write_hour (IsrStore *store, GPtrArray *pieces, const Scene *scene, guint hour)
{
  g_autofree char *name = g_strdup_printf ("%05u.flac", hour);
  IsrRecording *recording = isr_recording_new ();
  IsrLevelsWhole *whole = isr_levels_whole_new (HOUR);

  recording->source = g_strdup ("mic");
  recording->name = g_strdup (name);
  recording->start_us = T0 + (gint64) hour * 3600 * G_TIME_SPAN_SECOND;
  recording->end_us = recording->start_us + 3600 * G_TIME_SPAN_SECOND;
  for (guint i = 0; i < HOUR; i++) {
    whole->columns[ISR_COLUMN_LEVEL][i] = whole->columns[ISR_COLUMN_RAW][i] = whole->columns[ISR_COLUMN_PEAK][i] = scene->ac[(hour % 24) * HOUR + i];
    whole->columns[ISR_COLUMN_FLOOR][i] = -6000;
  }
  whole->header.flags = ISR_LEVELS_COMPLETE;
  whole->header.run_us = T0;
  whole->header.first_window = (guint64) hour * HOUR;
  whole->header.position = whole->header.first_window * 100000000;
  isr_store_write (store, name, whole, NULL, NULL);
  g_ptr_array_add (pieces, isr_piece_new (recording, isr_store_get_path (store, name)));
  isr_recording_free (recording);
}

static void
bench_span (GPtrArray *pieces, const char *what, guint days)
{
  g_autoptr (GPtrArray) part = g_ptr_array_new ();
  gint64 to_us = T0 + days * 24 * 3600 * G_TIME_SPAN_SECOND;
  double score = 1e9, draw = 1e9;
  IsrDetectorParams params;
  guint n = 0;

  isr_detector_params_init (&params);
  for (guint i = 0; i < days * 24; i++)
    g_ptr_array_add (part, pieces->pdata[i]);
  for (guint i = 0; i < RUNS; i++) {
    double begun = now ();
    g_autoptr (IsrScore) sections = isr_score_run (part, &params, T0, to_us, NULL, NULL);
    g_autoptr (IsrCurve) curve = NULL;

    score = MIN (score, now () - begun);
    n = sections->sections->len;
    begun = now ();
    curve = isr_curve_new (part, T0, to_us, 1000, NULL, NULL);
    draw = MIN (draw, now () - begun);
  }
  printf ("%s %.2f %.2f %u\n", what, score * 1e3, draw * 1e3, n);
}

static void
bench_score (const char *directory)
{
  g_autoptr (Scene) scene = scene_load ("day_outdoor_111");
  g_autoptr (IsrStore) store = isr_store_new (directory);
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_piece_free);

  for (guint hour = 0; hour < 365 * 24; hour++)
    write_hour (store, pieces, scene, hour);
  isr_store_flush (store);
  bench_span (pieces, "24h", 1);
  bench_span (pieces, "30d", 30);
  bench_span (pieces, "1y", 365);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "limit"))
    bench_limit (argv[2]);
  else if (argc == 3 && g_str_equal (argv[1], "score"))
    bench_score (argv[2]);
  else
    return 2;
  return 0;
}
