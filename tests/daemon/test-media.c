/* SPDX-License-Identifier: MIT */
/* Clips and cuts of every codec, across files, against ffmpeg's ears. */
#include "tests/daemon/media-archive.h"

#include <gio/gio.h>
#include <sys/resource.h>

/* Differences that two decoders of one codec may have; Opus is never quite the same
 * after a jump into it. */
static const struct {
  const char *codec;
  int tolerance;
} codecs[] = { { "wav", 0 }, { "flac", 0 }, { "native", 0 }, { "oggflac", 0 }, { "mp3", 3 }, { "opus", 40 }, { "vorbis", 2 }, { "aac", 4 }, { "speex", 1 } };

static const char *
input_of (const char *codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (media_inputs); i++)
    if (g_str_equal (media_inputs[i].codec, codec))
      return media_inputs[i].file;
  g_assert_not_reached ();
}

static int
tolerance_of (const char *codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (g_str_equal (codecs[i].codec, codec))
      return codecs[i].tolerance;
  return 4;
}

static GBytes *
decode_input (Media *f, const char *codec)
{
  g_autofree char *path = g_build_filename (f->inputs, input_of (codec), NULL);
  g_autoptr (GBytes) all = media_decode (path);
  gsize skip = g_str_equal (codec, "speex") ? 4 * MEDIA_SPEEX_SKIP : 0;

  return g_bytes_new_from_bytes (all, skip, g_bytes_get_size (all) - skip);
}

/* The samples of a WAV file, which must hold exactly @frames of 16 bit stereo. */
static const gint16 *
wav_samples (const Answer *answer, gsize frames)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (answer->body, &size);
  const guint8 *chunk = memmem (data, size, "data", 4);
  guint32 declared;

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (chunk);
  g_assert_cmpuint (size - (gsize) (chunk + 8 - data), ==, frames * 4);
  memcpy (&declared, chunk + 4, sizeof declared);
  g_assert_cmpuint (GUINT32_FROM_LE (declared), ==, frames * 4);
  return (const gint16 *) (const void *) (chunk + 8);
}

static void
assert_clip (Media *f, const char *codec, const char *target, double start, double seconds)
{
  g_autoptr (GBytes) truth = decode_input (f, codec);
  g_autoptr (Answer) answer = ask (f->house.port, "GET", target, NULL);
  gsize frames = (gsize) llround (seconds * MEDIA_RATE);
  gsize size;
  const gint16 *all = g_bytes_get_data (truth, &size);
  gsize first = (gsize) llround (start * MEDIA_RATE);
  int worst;

  g_assert_cmpuint ((first + frames) * 4, <=, size);
  worst = media_differ (wav_samples (answer, frames), all + 2 * first, frames);
  if (worst > tolerance_of (codec))
    g_error ("%s: %s differs by %d", codec, target, worst);
}

/* Within a file; over its end; from before its beginning; by source and time. */
static void
test_clip (Media *f, gconstpointer codec)
{
  g_autofree char *first = media_file (f, codec, 0);
  g_autofree char *second = media_file (f, codec, 1);
  double seam = media_offset (f, codec, 1);
  const struct {
    char *target;
    double start, seconds;
  } cases[] = {
    { g_strdup_printf ("/api/clip?file=%s&start=0&end=0.5", first), 0, 0.5 },
    { g_strdup_printf ("/api/clip?file=%s&start=1.2345&end=2.5", first), 1.2345, 2.5 - 1.2345 },
    { g_strdup_printf ("/api/clip?file=%s&start=2.5&end=10.25", first), 2.5, 7.75 },
    { g_strdup_printf ("/api/clip?file=%s&start=0&end=1", second), seam, 1 },
    { g_strdup_printf ("/api/clip?file=%s&start=-1.5&end=0.75", second), seam - 1.5, 2.25 },
    { g_strdup_printf ("/api/clip?source=%s&from=2026-01-01T00:00:04.5Z&to=2026-01-01T00:00:06Z", (const char *) codec), 3.5, 1.5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    assert_clip (f, codec, cases[i].target, cases[i].start, cases[i].seconds);
    g_free (cases[i].target);
  }
}

/* A cut, saved, and what ffmpeg hears in it. */
static GBytes *
get_cut (Media *f, const char *target, GBytes **decoded)
{
  g_autoptr (Answer) answer = ask (f->house.port, "GET", target, NULL);
  g_autofree char *path = g_build_filename (f->inputs, "cut", NULL);

  if (answer->status != 200)
    g_error ("%s: %u %s", target, answer->status, (const char *) g_bytes_get_data (answer->body, NULL));
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (answer->body, NULL), (gssize) g_bytes_get_size (answer->body), NULL));
  *decoded = media_decode (path);
  return g_bytes_ref (answer->body);
}

