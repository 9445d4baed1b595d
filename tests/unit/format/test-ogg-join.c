/* SPDX-License-Identifier: MIT */
/* Streams that do not begin at their beginning, have holes, rubbish or company,
 * or are no audio at all. */
#include "tests/unit/format/ogg-fixture.h"

typedef struct {
  TestDir dir;
  const OggTools *tools;
  guint64 frames;
  GBytes *source;
  GPtrArray *pages; /* GBytes */
  guint headers;    /* pages of them */
} Case;

static GPtrArray *
split_pages (GBytes *bytes, guint *headers)
{
  GPtrArray *pages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  *headers = 0;
  for (gsize at = 0; at < size;) {
    gsize length = 27 + data[at + 26];

    for (guint i = 0; i < data[at + 26]; i++)
      length += data[at + 27 + i];
    g_ptr_array_add (pages, g_bytes_new_from_bytes (bytes, at, length));
    *headers += memcmp (data + at + 6, "\0\0\0\0\0\0\0\0", 8) == 0;
    at += length;
  }
  return pages;
}

static void
case_init (Case *self, gconstpointer tools)
{
  g_autofree char *wav = NULL;
  g_autoptr (GBytes) encoded = NULL;
  g_autoptr (OggRecording) recording = NULL;

  test_dir_init (&self->dir);
  self->tools = tools;
  self->frames = 6 * 48000;
  wav = ogg_make_wav (&self->dir, "in.wav", 6, 48000, 2);
  encoded = ogg_encode (&self->dir, self->tools, wav, "one");
  /* recorded once as a whole: every codec in pages of 4 KiB */
  recording = ogg_record (encoded, (OggPlan){ 100000, 0, FALSE, 1 });
  g_assert_cmpuint (recording->files->len, ==, 1);
  self->source = g_bytes_ref (((OggFile *) recording->files->pdata[0])->file.bytes);
  self->pages = split_pages (self->source, &self->headers);
  g_assert_cmpuint (self->pages->len, >, self->headers + 10);
}

static void
case_clear (Case *self, gconstpointer tools)
{
  g_ptr_array_unref (self->pages);
  g_bytes_unref (self->source);
  test_dir_clear (&self->dir);
}

