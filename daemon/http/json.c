/* SPDX-License-Identifier: MIT */
/* json.c - one function per value; names are those of the API and nowhere else. */
#include "daemon/http/json.h"

#include "daemon/archive/scan.h"
#include "daemon/core/levels.h"
#include "daemon/http/json-values.h"
#include "daemon/http/write-json.h"

#include <time.h>

/* By hand: a list of a thousand files has four thousand of them. */
char *
isr_json_format_time (gint64 utc_us, GTimeZone *zone)
{
  gint64 seconds = (utc_us >= 0 ? utc_us : utc_us - (G_USEC_PER_SEC - 1)) / G_USEC_PER_SEC;
  int offset = g_time_zone_get_offset (zone, g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, seconds));
  time_t local = (time_t) (seconds + offset);
  int minutes = ABS (offset) / 60;
  struct tm tm;

  if (!gmtime_r (&local, &tm) || tm.tm_year < 1 - 1900 || tm.tm_year > 9999 - 1900)
    return NULL;
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
      (int) (utc_us - seconds * G_USEC_PER_SEC), offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* 0-1; negative is none. */
static void
add_share (JsonBuilder *builder, const char *name, double share)
{
  if (share < 0)
    isr_json_add_string (builder, name, NULL);
  else
    isr_json_add_double (builder, name, share);
}

/* dB of centi-dB: two decimals, of which the nearest double is written. */
static void
add_level (JsonBuilder *builder, const char *name, int level)
{
  if (level == ISR_LEVELS_UNKNOWN)
    isr_json_add_string (builder, name, NULL);
  else
    isr_json_add_double (builder, name, level / 100.0);
}

static void
add_levels (JsonBuilder *builder, const IsrSourceState *state)
{
  add_level (builder, "level", state->level);
  add_level (builder, "peak", state->peak);
  add_level (builder, "floor", state->floor);
}

/* 0 is not known. */
static void
add_known (JsonBuilder *builder, const char *name, guint value)
{
  if (value)
    isr_json_add_int (builder, name, value);
  else
    isr_json_add_string (builder, name, NULL);
}

/* How long a file of another program plays may be said nowhere in it. */
static void
add_duration (JsonBuilder *builder, const IsrRecording *recording)
{
  double seconds = isr_recording_get_duration (recording);

  if (seconds > 0 || recording->recording)
    isr_json_add_double (builder, "duration", seconds);
  else
    isr_json_add_string (builder, "duration", NULL);
}

/* Times of a recording are in the offset that was in force where it was made. */
void
isr_json_add_recording (JsonBuilder *builder, const IsrRecording *recording)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (recording->utc_offset);

  json_builder_begin_object (builder);
  isr_json_add_string (builder, "name", recording->name);
  isr_json_add_string (builder, "source", recording->source);
  isr_json_add_time (builder, "start", recording->start_us, zone);
  isr_json_add_time (builder, "end", recording->end_us, zone);
  isr_json_add_int (builder, "size", (gint64) recording->bytes);
  isr_json_add_int (builder, "mtime_us", recording->mtime_us);
  add_duration (builder, recording);
  isr_json_add_string (builder, "ext", isr_audio_extension (recording->name));
  isr_json_add_boolean (builder, "recording", recording->recording);
  isr_json_add_boolean (builder, "adopted", recording->adopted);
  isr_json_add_boolean (builder, "protected", recording->protected_);
  isr_json_add_boolean (builder, "analysed", recording->analysed);
  isr_json_add_int (builder, "events", recording->events);
  add_known (builder, "rate", recording->rate);
  add_known (builder, "channels", recording->channels);
  isr_json_add_string (builder, "reason", recording->reason);
  json_builder_end_object (builder);
}

static void
add_place (JsonBuilder *builder, const IsrTitle *title, const IsrRecording *recording)
{
  isr_json_add_string (builder, "file", recording ? recording->name : NULL);
  if (recording)
    isr_json_add_double (builder, "offset", MAX (0, title->at_us - recording->start_us) / 1e6);
  else
    isr_json_add_string (builder, "offset", NULL);
}

void
isr_json_add_title (JsonBuilder *builder, const IsrTitle *title, const IsrRecording *recording, GTimeZone *zone)
{
  json_builder_begin_object (builder);
  isr_json_add_string (builder, "source", title->source);
  isr_json_add_time (builder, "at", title->at_us, zone);
  isr_json_add_string (builder, "title", title->title);
  isr_json_add_string (builder, "artist", title->artist);
  add_place (builder, title, recording);
  json_builder_end_object (builder);
}

void
isr_json_add_day (JsonBuilder *builder, const IsrDay *day)
{
  json_builder_begin_object (builder);
  isr_json_add_string (builder, "day", day->day);
  isr_json_add_int (builder, "files", day->files);
  isr_json_add_int (builder, "bytes", (gint64) day->bytes);
  isr_json_add_double (builder, "duration", day->duration);
  add_share (builder, "coverage", day->span_us > 0 ? (double) day->recorded_us / (double) day->span_us : -1);
  isr_json_add_int (builder, "events", day->events);
  isr_json_add_int (builder, "unreviewed", day->unreviewed);
  json_builder_end_object (builder);
}

static void
add_hole (JsonBuilder *builder, const IsrGap *hole, GTimeZone *zone)
{
  json_builder_begin_object (builder);
  isr_json_add_time (builder, "start", hole->start_us, zone);
  isr_json_add_time (builder, "end", hole->end_us, zone);
  isr_json_add_double (builder, "seconds", (double) (hole->end_us - hole->start_us) / 1e6);
  isr_json_add_string (builder, "cause", hole->cause);
  isr_json_add_double (builder, "uncertainty", (double) hole->uncertainty_us / 1e6);
  json_builder_end_object (builder);
}

