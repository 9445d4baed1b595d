/* SPDX-License-Identifier: MIT */
/* track.c - windows to files.
 *
 * Positions are compared in samples, where a file says its rate: the position of a
 * window is that of the first window of its second plus a number of samples, as the
 * meter cuts them. */
#include "daemon/analysis/track.h"

#define SECOND_NS G_GINT64_CONSTANT (1000000000)
#define WINDOWS 10            /* a second */
#define MAX_WAITING 1200      /* windows that no file takes: two minutes */
#define TAIL 600              /* windows of a file that can be taken back: a minute */
#define LATE_SECONDS 10       /* after its end a file's last levels come in so much time */
#define MAX_HOLE (36 * 36000) /* windows: more missing than that is no hole */

typedef struct {
  gint64 run_us;
  guint64 number;   /* in its run */
  guint64 position; /* ns */
  IsrLevelsRow row;
} Window;

typedef struct {
  IsrRecording *recording;
  gboolean ended;
  gboolean holes;  /* windows are missing in the middle, or another run began in it */
  guint64 end;     /* ended: position of its end, ns */
  gint64 ended_at; /* monotonic µs */
  gint64 run_us;   /* of its newest window */
  guint64 n;       /* windows that were given to the store */
  Window first, last;
  GArray *tail; /* Window: the newest of them, as far as they are windows and not holes */
} File;

struct _IsrTrack {
  IsrStore *store;
  char *source;
  guint weighting;
  IsrTrackFinished finished;
  gpointer data;
  GPtrArray *files; /* File, in order; all but the newest have ended, or are about to */
  GArray *waiting;  /* Window that no file takes yet */
  guint late;       /* timer */
  gboolean heard;   /* levels have come */
};

static void
file_free (gpointer data)
{
  File *file = data;

  isr_recording_free (file->recording);
  g_array_unref (file->tail);
  g_free (file);
}

/* --- positions --- */

static guint64
to_samples (guint64 ns, guint rate)
{
  guint64 seconds = ns / SECOND_NS, rest = ns % SECOND_NS;

  return seconds * rate + (rest * rate + SECOND_NS / 2) / SECOND_NS;
}

/* Of window @i behind window @first, which begins at @position. */
static guint64
window_position (guint64 position, guint64 first, guint i, guint rate)
{
  guint64 samples = rate ? (first + i) * rate / WINDOWS - first * rate / WINDOWS : 0;

  if (!rate)
    return position + i * (guint64) (SECOND_NS / WINDOWS);
  return position + samples / rate * SECOND_NS + samples % rate * SECOND_NS / rate;
}

static gboolean
is_before (guint64 a, guint64 b, guint rate)
{
  return rate ? to_samples (a, rate) < to_samples (b, rate) : a < b;
}

static guint
rate_of (const IsrTrack *self)
{
  const File *newest = self->files->len ? self->files->pdata[self->files->len - 1] : NULL;

  return newest ? newest->recording->rate : 0;
}

/* --- one file --- */

static gint64
distance (guint64 a, guint64 b)
{
  return (gint64) (b - a);
}

/* How many windows lie between those that @file has and @window; negative: it overlaps. */
static gint64
count_missing (const File *file, const Window *window)
{
  gint64 ns = distance (file->last.position, window->position);
  gint64 windows = (ns + (ns < 0 ? -1 : 1) * SECOND_NS / WINDOWS / 2) / (SECOND_NS / WINDOWS);

  return file->n ? windows - 1 : 0;
}

static void
begin_levels (IsrTrack *self, File *file, const Window *window)
{
  IsrLevelsHeader header = {
    .weighting = self->weighting,
    .run_us = window->run_us,
    .first_window = window->number,
    .position = window->position,
    .offset_ns = distance (file->recording->position, window->position),
  };

  g_strlcpy (header.source, self->source, sizeof header.source);
  isr_store_create (self->store, file->recording->name, &header);
  file->first = *window;
}

static void
append_hole (IsrTrack *self, File *file, gint64 n)
{
  const IsrLevelsRow unknown = { { ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN } };
  g_autofree IsrLevelsRow *rows = g_new (IsrLevelsRow, n);

  for (gint64 i = 0; i < n; i++)
    rows[i] = unknown;
  isr_store_append (self->store, file->recording->name, rows, (gsize) n);
  file->n += (guint64) n;
  file->holes = TRUE;
  g_array_set_size (file->tail, 0);
}

/* FALSE: it has been there already, or there is too much between. */
static gboolean
add_window (IsrTrack *self, File *file, const Window *window)
{
  gint64 missing = count_missing (file, window);

  if (missing < 0 || missing > MAX_HOLE)
    return FALSE;
  if (!file->n)
    begin_levels (self, file, window);
  if (file->n && window->run_us != file->run_us)
    file->holes = TRUE;
  if (missing > 0)
    append_hole (self, file, missing);
  if (file->tail->len == TAIL)
    g_array_remove_range (file->tail, 0, TAIL / 2);
  g_array_append_vals (file->tail, window, 1);
  file->n++;
  file->run_us = window->run_us;
  file->last = *window;
  return TRUE;
}