static void
put (GByteArray *out, GBytes *bytes)
{
  g_byte_array_append (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* The headers, then the pages from @from to before @to. */
static void
put_pages (Case *self, GByteArray *out, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    put (out, self->pages->pdata[i]);
}

static GBytes *
join_at (Case *self, guint page)
{
  GByteArray *out = g_byte_array_new ();

  put_pages (self, out, 0, self->headers);
  put_pages (self, out, page, self->pages->len);
  return g_byte_array_free_to_bytes (out);
}

static const OggFile *
get_file (OggRecording *recording, guint index)
{
  g_assert_cmpuint (index, <, recording->files->len);
  return recording->files->pdata[index];
}

static gboolean
is (Case *self, const char *extension)
{
  return g_str_equal (self->tools->extension, extension);
}

/* What Icecast sends to a listener who comes late: headers, then pages of now. */
static void
test_join (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) joined = join_at (self, self->pages->len / 2);
  g_autoptr (OggRecording) recording = ogg_record (joined, (OggPlan){ 3000, 0, FALSE, 1 });
  g_autoptr (GBytes) whole = ogg_decode (&self->dir, self->tools, self->source);
  g_autoptr (GBytes) raw = NULL;
  const OggFile *file = get_file (recording, 0);
  double start, duration;
  gsize size;

  g_assert_no_error (recording->error);
  g_assert_cmpuint (recording->files->len, ==, 1);
  g_assert_cmpuint (file->warm_up, ==, is (self, "opus") ? 3840 : is (self, "spx") ? 24000
                                                                                   : 0);
  ogg_judge (&self->dir, self->tools, file->file.bytes);
  ogg_probe (&self->dir, file->file.bytes, &start, &duration);
  g_assert_cmpfloat_with_epsilon (start, 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (duration, file->file.totals.samples / 48000.0 + (is (self, "opus") ? 0.02 : 0), 2e-6);
  if (is (self, "spx"))
    return;
  raw = ogg_decode (&self->dir, self->tools, file->file.bytes);
  size = g_bytes_get_size (raw);
  g_assert_cmpuint (size, ==, file->file.totals.samples * 4);
  if (!is (self, "opus"))
    g_assert_cmpmem (g_bytes_get_data (raw, NULL), size,
        (const guint8 *) g_bytes_get_data (whole, NULL) + g_bytes_get_size (whole) - size, size);
}

/* Later files of the same run have their primer. */
static void
test_join_and_cut (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) joined = join_at (self, self->pages->len / 2);
  g_autoptr (OggRecording) recording = ogg_record (joined, (OggPlan){ 3000, 30000, FALSE, 9 });
  guint64 samples = 0;

  g_assert_cmpuint (recording->files->len, >, 2);
  for (guint i = 0; i < recording->files->len; i++) {
    const OggFile *file = get_file (recording, i);

    if (is (self, "opus"))
      g_assert_cmpuint (file->warm_up, ==, file->first < 4 ? 3840 - 960 * file->first : 0);
    samples += file->file.totals.samples;
  }
  g_assert_cmpuint (samples, ==, recording->samples);
}

static guint
count_flag (OggRecording *recording, IsrPacketFlags flag)
{
  guint count = 0;

  for (guint i = 0; i < recording->flags->len; i++)
    count += (g_array_index (recording->flags, IsrPacketFlags, i) & flag) != 0;
  return count;
}

/* A page is missing: one gap, a new file, and each file exact by itself. */
static void
test_hole (Case *self, gconstpointer tools)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OggRecording) recording = NULL;
  guint middle = self->pages->len / 2;

  put_pages (self, out, 0, middle);
  put_pages (self, out, middle + 1, self->pages->len);
  bytes = g_bytes_new (out->data, out->len);
  recording = ogg_record (bytes, (OggPlan){ 3000, 0, FALSE, 1 });
  g_assert_no_error (recording->error);
  g_assert_cmpuint (count_flag (recording, ISR_PACKET_GAP), ==, 1);
  g_assert_cmpuint (count_flag (recording, ISR_PACKET_NEW_FILE), ==, 1);
  g_assert_cmpuint (recording->files->len, ==, 2);
  g_assert_cmpuint (recording->samples, <, self->frames);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GBytes) raw = ogg_decode (&self->dir, self->tools, get_file (recording, i)->file.bytes);

    ogg_judge (&self->dir, self->tools, get_file (recording, i)->file.bytes);
    if (!is (self, "spx"))
      g_assert_cmpuint (g_bytes_get_size (raw), ==, get_file (recording, i)->file.totals.samples * 4);
  }
}

/* Rubbish between pages costs nothing. */
static void
test_rubbish (Case *self, gconstpointer tools)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OggRecording) recording = NULL;

  for (guint i = 0; i < self->pages->len; i++) {
    put (out, self->pages->pdata[i]);
    g_byte_array_append (out, (const guint8 *) "OggS, or something like it: OggOggSS", 36);
  }
  bytes = g_bytes_new (out->data, out->len);
  recording = ogg_record (bytes, (OggPlan){ 700, 0, FALSE, 1 });
  g_assert_no_error (recording->error);
  g_assert_cmpuint (recording->samples, ==, self->frames);
  g_assert_cmpuint (recording->files->len, ==, 1);
  g_assert_cmpuint (count_flag (recording, ISR_PACKET_GAP), ==, 0);
}

/* The connection broke within a page: what was whole is a whole file. */
static void
test_torn (Case *self, gconstpointer tools)
{
  gsize size = g_bytes_get_size (self->source);
  GBytes *last = self->pages->pdata[self->pages->len - 1];
  GBytes *before = self->pages->pdata[self->pages->len - 2];
  g_autoptr (GBytes) torn = g_bytes_new_from_bytes (self->source, 0, size - g_bytes_get_size (last) - 10);
  g_autoptr (GBytes) whole = g_bytes_new_from_bytes (self->source, 0, size - g_bytes_get_size (last) - g_bytes_get_size (before));
  g_autoptr (OggRecording) recording = ogg_record (torn, (OggPlan){ 700, 0, FALSE, 1 });
  g_autoptr (OggRecording) expected = ogg_record (whole, (OggPlan){ 9000, 0, FALSE, 1 });

  g_assert_no_error (recording->error);
  g_assert_cmpuint (recording->samples, ==, expected->samples);
  g_assert_true (g_bytes_equal (get_file (recording, 0)->file.bytes, get_file (expected, 0)->file.bytes));
  ogg_judge (&self->dir, self->tools, get_file (recording, 0)->file.bytes);
}

