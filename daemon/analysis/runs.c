/* SPDX-License-Identifier: MIT */
/* runs.c - what goes on with what. */
#include "daemon/analysis/runs.h"

#include "plugins/messages.h"

#include <string.h>

#define TOLERANCE_US (50 * G_TIME_SPAN_MILLISECOND) /* between the end of a file and the begin of the next one */
#define WINDOW_NS G_GINT64_CONSTANT (100000000)

IsrPiece *
isr_piece_new (const IsrRecording *recording, char *path)
{
  IsrPiece *self = g_new (IsrPiece, 1);

  self->recording = isr_recording_copy (recording);
  self->path = path;
  return self;
}

void
isr_piece_free (IsrPiece *self)
{
  isr_recording_free (self->recording);
  g_free (self->path);
  g_free (self);
}

static int
by_source_and_time (gconstpointer a, gconstpointer b)
{
  const IsrRecording *x = (*(IsrPiece *const *) a)->recording, *y = (*(IsrPiece *const *) b)->recording;
  int order = strcmp (x->source, y->source);

  if (order)
    return order;
  return x->start_us == y->start_us ? strcmp (x->name, y->name) : x->start_us < y->start_us ? -1
                                                                                            : 1;
}

void
isr_pieces_sort (GPtrArray *pieces)
{
  g_ptr_array_sort (pieces, by_source_and_time);
}

/* Files of unknown origin have no reason, those that were cut have one of these. */
static gboolean
ended_whole (const char *reason)
{
  return !reason || g_str_equal (reason, ISR_CLOSE_BOUNDARY) || g_str_equal (reason, ISR_CLOSE_REQUESTED);
}

gboolean
isr_runs_follows (const IsrRecording *recording, const IsrRecording *next)
{
  return !recording->recording && !recording->adopted && *recording->source && g_str_equal (recording->source, next->source)
         && recording->rate == next->rate && ended_whole (recording->reason) && ABS (next->start_us - recording->end_us) <= TOLERANCE_US;
}

gboolean
isr_runs_continues (const IsrRecording *recording, const IsrLevelsHeader *header, const IsrRecording *next, const IsrLevelsHeader *next_header)
{
  gint64 behind = (gint64) (next_header->position - header->position) - (gint64) header->n * WINDOW_NS;

  if (!g_str_equal (recording->source, next->source) || header->weighting != next_header->weighting)
    return FALSE;
  if (header->run_us == next_header->run_us && header->first_window + header->n == next_header->first_window)
    return TRUE;
  return isr_runs_follows (recording, next) && ABS (behind) < WINDOW_NS;
}

gboolean
isr_runs_is_valid (const IsrRecording *recording, const IsrLevelsHeader *header)
{
  return !header->recording_bytes || recording->recording || header->recording_bytes == recording->bytes;
}

/* Microseconds of clock to a second of audio; 1e6 where the two have nothing to do with
 * each other. */
static double
clock_rate (const IsrRecording *recording)
{
  double seconds = isr_recording_get_duration (recording), length = (double) (recording->end_us - recording->start_us);

  return recording->recording || seconds <= 0 || ABS (length / 1e6 / seconds - 1) > 0.01 ? 1e6 : length / seconds;
}

gint64
isr_runs_to_utc (const IsrRecording *recording, gint64 ns)
{
  double rate = clock_rate (recording), seconds = isr_recording_get_duration (recording);
  gint64 us = (ns >= 0 ? ns + 500 : ns - 500) / 1000;

  if (rate == 1e6 || ns <= 0)
    return recording->start_us + us;
  if ((double) ns >= seconds * 1e9)
    return recording->end_us + us - (gint64) (seconds * 1e6);
  return recording->start_us + (gint64) ((double) ns / 1e9 * rate + 0.5);
}

double
isr_runs_from_utc (const IsrRecording *recording, gint64 utc_us)
{
  double rate = clock_rate (recording), us = (double) (utc_us - recording->start_us);

  if (rate == 1e6 || us <= 0)
    return us / 1e6;
  if (utc_us >= recording->end_us)
    return isr_recording_get_duration (recording) + (double) (utc_us - recording->end_us) / 1e6;
  return us / rate;
}
