/* SPDX-License-Identifier: MIT */
/* JSON in and out: what is refused, and how numbers and texts are written. */
#include "daemon/core/error.h"
#include "daemon/http/json.h"
#include "daemon/http/read-json.h"
#include "daemon/http/write-json.h"

#include <math.h>
#include <string.h>

static void
assert_refused (const char *text, gsize size)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (isr_read_json (text, size, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  g_assert_cmpuint (strlen (error->message), >, 10);
}

static void
test_refused (void)
{
  static const char *const bad[] = { "", " ", "{", "}", "[]", "1", "\"a\"", "null", "{\"a\"}", "{\"a\":}", "{\"a\":1,}x", "{\"a\":\"\xff\"}", "nonsense", "{\"a\":\"\\ud800\"}", "{\"\\udfff\":1}", "{\"a\":\"b", "\\" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (bad[i], strlen (bad[i]));
  assert_refused ("{\"a\":\"\0\"}", 9);
}

static void
test_depth (void)
{
  g_autofree char *open = g_strnfill (60000, '[');
  g_autofree char *deep = g_strconcat ("{\"a\":", open, NULL);
  g_autofree char *text = g_strconcat ("{\"a\":\"\\\"", open, "\"}", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = isr_read_json (text, strlen (text), &error);

  assert_refused (deep, strlen (deep));
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (json_object_get_string_member (object, "a")), ==, 60001);
}

/* An object in an object ..., @n times. */
static char *
make_nested (guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i + 1 < n; i++)
    g_string_append (text, "{\"a\":");
  g_string_append (text, "{}");
  for (guint i = 0; i + 1 < n; i++)
    g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
test_depth_edge (void)
{
  g_autofree char *just = make_nested (ISR_JSON_MAX_DEPTH);
  g_autofree char *over = make_nested (ISR_JSON_MAX_DEPTH + 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = isr_read_json (just, strlen (just), &error);

  g_assert_no_error (error);
  g_assert_nonnull (object);
  assert_refused (over, strlen (over));
}

static void
test_read (void)
{
  static const char text[] = "{\"source\":\"m\xc3\xafk\",\"start_us\":1706698800000000,\"verdict\":null,\"nested\":[{\"x\":[1.5]}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = isr_read_json (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (object, "source"), ==, "m\xc3\xafk");
  g_assert_cmpint (json_object_get_int_member (object, "start_us"), ==, G_GINT64_CONSTANT (1706698800000000));
  g_assert_true (json_object_get_null_member (object, "verdict"));
}

static void
assert_written (JsonNode *node, const char *expected)
{
  g_autoptr (JsonNode) owned = node;
  g_autofree char *text = isr_write_json (owned);

  g_assert_cmpstr (text, ==, expected);
}

static JsonNode *
number (double value)
{
  return json_node_init_double (json_node_alloc (), value);
}

static void
test_write (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  assert_written (number (-23.45), "-23.45");
  assert_written (number (3600), "3600.0");
  assert_written (number (0.1), "0.1");
  assert_written (number (1e300), "1e+300");
  assert_written (number (-0.0), "-0.0");
  assert_written (number (NAN), "null");
  assert_written (number (-INFINITY), "null");
  assert_written (json_node_init_int (json_node_alloc (), G_MININT64), "-9223372036854775808");
  assert_written (json_node_init_null (json_node_alloc ()), "null");
  assert_written (json_node_init_string (json_node_alloc (), "a\"\\\n\t\x01\x7f\xc3\xa4/"), "\"a\\\"\\\\\\n\\u0009\\u0001\\u007f\xc3\xa4/\"");
  for (int i = 0; i < 10000; i++) {
    double value = g_rand_double_range (random, -1e9, 1e9);
    g_autoptr (JsonNode) node = number (value);
    g_autofree char *text = isr_write_json (node);

    g_assert_cmpfloat (g_ascii_strtod (text, NULL), ==, value);
  }
}

/* What another parser makes of it is what went in. */
static void
test_round_trip (void)
{
  static const char text[] = "{\"a\":[],\"b\":{},\"c\":[1,2.5,null,true,false,\"x\"],\"\\\"\":{\"d\":[[0]]}}";
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_autofree char *written = isr_write_json (node);

  g_assert_cmpstr (written, ==, text);
}

/* As GLib does it, over changes of the clock, in any zone; and what it can not do is none. */
static void
test_times (void)
{
  static const char *const zones[] = { "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "-00:30" };

  for (guint i = 0; i < 6000; i++) {
    g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zones[i % G_N_ELEMENTS (zones)]);
    gint64 us = (gint64) g_test_rand_int_range (1, G_MAXINT32) * G_TIME_SPAN_SECOND + g_test_rand_int_range (0, G_TIME_SPAN_SECOND);
    g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (us / G_TIME_SPAN_SECOND);
    g_autoptr (GDateTime) utc = g_date_time_add (second, us % G_TIME_SPAN_SECOND), local = g_date_time_to_timezone (utc, zone);
    g_autofree char *expected = g_date_time_format (local, "%Y-%m-%dT%H:%M:%S.%f%:z"), *text = isr_json_format_time (us, zone);

    g_assert_cmpstr (text, ==, expected);
  }
  {
    g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
    g_autofree char *before = isr_json_format_time (-1, utc);

    g_assert_cmpstr (before, ==, "1969-12-31T23:59:59.999999+00:00");
    g_assert_null (isr_json_format_time (G_MAXINT64, utc));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/times", test_times);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/depth-edge", test_depth_edge);
  g_test_add_func ("/json/read", test_read);
  g_test_add_func ("/json/write", test_write);
  g_test_add_func ("/json/round-trip", test_round_trip);
  return g_test_run ();
}
