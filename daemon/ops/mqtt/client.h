/* SPDX-License-Identifier: MIT */
/* client.h - a connection to an MQTT broker that comes back by itself. Called, and calls
 * back, on the main loop; libmosquitto works in a thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrMqttClient IsrMqttClient;

typedef struct {
  const char *host;
  guint port;
  gboolean tls;
  const char *ca_file;             /* PEM; NULL: whom the system trusts */
  const char *username, *password; /* or NULL */
  const char *will;                /* the topic that says "offline" when we are gone */
  const char *filter;              /* what we want to hear of that is retained already; NULL: nothing */
} IsrMqttBroker;

typedef struct {
  /* Each time that the broker has taken us: what is to be known there is to be published
   * then, for what was published before may not have come through. */
  void (*connected) (gpointer data);
  /* The broker has a topic that fits the filter, of before we came. */
  void (*retained) (gpointer data, const char *topic);
} IsrMqttHooks;

/* Begins to connect. */
IsrMqttClient *isr_mqtt_client_new (const IsrMqttBroker *broker, const IsrMqttHooks *hooks, gpointer data);

/* Says "offline", and leaves; takes two seconds at most. */
void isr_mqtt_client_free (IsrMqttClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrMqttClient, isr_mqtt_client_free)

/* Retained. Without a connection: nothing happens. */
void isr_mqtt_client_publish (IsrMqttClient *self, const char *topic, const char *payload);

G_END_DECLS
