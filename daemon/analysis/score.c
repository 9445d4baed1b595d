/* SPDX-License-Identifier: MIT */
/* score.c - pieces to runs, runs to the detector, windows back to time.
 *
 * The detector counts windows from where it began. Each stretch of windows that came
 * from one piece is remembered with the number of its first one, and a section is put
 * back into time by the stretch that its ends lie in. */
#include "daemon/analysis/score.h"

#include "daemon/core/levels.h"

#define WINDOW_NS G_GINT64_CONSTANT (100000000)
#define BLOCK 300 /* windows: in mode blocks a run is cut into these from its begin */

typedef struct {
  const IsrRecording *recording;
  guint64 first; /* window of the detector */
  guint64 n;
  gint64 offset_ns; /* of it, from the first sample of the recording */
} Stretch;

typedef struct {
  IsrDetector detector;
  const IsrDetectorParams *params;
  gint64 from_us, to_us;
  GPtrArray *sections;
  GArray *stretches; /* of this run */
  guint64 pushed;    /* windows of this run */
  gint64 run_us;
  gboolean open; /* the run goes on: what has not ended by itself is not final */
  gboolean finishing;
  gint16 *values;
  gsize capacity;

  const IsrRecording *last; /* piece before, with levels */
  IsrLevelsHeader header;
} Scorer;

void
isr_score_free (IsrScore *self)
{
  g_ptr_array_unref (self->sections);
  g_free (self);
}

/* --- sections --- */

static const Stretch *
find_stretch (const Scorer *self, guint64 window)
{
  guint low = 0, high = self->stretches->len;

  while (high - low > 1) {
    guint middle = (low + high) / 2;

    if (g_array_index (self->stretches, Stretch, middle).first <= window)
      low = middle;
    else
      high = middle;
  }
  return &g_array_index (self->stretches, Stretch, low);
}

/* Of the begin of @window; @end: of the end of the one before it. */
static gint64
to_utc (const Scorer *self, guint64 window, gboolean end)
{
  const Stretch *stretch = find_stretch (self, end ? window - 1 : window);

  return isr_runs_to_utc (stretch->recording, stretch->offset_ns + (gint64) (window - stretch->first) * WINDOW_NS);
}

static void
on_ended (const IsrSection *section, gpointer data)
{
  Scorer *self = data;
  gint64 start_us = to_utc (self, section->start, FALSE), end_us = to_utc (self, section->end, TRUE);
  IsrEvent *event;

  if (start_us >= self->to_us || end_us <= self->from_us)
    return;
  event = isr_event_new (find_stretch (self, section->start)->recording->source);
  event->run_us = self->run_us;
  event->key = section->id;
  event->state = self->finishing && self->open ? ISR_EVENT_STARTED : ISR_EVENT_ENDED;
  event->start_us = start_us;
  event->end_us = end_us;
  event->score = section->score;
  event->peak = section->peak;
  event->floor = section->floor;
  event->reason = g_strdup (isr_section_reason_to_string (section->reason));
  g_ptr_array_add (self->sections, event);
}

static const IsrDetectorHooks hooks = { .ended = on_ended };

/* --- runs --- */

static void
end_run (Scorer *self)
{
  self->finishing = TRUE;
  isr_detector_finish (&self->detector);
  self->finishing = self->open = FALSE;
  self->pushed = 0;
  g_array_set_size (self->stretches, 0);
}

static void
push (Scorer *self, const IsrRecording *recording, const IsrLevelsHeader *header, guint64 window, const gint16 *levels, gsize n)
{
  Stretch stretch = { recording, self->pushed, n, header->offset_ns + (gint64) window * WINDOW_NS };

  if (n == 0)
    return;
  if (self->pushed == 0)
    self->run_us = header->run_us;
  g_array_append_val (self->stretches, stretch);
  self->pushed += n;
  isr_detector_push (&self->detector, levels, n);
}

