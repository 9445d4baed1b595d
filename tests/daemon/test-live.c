/* SPDX-License-Identifier: MIT */
/* /live: somebody joins in the middle of a file that is being written, and hears all that
 * follows, over two boundaries, to the sample; until the source ends. */
#include "tests/daemon/media-archive.h"

/* The file number @n of @codec again, as one of @source that is being written. */
typedef struct {
  char *name, *part, *path; /* in the archive; where it grows; what it will be */
  char *bytes;
  gsize size;
  IsrRecording *recording;
} Growing;

static void
growing_free (Growing *self)
{
  isr_recording_free (self->recording);
  g_free (self->name);
  g_free (self->part);
  g_free (self->path);
  g_free (self->bytes);
  g_free (self);
}

static Growing *
growing_new (Media *f, const char *codec, const char *source, guint n)
{
  Growing *self = g_new0 (Growing, 1);
  IsrCatalogQuery query = { .source = codec, .limit = 10 };
  g_autoptr (GPtrArray) all = isr_catalog_list (f->house.catalog, &query, NULL, NULL);
  const IsrRecording *original = all->pdata[all->len - 1 - n];
  g_autofree char *path = isr_catalog_get_path (f->house.catalog, original);

  g_assert_true (g_file_get_contents (path, &self->bytes, &self->size, NULL));
  self->name = g_strdup_printf ("%s/%u.%s", source, n, strrchr (original->name, '.') + 1);
  self->part = g_strconcat (self->name, ".part", NULL);
  self->path = g_build_filename (f->house.directory, self->name, NULL);
  self->recording = isr_recording_copy (original);
  self->recording->id = 0;
  g_free (self->recording->source);
  g_free (self->recording->name);
  self->recording->source = g_strdup (source);
  self->recording->name = g_strdup (self->name);
  return self;
}

static void
grow (Media *f, Growing *self, gsize size)
{
  temp_write (f->house.directory, self->part, self->bytes, 0);
  {
    g_autofree char *path = g_strconcat (self->path, ".part", NULL);
    FILE *file = fopen (path, "r+");

    g_assert_cmpuint (fwrite (self->bytes, 1, size, file), ==, size);
    fclose (file);
  }
  self->recording->recording = TRUE;
  isr_catalog_begin (f->house.catalog, self->recording);
}

/* What is appended is written behind what was read, in the same file. */
static void
finish (Media *f, Growing *self, gsize from)
{
  g_autofree char *path = g_strconcat (self->path, ".part", NULL);
  FILE *file = fopen (path, "r+");

  fseek (file, (long) from, SEEK_SET);
  g_assert_cmpuint (fwrite (self->bytes + from, 1, self->size - from, file), ==, self->size - from);
  fclose (file);
  g_assert_cmpint (g_rename (path, self->path), ==, 0);
  self->recording->recording = FALSE;
  isr_catalog_finish (f->house.catalog, self->recording);
}

/* The body out of its chunks. */
static GByteArray *
unchunk (Client *client)
{
  const guint8 *p = memmem (client->in->data, client->in->len, "\r\n\r\n", 4);
  const guint8 *end = client->in->data + client->in->len;
  GByteArray *body = g_byte_array_new ();

  g_assert_nonnull (p);
  for (p += 4; p < end;) {
    char *rest = NULL;
    gsize size = g_ascii_strtoull ((const char *) p, &rest, 16);

    p = (const guint8 *) rest + 2;
    size = MIN (size, (gsize) (end - MIN (p, end)));
    g_byte_array_append (body, p, (guint) size);
    p += size + 2;
  }
  return body;
}

/* Where what was heard lies in what was recorded: found in its middle, then all of it is held
 * against it, but for what a decoder that joins late has to settle. */
