/* SPDX-License-Identifier: MIT */
/* Whoever begins to listen in the middle of a file hears, sample by sample, what he would have heard
 * if he had listened from the beginning on. */
#include "daemon/media/decode.h"
#include "tests/daemon/temp.h"

#include <fcntl.h>
#include <gst/gst.h>
#include <stdlib.h>

#define SECONDS 24
#define STRETCH 4000 /* sample frames */
#define JUMPS 40

static const struct {
  const char *name, *make; /* of in.wav */
} files[] = {
  { "music.opus", "ffmpeg -v error -i in.wav -c:a libopus -b:a 96k music.opus" },
  { "low.opus", "ffmpeg -v error -i in.wav -c:a libopus -b:a 40k -frame_duration 10 low.opus" },
  { "speech.opus", "ffmpeg -v error -i in.wav -c:a libopus -b:a 16k -application voip speech.opus" },
  { "hybrid.opus", "ffmpeg -v error -i in.wav -c:a libopus -b:a 24k -application voip hybrid.opus" },
  { "vorbis.ogg", "ffmpeg -v error -i in.wav -c:a libvorbis -b:a 96k vorbis.ogg" },
  { "flac.oga", "ffmpeg -v error -i in.wav -c:a flac -f ogg flac.oga" },
  { "native.flac", "ffmpeg -v error -i in.wav -c:a flac native.flac" },
  { "narrow.spx", "sox in.wav -r 8000 -c 1 n.wav && speexenc --quiet n.wav narrow.spx 2>/dev/null" },
  { "wide.spx", "sox in.wav -r 16000 -c 1 w.wav && speexenc --quiet --quality 8 w.wav wide.spx 2>/dev/null" },
  { "ultra.spx", "sox in.wav -r 32000 u.wav && speexenc --quiet --stereo u.wav ultra.spx 2>/dev/null" },
  { "stereo.mp3", "ffmpeg -v error -i in.wav -c:a libmp3lame -b:a 128k stereo.mp3" },
  { "mono.mp3", "ffmpeg -v error -i in.wav -c:a libmp3lame -b:a 64k -ac 1 -ar 44100 mono.mp3" },
  { "changing.mp3", "ffmpeg -v error -i in.wav -c:a libmp3lame -q:a 5 changing.mp3" },
  { "half.mp3", "ffmpeg -v error -i in.wav -c:a libmp3lame -b:a 64k -ar 22050 half.mp3" },
};

static void
shell (const char *directory, const char *line)
{
  const char *argv[] = { "sh", "-c", line, NULL };
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_spawn_sync (directory, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s", line, error->message);
}

static void
compare (IsrDecode *decode, const guint8 *all, guint64 samples, guint64 at)
{
  gsize size = isr_pcm_get_frame_size (&decode->pcm);
  g_autofree guint8 *data = g_malloc0 (STRETCH * size);
  gsize n = (gsize) MIN (STRETCH, samples - at);

  g_assert_true (isr_decode_seek (decode, at, NULL));
  g_assert_cmpuint (isr_decode_read (decode, data, n, NULL), ==, n);
  if (memcmp (data, all + at * size, n * size) != 0)
    g_error ("behind a jump to sample %" G_GUINT64_FORMAT " it sounds differently", at);
}

static void
make (const char *directory, guint i)
{
  g_autofree char *scene = g_strdup_printf ("ffmpeg -v error -f lavfi -i \"aevalsrc=0.3*sin(2*PI*(200+t*20)*t)*(0.5+0.5*sin(2*PI*0.7*t))+0.05*random(0)|0.3*sin(2*PI*330*t)*gt(sin(2*PI*1.3*t)\\,0)+0.02*random(1):s=48000\" -t %d in.wav", SECONDS);

  shell (directory, scene);
  shell (directory, files[i].make);
}

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* Nobody wants it any more, while it is decoded: it comes back, and says so, with what it has; and
 * nothing is begun with after that. */
static void
test_cancelled (gconstpointer data)
{
  g_autofree char *directory = temp_new ();
  g_autofree char *path = g_build_filename (directory, files[0].name, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  make (directory, 0);
  {
    g_autoptr (IsrDecode) decode = isr_decode_open (open (path, O_RDONLY | O_CLOEXEC), files[0].name, cancellable, &error);
    gsize frames = (gsize) decode->samples;
    g_autofree guint8 *all = g_malloc0 (frames * isr_pcm_get_frame_size (&decode->pcm));
    GThread *thread;

    g_assert_true (isr_decode_seek (decode, 0, &error));
    g_assert_cmpuint (isr_decode_read (decode, all, 1000, &error), ==, 1000);
    thread = g_thread_new ("cancel", cancel, cancellable);
    for (gsize got = 1; got > 0 && !error;) {
      g_assert_true (isr_decode_seek (decode, 0, &error) || error);
      got = error ? 0 : isr_decode_read (decode, all, frames, &error);
      g_assert_true (error ? got <= frames : got == frames);
    }
    g_thread_join (thread);
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_clear_error (&error);
    g_assert_false (isr_decode_seek (decode, 0, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_clear_error (&error);
    g_assert_cmpuint (isr_decode_read (decode, all, 1000, &error), ==, 0);
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  }
  temp_remove (directory);
}

/* Who let go of his decoder has another one when he goes on. */
static void
rest (IsrDecode *decode, const guint8 *all, guint64 samples)
{
  isr_decode_rest (decode);
  isr_decode_rest (decode);
  compare (decode, all, samples, samples / 2);
}

static void
test_jump (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *directory = temp_new ();
  g_autofree char *path = g_build_filename (directory, files[i].name, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (GError) error = NULL;

  make (directory, i);
  {
    g_autoptr (IsrDecode) decode = isr_decode_open (open (path, O_RDONLY | O_CLOEXEC), files[i].name, NULL, &error);
    gsize size = decode ? isr_pcm_get_frame_size (&decode->pcm) : 0;
    guint64 samples = decode ? decode->samples : 0;
    g_autofree guint8 *all = g_malloc0 ((gsize) samples * size + 1);

    g_assert_no_error (error);
    g_assert_cmpuint (samples, >, (guint64) (SECONDS - 1) * decode->pcm.rate);
    g_assert_true (isr_decode_seek (decode, 0, NULL));
    g_assert_cmpuint (isr_decode_read (decode, all, (gsize) samples, NULL), ==, samples);
    compare (decode, all, samples, 0);
    compare (decode, all, samples, samples - 100);
    rest (decode, all, samples);
    for (guint n = 0; n < JUMPS; n++)
      compare (decode, all, samples, (guint64) g_rand_int_range (rand, 0, (gint32) samples - STRETCH));
  }
  temp_remove (directory);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/decode/cancelled", NULL, test_cancelled);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_strconcat ("/decode/", files[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_jump);
  }
  return g_test_run ();
}
