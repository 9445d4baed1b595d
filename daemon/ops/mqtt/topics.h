/* SPDX-License-Identifier: MIT */
/* topics.h - what is published where, and what Home Assistant is told of it. Pure.
 *
 *     isr/availability        online, offline (also by the last will)       retained
 *     isr/<source>/state      {"state","reason","detail","warnings","problem"}
 *     isr/<source>/level      {"level","peak","floor"}, dBFS, every ten seconds
 *     isr/<source>/coverage   share of today that is recorded, in percent
 *     isr/<source>/event      the last loud event, the object of news.h
 *     homeassistant/<kind>/isr_<source>/<what>/config    discovery: one device
 *
 * All are retained: who comes later knows. "isr" and "homeassistant" are the config's.
 * In topics a source has its name, if that has letters, digits, - and _ alone; else these and a
 * number that tells it apart. */
#pragma once

#include "daemon/core/source-state.h"

G_BEGIN_DECLS

typedef struct {
  const char *topic;  /* "isr" */
  const char *prefix; /* "homeassistant"; NULL: no discovery */
} IsrMqttPlace;

/* @payload "": what is retained there is removed. */
typedef void (*IsrMqttPublish) (gpointer data, const char *topic, const char *payload);

/* The source as a level of a topic. */
char *isr_mqtt_make_id (const char *source);
char *isr_mqtt_make_topic (const IsrMqttPlace *self, const char *source, const char *what);
char *isr_mqtt_make_availability (const IsrMqttPlace *self);
/* Fits the states of all sources. */
char *isr_mqtt_make_filter (const IsrMqttPlace *self);
/* Whose state @topic is: what isr_mqtt_make_id() made of the source, and makes of that
 * again. NULL: it is no state. */
char *isr_mqtt_parse_topic (const IsrMqttPlace *self, const char *topic);

/* Tells Home Assistant of the sensors of a source. */
void isr_mqtt_announce (const IsrMqttPlace *self, const char *source, IsrMqttPublish publish, gpointer data);
/* The source is gone: nothing of it stays. */
void isr_mqtt_withdraw (const IsrMqttPlace *self, const char *source, IsrMqttPublish publish, gpointer data);

/* Payloads. */
char *isr_mqtt_format_state (const IsrSourceState *state);
char *isr_mqtt_format_level (const IsrSourceState *state);
char *isr_mqtt_format_coverage (double share); /* negative: not known */

G_END_DECLS
