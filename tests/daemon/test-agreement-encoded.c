/* SPDX-License-Identifier: MIT */
/* What is heard live of a stream in every format, by those who listen to a recording, agrees
 * with the files decoded one by one: over every split and both sides of a gap. */
#include "tests/daemon/agreement.h"

#include <gst/gst.h>

#include "daemon/capture/ear.h"
#include "daemon/capture/message.h"
#include "plugins/elements.h"
#include "plugins/format/mp3-info.h"
#include "plugins/messages.h"
#include "tests/daemon/fixture-encode.h"

#define SECONDS 40
#define SPLIT "7030000000"
#define LATE (300 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  const char *name, *extension;
  guint64 gap_at; /* bytes */
  gboolean info;  /* the stream begins with an Info frame */
  gboolean exact; /* nothing is lost in the format */
  int scores;     /* centi-dB */
  guint files;    /* at least */
  guint seam;     /* 1: the decoder begins cold in the next file, where the last window ends */
  guint warm;     /* windows in which the decoder finds itself at the start of a file */
} Case;

/* What was told, and when it would have been, had it not come much faster than real time. */
typedef struct {
  gint64 at_us;
  IsrRecording *opened, *closed;
  IsrLevels *levels;
} News;

typedef struct {
  Agreement base;
  const Case *c;
  GPtrArray *news;
  GstElement *pipeline;
  IsrEar *ear;
  IsrSourceConfig config;
  guint64 sent; /* streaming thread */
  FixturePace pace;
  guint windows; /* that were heard */
  gboolean eos, ended;
} Test;

static void
news_free (gpointer data)
{
  News *self = data;

  g_clear_pointer (&self->opened, isr_recording_free);
  g_clear_pointer (&self->closed, isr_recording_free);
  g_clear_pointer (&self->levels, isr_levels_free);
  g_free (self);
}

static void
add_news (Test *t, News news)
{
  g_ptr_array_add (t->news, g_memdup2 (&news, sizeof news));
}

/* --- the ear --- */

static void
on_levels (gpointer data, const IsrLevels *levels)
{
  Test *t = data;

  add_news (t, (News){ .at_us = levels->start_us + levels->n * LOUD_WINDOW_US, .levels = isr_levels_copy (levels) });
  t->windows += levels->n;
  fixture_pace_hear (&t->pace); /* and placed: the news of its file have come */
}

static void
on_event (gpointer data, const IsrEvent *event)
{
  if (event->state == ISR_EVENT_ENDED)
    g_ptr_array_add (((Test *) data)->base.events, isr_event_copy (event));
}

static void
on_heard (gpointer data, IsrEar *ear, const GstStructure *level)
{
}

static void
on_no_decoder (gpointer data, IsrEar *ear)
{
  g_error ("there is no decoder");
}

static void
on_ended (gpointer data)
{
  ((Test *) data)->ended = TRUE;
}

static const IsrEarFuncs funcs = { { on_levels, on_event }, on_heard, on_no_decoder, on_ended };

/* --- the recording --- */

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer data)
{
  Test *t = data;
  gboolean opened = gst_message_has_name (message, ISR_MESSAGE_FILE_OPENED);

  g_assert_cmpint (GST_MESSAGE_TYPE (message), !=, GST_MESSAGE_ERROR);
  if (opened || gst_message_has_name (message, ISR_MESSAGE_FILE_CLOSED)) {
    IsrRecording *recording = isr_message_to_recording (gst_message_get_structure (message), "mic", t->base.house.base.directory);

    add_news (t, opened ? (News){ .at_us = recording->start_us + LATE, .opened = recording } : (News){ .at_us = recording->end_us + LATE, .closed = recording });
    if (opened)
      isr_ear_take_file (t->ear, recording);
  }
  t->eos |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  return G_SOURCE_CONTINUE;
}

static GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Test *t = data;
  guint64 before = t->sent;

  t->sent += gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  if (before < t->c->gap_at && t->sent >= t->c->gap_at)
    gst_pad_push_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_DISCONNECTED, NULL)));
  fixture_pace_send (&t->pace, t->sent - before);
  return GST_PAD_PROBE_OK;
}

