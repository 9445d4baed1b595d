/* SPDX-License-Identifier: MIT */
/* mqtt.h - tells an MQTT broker how the sources are (topics.h), and Home Assistant that
 * they are there. Main loop. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/capture/capture.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrMqtt IsrMqtt;

/* @config with a broker (mqtt_host). @capture and @catalog outlive it. */
IsrMqtt *isr_mqtt_new (const IsrConfig *config, IsrCapture *capture, IsrCatalog *catalog);
void isr_mqtt_free (IsrMqtt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrMqtt, isr_mqtt_free)

/* Whether the two name the same broker and topics: then one need not be made anew. */
gboolean isr_mqtt_config_equal (const IsrConfig *a, const IsrConfig *b);

/* The sources may be others now. */
void isr_mqtt_refresh (IsrMqtt *self);

G_END_DECLS
