/* SPDX-License-Identifier: MIT */
/* Queries as RFC 3986 has them, and typed values with sentences for mistakes. */
#include "daemon/core/error.h"
#include "daemon/http/query.h"

#include <string.h>

static void
assert_decodes (const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = isr_uri_decode (text, &error);

  g_assert_cmpstr (got, ==, expected);
  if (!expected)
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
}

static void
test_decode (void)
{
  assert_decodes ("", "");
  assert_decodes ("a+b", "a+b");
  assert_decodes ("a%2Bb%2b%20c", "a+b+ c");
  assert_decodes ("%C3%A4", "ä");
  assert_decodes ("%25%32%35", "%25");
  assert_decodes ("%2f..%2F", "/../");
  assert_decodes ("%", NULL);
  assert_decodes ("%4", NULL);
  assert_decodes ("%4g", NULL);
  assert_decodes ("%%20", NULL);
  assert_decodes ("a%00b", NULL);
  assert_decodes ("%ff", NULL);
  assert_decodes ("%c0%af", NULL);
  assert_decodes ("%ed%a0%80", NULL);
  assert_decodes ("\xff", NULL);
}

/* What is encoded, decodes to itself. */
static void
test_round_trip (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (int i = 0; i < 5000; i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree char *encoded = NULL;

    for (int n = g_rand_int_range (random, 0, 20); n; n--) {
      gunichar c = (gunichar) g_rand_int_range (random, 1, g_rand_boolean (random) ? 128 : 0x110000);

      g_string_append_unichar (text, g_unichar_validate (c) ? c : 'x');
    }
    encoded = g_uri_escape_string (text->str, g_rand_boolean (random) ? NULL : "+/", FALSE);
    assert_decodes (encoded, text->str);
  }
}

static void
test_parse (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrQuery) query = isr_query_parse ("a=1&b&c=x=y&&%64=%26&e=+", &error);
  g_autoptr (IsrQuery) empty = isr_query_parse (NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (isr_query_get (query, "a"), ==, "1");
  g_assert_cmpstr (isr_query_get (query, "b"), ==, "");
  g_assert_cmpstr (isr_query_get (query, "c"), ==, "x=y");
  g_assert_cmpstr (isr_query_get (query, "d"), ==, "&");
  g_assert_cmpstr (isr_query_get (query, "e"), ==, "+");
  g_assert_null (isr_query_get (query, "f"));
  g_assert_null (isr_query_get (empty, ""));
  g_assert_null (isr_query_parse ("a=1&a=2", &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_null (isr_query_parse ("a=1&a=%", &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
}

static void
test_uint (void)
{
  static const char *const bad[] = { "", "0", "11", "-1", "+5", "5 ", " 5", "5.0", "1e1", "0x5", "99999999999999999999", "five" };
  g_autoptr (IsrQuery) good = isr_query_parse ("n=10", NULL);
  guint value;

  g_assert_true (isr_query_get_uint (good, "n", 1, 10, 3, &value, NULL));
  g_assert_cmpuint (value, ==, 10);
  g_assert_true (isr_query_get_uint (good, "m", 1, 10, 3, &value, NULL));
  g_assert_cmpuint (value, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *text = g_strdup_printf ("n=%s", bad[i]);
    g_autoptr (IsrQuery) query = isr_query_parse (text, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (isr_query_get_uint (query, "n", 1, 10, 3, &value, &error));
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, "from 1 to 10"));
  }
}

static void
test_double (void)
{
  static const struct {
    const char *text;
    double expected;
  } good[] = { { "0", 0 }, { "-1.5", -1.5 }, { "+2", 2 }, { "1e1", 10 }, { ".5", 0.5 }, { "10", 10 }, { "-10", -10 } };
  static const char *const bad[] = { "", " 1", "1 ", "0x5", "inf", "-inf", "nan", "NAN", "10.001", "-11", "1e9", "1e999", "1,5", "1.2.3", "1e", "--1", "five", "0b1", "1_0" };
  double value;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *text = g_strdup_printf ("n=%s", good[i].text);
    g_autoptr (IsrQuery) query = isr_query_parse (text, NULL);

    g_assert_true (isr_query_get_double (query, "n", -10, 10, "dB", 7, &value, NULL));
    g_assert_cmpfloat (value, ==, good[i].expected);
    g_assert_true (isr_query_get_double (query, "m", -10, 10, "dB", 7, &value, NULL));
    g_assert_cmpfloat (value, ==, 7);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *text = g_strdup_printf ("n=%s", bad[i]);
    g_autoptr (IsrQuery) query = isr_query_parse (text, NULL);
    g_autoptr (GError) error = NULL;

    if (isr_query_get_double (query, "n", -10, 10, "dB", 7, &value, &error))
      g_error ("“%s” is taken for %g", bad[i], value);
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, "from -10 to 10 (dB)"));
  }
}

static void
test_time (void)
{
  static const struct {
    const char *text;
    gint64 expected;
  } good[] = {
    { "0", 0 },
    { "-5", -5 },
    { "1706702400000001", G_GINT64_CONSTANT (1706702400000001) },
    { "2024-01-31T12:00:00Z", G_GINT64_CONSTANT (1706702400000000) },
    { "2024-01-31T13:00:00+01:00", G_GINT64_CONSTANT (1706702400000000) },
    { "2024-01-31T13:00:00.25%2B01:00", G_GINT64_CONSTANT (1706702400250000) },
    { "2024-01-31", G_GINT64_CONSTANT (1706655600000000) },
    { "2024-03-31", G_GINT64_CONSTANT (1711839600000000) },
    { "2024-04-01", G_GINT64_CONSTANT (1711922400000000) },
  };
  static const char *const bad[] = { "", "now", "2024-01-31T12:00:00", "2024-02-30", "12:00", "99999999999999999999", "1.5" };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  gint64 value;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *text = g_strdup_printf ("t=%s", good[i].text);
    g_autoptr (IsrQuery) query = isr_query_parse (text, NULL);

    g_assert_true (isr_query_get_time (query, "t", zone, 7, &value, NULL));
    g_assert_cmpint (value, ==, good[i].expected);
    g_assert_true (isr_query_get_time (query, "other", zone, 7, &value, NULL));
    g_assert_cmpint (value, ==, 7);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *text = g_strdup_printf ("t=%s", bad[i]);
    g_autoptr (IsrQuery) query = isr_query_parse (text, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (isr_query_get_time (query, "t", zone, 7, &value, &error));
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/query/decode", test_decode);
  g_test_add_func ("/query/round-trip", test_round_trip);
  g_test_add_func ("/query/parse", test_parse);
  g_test_add_func ("/query/uint", test_uint);
  g_test_add_func ("/query/double", test_double);
  g_test_add_func ("/query/time", test_time);
  return g_test_run ();
}