/* The windows at the end of the tail that the store has not been given. */
static void
flush_file (IsrTrack *self, File *file, guint fresh)
{
  g_autofree IsrLevelsRow *rows = g_new (IsrLevelsRow, fresh);

  for (guint i = 0; i < fresh; i++)
    rows[i] = g_array_index (file->tail, Window, file->tail->len - fresh + i).row;
  if (fresh)
    isr_store_append (self->store, file->recording->name, rows, fresh);
}

/* Nothing is missing at either end: less than a window before the first one, and less
 * than one behind the last, which may be cut off. */
static gboolean
is_complete (const File *file)
{
  const gint64 window = SECOND_NS / WINDOWS;
  guint64 behind = file->last.position + (guint64) window;

  return file->n > 0 && !file->holes && distance (file->recording->position, file->first.position) < window && distance (behind, file->end) < window;
}

/* --- which file --- */

/* The newest one that begins before the window, or with it. One that has ended takes
 * only what goes on with its own run; behind its end nothing is its. */
static File *
find_file (IsrTrack *self, const Window *window)
{
  for (guint i = self->files->len; i-- > 0;) {
    File *file = self->files->pdata[i];

    if (is_before (window->position, file->recording->position, file->recording->rate))
      continue;
    if (file->ended && (!is_before (window->position, file->end, file->recording->rate) || (file->n && window->run_us != file->run_us)))
      return NULL;
    return file;
  }
  return NULL;
}

static void
keep_waiting (IsrTrack *self, const Window *window)
{
  if (self->waiting->len == MAX_WAITING)
    g_array_remove_range (self->waiting, 0, MAX_WAITING / 2);
  g_array_append_vals (self->waiting, window, 1);
}

static void
take_windows (IsrTrack *self, const Window *windows, guint n)
{
  File *before = NULL;
  guint fresh = 0;

  for (guint i = 0; i < n; i++) {
    File *file = find_file (self, &windows[i]);

    if (before && file != before) {
      flush_file (self, before, fresh);
      fresh = 0;
    }
    before = file;
    if (!file)
      keep_waiting (self, &windows[i]);
    else if (count_missing (file, &windows[i]) > 0 && fresh) {
      flush_file (self, file, fresh); /* what is there comes before the hole */
      fresh = add_window (self, file, &windows[i]);
    } else
      fresh += add_window (self, file, &windows[i]);
    if (fresh == TAIL / 2 && file) {
      flush_file (self, file, fresh);
      fresh = 0;
    }
  }
  if (before)
    flush_file (self, before, fresh);
}

static void
take_waiting (IsrTrack *self)
{
  g_autoptr (GArray) windows = g_steal_pointer (&self->waiting);

  self->waiting = g_array_new (FALSE, FALSE, sizeof (Window));
  take_windows (self, (const Window *) (gpointer) windows->data, windows->len);
}

/* --- the end of a file --- */

static void
finish_file (IsrTrack *self, guint i)
{
  g_autoptr (IsrRecording) recording = NULL;
  File *file = self->files->pdata[i];
  gboolean complete = is_complete (file);

  recording = isr_recording_copy (file->recording);
  if (file->n)
    isr_store_finish (self->store, recording->name, complete ? ISR_LEVELS_COMPLETE : 0, recording->bytes, NULL, NULL);
  g_ptr_array_remove_index (self->files, i);
  self->finished (recording, complete, self->heard, self->data);
}

/* A window from behind its end has come, or of another run. */
static gboolean
has_all (IsrTrack *self, const File *file, const Window *newest)
{
  return !is_before (newest->position, file->end, file->recording->rate) || (file->n && newest->run_us != file->run_us);
}

static void
finish_ended (IsrTrack *self, const Window *newest)
{
  for (guint i = 0; i < self->files->len;) {
    const File *file = self->files->pdata[i];

    if (file->ended && (!newest || has_all (self, file, newest)))
      finish_file (self, i);
    else
      i++;
  }
}

/* Whose levels have not come in time gets none. */
static gboolean
on_late (gpointer data)
{
  IsrTrack *self = data;
  gint64 limit = g_get_monotonic_time () - LATE_SECONDS * G_TIME_SPAN_SECOND;
  gboolean more = FALSE;

  for (guint i = 0; i < self->files->len;) {
    const File *file = self->files->pdata[i];

    if (file->ended && file->ended_at <= limit) {
      finish_file (self, i);
      continue;
    }
    more |= file->ended;
    i++;
  }
  if (more)
    return G_SOURCE_CONTINUE;
  self->late = 0;
  return G_SOURCE_REMOVE;
}

/* --- public --- */

