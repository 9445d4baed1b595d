/* SPDX-License-Identifier: MIT */
/* Where reading begins: wherever it is, the packets are those that reading from the beginning
 * gives, at the same places; and to find it takes a look at some places of the file. */
#include "plugins/format/unpack.h"

#include "plugins/format/mp3-info.h"
#include "tests/unit/format/ogg-fixture.h"

typedef struct {
  IsrMemoryInput memory; /* what is read of it is counted */
  gssize (*read) (IsrInput *self, guint64 offset, void *buffer, gsize size);
  guint64 taken;
  GBytes *bytes;
} Counted;

static gssize
count_read (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  Counted *self = (Counted *) input;
  gssize n = self->read (input, offset, buffer, size);

  self->taken += (guint64) MAX (n, 0);
  return n;
}

static void
counted_init (Counted *self, GBytes *bytes)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  self->bytes = g_bytes_ref (bytes);
  isr_memory_input_init (&self->memory, data, size);
  self->read = self->memory.parent.read;
  self->memory.parent.read = count_read;
  self->taken = 0;
}

static void
counted_clear (Counted *self)
{
  g_bytes_unref (self->bytes);
}

static void
unpacked_free (gpointer data)
{
  isr_unpacked_clear (data);
  g_free (data);
}

static IsrUnpacked *
take (IsrUnpacker *unpacker)
{
  IsrUnpacked *packet = g_new0 (IsrUnpacked, 1);

  if (isr_unpacker_next (unpacker, packet))
    return packet;
  unpacked_free (packet);
  return NULL;
}

static GPtrArray *
read_all (GBytes *bytes)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (unpacked_free);
  Counted input;
  IsrUnpacked *packet;

  counted_init (&input, bytes);
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (IsrUnpacker) unpacker = isr_unpacker_new (&input.memory.parent, &error);

    g_assert_no_error (error);
    while ((packet = take (unpacker)))
      g_ptr_array_add (all, packet);
  }
  counted_clear (&input);
  return all;
}

static guint
find_packet (GPtrArray *all, GBytes *bytes)
{
  for (guint i = 0; i < all->len; i++)
    if (g_bytes_equal (((IsrUnpacked *) all->pdata[i])->bytes, bytes))
      return i;
  g_assert_not_reached ();
}

/* Reads on from @position: not from behind it, not from further before it than @far. What a decoder
 * needs two packets for to know how long it is, is known from the second one on. */
static void
assert_place (IsrUnpacker *unpacker, GPtrArray *all, gint64 position, gint64 far)
{
  const IsrUnpacked *first = all->pdata[0];
  guint at = 0;

  isr_unpacker_seek (unpacker, position);
  for (guint i = 0; i < 3; i++) {
    IsrUnpacked *packet = take (unpacker);
    const IsrUnpacked *same;

    if (i == 0)
      at = find_packet (all, packet->bytes);
    if (!packet && at + i == all->len)
      break;
    g_assert_nonnull (packet);
    same = all->pdata[at + i];
    g_assert_true (g_bytes_equal (packet->bytes, same->bytes));
    if (i > 0)
      g_assert_cmpint (packet->position, ==, same->position);
    else if (position >= first->position) {
      g_assert_cmpint (same->position, <=, position);
      g_assert_cmpint (position - same->position, <=, far);
    }
    unpacked_free (packet);
  }
}

/* @most: bytes that may be read to know the length and find one place; 0: any number. */
static void
assert_seeks (GBytes *bytes, guint64 samples, gint64 far, guint64 most)
{
  g_autoptr (GPtrArray) all = read_all (bytes);
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  Counted input;

  counted_init (&input, bytes);
  {
    g_autoptr (IsrUnpacker) unpacker = isr_unpacker_new (&input.memory.parent, NULL);

    g_assert_cmpuint (isr_unpacker_get_samples (unpacker), ==, samples);
    assert_place (unpacker, all, (gint64) samples * 9 / 10, far);
    if (most)
      g_assert_cmpuint (input.taken, <=, most);
    for (guint i = 0; i < 200; i++)
      assert_place (unpacker, all, g_rand_int_range (rand, -3000, (gint32) samples), far);
    for (guint i = 0; i < all->len; i += all->len / 17) /* on the dot */
      assert_place (unpacker, all, ((IsrUnpacked *) all->pdata[i])->position, far);
    isr_unpacker_seek_start (unpacker);
    isr_unpacker_seek (unpacker, G_MAXINT64 / 4);
  }
  counted_clear (&input);
}

/* --- MPEG audio ------------------------------------------------------------------ */

typedef enum {
  SPREAD,   /* padding as the bitrate asks for it */
  NONE,     /* never */
  LOPSIDED, /* first always, then never: no frame is where a rule of three looks for it */
  CHANGING, /* bitrate */
  PRIMED,   /* SPREAD, behind some frames of other sizes */
} Padding;

