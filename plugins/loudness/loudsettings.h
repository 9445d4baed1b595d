/* SPDX-License-Identifier: MIT */
/* loudsettings.h - isrloudness' properties: their table, and dB and ns as the core's units. */
#pragma once

#include <gst/gst.h>

#include "plugins/loudness/detector.h"
#include "plugins/loudness/weighting.h"

G_BEGIN_DECLS

typedef struct {
  IsrDetectorParams params;
  IsrWeightingType weighting;
  gboolean post_levels, post_events;
} IsrLoudSettings;

#define ISR_LOUD_DEFAULT_WEIGHTING ISR_WEIGHTING_NONE
#define ISR_LOUD_DEFAULT_POST_LEVELS TRUE
#define ISR_LOUD_DEFAULT_POST_EVENTS TRUE

void isr_loud_settings_init (IsrLoudSettings *self);

/* Installs all properties; their ids are those that the next two understand. */
void isr_loud_settings_install (GObjectClass *klass);

/* FALSE when there is no such property. */
gboolean isr_loud_settings_set (IsrLoudSettings *self, guint id, const GValue *value);
gboolean isr_loud_settings_get (const IsrLoudSettings *self, guint id, GValue *value);

G_END_DECLS