IsrTrack *
isr_track_new (IsrStore *store, const char *source, guint weighting, IsrTrackFinished finished, gpointer data)
{
  IsrTrack *self = g_new0 (IsrTrack, 1);

  self->store = store;
  self->source = g_strdup (source);
  self->weighting = weighting;
  self->finished = finished;
  self->data = data;
  self->files = g_ptr_array_new_with_free_func (file_free);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Window));
  return self;
}

void
isr_track_free (IsrTrack *self)
{
  g_clear_handle_id (&self->late, g_source_remove);
  g_ptr_array_unref (self->files);
  g_array_unref (self->waiting);
  g_free (self->source);
  g_free (self);
}

void
isr_track_take_levels (IsrTrack *self, const IsrLevels *levels)
{
  g_autofree Window *windows = g_new0 (Window, levels->n);
  guint rate = rate_of (self);

  for (guint i = 0; i < levels->n; i++)
    windows[i] = (Window){
      .run_us = levels->run_us,
      .number = levels->first_window + i,
      .position = window_position (levels->position, levels->first_window, i, rate),
      .row = { { levels->levels[i], levels->raw[i], levels->peaks[i], levels->floors[i] } },
    };
  self->heard = TRUE;
  take_windows (self, windows, levels->n);
  if (levels->n)
    finish_ended (self, &windows[levels->n - 1]);
}

/* What the file before took of the new one. */
static void
take_back (IsrTrack *self, File *before, const IsrRecording *recording)
{
  guint kept = before->tail->len;

  while (kept > 0 && !is_before (g_array_index (before->tail, Window, kept - 1).position, recording->position, recording->rate))
    kept--;
  if (kept == before->tail->len)
    return;
  g_array_prepend_vals (self->waiting, &g_array_index (before->tail, Window, kept), before->tail->len - kept);
  before->n -= before->tail->len - kept;
  g_array_set_size (before->tail, kept);
  isr_store_truncate (self->store, before->recording->name, before->n);
  if (kept)
    before->last = g_array_index (before->tail, Window, kept - 1);
}

void
isr_track_begin (IsrTrack *self, const IsrRecording *recording)
{
  File *before = self->files->len ? self->files->pdata[self->files->len - 1] : NULL;
  File *file = g_new0 (File, 1);

  if (before && recording->position <= before->recording->position) {
    finish_ended (self, NULL); /* positions begin anew */
    before = NULL;
  }
  file->recording = isr_recording_copy (recording);
  file->tail = g_array_new (FALSE, FALSE, sizeof (Window));
  if (before)
    take_back (self, before, recording);
  g_ptr_array_add (self->files, file);
  take_waiting (self);
}

static File *
find_name (IsrTrack *self, const char *name, guint *index)
{
  for (guint i = 0; i < self->files->len; i++) {
    File *file = self->files->pdata[i];

    if (index)
      *index = i;
    if (g_str_equal (file->recording->name, name))
      return file;
  }
  return NULL;
}

static guint64
end_of (const IsrRecording *recording)
{
  if (!recording->samples || !recording->rate)
    return recording->position + (guint64) MAX (0, recording->end_us - recording->start_us) * 1000;
  return recording->position + recording->samples / recording->rate * SECOND_NS + recording->samples % recording->rate * SECOND_NS / recording->rate;
}

/* What it took that lies behind its end. */
static void
cut_behind (IsrTrack *self, File *file)
{
  IsrRecording end = { .position = file->end, .rate = file->recording->rate };

  take_back (self, file, &end);
}

void
isr_track_end (IsrTrack *self, const IsrRecording *recording)
{
  File *file = find_name (self, recording->name, NULL);
  guint64 position, rate;

  if (!file)
    return;
  position = file->recording->position;
  rate = file->recording->rate;
  isr_recording_free (file->recording);
  file->recording = isr_recording_copy (recording);
  file->recording->position = position;
  if (!file->recording->rate)
    file->recording->rate = (guint) rate;
  file->ended = TRUE;
  file->ended_at = g_get_monotonic_time ();
  file->end = end_of (file->recording);
  cut_behind (self, file);
  if (self->waiting->len)
    finish_ended (self, &g_array_index (self->waiting, Window, self->waiting->len - 1));
  else if (self->files->len && ((File *) self->files->pdata[self->files->len - 1])->n)
    finish_ended (self, &((File *) self->files->pdata[self->files->len - 1])->last);
  if (!self->late)
    self->late = g_timeout_add_seconds (LATE_SECONDS + 1, on_late, self);
}

void
isr_track_rename (IsrTrack *self, const char *old, const IsrRecording *recording)
{
  File *file = find_name (self, old, NULL);

  isr_store_rename (self->store, old, recording->name);
  if (!file)
    return;
  g_free (file->recording->name);
  file->recording->name = g_strdup (recording->name);
}

void
isr_track_forget (IsrTrack *self, const char *name)
{
  guint i;

  if (!find_name (self, name, &i))
    return;
  g_ptr_array_remove_index (self->files, i);
  isr_store_remove (self->store, name);
}

void
isr_track_close (IsrTrack *self)
{
  finish_ended (self, NULL);
}