static void
assert_heard (Media *f, const char *codec, GByteArray *body, gsize seconds, int tolerance)
{
  g_autofree char *saved = g_build_filename (f->inputs, "heard", NULL);
  g_autofree char *input = NULL;
  g_autoptr (GBytes) heard = NULL;
  g_autoptr (GBytes) truth = NULL;
  const gsize settle = g_str_equal (codec, "speex") ? MEDIA_RATE : MEDIA_RATE / 2, probe = 4000;
  gsize size, all;
  const gint16 *a, *b;

  for (guint i = 0; i < G_N_ELEMENTS (media_inputs); i++)
    if (g_str_equal (media_inputs[i].codec, codec))
      input = g_build_filename (f->inputs, media_inputs[i].file, NULL);
  g_assert_true (g_file_set_contents (saved, (const char *) body->data, (gssize) body->len, NULL));
  shell ("! ffmpeg -v error -i %s -f null - 2>&1 | grep .", saved); /* nothing to complain about, from the first byte on */
  heard = media_decode (saved);
  truth = media_decode (input);
  b = g_bytes_get_data (heard, &size);
  a = g_bytes_get_data (truth, &all);
  g_assert_cmpuint (size / 4, >, seconds * MEDIA_RATE);
  for (gssize at = -4000; (at + (gssize) (settle + probe)) * 4 < (gssize) all; at++) { /* what is before 0 only the encoder made */
    gsize frames = (gsize) MIN ((gssize) size / 4, (gssize) all / 4 - at) - settle;

    if (media_differ (a + 2 * (at + (gssize) settle), b + 2 * settle, probe) > tolerance)
      continue;
    g_assert_cmpuint (frames, >, (seconds - 1) * MEDIA_RATE);
    g_assert_cmpint (media_differ (a + 2 * (at + (gssize) settle), b + 2 * settle, frames - 2 * 1152), <=, tolerance);
    return;
  }
  g_error ("%s: what was heard is not found in what was recorded", codec);
}

static int
tolerance_of (const char *codec)
{
  return g_str_equal (codec, "opus") || g_str_equal (codec, "speex") ? 40 : 4;
}

static void
test_live (Media *f, gconstpointer codec)
{
  Growing *files[3];
  gsize half;
  g_autoptr (Client) client = client_new (f->house.port);
  g_autoptr (Client) later = client_new (f->house.port);
  g_autofree char *request = g_strdup_printf ("GET /live/air HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", f->house.port);
  g_autoptr (GByteArray) body = NULL;
  g_autoptr (GByteArray) second = NULL;

  for (guint i = 0; i < 3; i++)
    files[i] = growing_new (f, codec, "air", i);
  half = files[0]->size / 2 + 4321;
  grow (f, files[0], half);
  client_read (client);
  client_send (client, request, strlen (request));
  TEMP_WAIT_FOR (client->in->len > 5000);
  finish (f, files[0], half);
  grow (f, files[1], files[1]->size / 2);
  TEMP_WAIT_FOR (client->in->len > half + files[1]->size / 4); /* on air is the second one */
  client_read (later);
  client_send (later, request, strlen (request));
  TEMP_WAIT_FOR (later->in->len > 5000);
  finish (f, files[1], files[1]->size / 2);
  grow (f, files[2], 0);
  finish (f, files[2], 0);
  TEMP_WAIT_FOR (client->ended && later->ended);
  g_assert_true (client_has (client, "HTTP/1.1 200"));
  g_assert_true (client_has (client, "Cache-Control: no-store"));
  body = unchunk (client);
  second = unchunk (later);
  assert_heard (f, codec, body, 9, tolerance_of (codec)); /* the burst, the rest of the first file, two more */
  assert_heard (f, codec, second, 6, tolerance_of (codec));
  for (guint i = 0; i < 3; i++)
    growing_free (files[i]);
}

/* A raw source as Ogg/Opus: as long as it was, and it sounds alike. */
static void
test_encoded (Media *f, gconstpointer codec)
{
  Growing *file = growing_new (f, codec, "mic", 1);
  g_autoptr (Client) client = client_new (f->house.port);
  g_autoptr (Client) second = client_new (f->house.port);
  g_autofree char *request = g_strdup_printf ("GET /live/mic HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", f->house.port);
  g_autofree char *saved = g_build_filename (f->inputs, "heard", NULL);
  g_autoptr (GByteArray) body = NULL;

  file->recording->start_us = g_get_real_time ();
  grow (f, file, file->size * 9 / 10);
  client_read (client);
  client_send (client, request, strlen (request));
  TEMP_WAIT_FOR (client->in->len > 20000);
  client_read (second);
  client_send (second, request, strlen (request));
  TEMP_WAIT_FOR (second->in->len > 20000);
  g_assert_true (client_has (second, "Content-Type: audio/ogg"));
  body = unchunk (second);
  g_assert_true (g_file_set_contents (saved, (const char *) body->data, (gssize) body->len, NULL));
  shell ("ffprobe -v error -show_entries stream=codec_name -of csv=p=0 %s | grep -qx opus", saved);
  shell ("ffmpeg -v error -i %s -f null -", saved);
  growing_free (file);
}

