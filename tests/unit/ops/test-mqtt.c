/* SPDX-License-Identifier: MIT */
/* Names of topics, payloads, and what Home Assistant is told. */
#include "daemon/ops/mqtt/topics.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const IsrMqttPlace place = { "house/isr", "homeassistant" };

static void
test_ids (void)
{
  static const char *const strange[] = { "a b", "a/b", "a+b", "a#b", "ä", "a\"b" };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *plain = isr_mqtt_make_id ("mic_2-x");

  g_assert_cmpstr (plain, ==, "mic_2-x");
  for (guint i = 0; i < G_N_ELEMENTS (strange); i++) {
    char *id = isr_mqtt_make_id (strange[i]);

    g_assert_null (strpbrk (id, " /+#\"$"));
    g_assert_true (g_str_is_ascii (id));
    g_assert_true (g_hash_table_add (seen, id));
  }
}

/* What a broker still has of a source names it as we did. */
static void
test_whose (void)
{
  static const char *const none[] = { "house/isr/availability", "house/isr/state", "house/isr//state", "house/isr/a/b/state", "other/isr/mic/state", "house/isr/mic/level" };
  g_autofree char *filter = isr_mqtt_make_filter (&place);
  g_autofree char *topic = isr_mqtt_make_topic (&place, "our \"1", "state");
  g_autofree char *id = isr_mqtt_parse_topic (&place, topic);
  g_autofree char *again = isr_mqtt_make_topic (&place, id, "state");

  g_assert_cmpstr (filter, ==, "house/isr/+/state");
  g_assert_cmpstr (again, ==, topic);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (isr_mqtt_parse_topic (&place, none[i]));
}

typedef struct {
  guint n, removed;
} Seen;

static void
on_published (gpointer data, const char *topic, const char *payload)
{
  Seen *seen = data;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  seen->n++;
  if (!*payload) {
    seen->removed++;
    return;
  }
  g_assert_true (g_str_has_prefix (topic, "homeassistant/"));
  g_assert_true (g_str_has_suffix (topic, "/config"));
  json_parser_load_from_data (parser, payload, -1, &error);
  g_assert_no_error (error);
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_true (g_str_has_prefix (json_object_get_string_member (object, "state_topic"), "house/isr/our__1"));
  g_assert_cmpstr (json_object_get_string_member (object, "availability_topic"), ==, "house/isr/availability");
  g_assert_true (g_str_has_prefix (json_object_get_string_member (object, "name"), "our \"1 "));
}

static void
test_discovery (void)
{
  const IsrMqttPlace bare = { "isr", NULL };
  Seen seen = { 0 };

  isr_mqtt_announce (&place, "our \"1", on_published, &seen);
  g_assert_cmpuint (seen.n, ==, 5);
  g_assert_cmpuint (seen.removed, ==, 0);
  isr_mqtt_withdraw (&place, "our \"1", on_published, &seen);
  g_assert_cmpuint (seen.removed, ==, 9);
  isr_mqtt_announce (&bare, "mic", on_published, &seen);
  g_assert_cmpuint (seen.n, ==, 14);
}

static void
test_payloads (void)
{
  g_autoptr (IsrSourceState) state = isr_source_state_new ("mic", "test");
  g_autofree char *unknown = isr_mqtt_format_level (state), *idle = isr_mqtt_format_state (state), *waiting = NULL, *level = NULL;
  g_autofree char *almost = isr_mqtt_format_coverage (0.999999), *whole = isr_mqtt_format_coverage (1), *none = isr_mqtt_format_coverage (-1);

  g_assert_cmpstr (unknown, ==, "{\"level\":null,\"peak\":null,\"floor\":null}");
  g_assert_cmpstr (idle, ==, "{\"state\":\"idle\",\"reason\":null,\"detail\":null,\"warnings\":[],\"problem\":\"OFF\"}");
  state->state = ISR_STATE_WAITING_TO_RETRY;
  state->reason = g_strdup ("refused");
  state->detail = g_strdup ("a \"b\"");
  isr_source_state_warn (state, "clipping", TRUE);
  isr_source_state_warn (state, "disk", TRUE);
  state->level = -1205;
  state->peak = -5;
  state->floor = -6000;
  waiting = isr_mqtt_format_state (state);
  level = isr_mqtt_format_level (state);
  g_assert_cmpstr (waiting, ==, "{\"state\":\"waiting-to-retry\",\"reason\":\"refused\",\"detail\":\"a \\\"b\\\"\",\"warnings\":[\"clipping\",\"disk\"],\"problem\":\"ON\"}");
  g_assert_cmpstr (level, ==, "{\"level\":-12.05,\"peak\":-0.05,\"floor\":-60.00}");
  g_assert_cmpstr (almost, ==, "99.99");
  g_assert_cmpstr (whole, ==, "100.00");
  g_assert_cmpstr (none, ==, "None");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mqtt/ids", test_ids);
  g_test_add_func ("/mqtt/whose", test_whose);
  g_test_add_func ("/mqtt/discovery", test_discovery);
  g_test_add_func ("/mqtt/payloads", test_payloads);
  return g_test_run ();
}