/* Sample frames until a decoder is right again: what a file's primer is not enough for. */
static gsize
settling (const char *codec)
{
  if (g_str_equal (codec, "opus"))
    return MEDIA_RATE / 5;
  if (g_str_equal (codec, "speex"))
    return MEDIA_RATE / 2;
  return g_str_equal (codec, "aac") ? 2048 : 0;
}

/* And what may be left then: Speex has a long memory. */
static int
tolerance_of_cut (const char *codec)
{
  return g_str_equal (codec, "speex") ? 40 : tolerance_of (codec);
}

/* Where @decoded lies in @truth, looked for around @about. */
static gssize
find_place (GBytes *truth, GBytes *decoded, gsize about, gsize skip, int tolerance)
{
  gsize all, n;
  const gint16 *a = g_bytes_get_data (truth, &all);
  const gint16 *b = g_bytes_get_data (decoded, &n);
  gsize frames = MIN (n / 4, skip + 4000);

  for (gsize at = about - MIN (about, 6000); at < about + 6000 && (at + frames) * 4 <= all; at++)
    if (media_differ (a + 2 * (at + skip), b + 2 * skip, frames - skip) <= tolerance)
      return (gssize) at;
  return -1;
}

static void
assert_cut (Media *f, const char *codec, const char *target, double start, double seconds, gsize packet)
{
  g_autoptr (GBytes) truth = decode_input (f, codec);
  g_autoptr (GBytes) decoded = NULL;
  g_autoptr (GBytes) bytes G_GNUC_UNUSED = get_cut (f, target, &decoded);
  gsize first = (gsize) llround (start * MEDIA_RATE);
  gsize wanted = (gsize) llround (seconds * MEDIA_RATE);
  gsize skip = settling (codec);
  gssize at = find_place (truth, decoded, first, skip, tolerance_of_cut (codec));
  gsize frames = g_bytes_get_size (decoded) / 4;
  int worst;

  if (at < 0)
    g_error ("%s: %s is not found in what was recorded", codec, target);
  g_assert_cmpint (at, <=, (gssize) first);
  g_assert_cmpint (at, >=, (gssize) first - (gssize) packet);
  g_assert_cmpuint ((gsize) at + frames, >=, first + wanted);
  g_assert_cmpuint ((gsize) at + frames, <=, first + wanted + packet);
  worst = media_differ ((const gint16 *) g_bytes_get_data (truth, NULL) + 2 * ((gsize) at + skip), (const gint16 *) g_bytes_get_data (decoded, NULL) + 2 * skip, frames - skip);
  if (worst > tolerance_of_cut (codec))
    g_error ("%s: %s differs by %d", codec, target, worst);
}

/* Samples of the longest packet: how much a cut may be larger at both ends. */
static gsize
packet_of (const char *codec)
{
  if (g_str_equal (codec, "wav") || g_str_equal (codec, "flac") || g_str_equal (codec, "native"))
    return 0;
  return g_str_equal (codec, "oggflac") ? 4608 : g_str_equal (codec, "vorbis") ? 2048
                                                                               : 1152;
}

static void
test_cut (Media *f, gconstpointer codec)
{
  g_autofree char *first = media_file (f, codec, 0);
  g_autofree char *second = media_file (f, codec, 1);
  double seam = media_offset (f, codec, 1);
  const struct {
    char *target;
    double start, seconds;
  } cases[] = {
    { g_strdup_printf ("/api/cut?file=%s&start=1.2345&end=2.5", first), 1.2345, 2.5 - 1.2345 },
    { g_strdup_printf ("/api/cut?file=%s&start=2.5&end=10.25", first), 2.5, 7.75 },
    { g_strdup_printf ("/api/cut?file=%s&start=0&end=2", second), seam, 2 },
    { g_strdup_printf ("/api/cut?source=%s&from=2026-01-01T00:00:04.5Z&to=2026-01-01T00:00:06Z", (const char *) codec), 3.5, 1.5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    assert_cut (f, codec, cases[i].target, cases[i].start, cases[i].seconds, packet_of (codec));
    g_free (cases[i].target);
  }
}

static void
add_for (const char *path, const char *codec, void (*function) (Media *, gconstpointer))
{
  g_autofree char *full = g_strdup_printf ("/media/%s/%s", codec, path);

  g_test_add (full, Media, codec, media_set_up, function, media_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_assert_true (isr_elements_register (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    g_autoptr (GstElementFactory) aac = gst_element_factory_find ("avdec_aac");

    if (aac || !g_str_equal (codecs[i].codec, "aac")) /* the tests' environment has it only where it is asked for */
      add_for ("clip", codecs[i].codec, test_clip);
    add_for ("cut", codecs[i].codec, test_cut);
  }
  return g_test_run ();
}