/* Frame number @i of 128 kb/s, 44.1 kHz: no decoder would like what is in it. */
static gsize
put_frame (GByteArray *out, guint i, guint n, Padding padding)
{
  gboolean padded = padding == SPREAD || padding == PRIMED ? (i + 1) * 47 / 49 > i * 47 / 49 : padding == LOPSIDED && i < n / 2;
  guint bitrate = (padding == CHANGING && i % 3) || (padding == PRIMED && i < 5) ? 8 : 9;
  guint8 header[] = { 0xff, 0xfb, (guint8) (bitrate << 4 | (padded ? 2 : 0)), 0x40 };
  IsrMp3Frame frame;
  guint begin = out->len;

  g_assert_true (isr_mp3_frame_parse (&frame, header, sizeof header));
  g_byte_array_set_size (out, begin + (guint) frame.size);
  memset (out->data + begin, (int) (i % 251), frame.size);
  memcpy (out->data + begin, header, sizeof header);
  memcpy (out->data + begin + 50, &i, sizeof i);
  return frame.size;
}

/* @n frames behind an Info frame that tells the truth, and @more that it does not know of. */
static GBytes *
make_mpeg (guint n, guint more, Padding padding)
{
  GByteArray *out = g_byte_array_new ();
  g_autofree IsrMp3Index *index = g_new (IsrMp3Index, 1);
  g_autoptr (GByteArray) info = NULL;
  guint8 header[] = { 0xff, 0xfb, 0x90, 0x40 };
  IsrMp3Frame frame;

  isr_mp3_index_init (index);
  isr_mp3_frame_parse (&frame, header, sizeof header);
  info = isr_mp3_info_new (&frame, TRUE);
  g_byte_array_append (out, info->data, info->len);
  for (guint i = 0; i < n + more; i++) {
    guint begin = out->len;
    gsize size = put_frame (out, i, n, padding);

    isr_mp3_frame_parse (&frame, out->data + begin, size);
    if (i < n)
      isr_mp3_index_add (index, &frame, out->data + begin, padding == PRIMED && i < 5);
  }
  isr_mp3_info_fill (out->data, info->len, index, 1105, 700);
  return g_byte_array_free_to_bytes (out);
}

#define FRAMES 12000
#define MPEG_SAMPLES (FRAMES * 1152 - 1105 - 700)
#define LOOKS_MOST (20 * 128 * 1024) /* less than half of it */

static void
test_mpeg (void)
{
  static const struct {
    Padding padding;
    gboolean even;
  } cases[] = { { SPREAD, TRUE }, { NONE, TRUE }, { PRIMED, TRUE }, { LOPSIDED, FALSE }, { CHANGING, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) bytes = make_mpeg (FRAMES, 0, cases[i].padding);

    assert_seeks (bytes, MPEG_SAMPLES, 65 * 1152, cases[i].even ? LOOKS_MOST : 0);
  }
}

/* A recording goes on behind what its Info frame knows of; a file that was cut off has less. */
static void
test_mpeg_other_end (void)
{
  g_autoptr (GBytes) longer = make_mpeg (FRAMES, 500, SPREAD);
  g_autoptr (GBytes) few = make_mpeg (FRAMES, 3, SPREAD);
  g_autoptr (GBytes) shorter = g_bytes_new_from_bytes (longer, 0, g_bytes_get_size (longer) * 2 / 3);
  g_autoptr (GPtrArray) left = read_all (shorter);

  assert_seeks (longer, (FRAMES + 500) * 1152 - 1105, 65 * 1152, LOOKS_MOST);
  assert_seeks (few, (FRAMES + 3) * 1152 - 1105, 65 * 1152, LOOKS_MOST);
  assert_seeks (shorter, left->len * 1152 - 1105, 65 * 1152, 0);
}

/* Every look finds a frame where it should be, and between two looks two frames are not: found when
 * somebody wants to go there. */
static void
test_mpeg_damaged (void)
{
  g_autoptr (GBytes) whole = make_mpeg (FRAMES, 0, SPREAD);
  gsize size;
  g_autofree guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&whole), &size);
  g_autoptr (GBytes) damaged = NULL;
  guint64 lost = size / 16 * 5 + size / 32;

  memset (data + lost, 0, 2000);
  damaged = g_bytes_new (data, size);
  {
    IsrMemoryInput input;
    g_autoptr (IsrUnpacker) unpacker = NULL;
    g_autoptr (GPtrArray) all = read_all (damaged);

    isr_memory_input_init (&input, data, size);
    unpacker = isr_unpacker_new (&input.parent, NULL);
    g_assert_cmpuint (all->len, <, FRAMES);
    assert_place (unpacker, all, 1000 * 1152, 65 * 1152);
    g_assert_cmpuint (isr_unpacker_get_samples (unpacker), >, 0);
  }
}

/* --- Ogg --------------------------------------------------------------------------- */

