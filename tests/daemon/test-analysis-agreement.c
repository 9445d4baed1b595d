/* SPDX-License-Identifier: MIT */
/* Live, scored again, and decoded from the files: the same sections, over every split
 * and both sides of a gap. Exactly for raw audio; for encoded audio within a window and
 * 1 centi-dB of level where the decoder has warmed up. */
#include "plugins/elements.h"
#include "plugins/messages.h"
#include "tests/daemon/agreement.h"

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
  guint before_gap; /* encoded frames; the listener's flacparse keeps one over a gap, the recorder's does not: no gap */
} Case;

typedef struct {
  Agreement base;
  const Case *c;
  GHashTable *runs; /* run number -> gint64 */
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
  isr_analysis_take_levels (t->base.house.analysis, levels);
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
  g_ptr_array_add (t->base.events, event);
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
    agreement_open (&t->base, recording);
  } else if (recording) {
    end (&t->base.house, recording);
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
      c->rate, c->channels, c->encoder ? c->encoder : "identity", c->listener, t->base.house.base.directory, c->split, T0, c->format ? "format=" : "", c->format ? c->format : "");
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
  guint before_gap = t->c->encoder ? t->c->before_gap : GAP_AT * 4;
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

static void
test_agreement (gconstpointer data)
{
  const Case *c = data;
  Test t = { .c = c };
  const gint64 exact_us = c->rate % 10 ? 2 + 1000000 / c->rate : 2; /* a window begins with a sample */
  const AgreementLimits limits = { c->exact ? exact_us : LOUD_WINDOW_US + exact_us, c->exact ? 0 : 1, c->exact ? 0 : 4, c->exact ? 0 : 1, exact_us, 7 };

  agreement_set_up (&t.base);
  t.runs = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  record (&t);
  g_assert_cmpuint (t.base.names->len, >, 10);
  agreement_assert (&t.base, &limits);
  g_hash_table_unref (t.runs);
  agreement_tear_down (&t.base);
}

/* No sink may wait for the other's first buffer (async=false): flacenc asks for an allocator in
 * the middle of the stream, tee asks both queues in turn, and each answers when its thread
 * comes to it. The one of a sink that has its first buffer and waits to play does not. */
#define RAW "isrloudness ! fakesink sync=false async=false"

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "wav", NULL, "7030000000", RAW, 8000, 1, "wav", TRUE },
    { "flac", NULL, "7030000000", RAW, 48000, 2, "flac", TRUE },
    { "odd-rate", NULL, "6010000000", RAW, 11025, 1, "flac", TRUE },
    { "mp3", "lamemp3enc target=bitrate bitrate=128 ! mpegaudioparse", "7030000000", "mpegaudioparse ! mpg123audiodec ! isrloudness ! fakesink sync=false async=false", 44100, 1, NULL, FALSE, 1700 },
    { "native-flac", "flacenc ! flacparse", "7030000000", "flacparse ! flacdec ! isrloudness ! fakesink sync=false async=false", 48000, 1, NULL, TRUE, G_MAXUINT },
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
