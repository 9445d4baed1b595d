/* SPDX-License-Identifier: MIT */
/* Live, scored again, and decoded from the files: the same sections, over every split
 * and both sides of a gap. Exactly for raw audio; for encoded audio within a window and
 * 1 centi-dB of level where the decoder has warmed up. */
#include "plugins/elements.h"
#include "plugins/messages.h"
#include "tests/daemon/loud-house.h"

#include <gst/gst.h>
#include <math.h>

#define SECONDS 90
#define GAP_AT 50 /* s */

typedef struct {
  const char *name, *encoder, *split; /* encoder: what stands between source and sink; NULL: raw */
  const char *listener;               /* what hears it live */
  int rate, channels;
  const char *format;
  gboolean exact;
} Case;

typedef struct {
  House house;
  const Case *c;
  GPtrArray *events; /* IsrEvent, as told live */
  GHashTable *runs;  /* run number -> gint64 */
  GPtrArray *names;
} Test;

/* --- the source: quiet noise, loud now and then --- */

static double
amplitude_at (double t)
{
  double in_turn = fmod (t, 11);
  double loud = in_turn > 6 && in_turn < 7.3 ? 25 + 10 * sin (t) : 0;

  return pow (10, (-55 + loud) / 20);
}

static GstBuffer *
make_audio (const Case *c, double from, double to)
{
  gsize first = (gsize) (from * c->rate), n = (gsize) (to * c->rate) - first;
  g_autofree gint16 *samples = g_new (gint16, n * (gsize) c->channels);
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) first);

  for (gsize i = 0; i < n * (gsize) c->channels; i++)
    samples[i] = (gint16) (32000 * amplitude_at ((double) (first + i / (gsize) c->channels) / c->rate) * g_rand_double_range (rand, -1, 1));
  return gst_buffer_new_wrapped (g_steal_pointer (&samples), n * (gsize) c->channels * 2);
}

/* --- what the bus says, told to the analysis as capture does --- */

static gint64
get_int64 (const GstStructure *s, const char *field)
{
  gint64 value = 0;

  gst_structure_get_int64 (s, field, &value);
  return value;
}

static guint64
get_uint64 (const GstStructure *s, const char *field)
{
  guint64 value = 0;

  gst_structure_get_uint64 (s, field, &value);
  return value;
}

static guint
get_uint (const GstStructure *s, const char *field)
{
  guint value = 0;

  gst_structure_get_uint (s, field, &value);
  return value;
}

static IsrRecording *
to_recording (Test *t, const GstStructure *s)
{
  IsrRecording *recording = isr_recording_new ();
  g_autofree char *base = g_path_get_basename (gst_structure_get_string (s, "location"));

  recording->source = g_strdup ("mic");
  recording->name = g_steal_pointer (&base);
  recording->start_us = get_int64 (s, "start-utc-us");
  recording->end_us = get_int64 (s, "end-utc-us");
  recording->position = get_uint64 (s, "position");
  recording->samples = get_uint64 (s, "samples");
  recording->rate = get_uint (s, "rate");
  recording->bytes = get_uint64 (s, "bytes");
  recording->reason = g_strdup (gst_structure_get_string (s, "reason"));
  return recording;
}

static gint64
run_of (Test *t, const GstStructure *s, guint64 position)
{
  gpointer run = GUINT_TO_POINTER (get_uint (s, "run")), known = NULL;

  if (!g_hash_table_lookup_extended (t->runs, run, NULL, &known)) {
    known = g_memdup2 (&(gint64){ T0 + (gint64) (position / 1000) }, sizeof (gint64));
    g_hash_table_insert (t->runs, run, known);
  }
  return *(gint64 *) known;
}

static void
copy_values (gint16 *to, const GstStructure *s, const char *field, guint n)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (g_value_get_boxed (gst_structure_get_value (s, field)), &size);

  g_assert_cmpuint (size, ==, n * sizeof *to);
  memcpy (to, data, size);
}