void
isr_json_add_coverage (JsonBuilder *builder, const IsrCoverage *coverage, GTimeZone *zone)
{
  gboolean counts = coverage->to_us > coverage->from_us;

  json_builder_begin_object (builder);
  isr_json_add_string (builder, "source", coverage->source);
  add_share (builder, "coverage", isr_coverage_get_share (coverage));
  isr_json_add_double (builder, "recorded", (double) coverage->recorded_us / 1e6);
  isr_json_add_int (builder, "recorded_us", coverage->recorded_us);
  isr_json_add_time (builder, "from", counts ? coverage->from_us : 0, zone);
  isr_json_add_time (builder, "to", counts ? coverage->to_us : 0, zone);
  json_builder_set_member_name (builder, "gaps");
  json_builder_begin_array (builder);
  for (guint i = 0; i < coverage->holes->len; i++)
    add_hole (builder, &g_array_index (coverage->holes, IsrGap, i), zone);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

void
isr_json_add_coverages (JsonBuilder *builder, GPtrArray *list, GTimeZone *zone)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  for (guint i = 0; i < list->len; i++)
    isr_json_add_coverage (builder, list->pdata[i], zone);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

void
isr_json_add_state (JsonBuilder *builder, const IsrSourceState *state, double coverage_today, GTimeZone *zone)
{
  json_builder_begin_object (builder);
  isr_json_add_string (builder, "name", state->name);
  isr_json_add_string (builder, "type", state->type);
  isr_json_add_string (builder, "state", isr_state_to_string (state->state));
  isr_json_add_string (builder, "reason", state->reason);
  isr_json_add_string (builder, "detail", state->detail);
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (guint i = 0; state->warnings && state->warnings[i]; i++)
    json_builder_add_string_value (builder, state->warnings[i]);
  json_builder_end_array (builder);
  isr_json_add_time (builder, "since", state->since_us, zone);
  isr_json_add_time (builder, "retry_at", state->retry_at_us, zone);
  isr_json_add_int (builder, "retries", state->retries);
  isr_json_add_time (builder, "disk_since", state->disk_us, zone);
  isr_json_add_string (builder, "file", state->file);
  add_levels (builder, state);
  add_share (builder, "coverage_today", coverage_today);
  json_builder_end_object (builder);
}

char *
isr_json_finish (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  json_builder_reset (builder);
  return isr_write_json (root);
}

char *
isr_json_error (const char *code, const char *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  isr_json_add_string (builder, "error", code);
  isr_json_add_string (builder, "message", message);
  json_builder_end_object (builder);
  return isr_json_finish (builder);
}

/* How far the look at new files is; null: there is none. */
static void
add_look (JsonBuilder *builder, IsrCatalog *catalog)
{
  guint done, total;

  if (!isr_catalog_is_looking (catalog, &done, &total)) {
    isr_json_add_string (builder, "scan", NULL);
    return;
  }
  json_builder_set_member_name (builder, "scan");
  json_builder_begin_object (builder);
  isr_json_add_int (builder, "done", done);
  isr_json_add_int (builder, "total", total);
  json_builder_end_object (builder);
}

static void
add_condition (JsonBuilder *builder, IsrCatalog *catalog, GTimeZone *zone)
{
  const IsrCatalogCondition *condition = isr_catalog_get_condition (catalog);

  json_builder_set_member_name (builder, "catalog");
  json_builder_begin_object (builder);
  isr_json_add_string (builder, "state", condition->state);
  isr_json_add_time (builder, "since", condition->since_us, zone);
  isr_json_add_string (builder, "message", condition->message);
  json_builder_end_object (builder);
}

char *
isr_json_status (GPtrArray *states, IsrCatalog *catalog, GTimeZone *zone)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  gint64 now_us = g_get_real_time ();

  json_builder_begin_object (builder);
  isr_json_add_time (builder, "now", now_us, zone);
  add_look (builder, catalog);
  add_condition (builder, catalog, zone);
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  for (guint i = 0; i < states->len; i++)
    isr_json_add_state (builder, states->pdata[i], isr_catalog_coverage_today (catalog, ((IsrSourceState *) states->pdata[i])->name, zone, now_us), zone);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return isr_json_finish (builder);
}

static gboolean
has_levels (const IsrSourceState *state)
{
  return state->level != ISR_LEVELS_UNKNOWN || state->peak != ISR_LEVELS_UNKNOWN;
}

static guint
add_all_levels (JsonBuilder *builder, GPtrArray *states, gint64 now_us)
{
  guint n = 0;

  for (guint i = 0; i < states->len; i++) {
    const IsrSourceState *state = states->pdata[i];

    if (!has_levels (state))
      continue;
    json_builder_begin_object (builder);
    isr_json_add_string (builder, "source", state->name);
    isr_json_add_int (builder, "at_us", now_us);
    add_levels (builder, state);
    json_builder_end_object (builder);
    n++;
  }
  return n;
}

char *
isr_json_levels (GPtrArray *states, gint64 now_us)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *text = NULL;
  guint n;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "levels");
  json_builder_begin_array (builder);
  n = add_all_levels (builder, states, now_us);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  text = isr_json_finish (builder);
  return n ? g_steal_pointer (&text) : NULL;
}