static void
drain_packets (IsrStream *stream, GPtrArray *packets)
{
  g_autoptr (GError) error = NULL;
  IsrPacket packet;

  while (isr_stream_next (stream, &packet, &error))
    g_ptr_array_add (packets, g_memdup2 (&packet, sizeof packet));
  g_assert_no_error (error);
}

static void
packet_free (gpointer data)
{
  isr_packet_clear (data);
  g_free (data);
}

/* Headers stay in force when the input was interrupted; primers do not. */
static void
test_discont (Case *self, gconstpointer tools)
{
  g_autoptr (IsrStream) stream = isr_stream_new_ogg ();
  g_autoptr (GPtrArray) packets = g_ptr_array_new_with_free_func (packet_free);
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_autoptr (GBytes) begin = g_bytes_new_from_bytes (self->source, 0, g_bytes_get_size (self->source) / 3);
  g_autoptr (GBytes) end = NULL;
  guint before;

  put_pages (self, rest, self->pages->len - 4, self->pages->len);
  end = g_bytes_new (rest->data, rest->len);
  isr_stream_push (stream, begin);
  drain_packets (stream, packets);
  before = packets->len;
  isr_stream_discont (stream);
  isr_stream_push (stream, end);
  drain_packets (stream, packets);
  g_assert_cmpuint (packets->len, >, before);
  g_assert_cmpint (((IsrPacket *) packets->pdata[before])->flags, ==, ISR_PACKET_NEW_FILE);
  if (is (self, "ogg"))
    g_assert_cmpuint (((IsrPacket *) packets->pdata[before])->samples, ==, 0);
}

/* Who looks ahead behind an interruption knows the headers, and takes the same packets out. */
static void
test_alike (Case *self, gconstpointer tools)
{
  g_autoptr (IsrStream) stream = isr_stream_new_ogg ();
  g_autoptr (IsrStream) ahead = NULL;
  g_autoptr (GPtrArray) begun = g_ptr_array_new_with_free_func (packet_free);
  g_autoptr (GPtrArray) packets = g_ptr_array_new_with_free_func (packet_free);
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (packet_free);
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_autoptr (GBytes) begin = g_bytes_new_from_bytes (self->source, 0, g_bytes_get_size (self->source) / 3);
  g_autoptr (GBytes) end = NULL;

  put_pages (self, rest, self->pages->len - 4, self->pages->len);
  end = g_bytes_new (rest->data, rest->len);
  isr_stream_push (stream, begin);
  drain_packets (stream, begun);
  isr_stream_discont (stream);
  ahead = isr_stream_new_alike (stream);
  isr_stream_push (ahead, end);
  drain_packets (ahead, seen);
  isr_stream_push (stream, end);
  drain_packets (stream, packets);
  g_assert_cmpuint (seen->len, >, 0);
  g_assert_cmpuint (seen->len, ==, packets->len);
  for (guint i = 0; i < seen->len; i++)
    g_assert_true (g_bytes_equal (((IsrPacket *) seen->pdata[i])->bytes, ((IsrPacket *) packets->pdata[i])->bytes));
}

/* --- company, and no audio ------------------------------------------------ */

static void
put_packet (GByteArray *out, int serial, const char *text, int number, gboolean first)
{
  ogg_stream_state stream;
  ogg_page page;
  ogg_packet packet = { (guint8 *) text, strlen (text), first, 0, number, number };

  ogg_stream_init (&stream, serial);
  stream.pageno = number;
  stream.b_o_s = !first;
  ogg_stream_packetin (&stream, &packet);
  g_assert_true (ogg_stream_flush (&stream, &page));
  ogg_put_page (out, &page);
  ogg_stream_clear (&stream);
}