static void
tell_levels (Test *t, const GstStructure *s)
{
  gsize size = g_bytes_get_size (g_value_get_boxed (gst_structure_get_value (s, "levels")));
  g_autoptr (IsrLevels) levels = isr_levels_new ("mic", (guint) (size / sizeof (gint16)));

  levels->position = get_uint64 (s, "position");
  levels->run_us = run_of (t, s, levels->position);
  levels->first_window = get_uint64 (s, "first-window");
  copy_values (levels->levels, s, "levels", levels->n);
  copy_values (levels->raw, s, "raw", levels->n);
  copy_values (levels->peaks, s, "peaks", levels->n);
  copy_values (levels->floors, s, "floors", levels->n);
  isr_analysis_take_levels (t->house.analysis, levels);
}

static void
tell_event (Test *t, const GstStructure *s)
{
  IsrEvent *event;

  if (!g_str_equal (gst_structure_get_string (s, "state"), ISR_LOUD_ENDED))
    return;
  event = isr_event_new ("mic");
  event->start_us = T0 + (gint64) (get_uint64 (s, "start") / 1000);
  event->end_us = T0 + (gint64) (get_uint64 (s, "end") / 1000);
  gst_structure_get_int (s, "score", &event->score);
  event->reason = g_strdup (gst_structure_get_string (s, "reason"));
  g_ptr_array_add (t->events, event);
}

static void
tell (Test *t, const GstStructure *s)
{
  g_autoptr (IsrRecording) recording = NULL;

  if (gst_structure_has_name (s, ISR_MESSAGE_LEVEL))
    tell_levels (t, s);
  else if (gst_structure_has_name (s, ISR_MESSAGE_EVENT))
    tell_event (t, s);
  else if (gst_structure_has_name (s, ISR_MESSAGE_FILE_OPENED) || gst_structure_has_name (s, ISR_MESSAGE_FILE_CLOSED))
    recording = to_recording (t, s);
  if (recording && gst_structure_has_name (s, ISR_MESSAGE_FILE_OPENED)) {
    begin (&t->house, recording);
    g_ptr_array_add (t->names, g_strdup (recording->name));
  } else if (recording) {
    end (&t->house, recording);
  }
}

/* --- recording --- */

static void
push (GstElement *src, const Case *c, double from, double to)
{
  for (double at = from; at < to; at += 0.25) {
    GstFlowReturn ret;
    g_autoptr (GstBuffer) buffer = make_audio (c, at, MIN (to, at + 0.25));

    g_signal_emit_by_name (src, "push-buffer", buffer, &ret);
    g_assert_cmpint (ret, ==, GST_FLOW_OK);
  }
}

static GstPadProbeReturn
on_gap_place (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  guint *left = data;

  if ((*left)-- > 0)
    return GST_PAD_PROBE_OK;
  gst_pad_push_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_SOURCE, NULL)));
  return GST_PAD_PROBE_REMOVE;
}

static GstElement *
make_pipeline (Test *t, guint *before_gap)
{
  const Case *c = t->c;
  g_autofree char *text = g_strdup_printf ("appsrc name=src format=time caps=audio/x-raw,format=S16LE,layout=interleaved,rate=%d,channels=%d ! %s name=place ! tee name=t"
                                           " t. ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! %s"
                                           " t. ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! isrsplitsink location=%s/f_%%s split-interval=%s start-time=%" G_GINT64_FORMAT "000 fsync-interval=0 timezone=UTC %s%s",
      c->rate, c->channels, c->encoder ? c->encoder : "identity", c->listener, t->house.base.directory, c->split, T0, c->format ? "format=" : "", c->format ? c->format : "");
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  g_autoptr (GstElement) place = NULL;
  g_autoptr (GstPad) pad = NULL;

  g_assert_no_error (error);
  place = gst_bin_get_by_name (GST_BIN (pipeline), "place");
  pad = gst_element_get_static_pad (place, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_gap_place, before_gap, NULL);
  return pipeline;
}

/* When it would have been told, had it not been much faster than real time: levels at
 * once, files a little later. */
