/* SPDX-License-Identifier: MIT */
/* metrics.h - GET /metrics: what a Prometheus server scrapes (text format 0.0.4).
 *
 * A source that is removed from the configuration has no series any more.
 *
 * Base units (seconds, bytes), names as the field has them; labels are sources of the
 * configuration, states, causes and reasons: all of them few.
 *
 *     isr_build_info{version}                             1
 *     isr_source_state{source,type,state}                 1 for the state it is in, 0 for the others
 *     isr_source_warning{source,warning}                  1 while it holds
 *     isr_source_received_bytes_total{source}
 *     isr_source_last_audio_timestamp_seconds{source}     when audio last came
 *     isr_source_consecutive_failures{source}
 *     isr_source_level_decibels{source}, _peak_, _floor_  dBFS, of the newest second
 *     isr_source_coverage_ratio{source}                   of today, 0-1
 *     isr_source_missing_seconds_total{source,cause}      holes that are over, since ISR began
 *     isr_source_files_total{source,reason}               finished files, by why they ended
 *     isr_source_events_total{source}                     loud events that are over
 *     isr_storage_free_bytes, isr_storage_size_bytes, isr_recordings_bytes, isr_trash_bytes
 *     isr_storage_full_timestamp_seconds                  when it is full at today's rate; not there: never
 *     isr_clip_decoders, isr_clip_waiting                 clips that have a decoder, and that wait for one
 *     process_*                                           as all exporters have them
 */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/capture/capture.h"

G_BEGIN_DECLS

#define ISR_METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

typedef struct _IsrMetrics IsrMetrics;

/* Counts from now on. @capture NULL: nothing is recorded. */
IsrMetrics *isr_metrics_new (IsrCapture *capture, IsrCatalog *catalog, GTimeZone *zone);
void isr_metrics_free (IsrMetrics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrMetrics, isr_metrics_free)

void isr_metrics_set_zone (IsrMetrics *self, GTimeZone *zone);

/* The body, now. */
char *isr_metrics_dup_text (IsrMetrics *self);

G_END_DECLS
