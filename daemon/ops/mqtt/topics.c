/* SPDX-License-Identifier: MIT */
/* topics.c - names and payloads; one row for each sensor. */
#include "daemon/ops/mqtt/topics.h"

#include <math.h>
#include <string.h>

#include "daemon/core/levels.h"
#include "daemon/ops/news.h"

static const struct {
  const char *kind;  /* Home Assistant's component */
  const char *what;  /* the sensor */
  const char *topic; /* whose payload it shows */
  const char *value; /* template */
  const char *more;  /* of the discovery's object */
} sensors[] = {
  { "sensor", "state", "state", "{{ value_json.state }}", "\"icon\":\"mdi:record-rec\"" },
  { "binary_sensor", "problem", "state", "{{ value_json.problem }}", "\"device_class\":\"problem\"" },
  { "sensor", "level", "level", "{{ value_json.level }}", "\"unit_of_measurement\":\"dB\",\"state_class\":\"measurement\",\"icon\":\"mdi:volume-high\"" },
  { "sensor", "coverage", "coverage", "{{ value }}", "\"unit_of_measurement\":\"%\",\"state_class\":\"measurement\",\"icon\":\"mdi:timeline-check\"" },
  { "sensor", "last_event", "event", "{{ value_json.start }}", "\"device_class\":\"timestamp\"" },
};

static const char *const topics[] = { "state", "level", "coverage", "event" };

/* --- names ----------------------------------------------------------------- */

char *
isr_mqtt_make_id (const char *source)
{
  g_autofree char *clean = g_strcanon (g_strdup (source), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", '_');
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, source, -1);

  return g_str_equal (clean, source) ? g_steal_pointer (&clean) : g_strdup_printf ("%s_%.6s", clean, sum);
}

char *
isr_mqtt_make_topic (const IsrMqttPlace *self, const char *source, const char *what)
{
  g_autofree char *id = isr_mqtt_make_id (source);

  return g_strjoin ("/", self->topic, id, what, NULL);
}

char *
isr_mqtt_make_availability (const IsrMqttPlace *self)
{
  return g_strjoin ("/", self->topic, "availability", NULL);
}

char *
isr_mqtt_make_filter (const IsrMqttPlace *self)
{
  return g_strjoin ("/", self->topic, "+", "state", NULL);
}

char *
isr_mqtt_parse_topic (const IsrMqttPlace *self, const char *topic)
{
  g_autofree char *head = g_strconcat (self->topic, "/", NULL);
  const char *end = g_str_has_prefix (topic, head) && g_str_has_suffix (topic, "/state") ? topic + strlen (topic) - strlen ("/state") : NULL;
  g_autofree char *id = end > topic + strlen (head) ? g_strndup (topic + strlen (head), (gsize) (end - topic) - strlen (head)) : NULL;

  return id && !strchr (id, '/') ? g_steal_pointer (&id) : NULL;
}

/* "isr_garden": unique in the house. */
static char *
make_node (const IsrMqttPlace *self, const char *source)
{
  g_autofree char *own = isr_mqtt_make_id (self->topic);
  g_autofree char *id = isr_mqtt_make_id (source);

  return g_strjoin ("_", own, id, NULL);
}

static char *
make_discovery_topic (const IsrMqttPlace *self, const char *source, guint sensor)
{
  g_autofree char *node = make_node (self, source);

  return g_strjoin ("/", self->prefix, sensors[sensor].kind, node, sensors[sensor].what, "config", NULL);
}

/* --- discovery ----------------------------------------------------------------- */

/* "garden last event", quoted: what people see. */
static char *
make_title (const char *source, guint sensor)
{
  g_autofree char *what = g_strdelimit (g_strdup (sensors[sensor].what), "_", ' ');
  g_autofree char *title = g_strdup_printf ("%s %s", source, what);

  return isr_news_quote (title);
}

/* What else there is to know about a state. */
static char *
make_attributes (const char *topic, guint sensor)
{
  return g_str_equal (sensors[sensor].what, "state") ? g_strdup_printf ("\"json_attributes_topic\":\"%s\",", topic) : g_strdup ("");
}