static gint64
time_of (const GstStructure *s)
{
  const gint64 late = 300 * G_TIME_SPAN_MILLISECOND;

  if (gst_structure_has_name (s, ISR_MESSAGE_FILE_OPENED))
    return get_int64 (s, "start-utc-us") + late;
  if (gst_structure_has_name (s, ISR_MESSAGE_FILE_CLOSED))
    return get_int64 (s, "end-utc-us") + late;
  if (gst_structure_has_name (s, ISR_MESSAGE_LEVEL))
    return T0 + (gint64) (get_uint64 (s, "position") / 1000) + (gint64) g_bytes_get_size (g_value_get_boxed (gst_structure_get_value (s, "levels"))) / 2 * LOUD_WINDOW_US;
  return G_MAXINT64;
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  gint64 x = time_of (*(const GstStructure *const *) a), y = time_of (*(const GstStructure *const *) b);

  return x < y ? -1 : x > y;
}

static void
assert_no_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *detail = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return;
  gst_message_parse_error (message, &error, &detail);
  g_error ("%s (%s)", error->message, detail);
}

static void
record (Test *t)
{
  guint before_gap = t->c->encoder ? 1700 : GAP_AT * 4;
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (make_pipeline (t, &before_gap));
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GPtrArray) news = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_structure_free);
  GstFlowReturn ret;
  gboolean over = FALSE;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  push (src, t->c, 0, SECONDS);
  g_signal_emit_by_name (src, "end-of-stream", &ret);
  while (!over) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop (bus, 60 * GST_SECOND);

    g_assert_nonnull (message);
    assert_no_error (message);
    over = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
      g_ptr_array_add (news, gst_structure_copy (gst_message_get_structure (message)));
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_ptr_array_sort (news, by_time);
  for (guint i = 0; i < news->len; i++)
    tell (t, news->pdata[i]);
}

/* --- comparing --- */

static int
by_start (gconstpointer a, gconstpointer b)
{
  const IsrEvent *x = *(IsrEvent *const *) a, *y = *(IsrEvent *const *) b;

  return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

static void
compare_events (GPtrArray *a, GPtrArray *b, gint64 tolerance_us, int tolerance)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++) {
    const IsrEvent *x = a->pdata[i], *y = b->pdata[i];

    g_assert_cmpint (ABS (x->start_us - y->start_us), <=, tolerance_us);
    g_assert_cmpint (ABS (x->end_us - y->end_us), <=, tolerance_us);
    g_assert_cmpint (ABS (x->score - y->score), <=, tolerance);
    g_assert_cmpstr (x->reason, ==, y->reason);
  }
}

static gint16 *
read_column (Test *t, const char *name, IsrLevelsColumn column, IsrLevelsHeader *header)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };
  g_autofree char *path = get_path (&t->house, name);
  g_autoptr (GError) error = NULL;
  gint16 *values;

  isr_levels_reader_open (&reader, path, &error);
  g_assert_no_error (error);
  *header = reader.header;
  values = g_new (gint16, header->n);
  g_assert_true (isr_levels_reader_read (&reader, column, 0, header->n, values));
  return values;
}

typedef struct {
  IsrLevelsHeader header;
  gint16 *columns[3];
} Kept;

static GArray *
keep_levels (Test *t)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Kept));

  for (guint i = 0; i < t->names->len; i++) {
    Kept kept;

    for (guint column = 0; column < 3; column++)
      kept.columns[column] = read_column (t, t->names->pdata[i], (IsrLevelsColumn) column, &kept.header);
    g_array_append_val (all, kept);
  }
  return all;
}

/* @tolerance centi-dB; the first @warm windows of a file may be anything. */
static void
compare_levels (Test *t, GArray *live, GArray *offline, int tolerance, guint warm)
{
  for (guint i = 0; i < live->len; i++) {
    Kept *a = &g_array_index (live, Kept, i), *b = &g_array_index (offline, Kept, i);

    g_assert_cmpuint (a->header.n, ==, b->header.n);
    g_assert_cmpuint (a->header.first_window, ==, b->header.first_window);
    g_assert_cmpint (ABS ((gint64) (a->header.position - b->header.position)), <, 200000);
    for (guint column = 0; column < 3; column++)
      for (guint w = warm; w < a->header.n; w++)
        if (ABS (a->columns[column][w] - b->columns[column][w]) > tolerance)
          g_error ("%s: column %u, window %u of %u: %d live, %d decoded", (char *) t->names->pdata[i], column, w, (guint) a->header.n, a->columns[column][w], b->columns[column][w]);
  }
}

