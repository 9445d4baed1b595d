/* SPDX-License-Identifier: MIT */
/* media-archive.h - twelve seconds in every codec, each recorded into three files by
 * the real element, and a server in front of them. ffmpeg encodes, and is the judge
 * of what they sound like. */
#pragma once

#include <gst/gst.h>
#include <math.h>

#include "daemon/capture/message.h"
#include "daemon/media/foreign.h"
#include "plugins/elements.h"
#include "plugins/messages.h"
#include "tests/daemon/house.h"

#define MEDIA_START_US G_GINT64_CONSTANT (1767225601000000) /* 2026-01-01T00:00:01Z: files of 4, 5 and 3 s */
#define MEDIA_RATE 48000

typedef struct {
  Fixture house;
  char *inputs; /* directory of what was encoded */
} Media;

/* A program whose foreign files are decoded by isr itself. */
static inline void
media_test_init (int *argc, char ***argv)
{
  static char *program; /* is looked at until the end */
  g_autofree char *here = g_path_get_dirname (**argv);

  program = g_build_filename (here, "../../daemon/isr", NULL);
  g_test_init (argc, argv, NULL);
  gst_init (argc, argv);
  g_assert_true (isr_elements_register (NULL));
  isr_foreign_set_program (program);
}

G_GNUC_PRINTF (1, 2)
static inline void
shell (const char *format, ...)
{
  g_autofree char *command = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;
  va_list args;
  const char *argv[] = { "sh", "-c", NULL, NULL };

  va_start (args, format);
  command = g_strdup_vprintf (format, args);
  va_end (args);
  argv[2] = command;
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s", command, error->message);
}

static const struct {
  const char *codec, *file, *encode;
} media_inputs[] = {
  { "wav", "in.wav", NULL },
  { "flac", "in.wav", NULL },
  { "mp3", "in.mp3", "-c:a libmp3lame -b:a 128k -id3v2_version 0" },
  { "aac", "in.aac", "-c:a aac -aac_pns 0 -b:a 96k -f adts" },
  { "opus", "in.opus", "-c:a libopus -b:a 64k" },
  { "vorbis", "in.ogg", "-c:a libvorbis -q:a 4" },
  { "oggflac", "in.oga", "-c:a flac -f ogg" },
  { "native", "in.flac", "-c:a flac" },
  { "speex", "in.spx", NULL },
};

#define MEDIA_SPEEX_SKIP 349 /* samples that only the encoder made: ffmpeg plays them */

/* Records @file as @source from @start_us on: the catalog knows the files. */
static inline void
media_record (Media *f, const char *source, const char *file, gint64 start_us)
{
  gboolean raw = g_str_has_suffix (file, ".wav");
  g_autofree char *line = g_strdup_printf ("filesrc location=\"%s/%s\" %s ! isrsplitsink name=s timezone=UTC format=%s start-time=%" G_GINT64_FORMAT " split-interval=5000000000 location=%s/%s/%s_%%Y%%m%%dT%%H%%M%%S%%z",
      f->inputs, file, raw ? "! wavparse" : g_str_has_suffix (file, ".flac") ? "! flacparse"
                                                                             : "",
      raw && g_str_equal (source, "flac") ? "flac" : "wav", start_us * 1000, f->house.directory, source, source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstBus) bus = NULL;
  gboolean ended = FALSE;

  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!ended) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
    const GstStructure *structure;

    g_assert_nonnull (message);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    g_assert_no_error (error);
    ended = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    structure = ended ? NULL : gst_message_get_structure (message);
    if (structure && gst_structure_has_name (structure, ISR_MESSAGE_FILE_CLOSED)) {
      g_autoptr (IsrRecording) recording = isr_message_to_recording (structure, source, f->house.directory);

      isr_catalog_finish (f->house.catalog, recording);
    }
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

static inline void
media_set_up (Media *f, gconstpointer codec)
{
  set_up (&f->house, NULL);
  f->inputs = temp_new ();
  shell ("ffmpeg -v error -f lavfi -i \"aevalsrc=0.3*sin(2*PI*(200+30*t)*t)+0.05*random(0)|0.3*sin(2*PI*(300+20*t)*t):s=%d:d=12\" -c:a pcm_s16le -bitexact %s/in.wav", MEDIA_RATE, f->inputs);
  for (guint i = 0; i < G_N_ELEMENTS (media_inputs); i++) {
    if (codec && !g_str_equal (codec, media_inputs[i].codec))
      continue;
    if (g_str_has_suffix (media_inputs[i].file, ".spx"))
      shell ("speexenc --quiet --quality 10 --stereo %s/in.wav %s/%s 2>/dev/null", f->inputs, f->inputs, media_inputs[i].file);
    else if (media_inputs[i].encode)
      shell ("ffmpeg -v error -i %s/in.wav %s %s/%s", f->inputs, media_inputs[i].encode, f->inputs, media_inputs[i].file);
    media_record (f, media_inputs[i].codec, media_inputs[i].file, MEDIA_START_US);
  }
}

static inline void
media_tear_down (Media *f, gconstpointer codec)
{
  temp_remove (f->inputs);
  g_free (f->inputs);
  tear_down (&f->house, NULL);
}

/* Of Speex and Opus ffmpeg has decoders of its own, which are less exact. */
static inline const char *
media_decoder (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  if (memmem (bytes, MIN (size, 4096), "OpusHead", 8))
    return "-c:a libopus";
  return memmem (bytes, MIN (size, 100), "Speex   ", 8) ? "-c:a libspeex" : "";
}

/* What ffmpeg hears in the file: S16, stereo. */
static inline GBytes *
media_decode (const char *path)
{
  g_autofree char *command = g_strdup_printf ("ffmpeg -v error %s -i \"%s\" -f s16le -c:a pcm_s16le -ac 2 -", media_decoder (path), path);
  const char *argv[] = { "sh", "-c", command, NULL };
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
  GBytes *out = NULL;

  g_assert_true (g_subprocess_communicate (process, NULL, NULL, &out, NULL, NULL));
  g_assert_true (g_subprocess_get_successful (process));
  return out;
}

/* The largest difference between two stretches of S16 stereo. */
static inline int
media_differ (const gint16 *a, const gint16 *b, gsize frames)
{
  int worst = 0;

  for (gsize i = 0; i < 2 * frames; i++)
    worst = MAX (worst, ABS (a[i] - b[i]));
  return worst;
}

/* The name of @source's file number @n, escaped for a query. */
static inline char *
media_file (Media *f, const char *source, guint n)
{
  IsrCatalogQuery query = { .source = source, .limit = 10 };
  g_autoptr (GPtrArray) all = isr_catalog_list (f->house.catalog, &query, NULL, NULL);

  g_assert_cmpuint (all->len, >, n);
  return g_uri_escape_string (((IsrRecording *) all->pdata[all->len - 1 - n])->name, NULL, FALSE);
}

/* Where file number @n begins in what was recorded, in seconds. */
static inline double
media_offset (Media *f, const char *source, guint n)
{
  IsrCatalogQuery query = { .source = source, .limit = 10 };
  g_autoptr (GPtrArray) all = isr_catalog_list (f->house.catalog, &query, NULL, NULL);
  double offset = 0;

  for (guint i = 0; i < n; i++) {
    const IsrRecording *recording = all->pdata[all->len - 1 - i];

    offset += (double) recording->samples / recording->rate;
  }
  return offset;
}