static char *
make_discovery (const IsrMqttPlace *self, const char *source, guint sensor)
{
  g_autofree char *node = make_node (self, source), *device = isr_mqtt_make_id (self->topic);
  g_autofree char *topic = isr_mqtt_make_topic (self, source, sensors[sensor].topic);
  g_autofree char *availability = isr_mqtt_make_availability (self);
  g_autofree char *name = make_title (source, sensor);
  g_autofree char *attributes = make_attributes (topic, sensor);

  return g_strdup_printf ("{\"name\":%s,\"unique_id\":\"%s_%s\",\"state_topic\":\"%s\",\"value_template\":\"%s\",%s,%s"
                          "\"availability_topic\":\"%s\",\"device\":{\"identifiers\":[\"%s\"],\"name\":\"ISR\",\"model\":\"ISR\",\"sw_version\":\"" ISR_VERSION "\"}}",
      name, node, sensors[sensor].what, topic, sensors[sensor].value, sensors[sensor].more, attributes, availability, device);
}

void
isr_mqtt_announce (const IsrMqttPlace *self, const char *source, IsrMqttPublish publish, gpointer data)
{
  for (guint i = 0; self->prefix && i < G_N_ELEMENTS (sensors); i++) {
    g_autofree char *topic = make_discovery_topic (self, source, i);
    g_autofree char *payload = make_discovery (self, source, i);

    publish (data, topic, payload);
  }
}

void
isr_mqtt_withdraw (const IsrMqttPlace *self, const char *source, IsrMqttPublish publish, gpointer data)
{
  for (guint i = 0; self->prefix && i < G_N_ELEMENTS (sensors); i++) {
    g_autofree char *topic = make_discovery_topic (self, source, i);

    publish (data, topic, "");
  }
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++) {
    g_autofree char *topic = isr_mqtt_make_topic (self, source, topics[i]);

    publish (data, topic, "");
  }
}

/* --- payloads --------------------------------------------------------------------- */

static gboolean
is_problem (const IsrSourceState *state)
{
  return state->state == ISR_STATE_WAITING_TO_RETRY || state->state == ISR_STATE_FAILED || state->warnings[0];
}

char *
isr_mqtt_format_state (const IsrSourceState *state)
{
  g_autofree char *reason = state->reason ? isr_news_quote (state->reason) : g_strdup ("null");
  g_autofree char *detail = state->detail ? isr_news_quote (state->detail) : g_strdup ("null");
  g_autoptr (GString) warnings = g_string_new (NULL);

  for (guint i = 0; state->warnings[i]; i++)
    g_string_append_printf (warnings, "%s\"%s\"", i ? "," : "", state->warnings[i]);
  return g_strdup_printf ("{\"state\":\"%s\",\"reason\":%s,\"detail\":%s,\"warnings\":[%s],\"problem\":\"%s\"}",
      isr_state_to_string (state->state), reason, detail, warnings->str, is_problem (state) ? "ON" : "OFF");
}

static char *
format_decibels (gint centi)
{
  return centi == ISR_LEVELS_UNKNOWN ? g_strdup ("null") : g_strdup_printf ("%s%d.%02d", centi < 0 ? "-" : "", ABS (centi) / 100, ABS (centi) % 100);
}

char *
isr_mqtt_format_level (const IsrSourceState *state)
{
  g_autofree char *level = format_decibels (state->level);
  g_autofree char *peak = format_decibels (state->peak);
  g_autofree char *floor_ = format_decibels (state->floor);

  return g_strdup_printf ("{\"level\":%s,\"peak\":%s,\"floor\":%s}", level, peak, floor_);
}

/* Never rounded up to a hundred: that is for those who have every second. */
char *
isr_mqtt_format_coverage (double share)
{
  int hundredths = (int) floor (share * 10000);

  return share < 0 ? g_strdup ("None") : g_strdup_printf ("%d.%02d", hundredths / 100, hundredths % 100);
}