static void
test_errors (Media *f, gconstpointer codec)
{
  g_autoptr (Answer) nobody = ask (f->house.port, "GET", "/live/nobody", NULL);
  g_autoptr (Answer) quiet = ask (f->house.port, "GET", "/live/wav", NULL);
  g_autoptr (Answer) method = ask (f->house.port, "POST", "/live/wav", "Content-Length: 0\r\n");

  g_assert_cmpuint (nobody->status, ==, 404);
  g_assert_cmpuint (quiet->status, ==, 409);
  g_assert_cmpuint (method->status, ==, 405);
}

/* Its file has a header, and ends with that: who waits for sound is told that none comes. */
static void
test_ended (Media *f, gconstpointer codec)
{
  Growing *file = growing_new (f, codec, "air", 0);
  gsize header = (gsize) ((const char *) memmem (file->bytes, file->size, "data", 4) + 8 - file->bytes);
  g_autofree char *request = g_strdup_printf ("GET /live/air HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", f->house.port);
  g_autoptr (Client) client = NULL;
  g_autoptr (Answer) answer = NULL;

  grow (f, file, header);
  client = client_begin (f->house.port, request);
  answer = ask (f->house.port, "GET", "/healthz", NULL); /* by then it listens */
  g_clear_pointer (&answer, answer_free);
  file->size = header;
  finish (f, file, header);
  TEMP_WAIT_FOR (client->ended);
  answer = client_parse (client);
  g_assert_cmpuint (answer->status, ==, 503);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (answer->body, NULL), (gssize) g_bytes_get_size (answer->body), "\"error\":\"unavailable\""));
  growing_free (file);
}

/* One who does not read is dropped; the others hear on. */
static void
test_slow (Media *f, gconstpointer codec)
{
  Growing *file = growing_new (f, codec, "air", 1);
  g_autoptr (Client) deaf = client_new (f->house.port);
  g_autoptr (Client) other = client_new (f->house.port);
  g_autofree char *request = g_strdup_printf ("GET /live/air HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", f->house.port);
  g_autofree char *path = g_strconcat (file->path, ".part", NULL);
  gsize sent = 0;

  grow (f, file, file->size);
  client_send (deaf, request, strlen (request));
  client_read (other);
  client_send (other, request, strlen (request));
  TEMP_WAIT_FOR (other->in->len > 10000);
  for (guint i = 0; i < 24; i++) { /* more than sockets hold, and a megabyte */
    FILE *out = fopen (path, "a");

    for (guint j = 0; j < 5; j++, sent += file->size)
      g_assert_cmpuint (fwrite (file->bytes, 1, file->size, out), ==, file->size);
    fclose (out);
    TEMP_WAIT_FOR (other->in->len > sent);
  }
  g_assert_false (other->ended);
  client_read (deaf);
  TEMP_WAIT_FOR (deaf->ended);
  g_assert_cmpuint (deaf->in->len, <, sent - 1000000);
  growing_free (file);
}

/* --- an encoder that fails ------------------------------------------------------ */

/* opusenc, with an element in front of it that fails. */
typedef struct {
  GstBin parent;
} Failing;
typedef GstBinClass FailingClass;

static GstElementFactory *opusenc; /* the real one */
static int after;                  /* buffers; -1: never */
static gint come;                  /* atomic: buffers, of the last one */

GType failing_get_type (void);
G_DEFINE_TYPE (Failing, failing, GST_TYPE_BIN)

static GstPadProbeReturn
count (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  g_atomic_int_inc (&come);
  return GST_PAD_PROBE_OK;
}

static void
failing_init (Failing *self)
{
  GstElement *fail = gst_element_factory_make ("identity", NULL), *encoder = gst_element_factory_create (opusenc, NULL);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (fail, "sink"), src = gst_element_get_static_pad (encoder, "src");

  g_object_set (fail, "error-after", after, NULL);
  g_atomic_int_set (&come, 0);
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER, count, NULL, NULL);
  gst_bin_add_many (GST_BIN (self), fail, encoder, NULL);
  g_assert_true (gst_element_link (fail, encoder));
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new ("sink", sink));
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new ("src", src));
}

