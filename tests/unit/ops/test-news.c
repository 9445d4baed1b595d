/* SPDX-License-Identifier: MIT */
/* The same facts in both ways, what is not known among them. */
#include "daemon/ops/news.h"

#include <glib.h>

#define START G_GINT64_CONSTANT (1706700000500000)

/* As the documentation shows it. */
static void
test_event (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  const IsrNews news = { .kind = ISR_NEWS_EVENT, .source = "mic", .reason = "level", .file = "/r/mic/a \"b\".flac.part", .name = "mic/a \"b\".flac", .start_us = START, .end_us = START + 12345400, .score = 2345, .peak = -5, .floor = -5000 };
  g_autofree char *json = isr_news_to_json (&news, zone);

  g_assert_cmpstr (json, ==,
      "{\"event\":\"event\",\"source\":\"mic\",\"state\":null,\"reason\":\"level\",\"detail\":null,"
      "\"file\":\"/r/mic/a \\\"b\\\".flac.part\",\"name\":\"mic/a \\\"b\\\".flac\","
      "\"start\":\"2024-01-31T12:20:00.500000+01:00\",\"end\":\"2024-01-31T12:20:12.845400+01:00\","
      "\"start_us\":1706700000500000,\"end_us\":1706700012845400,\"seconds\":12.345,\"cause\":null,"
      "\"score\":23.45,\"peak\":-0.05,\"floor\":-50.00,\"suppressed\":0}");
}

/* Whatever a name is made of, the JSON is JSON; the environment has the bytes. */
static void
test_strange (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  const IsrNews news = { .kind = ISR_NEWS_FILE, .source = "m\"\n\t", .name = "\xff.flac", .suppressed = 3 };
  g_autofree char *json = isr_news_to_json (&news, zone);
  g_auto (GStrv) environment = isr_news_to_environment (&news, NULL, zone);

  g_assert_true (g_utf8_validate (json, -1, NULL));
  g_assert_nonnull (g_strstr_len (json, -1, "\"source\":\"m\\\"\\n\\t\""));
  g_assert_nonnull (g_strstr_len (json, -1, "\"suppressed\":3}"));
  g_assert_cmpstr (g_environ_getenv (environment, "ISR_NAME"), ==, "\xff.flac");
  g_assert_cmpstr (g_environ_getenv (environment, "ISR_SCORE"), ==, "");
}

/* Each name of JSON is one of the environment, and the other way round. */
static void
test_same_facts (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  const IsrNews news = { .kind = ISR_NEWS_STATE, .source = "mic", .start_us = START };
  g_autofree char *json = isr_news_to_json (&news, zone);
  g_auto (GStrv) environment = isr_news_to_environment (&news, NULL, zone);

  for (guint i = 0; environment[i]; i++) {
    g_auto (GStrv) pair = g_strsplit (environment[i] + 4, "=", 2);
    g_autofree char *lower = g_ascii_strdown (pair[0], -1);
    g_autofree char *name = g_strdup_printf ("\"%s\":", lower);

    g_assert_nonnull (g_strstr_len (json, -1, name));
  }
  g_assert_cmpuint (g_strv_length (environment), ==, 17);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/news/event", test_event);
  g_test_add_func ("/news/strange", test_strange);
  g_test_add_func ("/news/same-facts", test_same_facts);
  return g_test_run ();
}
