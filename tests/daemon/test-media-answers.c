/* SPDX-License-Identifier: MIT */
/* Clips and cuts that can not be had, that have holes, that come in parts, that are of
 * files from elsewhere, or of one that is being written. */
#include "tests/daemon/media-archive.h"

#include <signal.h>
#include <sys/resource.h>

#include "plugins/format/format.h"

static void
assert_error (Media *f, const char *target, guint status, const char *code)
{
  static const char *const kinds[] = { "clip", "cut" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree char *full = g_strdup_printf ("/api/%s?%s", kinds[i], target);
    g_autoptr (Answer) answer = ask (f->house.port, "GET", full, NULL);
    g_autofree char *start = g_strdup_printf ("{\"error\":\"%s\",\"message\":\"", code);
    gsize size;
    const char *body = g_bytes_get_data (answer->body, &size);

    if (answer->status != status || size < strlen (start) || memcmp (body, start, strlen (start)) != 0)
      g_error ("%s: %u %.*s", full, answer->status, (int) size, body);
  }
}

static void
test_errors (Media *f, gconstpointer codec)
{
  g_autofree char *first = media_file (f, "wav", 0);
  const struct {
    char *target;
    guint status;
    const char *code;
  } cases[] = {
    { g_strdup (""), 400, "bad-request" },
    { g_strdup_printf ("file=%s&source=wav", first), 400, "bad-request" },
    { g_strdup_printf ("file=%s&start=x", first), 400, "bad-request" },
    { g_strdup_printf ("file=%s&start=", first), 400, "bad-request" },
    { g_strdup_printf ("file=%s&start=nan", first), 400, "bad-request" },
    { g_strdup_printf ("file=%s&start=1&end=1", first), 400, "bad-request" },
    { g_strdup_printf ("file=%s&start=2&end=1", first), 400, "bad-request" },
    { g_strdup_printf ("file=%s&start=-3&end=-2", first), 400, "bad-request" },
    { g_strdup ("source=wav&from=2026-01-01T00:00:02Z"), 400, "bad-request" },
    { g_strdup ("source=wav&from=yesterday&to=today"), 400, "bad-request" },
    { g_strdup ("source=wav&from=2026-01-01T00:00:03Z&to=2026-01-01T00:00:02Z"), 400, "bad-request" },
    { g_strdup ("file=no/such.wav"), 404, "not-found" },
    { g_strdup ("file=../../etc/passwd"), 404, "not-found" },
    { g_strdup ("source=nobody&from=2026-01-01T00:00:02Z&to=2026-01-01T00:00:03Z"), 404, "not-found" },
    { g_strdup ("source=wav&from=2025-01-01T00:00:02Z&to=2025-01-01T00:00:03Z"), 404, "not-found" },
    { g_strdup_printf ("file=%s&start=100&end=101", first), 404, "not-found" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    assert_error (f, cases[i].target, cases[i].status, cases[i].code);
    g_free (cases[i].target);
  }
}

static void
test_too_long (Media *f, gconstpointer codec)
{
  g_autofree char *first = media_file (f, "wav", 0);
  g_autofree char *clip = g_strdup_printf ("/api/clip?file=%s&start=0&end=601", first);
  g_autofree char *cut = g_strdup_printf ("/api/cut?file=%s&start=0&end=601", first);
  g_autoptr (Answer) a = ask (f->house.port, "GET", clip, NULL);
  g_autoptr (Answer) b = ask (f->house.port, "GET", cut, NULL);

  g_assert_cmpuint (a->status, ==, 400);
  g_assert_cmpuint (b->status, ==, 200);
}

/* Without an end: to that of the file, and no further. */
static void
test_open_end (Media *f, gconstpointer codec)
{
  g_autofree char *first = media_file (f, "wav", 0);
  g_autofree char *target = g_strdup_printf ("/api/clip?file=%s&start=1", first);
  g_autoptr (Answer) answer = ask (f->house.port, "GET", target, NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (answer->body, &size);

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpuint (size - (gsize) ((const guint8 *) memmem (data, size, "data", 4) + 8 - data), ==, 3 * 4 * MEDIA_RATE);
}

/* Two files of one source with another rate. */
static void
test_format_change (Media *f, gconstpointer codec)
{
  shell ("ffmpeg -v error -i %s/in.wav -ar 44100 -bitexact %s/other.wav", f->inputs, f->inputs);
  media_record (f, "wav", "other.wav", MEDIA_START_US + 12 * G_TIME_SPAN_SECOND);
  assert_error (f, "source=wav&from=2026-01-01T00:00:12Z&to=2026-01-01T00:00:14Z", 409, "format-change");
}

static void
assert_silence (const gint16 *samples, gsize frames, gboolean silent)
{
  gboolean found = FALSE;

  for (gsize i = 0; i < 2 * frames; i++)
    found |= samples[i] != 0;
  g_assert_cmpint (found, ==, !silent);
}

/* A hole of two seconds: silence in a clip, nothing in a cut, which says so. */
static void
test_hole (Media *f, gconstpointer codec)
{
  g_autoptr (Answer) clip = NULL;
  g_autoptr (Answer) cut = NULL;
  gsize size;
  const guint8 *data;
  const gint16 *samples;

  media_record (f, "wav", "in.wav", MEDIA_START_US + 14 * G_TIME_SPAN_SECOND);
  clip = ask (f->house.port, "GET", "/api/clip?source=wav&from=2026-01-01T00:00:12Z&to=2026-01-01T00:00:16Z", NULL);
  cut = ask (f->house.port, "GET", "/api/cut?source=wav&from=2026-01-01T00:00:12Z&to=2026-01-01T00:00:16Z", NULL);
  g_assert_cmpuint (clip->status, ==, 200);
  data = g_bytes_get_data (clip->body, &size);
  samples = (const gint16 *) (const void *) ((const guint8 *) memmem (data, size, "data", 4) + 8);
  g_assert_cmpuint (size - (gsize) ((const guint8 *) samples - data), ==, 4 * 4 * MEDIA_RATE);
  assert_silence (samples, MEDIA_RATE, FALSE);
  assert_silence (samples + 2 * MEDIA_RATE, 2 * MEDIA_RATE, TRUE);
  assert_silence (samples + 2 * 3 * MEDIA_RATE, MEDIA_RATE, FALSE);
  g_assert_cmpuint (cut->status, ==, 200);
  assert_header (cut, "ISR-Gaps", "1");
  assert_header (cut, "ISR-Gap-Seconds", "2.000");
  assert_header (cut, "ISR-Start", "2026-01-01T01:00:12.000000+01:00");
}

/* What is asked for in parts is the same as in one. */
static void
test_parts (Media *f, gconstpointer codec)
{
  static const char *const kinds[] = { "clip", "cut" };
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autofree char *first = media_file (f, "flac", 0);

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++) {
    g_autofree char *target = g_strdup_printf ("/api/%s?file=%s&start=1&end=9", kinds[kind], first);
    g_autoptr (Answer) whole = ask (f->house.port, "GET", target, NULL);
    g_autoptr (Answer) head = ask (f->house.port, "HEAD", target, NULL);
    g_autoptr (Answer) outside = ask (f->house.port, "GET", target, "Range: bytes=99999999-\r\n");
    g_autofree char *length = answer_header (whole, "Content-Length");
    gsize size;
    const guint8 *data = g_bytes_get_data (whole->body, &size);

    g_assert_cmpuint (whole->status, ==, 200);
    g_assert_cmpuint (g_ascii_strtoull (length, NULL, 10), ==, size);
    assert_header (head, "Content-Length", length);
    assert_header (whole, "Accept-Ranges", "bytes");
    g_assert_cmpuint (g_bytes_get_size (head->body), ==, 0);
    g_assert_cmpuint (outside->status, ==, 416);
    for (guint i = 0; i < 12; i++) {
      gsize begin = (gsize) g_rand_int_range (random, 0, i < 4 ? 1000 : (gint32) size);
      gsize end = MIN (begin + (gsize) g_rand_int_range (random, 0, 300000), size - 1);
      g_autofree char *range = g_strdup_printf ("Range: bytes=%zu-%zu\r\n", begin, end);
      g_autoptr (Answer) part = ask (f->house.port, "GET", target, range);

      g_assert_cmpuint (part->status, ==, 206);
      g_assert_cmpmem (g_bytes_get_data (part->body, NULL), g_bytes_get_size (part->body), data + begin, end - begin + 1);
    }
  }
}

static void
test_no_space (Media *f, gconstpointer codec)
{
  g_autofree char *first = media_file (f, "wav", 0);
  g_autofree char *target = g_strdup_printf ("/api/cut?file=%s&start=0&end=10", first);
  struct rlimit before, small = { 100000, RLIM_INFINITY };
  g_autoptr (Answer) full = NULL;
  g_autoptr (Answer) again = NULL;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  full = ask (f->house.port, "GET", target, NULL);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  again = ask (f->house.port, "GET", target, NULL);
  g_assert_cmpuint (full->status, ==, 507);
  g_assert_nonnull (memmem (g_bytes_get_data (full->body, NULL), g_bytes_get_size (full->body), "no-space", 8));
  g_assert_cmpuint (again->status, ==, 200);
}

static void
test_no_decoder (Media *f, gconstpointer codec)
{
  GstRegistry *registry = gst_registry_get ();
  static const char *const decoders[] = { "avdec_aac", "faad", "fdkaacdec" };
  g_autofree char *first = media_file (f, "aac", 0);
  g_autofree char *clip = g_strdup_printf ("/api/clip?file=%s&start=0&end=1", first);
  g_autofree char *cut = g_strdup_printf ("/api/cut?file=%s&start=0&end=1", first);
  g_autoptr (Answer) a = NULL;
  g_autoptr (Answer) b = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++) {
    g_autoptr (GstPluginFeature) feature = gst_registry_lookup_feature (registry, decoders[i]);

    if (feature)
      gst_registry_remove_feature (registry, feature);
  }
  a = ask (f->house.port, "GET", clip, NULL);
  b = ask (f->house.port, "GET", cut, NULL);
  g_assert_cmpuint (a->status, ==, 501);
  g_assert_nonnull (memmem (g_bytes_get_data (a->body, NULL), g_bytes_get_size (a->body), "gstreamer1.0-libav", 18));
  g_assert_cmpuint (b->status, ==, 200);
}

