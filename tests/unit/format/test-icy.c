/* SPDX-License-Identifier: MIT */
/* ICY: whatever the cuts, audio comes out as it went in, titles in their places. */
#include "plugins/format/icy.h"

#include <string.h>

typedef struct {
  GByteArray *wire;
  GByteArray *audio;
  GPtrArray *titles;
  GArray *positions; /* guint64 */
} Broadcast;

/* @n intervals of random audio; blocks of every size from 16 to 4080 bytes, and empty ones. */
static void
broadcast_init (Broadcast *self, GRand *rand, guint metaint, guint n)
{
  *self = (Broadcast){ g_byte_array_new (), g_byte_array_new (), g_ptr_array_new_with_free_func (g_free), g_array_new (FALSE, FALSE, sizeof (guint64)) };
  for (guint i = 0; i < n; i++) {
    guint8 blocks = i % 3 == 2 ? 0 : (i % 7 == 0 ? 255 : g_rand_int_range (rand, 2, 256));
    guint8 block[4080] = { 0 };

    for (guint k = 0; k < metaint; k++) {
      guint8 byte = g_rand_int (rand);

      g_byte_array_append (self->wire, &byte, 1);
      g_byte_array_append (self->audio, &byte, 1);
    }
    g_byte_array_append (self->wire, &blocks, 1);
    if (blocks) {
      gsize room = 16 * blocks - strlen ("StreamTitle='';");
      gsize size = i % 2 ? room : (gsize) g_rand_int_range (rand, 0, room + 1);
      char *title = g_malloc0 (size + 1);
      guint64 position = self->audio->len;

      for (gsize k = 0; k < size; k++)
        title[k] = "abc';=' xyz"[g_rand_int_range (rand, 0, 11)];
      memcpy (block, "StreamTitle='", 13);
      memcpy (block + 13, title, size);
      memcpy (block + 13 + size, "';", 2);
      g_byte_array_append (self->wire, block, 16 * blocks);
      g_ptr_array_add (self->titles, title);
      g_array_append_val (self->positions, position);
    }
  }
}

static void
broadcast_clear (Broadcast *self)
{
  g_byte_array_unref (self->wire);
  g_byte_array_unref (self->audio);
  g_ptr_array_unref (self->titles);
  g_array_unref (self->positions);
}