/* Windows that are missing end a run. */
static void
push_with_holes (Scorer *self, const IsrRecording *recording, const IsrLevelsHeader *header, gsize first, gsize n)
{
  const gint16 *levels = self->values;

  for (gsize from = first, to; from < n; from = to) {
    for (to = from; to < n && levels[to] != ISR_LEVELS_UNKNOWN; to++)
      ;
    push (self, recording, header, from, levels + from, to - from);
    if (to < n)
      end_run (self);
    while (to < n && levels[to] == ISR_LEVELS_UNKNOWN)
      to++;
  }
}

/* Where blocks are those of the whole run. */
static gsize
skip_to_block (const Scorer *self, const IsrLevelsHeader *header)
{
  if (self->params->mode != ISR_DETECTOR_BLOCKS || self->pushed)
    return 0;
  return (BLOCK - header->first_window % BLOCK) % BLOCK;
}

static gboolean
read_levels (Scorer *self, IsrLevelsReader *reader)
{
  IsrLevelsColumn column = self->params->mode == ISR_DETECTOR_BLOCKS ? ISR_COLUMN_RAW : ISR_COLUMN_LEVEL;
  gsize n = reader->header.n;

  if (n > self->capacity) {
    g_free (self->values);
    self->values = g_new (gint16, n);
    self->capacity = n;
  }
  return isr_levels_reader_read (reader, column, 0, n, self->values);
}

/* FALSE: it has no levels. */
static gboolean
take_piece (Scorer *self, const IsrPiece *piece)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };
  const IsrLevelsHeader *header = &reader.header;
  gsize first;

  if (!isr_levels_reader_open (&reader, piece->path, NULL) || !isr_runs_is_valid (piece->recording, header) || !read_levels (self, &reader))
    return FALSE;
  if (self->last && !isr_runs_continues (self->last, &self->header, piece->recording, header))
    end_run (self);
  first = MIN (skip_to_block (self, header), header->n);
  if (header->flags & ISR_LEVELS_COMPLETE)
    push (self, piece->recording, header, first, self->values + first, header->n - first);
  else
    push_with_holes (self, piece->recording, header, first, header->n);
  self->open = piece->recording->recording;
  self->last = piece->recording;
  self->header = *header;
  return TRUE;
}

static int
by_start (gconstpointer a, gconstpointer b)
{
  const IsrEvent *x = *(IsrEvent *const *) a, *y = *(IsrEvent *const *) b;

  if (x->start_us != y->start_us)
    return x->start_us < y->start_us ? -1 : 1;
  return x->end_us < y->end_us ? -1 : x->end_us > y->end_us;
}

static void
init (Scorer *self, const IsrDetectorParams *params, gint64 from_us, gint64 to_us)
{
  self->params = params;
  self->from_us = from_us;
  self->to_us = to_us;
  self->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free);
  self->stretches = g_array_new (FALSE, FALSE, sizeof (Stretch));
  isr_detector_init (&self->detector, params, &hooks, self);
}

IsrScore *
isr_score_run (GPtrArray *pieces, const IsrDetectorParams *params, gint64 from_us, gint64 to_us, GCancellable *cancellable, GError **error)
{
  g_autofree Scorer *self = g_new0 (Scorer, 1);
  g_autoptr (IsrScore) score = g_new0 (IsrScore, 1);

  init (self, params, from_us, to_us);
  score->sections = self->sections;
  for (guint i = 0; i < pieces->len && !g_cancellable_is_cancelled (cancellable); i++) {
    const IsrPiece *piece = pieces->pdata[i];

    if (take_piece (self, piece))
      continue;
    if (self->last)
      end_run (self);
    self->last = NULL;
    score->missing += piece->recording->start_us < to_us && piece->recording->end_us > from_us;
  }
  end_run (self);
  g_array_unref (self->stretches);
  g_free (self->values);
  g_ptr_array_sort (score->sections, by_start);
  return g_cancellable_set_error_if_cancelled (cancellable, error) ? NULL : g_steal_pointer (&score);
}
