/* SPDX-License-Identifier: MIT */
/* live-bench.c - what listening to a stream costs beside recording it.
 *
 *     live-bench FILE...    MP3, Ogg or FLAC files that are sent as they are
 *
 * A file is recorded some times faster than it plays, twice: with loudness = off, and
 * on. The difference is what the analysis costs, in CPU seconds an hour of audio; the
 * limit is the bare decoder at the same pace, with nothing behind it. Prints a row a file. */
#include <gst/gst.h>
#include <stdio.h>
#include <sys/resource.h>

#include "daemon/capture/decoders.h"
#include "daemon/capture/ear.h"
#include "plugins/elements.h"

typedef struct {
  gboolean eos, ended;
  guint64 windows;
} Run;

static double
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
on_levels (gpointer data, const IsrLevels *levels)
{
  ((Run *) data)->windows += levels->n;
}

static void
on_event (gpointer data, const IsrEvent *event)
{
}

static void
on_heard (gpointer data, IsrEar *ear, const GstStructure *level)
{
}

static void
on_no_decoder (gpointer data, IsrEar *ear)
{
  g_error ("no decoder");
}

static void
on_ended (gpointer data)
{
  ((Run *) data)->ended = TRUE;
}

static const IsrEarFuncs funcs = { { on_levels, on_event }, on_heard, on_no_decoder, on_ended };

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  if (error)
    g_error ("%s", error->message);
  ((Run *) data)->eos |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  return G_SOURCE_CONTINUE;
}

static double
run (const char *text, gboolean listen, guint64 *windows)
{
  static const IsrSourceConfig config = { .name = (char *) "radio", .type = ISR_SOURCE_STREAM, .loudness = TRUE, .margin = 12, .min_gap = 2000000000, .retry_delay = 1000000000 };
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_parse_launch (text, NULL));
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  double before = get_cpu ();
  Run state = { 0 };
  IsrEar *ear = listen ? isr_ear_new (&config, sink, &funcs, &state) : NULL;

  if (ear)
    isr_ear_take_file (ear, &(IsrRecording){ .start_us = 1 });
  gst_bus_add_watch (bus, on_bus, &state);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!state.eos)
    g_main_context_iteration (NULL, TRUE);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  if (ear)
    isr_ear_end (ear);
  while (ear && !state.ended)
    g_main_context_iteration (NULL, TRUE);
  *windows = state.windows;
  return get_cpu () - before;
}

static void
bench (const char *path, const char *directory)
{
  /* oggdemux would pull through identity, which fails; behind a queue it is pushed to, as by a server */
  const char *decode = g_str_has_suffix (path, ".mp3") ? "mpegaudioparse ! mpg123audiodec" : g_str_has_suffix (path, ".flac") ? "flacparse ! flacdec"
                                                                                         : g_str_has_suffix (path, ".opus")   ? "queue ! oggdemux ! opusdec"
                                                                                                                              : "queue ! oggdemux ! vorbisdec";
  g_autofree char *bare = g_strdup_printf ("filesrc location=%s blocksize=16384 ! identity sleep-time=12000 ! %s ! fakesink name=sink sync=false", path, decode);
  /* no faster than the analysis: identity waits, which costs no CPU to speak of */
  g_autofree char *record = g_strdup_printf ("filesrc location=%s blocksize=16384 ! identity sleep-time=12000 ! isrsplitsink name=sink location=%s/got split-interval=0", path, directory);
  guint64 windows, none;
  double decoding = run (bare, FALSE, &none), off = run (record, FALSE, &none), on = run (record, TRUE, &windows);
  double hours = (double) windows / 36000;

  printf ("%-28s %7.4f h  record %5.2f  decode %5.2f  listen %5.2f CPU s/h  = %.2f x the bare decoder\n", path, hours, off / hours, decoding / hours, (on - off) / hours, (on - off) / decoding);
}

int
main (int argc, char **argv)
{
  g_autofree char *directory = g_dir_make_tmp ("isr-bench-XXXXXX", NULL);
  g_autofree char *command = g_strdup_printf ("rm -rf %s", directory);

  gst_init (&argc, &argv);
  isr_elements_register (NULL);
  for (int i = 1; i < argc; i++)
    bench (argv[i], directory);
  return g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL) ? 0 : 1;
}
