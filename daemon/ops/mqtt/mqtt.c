/* SPDX-License-Identifier: MIT */
/* mqtt.c - from signals and a clock to topics.
 *
 * What was last published of each topic is known: only what is different is published,
 * and all of it again when the broker has taken us anew. Nothing is queued for a broker
 * that is away: what it hears then is how things are, and the last event of each source. */
#include "daemon/ops/mqtt/mqtt.h"

#include "daemon/ops/mqtt/client.h"
#include "daemon/ops/mqtt/topics.h"
#include "daemon/ops/news.h"

#define LEVEL_SECONDS 10

struct _IsrMqtt {
  IsrMqttClient *client;
  IsrCapture *capture;
  IsrCatalog *catalog;
  GTimeZone *zone;
  char *topic, *prefix;
  GHashTable *known;  /* topic -> payload */
  GHashTable *events; /* source -> JSON: the last one */
  GHashTable *names;  /* sources that were announced */
  guint timer;
};

static IsrMqttPlace
get_place (const IsrMqtt *self)
{
  return (IsrMqttPlace){ self->topic, self->prefix };
}

static void
publish (gpointer data, const char *topic, const char *payload)
{
  IsrMqtt *self = data;

  if (g_strcmp0 (g_hash_table_lookup (self->known, topic), payload) == 0)
    return;
  g_hash_table_insert (self->known, g_strdup (topic), g_strdup (payload));
  isr_mqtt_client_publish (self->client, topic, payload);
}

/* Takes @payload. */
static void
publish_of (IsrMqtt *self, const char *source, const char *what, char *payload)
{
  const IsrMqttPlace place = get_place (self);
  g_autofree char *topic = isr_mqtt_make_topic (&place, source, what);
  g_autofree char *owned G_GNUC_UNUSED = payload;

  if (payload)
    publish (self, topic, payload);
}

/* --- a source --------------------------------------------------------------- */

static void
publish_measures (IsrMqtt *self, const IsrSourceState *state)
{
  double share = isr_catalog_coverage_today (self->catalog, state->name, self->zone, g_get_real_time ());

  publish_of (self, state->name, "level", isr_mqtt_format_level (state));
  publish_of (self, state->name, "coverage", isr_mqtt_format_coverage (share));
}

static void
publish_source (IsrMqtt *self, const IsrSourceState *state)
{
  const IsrMqttPlace place = get_place (self);

  g_hash_table_add (self->names, g_strdup (state->name));
  isr_mqtt_announce (&place, state->name, publish, self);
  publish_of (self, state->name, "state", isr_mqtt_format_state (state));
  publish_of (self, state->name, "event", g_strdup (g_hash_table_lookup (self->events, state->name)));
  publish_measures (self, state);
}

static gboolean
has_name (gconstpointer state, gconstpointer name)
{
  return g_str_equal (((const IsrSourceState *) state)->name, name);
}

static void
withdraw_others (IsrMqtt *self, GPtrArray *states)
{
  const IsrMqttPlace place = get_place (self);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_ptr_array_find_with_equal_func (states, name, has_name, NULL)) {
      isr_mqtt_withdraw (&place, name, publish, self);
      g_hash_table_iter_remove (&iter);
    }
}

void
isr_mqtt_refresh (IsrMqtt *self)
{
  g_autoptr (GPtrArray) states = isr_control_states (isr_capture_get_control (self->capture));

  for (guint i = 0; i < states->len; i++)
    publish_source (self, states->pdata[i]);
  withdraw_others (self, states);
}

/* --- what happens -------------------------------------------------------------- */

static void
on_connected (gpointer data)
{
  IsrMqtt *self = data;
  const IsrMqttPlace place = get_place (self);
  g_autofree char *availability = isr_mqtt_make_availability (&place);

  g_hash_table_remove_all (self->known);
  isr_mqtt_refresh (self);
  publish (self, availability, "online");
}

static gboolean
has_id (gpointer name, gpointer payload G_GNUC_UNUSED, gpointer id)
{
  g_autofree char *own = isr_mqtt_make_id (name);

  return g_str_equal (own, id);
}

/* What a source left that was removed while we were not there. */
static void
on_retained (gpointer data, const char *topic)
{
  IsrMqtt *self = data;
  const IsrMqttPlace place = get_place (self);
  g_autofree char *id = isr_mqtt_parse_topic (&place, topic);

  if (id && !g_hash_table_find (self->names, has_id, id))
    isr_mqtt_withdraw (&place, id, publish, self);
}