static void
pull (IsrIcy *icy, GByteArray *audio, const Broadcast *b, guint *n_titles)
{
  IsrIcyKind kind;
  GBytes *bytes = NULL;
  IsrIcyMetadata metadata = { 0 };

  while ((kind = isr_icy_next (icy, &bytes, &metadata)) != ISR_ICY_MORE) {
    if (kind == ISR_ICY_AUDIO) {
      g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
      g_byte_array_append (audio, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      g_bytes_unref (bytes);
    } else {
      g_assert_cmpuint (*n_titles, <, b->titles->len);
      g_assert_cmpstr (metadata.title, ==, g_ptr_array_index (b->titles, *n_titles));
      g_assert_null (metadata.url);
      g_assert_cmpuint (metadata.position, ==, g_array_index (b->positions, guint64, *n_titles));
      (*n_titles)++;
      isr_icy_metadata_clear (&metadata);
    }
  }
}

static void
check_chunks (const Broadcast *b, guint metaint, gsize max, GRand *rand)
{
  g_autoptr (IsrIcy) icy = isr_icy_new (metaint);
  g_autoptr (GByteArray) audio = g_byte_array_new ();
  g_autoptr (GBytes) all = g_bytes_new (b->wire->data, b->wire->len);
  guint n_titles = 0;

  for (gsize at = 0; at < b->wire->len;) {
    gsize wanted = rand ? (gsize) g_rand_int_range (rand, 1, max + 1) : max;
    gsize n = MIN (b->wire->len - at, wanted);
    g_autoptr (GBytes) piece = g_bytes_new_from_bytes (all, at, n);

    isr_icy_push (icy, piece);
    pull (icy, audio, b, &n_titles);
    at += n;
  }
  g_assert_cmpmem (audio->data, audio->len, b->audio->data, b->audio->len);
  g_assert_cmpuint (n_titles, ==, b->titles->len);
  g_assert_cmpuint (isr_icy_get_position (icy), ==, b->audio->len);
}

static void
test_chunks (void)
{
  static const guint metaints[] = { 1, 16, 255, 1000, 8192, 16000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < G_N_ELEMENTS (metaints); i++) {
    Broadcast b;

    broadcast_init (&b, rand, metaints[i], 20);
    for (gsize size = 1; size <= 64; size++)
      check_chunks (&b, metaints[i], size, NULL);
    check_chunks (&b, metaints[i], 1460, NULL);
    check_chunks (&b, metaints[i], b.wire->len, NULL);
    for (guint k = 0; k < 20; k++)
      check_chunks (&b, metaints[i], 5000, rand);
    broadcast_clear (&b);
  }
}

static void
test_without (void)
{
  g_autoptr (IsrIcy) icy = isr_icy_new (0);
  g_autoptr (GBytes) in = g_bytes_new_static ("all is audio", 12);
  g_autoptr (GBytes) out = NULL;
  IsrIcyMetadata metadata = { 0 };

  isr_icy_push (icy, in);
  g_assert_cmpint (isr_icy_next (icy, &out, &metadata), ==, ISR_ICY_AUDIO);
  g_assert_true (g_bytes_equal (in, out));
  g_assert_true (g_bytes_get_data (in, NULL) == g_bytes_get_data (out, NULL));
}

static void
test_restart (void)
{
  g_autoptr (IsrIcy) icy = isr_icy_new (4);
  g_autoptr (GBytes) torn = g_bytes_new_static ("aaaa\1Str", 8);
  g_autoptr (GBytes) again = g_bytes_new_static ("bb\0cc", 5);
  g_autoptr (GByteArray) audio = g_byte_array_new ();
  Broadcast none = { .titles = g_ptr_array_new () };
  guint n = 0;

  isr_icy_push (icy, torn);
  pull (icy, audio, &none, &n);
  isr_icy_restart (icy, 2);
  isr_icy_push (icy, again);
  pull (icy, audio, &none, &n);
  g_assert_cmpmem (audio->data, audio->len, "aaaabbcc", 8);
  g_assert_cmpuint (isr_icy_get_position (icy), ==, 8);
  g_ptr_array_unref (none.titles);
}

static const struct {
  const char *text, *title, *url;
} texts[] = {
  { "StreamTitle='Artist - Title';", "Artist - Title", NULL },
  { "StreamTitle='Artist - Title';StreamUrl='http://x/';", "Artist - Title", "http://x/" },
  { "StreamUrl='http://x/';StreamTitle='A';", "A", "http://x/" },
  { "StreamTitle='';StreamUrl='';", "", "" },
  { "StreamTitle='Don't; stop';StreamUrl='u';", "Don't; stop", "u" },
  { "StreamTitle='a';b';c';", "a';b';c", NULL },
  { "StreamTitle='a';StreamUrl='b';StreamUrl='c';", "a';StreamUrl='b", "c" },
  { "StreamTitle=''quoted'';StreamUrl='u';", "'quoted'", "u" },
  { "StreamTitle='ad';StreamUrl='';adw_ad='true';durationMilliseconds='30000';", "ad", "" },
  { "StreamTitle='ad';adw_ad='true';insertionType='preroll';", "ad", NULL },
  { "StreamTitle='cut off in the mid", "cut off in the mid", NULL },
  { "StreamTitle='no semicolon'", "no semicolon", NULL },
  { "StreamTitle='two\r\nlines\t';", "two  lines ", NULL },
  { "StreamTitle='trailing';\r\n", "trailing", NULL },
  { "StreamTitle='B\xc3\xb6hm';", "Böhm", NULL },
  { "StreamTitle='B\xf6hm';", "Böhm", NULL },
  { "StreamTitle='\xe6\x97\xa5\xe6\x9c", "日", NULL },
  { "Title='x';", NULL, NULL },
  { "", NULL, NULL },
};

static void
test_texts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    IsrIcyMetadata metadata = { .position = 7 };

    isr_icy_metadata_parse (&metadata, (const guint8 *) texts[i].text, strlen (texts[i].text));
    g_assert_cmpstr (metadata.title, ==, texts[i].title);
    g_assert_cmpstr (metadata.url, ==, texts[i].url);
    g_assert_cmpuint (metadata.position, ==, 7);
    isr_icy_metadata_clear (&metadata);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/icy/chunks", test_chunks);
  g_test_add_func ("/format/icy/without", test_without);
  g_test_add_func ("/format/icy/restart", test_restart);
  g_test_add_func ("/format/icy/texts", test_texts);
  return g_test_run ();
}