/* A file that another program wrote, and one that is none. */
static void
test_foreign (Media *f, gconstpointer codec)
{
  g_autoptr (GBytes) truth = NULL;
  g_autoptr (Answer) clip = NULL;
  g_autoptr (Answer) broken = NULL;
  g_autofree char *path = g_build_filename (f->house.directory, "foreign.ogg", NULL);
  gsize size;
  const guint8 *data;

  shell ("ffmpeg -v error -i %s/in.wav -c:a libvorbis %s", f->inputs, path);
  temp_write (f->house.directory, "broken.mp3", "this is no sound at all", -1);
  g_assert_true (isr_catalog_reconcile (f->house.catalog, NULL));
  truth = media_decode (path);
  clip = ask (f->house.port, "GET", "/api/clip?file=foreign.ogg&start=2&end=3", NULL);
  broken = ask (f->house.port, "GET", "/api/clip?file=broken.mp3&start=0&end=1", NULL);
  g_assert_cmpuint (clip->status, ==, 200);
  data = g_bytes_get_data (clip->body, &size);
  g_assert_cmpint (media_differ ((const gint16 *) (const void *) ((const guint8 *) memmem (data, size, "data", 4) + 8), (const gint16 *) g_bytes_get_data (truth, NULL) + 2 * 2 * MEDIA_RATE, MEDIA_RATE), <=, 2);
  g_assert_cmpuint (broken->status, ==, 415);
}

