/* SPDX-License-Identifier: MIT */
/* gzip when it is wanted, tags when they are the same. */
#include "daemon/http/coding.h"

#include <gio/gio.h>
#include <string.h>

static void
test_accepts (void)
{
  static const char *const yes[] = { "gzip", "GZIP", "br, gzip", "gzip;q=0.001", "gzip ; q=1, br", "*", "br;q=1, *;q=0.5", "x-gzip", "identity;q=0, gzip", "gzip;level=9" };
  static const char *const no[] = { "", "br", "gzip;q=0", "gzip; q=0.0", "gzip;Q=0, *", "*;q=0", "gzipped", "deflate, gzip;q=0", ",,;", "gzip;q=", "gzip;q=x" };

  for (guint i = 0; i < G_N_ELEMENTS (yes); i++)
    if (!isr_accepts_gzip (yes[i]))
      g_error ("“%s” takes gzip", yes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (no); i++)
    if (isr_accepts_gzip (no[i]))
      g_error ("“%s” does not take gzip", no[i]);
  g_assert_false (isr_accepts_gzip (NULL));
}

static void
test_gzip (void)
{
  g_autofree char *text = g_strnfill (100000, 'a');
  g_autoptr (GBytes) zipped = isr_gzip (text, 100000);
  g_autoptr (GConverter) converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autofree char *out = g_malloc (100001);
  gsize read, written;

  g_assert_cmpuint (g_bytes_get_size (zipped), <, 1000);
  g_assert_cmpint (g_converter_convert (converter, g_bytes_get_data (zipped, NULL), g_bytes_get_size (zipped), out, 100001, G_CONVERTER_INPUT_AT_END, &read, &written, NULL), ==, G_CONVERTER_FINISHED);
  g_assert_cmpmem (out, written, text, 100000);
}

static void
test_does_not_shrink (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  char noise[4096];

  for (gsize i = 0; i < sizeof noise; i++)
    noise[i] = (char) g_rand_int (random);
  g_assert_null (isr_gzip (noise, sizeof noise));
  g_assert_null (isr_gzip ("a", 1));
}

static void
test_tags (void)
{
  g_autofree char *one = isr_etag_make ("one", 3);
  g_autofree char *two = isr_etag_make ("two", 3);
  g_autofree char *strong = g_strdup (one + 2);
  g_autofree char *list = g_strdup_printf ("\"x\" , %s,%s", two, strong);

  g_assert_true (g_str_has_prefix (one, "W/\"") && g_str_has_suffix (one, "\""));
  g_assert_cmpstr (one, !=, two);
  g_assert_true (isr_etag_matches (one, one));
  g_assert_true (isr_etag_matches (list, one));
  g_assert_true (isr_etag_matches ("*", one));
  g_assert_false (isr_etag_matches (two, one));
  g_assert_false (isr_etag_matches ("", one));
  g_assert_false (isr_etag_matches (NULL, one));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/coding/accepts", test_accepts);
  g_test_add_func ("/coding/gzip", test_gzip);
  g_test_add_func ("/coding/does-not-shrink", test_does_not_shrink);
  g_test_add_func ("/coding/tags", test_tags);
  return g_test_run ();
}
