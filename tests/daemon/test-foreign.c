/* SPDX-License-Identifier: MIT */
/* Clips of files that other programs wrote, in containers that only GStreamer knows: held against what
 * ffmpeg hears. And of such as are broken: a decoder that gives nothing any more is given up, and what
 * it gave before is there. */
#include "daemon/media/decode.h"
#include "tests/daemon/media-archive.h"

#include <fcntl.h>

#ifdef ISR_SANITIZED
#define JUMPS 8 /* each takes several times as long */
#else
#define JUMPS 24
#endif
#define STRETCH 3000 /* sample frames */

/* What two decoders of one codec make of a packet differs by the last bit; of the first packet of Opus
 * GStreamer's makes something that is not quite what libopus makes of it by itself. */
static const struct {
  const char *name, *encode;
  int tolerance, at_the_start;
} files[] = {
  { "x.aiff", "-c:a pcm_s16be", 0 },
  { "x.au", "-c:a pcm_s16be", 0 },
  { "x.mka", "-c:a flac", 0 },
  { "x.wv", "-c:a wavpack", 0 },
  { "alac.m4a", "-c:a alac", 0 },
  { "x.m4a", "-c:a aac -aac_pns 0", 1 },
  { "x44.m4a", "-c:a aac -aac_pns 0 -ar 44100", 1 },
  { "x32.mp4", "-c:a aac -aac_pns 0 -ar 32000", 1 },
  { "aac.mka", "-c:a aac -aac_pns 0 -ar 44100", 1 },
  { "mp3.mka", "-c:a libmp3lame -ar 44100", 2 },
  { "opus.webm", "-c:a libopus", 2, 40 },
  { "voice.webm", "-c:a libopus -b:a 20k -application voip", 300, 300 }, /* its predictors never forget all of what was before */
  { "short.webm", "-c:a libopus -frame_duration 5", 100, 100 },
  { "vorbis.webm", "-c:a libvorbis", 2 },
};

static const gint16 *
get_samples (const Answer *answer, gsize frames)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (answer->body, &size);
  const guint8 *chunk = memmem (data, size, "data", 4);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (chunk);
  g_assert_cmpuint (size - (gsize) (chunk + 8 - data), ==, frames * 4);
  return (const gint16 *) (const void *) (chunk + 8);
}