static void
on_state_changed (IsrCapture *capture, IsrSourceState *state, gpointer data)
{
  IsrMqtt *self = data;

  if (g_hash_table_contains (self->names, state->name)) /* else it leaves, or refresh brings it */
    publish_of (self, state->name, "state", isr_mqtt_format_state (state));
}

static char *
format_event (IsrMqtt *self, const IsrEvent *event)
{
  g_autoptr (IsrRecording) recording = isr_catalog_find_at (self->catalog, event->source, event->start_us);
  const IsrNews news = {
    .kind = ISR_NEWS_EVENT,
    .source = event->source,
    .reason = event->reason,
    .name = recording ? recording->name : NULL,
    .start_us = event->start_us,
    .end_us = event->end_us,
    .score = event->score,
    .peak = event->peak,
    .floor = event->floor,
  };

  return isr_news_to_json (&news, self->zone);
}

static void
on_event (IsrCapture *capture, IsrEvent *event, gpointer data)
{
  IsrMqtt *self = data;
  char *json;

  if (event->state != ISR_EVENT_ENDED || !g_hash_table_contains (self->names, event->source))
    return;
  json = format_event (self, event);
  g_hash_table_insert (self->events, g_strdup (event->source), json);
  publish_of (self, event->source, "event", g_strdup (json));
}

static gboolean
on_timer (gpointer data)
{
  IsrMqtt *self = data;
  g_autoptr (GPtrArray) states = isr_control_states (isr_capture_get_control (self->capture));

  for (guint i = 0; i < states->len; i++)
    publish_measures (self, states->pdata[i]);
  return G_SOURCE_CONTINUE;
}

/* --- the object ------------------------------------------------------------------- */

gboolean
isr_mqtt_config_equal (const IsrConfig *a, const IsrConfig *b)
{
  return g_strcmp0 (a->mqtt_host, b->mqtt_host) == 0 && a->mqtt_port == b->mqtt_port && a->mqtt_tls == b->mqtt_tls
         && g_strcmp0 (a->mqtt_username, b->mqtt_username) == 0 && g_strcmp0 (a->mqtt_password, b->mqtt_password) == 0
         && g_strcmp0 (a->mqtt_ca_file, b->mqtt_ca_file) == 0 && g_strcmp0 (a->mqtt_topic, b->mqtt_topic) == 0 && g_strcmp0 (a->mqtt_discovery_prefix, b->mqtt_discovery_prefix) == 0;
}

static void
connect_to (IsrMqtt *self, const IsrConfig *config)
{
  static const IsrMqttHooks hooks = { on_connected, on_retained };
  const IsrMqttPlace place = get_place (self);
  g_autofree char *will = isr_mqtt_make_availability (&place), *filter = isr_mqtt_make_filter (&place);
  const IsrMqttBroker broker = {
    .host = config->mqtt_host,
    .port = config->mqtt_port,
    .tls = config->mqtt_tls,
    .ca_file = config->mqtt_ca_file,
    .username = config->mqtt_username,
    .password = config->mqtt_password,
    .will = will,
    .filter = filter,
  };

  self->client = isr_mqtt_client_new (&broker, &hooks, self);
}

IsrMqtt *
isr_mqtt_new (const IsrConfig *config, IsrCapture *capture, IsrCatalog *catalog)
{
  IsrMqtt *self = g_new0 (IsrMqtt, 1);

  self->capture = capture;
  self->catalog = catalog;
  self->zone = config->timezone ? g_time_zone_new_identifier (config->timezone) : g_time_zone_new_local ();
  self->topic = g_strdup (config->mqtt_topic);
  self->prefix = g_strcmp0 (config->mqtt_discovery_prefix, "none") == 0 ? NULL : g_strdup (config->mqtt_discovery_prefix);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->timer = g_timeout_add_seconds (LEVEL_SECONDS, on_timer, self);
  g_signal_connect (capture, "state-changed", G_CALLBACK (on_state_changed), self);
  g_signal_connect (capture, "event", G_CALLBACK (on_event), self);
  connect_to (self, config);
  return self;
}

void
isr_mqtt_free (IsrMqtt *self)
{
  g_signal_handlers_disconnect_by_data (self->capture, self);
  g_source_remove (self->timer);
  isr_mqtt_client_free (self->client);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->events);
  g_hash_table_unref (self->names);
  g_time_zone_unref (self->zone);
  g_free (self->topic);
  g_free (self->prefix);
  g_free (self);
}