static void
set_bitrate (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
}

static void
failing_class_init (FailingClass *klass)
{
  static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY), src = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

  G_OBJECT_CLASS (klass)->set_property = set_bitrate;
  g_object_class_install_property (G_OBJECT_CLASS (klass), 1, g_param_spec_int ("bitrate", NULL, NULL, 0, G_MAXINT, 0, G_PARAM_WRITABLE));
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &sink);
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &src);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "An encoder that fails", "Codec/Encoder", "opusenc, for a while", "ISR");
}

/* From now on opusenc is ours. */
static void
fail_after (int buffers)
{
  after = buffers;
  if (opusenc)
    return;
  opusenc = gst_element_factory_find ("opusenc");
  g_assert_nonnull (gst_plugin_feature_load (GST_PLUGIN_FEATURE (opusenc)));
  g_assert_true (gst_element_register (NULL, "opusenc", GST_RANK_NONE, failing_get_type ()));
}

static gboolean
has_failed (void)
{
  return after >= 0 && g_atomic_int_get (&come) >= after;
}

/* In mid-run: what was encoded is heard to its end, and the file is nobody's business; the next
 * one hears it again. */
static void
test_failing (Media *f, gconstpointer codec)
{
  Growing *file = growing_new (f, codec, "mic", 1);
  g_autofree char *request = g_strdup_printf ("GET /live/mic HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", f->house.port);
  g_autofree char *saved = g_build_filename (f->inputs, "heard", NULL), *kept = NULL;
  g_autoptr (Client) client = NULL, next = NULL;
  g_autoptr (GByteArray) body = NULL;
  g_autoptr (Answer) nothing = NULL;
  gsize size;

  fail_after (g_str_equal (codec, "wav") ? 3 : 20);
  file->recording->start_us = g_get_real_time ();
  grow (f, file, file->size * 9 / 10);
  client = client_begin (f->house.port, request);
  TEMP_WAIT_FOR (client->ended);
  g_assert_true (has_failed ());
  g_assert_true (client_has (client, "HTTP/1.1 200"));
  g_assert_nonnull (memmem (client->in->data + client->in->len - 7, 7, "\r\n0\r\n\r\n", 7)); /* whole */
  body = unchunk (client);
  g_assert_true (g_file_set_contents (saved, (const char *) body->data, (gssize) body->len, NULL));
  shell ("! ffmpeg -v error -i %s -f null - 2>&1 | grep .", saved);
  fail_after (1);
  nothing = ask (f->house.port, "GET", "/live/mic", NULL);
  g_assert_cmpuint (nothing->status, ==, 500);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (nothing->body, NULL), (gssize) g_bytes_get_size (nothing->body), "listen again"));
  fail_after (-1);
  next = client_begin (f->house.port, request);
  TEMP_WAIT_FOR (next->in->len > 20000);
  finish (f, file, file->size * 9 / 10);
  g_assert_false (has_failed ());
  g_assert_true (g_file_get_contents (file->path, &kept, &size, NULL));
  g_assert_cmpmem (kept, size, file->bytes, file->size);
  growing_free (file);
}

static void
add_test (const char *path, const char *codec, void (*function) (Media *, gconstpointer))
{
  g_autofree char *full = g_strdup_printf ("/live/%s/%s", path, codec);

  g_test_add (full, Media, codec, media_set_up, function, media_tear_down);
}

int
main (int argc, char **argv)
{
  static const char *const codecs[] = { "mp3", "aac", "opus", "vorbis", "oggflac", "native", "speex" };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_assert_true (isr_elements_register (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    add_test ("codec", codecs[i], test_live);
  add_test ("encoded", "wav", test_encoded);
  add_test ("encoded", "flac", test_encoded);
  add_test ("failing", "wav", test_failing);
  add_test ("failing", "flac", test_failing);
  add_test ("errors", "wav", test_errors);
  add_test ("ended", "wav", test_ended);
  add_test ("slow", "mp3", test_slow);
  return g_test_run ();
}