/* The header as the recorder keeps it: of what is on disk. */
static void
refresh_header (char *file, gsize size)
{
  IsrMemoryInput input;
  guint64 length = size;
  g_autoptr (GBytes) head = NULL;

  isr_memory_input_init (&input, file, size);
  head = isr_growing_make_head (&input.parent, &length);
  if (head)
    memcpy (file, g_bytes_get_data (head, NULL), g_bytes_get_size (head));
}

/* A file that is being written: what is there can be had, what is to come can not; and
 * its header says how long it is now. */
static void
test_growing (Media *f, gconstpointer codec)
{
  g_autofree char *name = g_strdup_printf ("grow/grow.%s", (const char *) codec);
  g_autofree char *part = g_strconcat (name, ".part", NULL);
  g_autofree char *stream = g_strdup_printf ("/stream/%s", name);
  g_autofree char *saved = g_build_filename (f->inputs, "stream", NULL);
  g_autofree char *whole = NULL;
  g_autofree char *path = NULL;
  g_autoptr (IsrRecording) recording = isr_recording_new ();
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (Answer) there = NULL;
  g_autoptr (Answer) streamed = NULL;
  g_autoptr (GBytes) heard = NULL;
  IsrCatalogQuery query = { .source = codec, .limit = 10 };
  gsize size;

  all = isr_catalog_list (f->house.catalog, &query, NULL, NULL);
  path = isr_catalog_get_path (f->house.catalog, all->pdata[1]); /* 5 s */
  g_assert_true (g_file_get_contents (path, &whole, &size, NULL));
  size = size * 3 / 5;
  refresh_header (whole, size);
  temp_write (f->house.directory, part, whole, (gssize) size);
  recording->source = g_strdup ("grow");
  recording->name = g_strdup (name);
  recording->recording = TRUE;
  recording->start_us = g_get_real_time () - 3 * G_TIME_SPAN_SECOND;
  recording->rate = MEDIA_RATE;
  isr_catalog_begin (f->house.catalog, recording);
  {
    g_autofree char *asked = g_strdup_printf ("file=%s&start=1&end=4", name);
    g_autofree char *clip = g_strdup_printf ("/api/clip?file=%s&start=1&end=2", name);

    assert_error (f, asked, 409, "not-yet");
    there = ask (f->house.port, "GET", clip, NULL);
    g_assert_cmpuint (there->status, ==, 200);
  }
  streamed = ask (f->house.port, "GET", stream, NULL);
  g_assert_cmpuint (streamed->status, ==, 200);
  assert_header (streamed, "Cache-Control", "no-store");
  g_assert_true (g_file_set_contents (saved, g_bytes_get_data (streamed->body, NULL), (gssize) g_bytes_get_size (streamed->body), NULL));
  if (!g_str_equal (codec, "mp3")) /* whose table the recorder itself keeps up to date */
    shell ("ffprobe -v error -show_entries format=duration -of csv=p=0 %s | awk '{ exit !($1 > 2.5 && $1 < 3.5) }'", saved);
  heard = media_decode (saved);
  g_assert_cmpuint (g_bytes_get_size (heard), >, 4 * MEDIA_RATE * 5 / 2);
  g_assert_cmpuint (g_bytes_get_size (heard), <, 4 * MEDIA_RATE * 7 / 2);
}