static void
test_ogg (void)
{
  static const struct {
    const char *name, *encode;
  } cases[] = {
    { "a.opus", "-c:a libopus -b:a 256k" },
    { "b.opus", "-c:a libopus -b:a 320k -page_duration 100000" },
    { "c.ogg", "-c:a libvorbis -q:a 10" },
    { "d.oga", "-c:a flac -f ogg" },
    { "short.opus", "-c:a libopus -b:a 32k" },
  };
  TestDir dir;

  test_dir_init (&dir);
  {
    g_autofree char *wav = ogg_make_wav (&dir, "in.wav", 40, 48000, 2);

    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      g_autofree char *path = g_build_filename (dir.dir, cases[i].name, NULL);
      g_autoptr (GBytes) said = test_run ("ffmpeg -v error -i %s %s %s", wav, cases[i].encode, path);
      g_autoptr (GBytes) bytes = NULL;
      gsize size;

      g_assert_cmpuint (g_bytes_get_size (said), ==, 0);
      bytes = ogg_load (path);
      size = g_bytes_get_size (bytes);
      assert_seeks (bytes, 40 * 48000, 3 * 48000, size > 1500000 ? size * 3 / 4 : 0);
    }
  }
  test_dir_clear (&dir);
}

/* Opus packets that have in them what looks like a page of the same stream. */
static void
put_trap (guint8 *data, gsize size, guint serial)
{
  static const guint8 page[] = { 'O', 'g', 'g', 'S', 0, 0, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0 };

  memcpy (data + 20, page, sizeof page);
  for (guint i = 0; i < 4; i++)
    data[34 + i] = (guint8) (serial >> (8 * i));
  memset (data + 38, 0, 8);
  data[46] = 1; /* one segment */
  data[47] = 40;
}

static void
flush (GByteArray *out, ogg_stream_state *stream)
{
  ogg_page page;

  while (ogg_stream_flush (stream, &page))
    ogg_put_page (out, &page);
}

static GBytes *
make_trap (guint packets)
{
  static const guint8 head[] = { 'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0 };
  static const guint8 tags[] = { 'O', 'p', 'u', 's', 'T', 'a', 'g', 's', 0, 0, 0, 0, 0, 0, 0, 0 };
  GByteArray *out = g_byte_array_new ();
  ogg_stream_state stream;

  ogg_stream_init (&stream, 77);
  for (guint i = 0; i < packets + 2; i++) {
    guint8 data[600];
    ogg_packet packet = { .packet = data, .bytes = sizeof data, .b_o_s = i == 0, .e_o_s = i == packets + 1, .packetno = i, .granulepos = i < 2 ? 0 : (i - 1) * 960 };

    memset (data, 0x11, sizeof data);
    data[0] = 31 << 3; /* 20 ms */
    memcpy (data + 100, &i, sizeof i);
    put_trap (data, sizeof data, 77);
    if (i < 2) {
      packet.packet = (guint8 *) (i ? tags : head);
      packet.bytes = i ? sizeof tags : sizeof head;
    }
    ogg_stream_packetin (&stream, &packet);
    if (i < 2 || i % 10 == 0)
      flush (out, &stream);
  }
  flush (out, &stream);
  ogg_stream_clear (&stream);
  return g_byte_array_free_to_bytes (out);
}

static void
test_ogg_trap (void)
{
  g_autoptr (GBytes) bytes = make_trap (5000);

  assert_seeks (bytes, 5000 * 960, 21 * 960, g_bytes_get_size (bytes));
}

/* What grows is measured on from where it ended. */
static void
test_ogg_growing (void)
{
  g_autoptr (GBytes) bytes = make_trap (5000);
  g_autoptr (GPtrArray) all = read_all (bytes);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  IsrMemoryInput input;
  g_autoptr (IsrUnpacker) unpacker = NULL;
  guint64 last = 0;

  isr_memory_input_init (&input, data, size / 2);
  unpacker = isr_unpacker_new (&input.parent, NULL);
  for (gsize now = size / 2; now <= size; now += MAX (MIN (size - now, 70001), 1)) {
    guint64 samples;

    input.parent.size = now;
    samples = isr_unpacker_get_samples (unpacker);
    g_assert_cmpuint (samples, >=, last);
    g_assert_cmpuint (samples, >=, (guint64) (now - 7000) * 5000 / size * 960 - 5 * 9600);
    assert_place (unpacker, all, (gint64) samples - 30 * 960, 21 * 960);
    last = samples;
  }
  g_assert_cmpuint (last, ==, 5000 * 960);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unpack/mpeg", test_mpeg);
  g_test_add_func ("/unpack/mpeg-other-end", test_mpeg_other_end);
  g_test_add_func ("/unpack/mpeg-damaged", test_mpeg_damaged);
  g_test_add_func ("/unpack/ogg", test_ogg);
  g_test_add_func ("/unpack/ogg-trap", test_ogg_trap);
  g_test_add_func ("/unpack/ogg-growing", test_ogg_growing);
  return g_test_run ();
}