/* As LAME begins a file: 1105 samples of delay, the decoder's included. */
static void
prepend_info (const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GByteArray) all = NULL;
  IsrMp3Index index;
  IsrMp3Frame frame;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_assert_true (isr_mp3_frame_parse (&frame, (const guint8 *) data, size));
  all = isr_mp3_info_new (&frame, TRUE);
  isr_mp3_index_init (&index);
  isr_mp3_info_fill (all->data, all->len, &index, 1105, 0);
  g_byte_array_append (all, (const guint8 *) data, (guint) size);
  g_assert_true (g_file_set_contents (path, (const char *) all->data, all->len, NULL));
}

static void
make_pipeline (Test *t)
{
  const char *directory = t->base.house.base.directory;
  g_autofree char *path = g_strdup_printf ("%s/sent.bin", directory);
  g_autofree char *text = g_strdup_printf ("filesrc location=%s blocksize=3000 name=source ! isrsplitsink name=sink location=%s/f_%%s timezone=UTC fsync-interval=0 start-time=%" G_GINT64_FORMAT "000 split-interval=" SPLIT, path, directory, T0);
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstPad) pad = NULL;

  fixture_encode (fixture_format (t->c->extension), SECONDS, path);
  if (t->c->info)
    prepend_info (path);
  fixture_pace_begin (&t->pace, path, SECONDS);
  t->pipeline = gst_object_ref_sink (gst_parse_launch (text, NULL));
  source = gst_bin_get_by_name (GST_BIN (t->pipeline), "source");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_sent, t, NULL);
}

static void
run (Test *t)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (t->pipeline);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (t->pipeline), "sink");

  t->config = (IsrSourceConfig){ .name = (char *) "mic", .type = ISR_SOURCE_STREAM, .loudness = TRUE, .margin = 12, .min_gap = 2000000000, .mode = (char *) "adaptive", .retry_delay = 100000000 };
  t->ear = isr_ear_new (&t->config, sink, &funcs, t);
  gst_bus_add_watch (bus, on_bus, t);
  gst_element_set_state (t->pipeline, GST_STATE_PLAYING);
  TEMP_WAIT_FOR (t->eos && t->windows + 30 >= 10 * SECONDS); /* who ends waits two seconds, however busy the machine is */
  gst_element_set_state (t->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  isr_ear_end (t->ear);
  TEMP_WAIT_FOR (t->ended);
  gst_object_unref (t->pipeline);
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  const News *x = *(News *const *) a, *y = *(News *const *) b;

  return x->at_us < y->at_us ? -1 : x->at_us > y->at_us;
}

static void
tell (Test *t)
{
  g_ptr_array_sort (t->news, by_time);
  for (guint i = 0; i < t->news->len; i++) {
    const News *news = t->news->pdata[i];

    if (news->opened)
      agreement_open (&t->base, news->opened);
    else if (news->closed)
      end (&t->base.house, news->closed);
    else
      isr_analysis_take_levels (t->base.house.analysis, news->levels);
  }
}

static void
test_agreement (gconstpointer data)
{
  const Case *c = data;
  Test t = { .c = c };
  const AgreementLimits limits = { LOUD_WINDOW_US + 2, c->exact ? 0 : 1, c->scores, c->warm, LOUD_WINDOW_US, 2, c->scores, c->seam };

  if (!fixture_format_is_there (fixture_format (c->extension))) {
    g_test_skip ("an element is not installed");
    return;
  }
  agreement_set_up (&t.base);
  t.news = g_ptr_array_new_with_free_func (news_free);
  make_pipeline (&t);
  run (&t);
  tell (&t);
  g_assert_cmpuint (t.base.names->len, >=, c->files);
  agreement_assert (&t.base, &limits);
  g_ptr_array_unref (t.news);
  fixture_pace_end (&t.pace);
  agreement_tear_down (&t.base);
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "mp3", "mp3", 320000, FALSE, FALSE, 4, 6, 0, 1 },
    { "mp3-info", "mp3", 320000, TRUE, FALSE, 4, 6, 0, 1 },
    { "aac", "aac", 200000, FALSE, FALSE, 4, 5, 1, 1 },
    { "flac", "flac", 900000, FALSE, TRUE, 0, 5, 0, 0 },
    { "opus", "opus", 150000, FALSE, FALSE, 10, 5, 1, 3 },
    { "vorbis", "ogg", 150000, FALSE, FALSE, 4, 5, 0, 1 },
  };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_assert_true (isr_elements_register (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/analysis/encoded/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_agreement);
  }
  return g_test_run ();
}
