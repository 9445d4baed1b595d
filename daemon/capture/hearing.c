/* SPDX-License-Identifier: MIT */
/* hearing.c - a queue of messages, and the files as pieces of a time line.
 *
 * A run is unbroken audio, so a file begins with it: until the news of that file is
 * here, the UTC of the run is not known. Only a disk that hangs makes that wait
 * long; then what is known already must do. */
#include "daemon/capture/hearing.h"

#include "daemon/capture/timeline.h"
#include "plugins/messages.h"

#define HELD_MAX 30            /* messages: half a minute of levels */
#define SLACK (GST_SECOND / 2) /* a decoder may drop its first packets */
#define WINDOW_NS (GST_SECOND / 10)

struct _IsrHearing {
  const char *source;
  const IsrHearingFuncs *funcs;
  gpointer data;
  IsrTimeline utc;
  GQueue held; /* GstStructure */

  guint64 run_position; /* that run_us is of */
  gint64 run_us;        /* 0: none yet */
};

IsrHearing *
isr_hearing_new (const char *source, const IsrHearingFuncs *funcs, gpointer data)
{
  IsrHearing *self = g_new0 (IsrHearing, 1);

  self->source = source;
  self->funcs = funcs;
  self->data = data;
  isr_timeline_init (&self->utc);
  g_queue_init (&self->held);
  return self;
}

void
isr_hearing_free (IsrHearing *self)
{
  g_queue_clear_full (&self->held, (GDestroyNotify) gst_structure_free);
  isr_timeline_clear (&self->utc);
  g_free (self);
}

/* --- time --- */

static gint64
utc_us_of (IsrHearing *self, guint64 position)
{
  gint64 ns = 0;

  isr_timeline_locate (&self->utc, position, &ns);
  return ns / 1000;
}

static guint64
get_uint64 (const GstStructure *message, const char *field)
{
  guint64 value = 0;

  gst_structure_get_uint64 (message, field, &value);
  return value;
}

/* Told once a run, so that all of it has the same name; none is that of the run before. */
static gint64
name_run (IsrHearing *self, const GstStructure *message)
{
  guint64 position = get_uint64 (message, "run-position");
  gint64 last_us = self->run_us;

  if (last_us && position == self->run_position)
    return self->run_us;
  self->run_position = position;
  self->run_us = utc_us_of (self, position);
  self->run_us += self->run_us == last_us;
  return self->run_us;
}

static gboolean
can_be_placed (IsrHearing *self, const GstStructure *message)
{
  const IsrTimelinePiece *newest = isr_timeline_newest (&self->utc);
  gboolean within_file = FALSE;

  gst_structure_get_boolean (message, "within-file", &within_file);
  return newest && (within_file || newest->position + SLACK >= get_uint64 (message, "run-position"));
}

/* --- values --- */

static const gint16 *
get_values (const GstStructure *message, const char *field, guint n)
{
  const GValue *value = gst_structure_get_value (message, field);
  GBytes *bytes = value && G_VALUE_HOLDS (value, G_TYPE_BYTES) ? g_value_get_boxed (value) : NULL;

  return bytes && g_bytes_get_size (bytes) >= n * sizeof (gint16) ? g_bytes_get_data (bytes, NULL) : NULL;
}

static guint
count_windows (const GstStructure *message)
{
  const GValue *value = gst_structure_get_value (message, "levels");

  return value && G_VALUE_HOLDS (value, G_TYPE_BYTES) ? (guint) (g_bytes_get_size (g_value_get_boxed (value)) / sizeof (gint16)) : 0;
}

static void
copy_values (gint16 *to, const GstStructure *message, const char *field, guint from, guint n)
{
  const gint16 *values = get_values (message, field, from + n);

  for (guint i = 0; i < n; i++)
    to[i] = values ? values[from + i] : ISR_LEVELS_UNKNOWN;
}

/* Windows [@from, @from + @n) of the message. */
static void
tell_levels (IsrHearing *self, const GstStructure *message, guint from, guint n)
{
  g_autoptr (IsrLevels) levels = isr_levels_new (self->source, n);

  levels->run_us = self->run_us;
  levels->first_window = get_uint64 (message, "first-window") + from;
  levels->position = get_uint64 (message, "position") + from * WINDOW_NS;
  levels->start_us = utc_us_of (self, levels->position);
  copy_values (levels->levels, message, "levels", from, n);
  copy_values (levels->raw, message, "raw", from, n);
  copy_values (levels->peaks, message, "peaks", from, n);
  copy_values (levels->floors, message, "floors", from, n);
  self->funcs->levels (self->data, levels);
}

/* In as many parts as there are files in it: mostly one. */
static void
place_levels (IsrHearing *self, const GstStructure *message)
{
  guint64 position = get_uint64 (message, "position");
  guint n = count_windows (message), from = 0;

  for (guint i = 1; i < n; i++) {
    if (isr_timeline_find (&self->utc, position + i * WINDOW_NS) == isr_timeline_find (&self->utc, position + from * WINDOW_NS))
      continue;
    tell_levels (self, message, from, i - from);
    from = i;
  }
  if (n)
    tell_levels (self, message, from, n - from);
}

static IsrEventState
read_state (const GstStructure *message)
{
  const char *state = gst_structure_get_string (message, "state");

  if (g_strcmp0 (state, ISR_LOUD_STARTED) == 0)
    return ISR_EVENT_STARTED;
  return g_strcmp0 (state, ISR_LOUD_CANCELLED) == 0 ? ISR_EVENT_CANCELLED : ISR_EVENT_ENDED;
}

/* The end is that of its last sample: what follows it may lie behind a gap. Of the run
 * that a gap ended isrloudness has heard some ms of what came behind it. */
static void
place_event (IsrHearing *self, const GstStructure *message)
{
  g_autoptr (IsrEvent) event = isr_event_new (self->source);
  guint64 start = get_uint64 (message, "start"), end = isr_timeline_find_leap (&self->utc, start, get_uint64 (message, "end"));

  event->run_us = self->run_us;
  event->key = get_uint64 (message, "id");
  event->state = read_state (message);
  event->start_us = utc_us_of (self, start);
  event->end_us = end > start ? utc_us_of (self, end - 1) + 1 : event->start_us;
  gst_structure_get_int (message, "score", &event->score);
  gst_structure_get_int (message, "peak", &event->peak);
  gst_structure_get_int (message, "floor", &event->floor);
  if (event->state == ISR_EVENT_ENDED)
    event->reason = g_strdup (gst_structure_get_string (message, "reason"));
  self->funcs->event (self->data, event);
}

/* --- the queue --- */

static void
give_out (IsrHearing *self)
{
  g_autoptr (GstStructure) message = g_queue_pop_head (&self->held);

  if (!isr_timeline_newest (&self->utc))
    return;
  name_run (self, message);
  if (gst_structure_has_name (message, ISR_MESSAGE_LEVEL))
    place_levels (self, message);
  else
    place_event (self, message);
}

static void
give_out_placed (IsrHearing *self)
{
  while (self->held.length > HELD_MAX || (self->held.length && can_be_placed (self, self->held.head->data)))
    give_out (self);
}

void
isr_hearing_take (IsrHearing *self, const GstStructure *message)
{
  g_queue_push_tail (&self->held, gst_structure_copy (message));
  give_out_placed (self);
}

void
isr_hearing_take_file (IsrHearing *self, const IsrRecording *recording)
{
  isr_timeline_add (&self->utc, recording->position, recording->start_us * 1000);
  give_out_placed (self);
}

void
isr_hearing_flush (IsrHearing *self)
{
  while (self->held.length)
    give_out (self);
}