/* Clients that leave: nothing is left of them, and others are served. */
static void
test_leaving (Media *f, gconstpointer codec)
{
  g_autofree char *first = media_file (f, "flac", 0);
  g_autofree char *target = g_strdup_printf ("/api/clip?file=%s&start=0&end=11", first);
  g_autofree char *text = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", target, f->house.port);
  g_autoptr (Answer) whole = NULL;

  for (guint i = 0; i < 40; i++) {
    g_autoptr (Client) client = client_new (f->house.port);

    client_send (client, text, strlen (text));
    if (i % 2) {
      client_read (client);
      TEMP_WAIT_FOR (client->in->len > 1000);
    } else {
      g_main_context_iteration (NULL, FALSE);
    }
  }
  whole = ask (f->house.port, "GET", target, NULL);
  g_assert_cmpuint (whole->status, ==, 200);
}

static void
add_test (const char *path, const char *codec, void (*function) (Media *, gconstpointer))
{
  g_autofree char *full = g_strconcat ("/media/", path, codec && strstr (path, "growing") ? codec : "", NULL);

  g_test_add (full, Media, codec, media_set_up, function, media_tear_down);
}

int
main (int argc, char **argv)
{
  media_test_init (&argc, &argv);
  add_test ("errors", "wav", test_errors);
  add_test ("too-long", "wav", test_too_long);
  add_test ("open-end", "wav", test_open_end);
  add_test ("format-change", "wav", test_format_change);
  add_test ("hole", "wav", test_hole);
  add_test ("parts", "flac", test_parts);
  add_test ("no-space", "wav", test_no_space);
  add_test ("no-decoder", "aac", test_no_decoder);
  add_test ("foreign", "wav", test_foreign);
  add_test ("growing/", "wav", test_growing);
  add_test ("growing/", "flac", test_growing);
  add_test ("growing/", "mp3", test_growing);
  add_test ("leaving", "flac", test_leaving);
  return g_test_run ();
}
