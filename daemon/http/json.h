/* SPDX-License-Identifier: MIT */
/* json.h - the values of the daemon as JSON: the shapes of the API. */
#pragma once

#include <json-glib/json-glib.h>

#include "daemon/archive/catalog.h"
#include "daemon/core/label.h"

G_BEGIN_DECLS

/* ISO 8601 with microseconds and the offset that @zone has then. */
char *isr_json_format_time (gint64 utc_us, GTimeZone *zone);

void isr_json_add_recording (JsonBuilder *builder, const IsrRecording *recording);
/* @recording: the one that holds it, or NULL. */
void isr_json_add_title (JsonBuilder *builder, const IsrTitle *title, const IsrRecording *recording, GTimeZone *zone);
void isr_json_add_day (JsonBuilder *builder, const IsrDay *day);
/* @coverage_today: 0-1, negative: not known. */
void isr_json_add_state (JsonBuilder *builder, const IsrSourceState *state, double coverage_today, GTimeZone *zone);
void isr_json_add_coverage (JsonBuilder *builder, const IsrCoverage *coverage, GTimeZone *zone);
/* {"sources": [...]} of IsrCoverage. */
void isr_json_add_coverages (JsonBuilder *builder, GPtrArray *list, GTimeZone *zone);

void isr_json_add_label (JsonBuilder *builder, const IsrLabel *label, GTimeZone *zone); /* api-labels.c */

/* {"error": code, "message": text} */
char *isr_json_error (const char *code, const char *message);
/* The body of /api/status, which status.json is, too: states of IsrSourceState.
 * level, peak and floor are null where nothing measures them. */
char *isr_json_status (GPtrArray *states, IsrCatalog *catalog, GTimeZone *zone);
/* {"levels": [...]} of those of @states (IsrSourceState) that have some; NULL: none. */
char *isr_json_levels (GPtrArray *states, gint64 now_us);

/* The text of what was built; the builder is reset. */
char *isr_json_finish (JsonBuilder *builder);

G_END_DECLS