static void
free_levels (GArray *all)
{
  for (guint i = 0; i < all->len; i++)
    for (guint column = 0; column < 3; column++)
      g_free (g_array_index (all, Kept, i).columns[column]);
  g_array_unref (all);
}

static IsrAnswer *
ask_all (Test *t)
{
  return loud_ask (t->house.analysis, (IsrQuestion){ .source = "mic", .from_us = T0 - G_TIME_SPAN_SECOND, .to_us = T0 + 2 * SECONDS * G_TIME_SPAN_SECOND });
}

static void
decode_all (Test *t)
{
  g_autofree char *levels = g_build_filename (t->house.base.directory, "analyses", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrJob) job = NULL;

  temp_remove (levels);
  isr_analysis_set_program (t->house.analysis, g_getenv ("ISR_PROGRAM"));
  job = isr_analysis_analyze_span (t->house.analysis, NULL, T0 - G_TIME_SPAN_SECOND, T0 + 2 * SECONDS * G_TIME_SPAN_SECOND, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (job->files, ==, t->names->len);
  while (job->state < ISR_JOB_DONE) {
    gint64 id = job->id;

    g_main_context_iteration (NULL, TRUE);
    isr_job_free (job);
    job = isr_analysis_get_job (t->house.analysis, id);
  }
  g_assert_cmpstr (job->error, ==, NULL);
  close_house (&t->house); /* all is on disk then */
  open_house (&t->house);
}

static void
test_agreement (gconstpointer data)
{
  Test t = { .c = data };
  g_autoptr (IsrAnswer) scored = NULL, decoded = NULL;
  const gint64 exact_us = t.c->rate % 10 ? 2 + 1000000 / t.c->rate : 2; /* a window begins with a sample */
  GArray *live, *offline;

  set_up_house (&t.house, NULL);
  t.events = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free);
  t.names = g_ptr_array_new_with_free_func (g_free);
  t.runs = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  record (&t);
  close_house (&t.house);
  open_house (&t.house);
  g_ptr_array_sort (t.events, by_start);
  g_assert_cmpuint (t.events->len, >=, 7);
  g_assert_cmpuint (t.names->len, >, 10);
  scored = ask_all (&t);
  compare_events (t.events, scored->sections, exact_us, 0);
  live = keep_levels (&t);
  decode_all (&t);
  offline = keep_levels (&t);
  decoded = ask_all (&t);
  compare_levels (&t, live, offline, t.c->exact ? 0 : 1, t.c->exact ? 0 : 1);
  compare_events (t.events, decoded->sections, t.c->exact ? exact_us : LOUD_WINDOW_US + exact_us, t.c->exact ? 0 : 4);
  free_levels (live);
  free_levels (offline);
  g_hash_table_unref (t.runs);
  g_ptr_array_unref (t.names);
  g_ptr_array_unref (t.events);
  tear_down_house (&t.house, NULL);
}

#define RAW "isrloudness ! fakesink sync=false async=false"

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "wav", NULL, "7030000000", RAW, 8000, 1, "wav", TRUE },
    { "flac", NULL, "7030000000", RAW, 48000, 2, "flac", TRUE },
    { "odd-rate", NULL, "6010000000", RAW, 11025, 1, "flac", TRUE },
    { "mp3", "lamemp3enc target=bitrate bitrate=128 ! mpegaudioparse", "7030000000", "mpegaudioparse ! mpg123audiodec ! isrloudness ! fakesink sync=false async=false", 44100, 1, NULL, FALSE },
    { "native-flac", "flacenc ! flacparse", "7030000000", "flacparse ! flacdec ! isrloudness ! fakesink sync=false async=false", 48000, 1, NULL, TRUE },
  };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  isr_elements_register (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/analysis/agreement/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_agreement);
  }
  return g_test_run ();
}