/* A film: the picture's pages lie between the sound's. */
static void
test_multiplexed (Case *self, gconstpointer tools)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OggRecording) recording = NULL;

  put_packet (out, 77, "\x80theora", 0, TRUE);
  for (guint i = 0; i < self->pages->len; i++) {
    put (out, self->pages->pdata[i]);
    put_packet (out, 77, "picture", i + 1, FALSE);
  }
  bytes = g_bytes_new (out->data, out->len);
  recording = ogg_record (bytes, (OggPlan){ 3000, 0, FALSE, 1 });
  g_assert_no_error (recording->error);
  g_assert_cmpuint (recording->samples, ==, self->frames);
  g_assert_cmpuint (recording->files->len, ==, 1);
}

/* FLAC's count of headers is wrong in the wild: one more than there are. */
static void
test_header_count (Case *self, gconstpointer tools)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (self->source, &size);
  g_autofree guint8 *copy = g_memdup2 (data, size);
  gsize head = g_bytes_get_size (self->pages->pdata[0]);
  ogg_page page = { copy, 28, copy + 28, head - 28 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OggRecording) recording = NULL;

  copy[28 + 8]++;
  ogg_page_checksum_set (&page);
  bytes = g_bytes_new (copy, size);
  recording = ogg_record (bytes, (OggPlan){ 3000, 0, FALSE, 1 });
  g_assert_no_error (recording->error);
  g_assert_cmpuint (recording->samples, ==, self->frames);
}

static void
test_no_audio (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OggRecording) recording = NULL;

  put_packet (out, 77, "\x80theora", 0, TRUE);
  put_packet (out, 78, "BBCD", 0, TRUE);
  put_packet (out, 77, "picture", 1, FALSE);
  bytes = g_bytes_new (out->data, out->len);
  recording = ogg_record (bytes, (OggPlan){ 3000, 0, FALSE, 1 });
  g_assert_error (recording->error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (recording->error->message, "“theora”, “BBCD”"));
}

static void
test_no_ogg (void)
{
  g_autoptr (GBytes) bytes = test_noise (2000000, 1, 1);
  g_autoptr (OggRecording) recording = ogg_record (bytes, (OggPlan){ 50000, 0, FALSE, 1 });

  g_assert_error (recording->error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID);
  g_assert_nonnull (strstr (recording->error->message, "not an Ogg stream"));
}

/* Pages, but their stream began before we came, and nobody repeats the headers. */
static void
test_no_headers (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OggRecording) recording = NULL;

  for (guint i = 1; out->len < 2000000; i++)
    put_packet (out, 5, "some packet of some stream, it does not matter of which one", i, FALSE);
  bytes = g_bytes_new (out->data, out->len);
  recording = ogg_record (bytes, (OggPlan){ 50000, 0, FALSE, 1 });
  g_assert_error (recording->error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID);
  g_assert_nonnull (strstr (recording->error->message, "headers are missing"));
}

static void
test_bad_header (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (OggRecording) recording = NULL;

  put_packet (out, 5, "OpusHead, but not really", 0, TRUE);
  bytes = g_bytes_new (out->data, out->len);
  recording = ogg_record (bytes, (OggPlan){ 50000, 0, FALSE, 1 });
  g_assert_error (recording->error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID);
  g_assert_nonnull (strstr (recording->error->message, "Ogg Opus: header packet 1 is damaged"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ogg_tools); i++) {
    static const struct {
      const char *name;
      void (*run) (Case *self, gconstpointer tools);
    } tests[] = {
      { "join", test_join },
      { "join-and-cut", test_join_and_cut },
      { "hole", test_hole },
      { "rubbish", test_rubbish },
      { "torn", test_torn },
      { "discont", test_discont },
      { "alike", test_alike },
      { "multiplexed", test_multiplexed },
    };

    for (guint j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree char *path = g_strdup_printf ("/format/ogg-join/%s/%s", ogg_tools[i].extension, tests[j].name);

      g_test_add (path, Case, &ogg_tools[i], case_init, tests[j].run, case_clear);
    }
  }
  g_test_add ("/format/ogg-join/oga/header-count", Case, &ogg_tools[2], case_init, test_header_count, case_clear);
  g_test_add_func ("/format/ogg-join/no-audio", test_no_audio);
  g_test_add_func ("/format/ogg-join/no-ogg", test_no_ogg);
  g_test_add_func ("/format/ogg-join/no-headers", test_no_headers);
  g_test_add_func ("/format/ogg-join/bad-header", test_bad_header);
  return g_test_run ();
}
