/* SPDX-License-Identifier: MIT */
/* What a file says about its samples: WAV of every kind, torn and lying ones, MP3 with
 * and without a frame that counts. */
#include "plugins/format/shape.h"

#include "plugins/format/bytes.h"
#include "plugins/format/mp3-info.h"

#include <string.h>

static void
add (GByteArray *out, const char *bytes, guint n)
{
  g_byte_array_append (out, (const guint8 *) bytes, n);
}

/* @data_size: what the header says; @bytes: what follows. */
static GByteArray *
make_wav (const char *magic, guint tag, guint bits, guint channels, guint32 data_size, guint bytes)
{
  GByteArray *out = g_byte_array_new ();
  guint block = channels * bits / 8;

  add (out, magic, 4);
  isr_put_le (out, 36 + data_size, 4);
  add (out, "WAVEfmt ", 8);
  isr_put_le (out, tag == 0xfffe ? 40 : 16, 4);
  isr_put_le (out, tag, 2);
  isr_put_le (out, channels, 2);
  isr_put_le (out, 48000, 4);
  isr_put_le (out, 48000 * block, 4);
  isr_put_le (out, block, 2);
  isr_put_le (out, bits, 2);
  if (tag == 0xfffe) {
    isr_put_le (out, 22, 2);
    isr_put_le (out, bits, 2);
    isr_put_le (out, 0, 4);
    isr_put_le (out, 1, 2); /* PCM */
    add (out, "\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 14);
  }
  add (out, "data", 4);
  isr_put_le (out, data_size, 4);
  isr_put_zero (out, bytes);
  return out;
}

static IsrShape
read_shape (GByteArray *bytes)
{
  IsrMemoryInput input;
  IsrShape shape;

  isr_memory_input_init (&input, bytes->data, bytes->len);
  isr_shape_read (&shape, &input.parent);
  return shape;
}

static void
test_wav (void)
{
  static const struct {
    guint tag, bits, channels;
    const char *encoding; /* NULL: for a decoder */
  } cases[] = {
    { 1, 8, 1, "U8" },
    { 1, 16, 2, "S16LE" },
    { 1, 24, 2, "S24LE" },
    { 1, 32, 6, "S32LE" },
    { 3, 32, 2, "F32LE" },
    { 3, 64, 1, "F64LE" },
    { 0xfffe, 16, 2, "S16LE" },
    { 6, 8, 1, NULL }, /* A-law */
    { 1, 12, 2, NULL },
    { 3, 16, 1, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint block = cases[i].channels * cases[i].bits / 8;
    g_autoptr (GByteArray) bytes = make_wav ("RIFF", cases[i].tag, cases[i].bits, cases[i].channels, 10 * block, 10 * block);
    IsrShape shape = read_shape (bytes);

    g_assert_cmpstr (shape.encoding, ==, cases[i].encoding);
    g_assert_cmpint (shape.kind, ==, cases[i].encoding ? ISR_SHAPE_PCM : ISR_SHAPE_OTHER);
    if (!cases[i].encoding)
      continue;
    g_assert_cmpuint (shape.rate, ==, 48000);
    g_assert_cmpuint (shape.channels, ==, cases[i].channels);
    g_assert_cmpuint (shape.data + shape.size, ==, bytes->len);
    g_assert_cmpuint (shape.size, ==, 10 * block);
  }
}

/* Never more than there is, never half a frame. */
static void
test_lying_wav (void)
{
  static const struct {
    guint32 says;
    guint has, expected;
  } cases[] = {
    { 4000, 400, 400 },
    { 400, 4000, 400 },
    { 0, 402, 400 },
    { G_MAXUINT32, 403, 400 },
    { 4000, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) bytes = make_wav ("RIFF", 1, 16, 2, cases[i].says, cases[i].has);
    IsrShape shape = read_shape (bytes);

    g_assert_cmpint (shape.kind, ==, ISR_SHAPE_PCM);
    g_assert_cmpuint (shape.size, ==, cases[i].expected);
  }
}

static void
test_no_wav (void)
{
  g_autoptr (GByteArray) other = make_wav ("RIFX", 1, 16, 2, 40, 40), whole = make_wav ("RIFF", 1, 16, 2, 40, 40);

  g_assert_cmpint (read_shape (other).kind, ==, ISR_SHAPE_OTHER);
  for (guint n = 0; n < 44; n++) {
    g_autoptr (GByteArray) torn = g_byte_array_new ();

    g_byte_array_append (torn, whole->data, n);
    g_assert_cmpint (read_shape (torn).kind, ==, ISR_SHAPE_OTHER);
  }
}

/* @frames of 128 kb/s at 44.1 kHz, with an Info frame of ours in front or none. */
static GByteArray *
make_mp3 (guint frames, gboolean info, guint skip, guint drop)
{
  static const guint8 header[4] = { 0xff, 0xfb, 0x90, 0x64 };
  GByteArray *out = g_byte_array_new ();
  IsrMp3Index index;
  IsrMp3Frame frame;

  isr_mp3_index_init (&index);
  for (guint i = 0; i < frames; i++) {
    guint at = out->len;

    g_byte_array_append (out, header, sizeof header);
    isr_put_zero (out, 413);
    g_assert_true (isr_mp3_frame_parse (&frame, out->data + at, out->len - at));
    isr_mp3_index_add (&index, &frame, out->data + at, FALSE);
  }
  if (info) {
    g_autoptr (GByteArray) first = isr_mp3_info_new (&frame, TRUE);

    isr_mp3_info_fill (first->data, first->len, &index, skip, drop);
    g_byte_array_prepend (out, first->data, first->len);
  }
  return out;
}

static void
test_mp3 (void)
{
  g_autoptr (GByteArray) with = make_mp3 (20, TRUE, 1152, 300), without = make_mp3 (20, FALSE, 0, 0);
  IsrShape shape = read_shape (with);

  g_assert_cmpint (shape.kind, ==, ISR_SHAPE_MP3);
  g_assert_cmpuint (shape.skip, ==, 1152);
  g_assert_cmpuint (shape.samples, ==, 20 * 1152 - 1152 - 300);
  g_assert_cmpint (read_shape (without).kind, ==, ISR_SHAPE_OTHER);
  g_byte_array_prepend (with, (const guint8 *) "ID3\4\0\0\0\0\1\0", 10); /* a tag of 128 bytes, of which none is there */
  g_assert_cmpint (read_shape (with).kind, ==, ISR_SHAPE_OTHER);
}

static void
test_mp3_behind_a_tag (void)
{
  g_autoptr (GByteArray) bytes = make_mp3 (20, TRUE, 1152, 300);
  guint8 tag[10 + 128] = "ID3\4\0\0\0\0\1\0";

  g_byte_array_prepend (bytes, tag, sizeof tag);
  g_assert_cmpint (read_shape (bytes).kind, ==, ISR_SHAPE_MP3);
  g_assert_cmpuint (read_shape (bytes).skip, ==, 1152);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/shape/wav", test_wav);
  g_test_add_func ("/format/shape/lying-wav", test_lying_wav);
  g_test_add_func ("/format/shape/no-wav", test_no_wav);
  g_test_add_func ("/format/shape/mp3", test_mp3);
  g_test_add_func ("/format/shape/mp3-behind-a-tag", test_mp3_behind_a_tag);
  return g_test_run ();
}