static Answer *
ask_clip (Media *f, const char *name, double start, double end)
{
  char from[G_ASCII_DTOSTR_BUF_SIZE], to[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *target = g_strdup_printf ("/api/clip?file=%s&start=%s&end=%s", name, g_ascii_dtostr (from, sizeof from, start), g_ascii_dtostr (to, sizeof to, end));

  return ask (f->house.port, "GET", target, NULL);
}

static void
assert_clip (Media *f, const char *name, const gint16 *truth, double start, double end, int tolerance)
{
  g_autoptr (Answer) answer = ask_clip (f, name, start, end);
  gsize frames = (gsize) llround ((end - start) * MEDIA_RATE);
  int worst = media_differ (get_samples (answer, frames), truth + 2 * llround (start * MEDIA_RATE), frames);

  if (worst > tolerance)
    g_error ("%s from %g on differs by %d", name, start, worst);
}

static void
test_containers (Media *f, gconstpointer codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    shell ("ffmpeg -v error -i %s/in.wav %s %s/%s", f->inputs, files[i].encode, f->house.directory, files[i].name);
  g_assert_true (isr_catalog_reconcile (f->house.catalog, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (f->house.directory, files[i].name, NULL);
    g_autoptr (GBytes) heard = media_decode (path);
    const gint16 *truth = g_bytes_get_data (heard, NULL);

    if (strstr (files[i].encode, "-ar"))
      continue; /* clips are counted at another rate here */
    assert_clip (f, files[i].name, truth, 0, 1, MAX (files[i].tolerance, files[i].at_the_start));
    for (guint n = 1; n < 4; n++)
      assert_clip (f, files[i].name, truth, 2.345 * n, 2.345 * n + 1.5, files[i].tolerance);
  }
}

static void
assert_stretch (IsrDecode *decode, guint i, GBytes *heard, gsize at)
{
  g_autofree gint16 *data = g_new0 (gint16, 2 * STRETCH);
  const gint16 *truth = g_bytes_get_data (heard, NULL);
  g_autoptr (GError) error = NULL;
  int worst;

  g_assert_true (isr_decode_seek (decode, at, &error));
  g_assert_cmpuint (isr_decode_read (decode, (guint8 *) data, STRETCH, &error), ==, STRETCH);
  g_assert_no_error (error);
  worst = media_differ (data, truth + 2 * at, STRETCH);
  if (worst > (at ? files[i].tolerance : MAX (files[i].tolerance, files[i].at_the_start)))
    g_error ("%s from its sample %" G_GSIZE_FORMAT " on differs by %d", files[i].name, at, worst);
}

/* Wherever in the file it begins, it begins with the sample that was asked for, and is right at once. */
static void
test_exact (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *directory = temp_new ();
  g_autofree char *path = g_build_filename (directory, files[i].name, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GBytes) heard = NULL;
  g_autoptr (GError) error = NULL;

  shell ("ffmpeg -v error -f lavfi -i \"aevalsrc=0.3*sin(2*PI*(200+30*t)*t)+0.05*random(0)|0.3*sin(2*PI*(300+20*t)*t):s=%d:d=30\" -c:a pcm_s16le %s/in.wav && ffmpeg -v error -i %s/in.wav %s %s", MEDIA_RATE, directory, directory, files[i].encode, path);
  heard = media_decode (path);
  {
    g_autoptr (IsrDecode) decode = isr_decode_open_foreign (open (path, O_RDONLY | O_CLOEXEC), files[i].name, NULL, &error);
    gint32 frames = (gint32) (g_bytes_get_size (heard) / 4) - 2 * STRETCH;

    g_assert_no_error (error);
    assert_stretch (decode, i, heard, 0);
    for (guint n = 0; n < JUMPS; n++)
      assert_stretch (decode, i, heard, (gsize) g_rand_int_range (rand, MEDIA_RATE / 50, frames));
  }
  temp_remove (directory);
}

/* libav's demuxer finds no end in it, and gives empty buffers for ever. */
static void
test_cut_off (Media *f, gconstpointer codec)
{
  g_autofree char *path = g_build_filename (f->house.directory, "cut.aiff", NULL);
  g_autoptr (GBytes) heard = NULL;
  g_autoptr (Answer) behind = NULL;
  g_autofree gint16 *silence = g_new0 (gint16, 2 * MEDIA_RATE);
  g_autofree gint16 *expected = NULL;
  gsize size;

  shell ("ffmpeg -v error -i %s/in.wav -c:a pcm_s16be %s && truncate -s 1000054 %s", f->inputs, path, path); /* 5.2 of 12 s */
  g_assert_true (isr_catalog_reconcile (f->house.catalog, NULL));
  heard = media_decode (path);
  size = MIN (g_bytes_get_size (heard), 1000000);
  assert_clip (f, "cut.aiff", g_bytes_get_data (heard, NULL), 3, 4, 0);
  behind = ask_clip (f, "cut.aiff", 8, 9);
  if (behind->status == 200) /* the header says that there should be something */
    g_assert_cmpint (media_differ (get_samples (behind, MEDIA_RATE), silence, MEDIA_RATE), ==, 0);
  else
    g_assert_cmpuint (behind->status, ==, 404);
  expected = g_malloc0 (12 * MEDIA_RATE * 4);
  memcpy (expected, g_bytes_get_data (heard, NULL), size / 4 * 4 - 4);
  {
    g_autoptr (Answer) across = ask_clip (f, "cut.aiff", 5, 5.5);

    if (across->status == 200)
      g_assert_cmpint (media_differ (get_samples (across, MEDIA_RATE / 2), expected + 2 * 5 * MEDIA_RATE, 9000), ==, 0);
  }
}

/* A header that promises what no file holds, and next to nothing behind it: refused, or silence. */
static void
test_nothing (Media *f, gconstpointer codec)
{
  static const guint8 huge[] = "FORM\x7f\xff\xff\xf0"
                               "AIFFCOMM\0\0\0\x12\0\x02\x7f\xff\xff\xff\0\x10\x40\x0e\xbb\x80\0\0\0\0\0\0SSND\x7f\xff\xff\0\0\0\0\0\0\0\0\0";
  static const char *const names[] = { "empty.aiff", "zeros.aiff" };
  g_autofree gint16 *silence = g_new0 (gint16, 2 * MEDIA_RATE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    temp_write (f->house.directory, names[i], huge, sizeof huge - 1);
  shell ("head -c 3000 /dev/zero >> %s/zeros.aiff", f->house.directory);
  g_assert_true (isr_catalog_reconcile (f->house.catalog, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (Answer) answer = ask_clip (f, names[i], 5, 6);

    if (answer->status == 200)
      g_assert_cmpint (media_differ (get_samples (answer, MEDIA_RATE), silence, MEDIA_RATE), ==, 0);
    else
      g_assert_cmpuint (answer->status, ==, 415);
  }
}

/* What GStreamer lacks for it is said, with the package that has it, or that there is none. */
static void
test_missing (Media *f, gconstpointer codec)
{
  static const struct {
    const char *name, *encode, *says;
  } lacking[] = {
    { "x.wma", "-c:a wmav2", "install gstreamer1.0-plugins-ugly and gstreamer1.0-libav, then ask again" },
    { "x.caf", "-c:a pcm_s16le", "no package of Debian can decode it" },
    { "x.w64", "-c:a pcm_s16le", "no package of Debian can decode it" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lacking); i++)
    shell ("ffmpeg -v error -i %s/in.wav %s %s/%s", f->inputs, lacking[i].encode, f->house.directory, lacking[i].name);
  g_assert_true (isr_catalog_reconcile (f->house.catalog, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (lacking); i++) {
    g_autoptr (Answer) answer = ask_clip (f, lacking[i].name, 1, 2);
    gsize size;
    const char *body = g_bytes_get_data (answer->body, &size);

    if (answer->status != 501 || !memmem (body, size, "{\"error\":\"no-decoder\"", 21) || !memmem (body, size, lacking[i].says, strlen (lacking[i].says)))
      g_error ("%s: %u %.*s", lacking[i].name, answer->status, (int) size, body);
  }
}

int
main (int argc, char **argv)
{
  media_test_init (&argc, &argv);
#define ADD(path, func) g_test_add ("/foreign/" path, Media, "wav", media_set_up, func, media_tear_down)
  ADD ("containers", test_containers);
  ADD ("cut-off", test_cut_off);
  ADD ("nothing", test_nothing);
  ADD ("missing", test_missing);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_strconcat ("/foreign/exact/", files[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_exact);
  }
  return g_test_run ();
}
