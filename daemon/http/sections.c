/* SPDX-License-Identifier: MIT */
/* sections.c - events, recordings and labels brought together. */
#include "daemon/http/sections.h"

#include "daemon/analysis/analysis.h"
#include "daemon/archive/labels.h"
#include "daemon/core/error.h"
#include "daemon/http/finder.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"

#include <math.h>

void
isr_section_view_free (IsrSectionView *self)
{
  g_free (self->file);
  g_free (self->verdict);
  g_free (self->label);
  g_free (self->note);
  g_free (self);
}

/* --- labels --- */

static GPtrArray *
find_labels (IsrCatalog *catalog, GPtrArray *events, GError **error)
{
  gint64 from_us = G_MAXINT64, to_us = G_MININT64;

  for (guint i = 0; i < events->len; i++) {
    const IsrEvent *event = events->pdata[i];

    from_us = MIN (from_us, event->start_us);
    to_us = MAX (to_us, event->end_us);
  }
  if (!events->len)
    return g_ptr_array_new ();
  return isr_catalog_labels (catalog, NULL, from_us, to_us, error);
}

static void
add_label (IsrSectionView *view, const IsrLabel *label)
{
  if (!label)
    return;
  view->label_id = label->id;
  view->verdict = g_strdup (label->verdict);
  view->label = g_strdup (label->label);
  view->note = g_strdup (label->note);
}

/* --- recordings --- */

static void
place (IsrSectionView *view, const IsrRecording *recording, const IsrRecording *file)
{
  const IsrRecording *from = file ? file : recording;

  view->file = recording ? g_strdup (recording->name) : NULL;
  if (!from)
    return;
  view->start = isr_runs_from_utc (from, view->event->start_us);
  view->end = isr_runs_from_utc (from, view->event->end_us);
}

/* @file: as below. NULL: the catalog can not tell. */
static IsrSectionView *
view_new (const IsrEvent *event, const IsrRecording *file, IsrFinder *finder, GPtrArray *labels, GError **error)
{
  gboolean alone = file && !*event->source; /* a file that nobody recorded is its own source */
  g_autoptr (GError) wrong = NULL;
  const IsrRecording *recording = alone ? file : isr_finder_at (finder, event->source, event->start_us, &wrong);
  IsrSectionView *view;

  if (wrong) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return NULL;
  }
  view = g_new0 (IsrSectionView, 1);
  view->event = event;
  place (view, recording, file);
  add_label (view, isr_labels_match (labels, event->source, event->start_us, event->end_us));
  return view;
}

GPtrArray *
isr_section_views (IsrCatalog *catalog, GPtrArray *events, const IsrRecording *file, GError **error)
{
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_section_view_free);
  g_autoptr (GPtrArray) labels = find_labels (catalog, events, error);
  g_autoptr (IsrCatalogHold) hold G_GNUC_UNUSED = isr_catalog_hold (catalog);
  g_autoptr (IsrFinder) finder = isr_finder_new (catalog);

  for (guint i = 0; labels && i < events->len; i++) {
    IsrSectionView *view = view_new (events->pdata[i], file, finder, labels, error);

    if (!view)
      return NULL;
    g_ptr_array_add (views, view);
  }
  return labels ? g_steal_pointer (&views) : NULL;
}

/* --- JSON --- */

static void
add_centi (JsonBuilder *builder, const char *name, int value)
{
  isr_json_add_double (builder, name, value / 100.0);
}

/* Milliseconds are finer than any window. */
static void
add_seconds (JsonBuilder *builder, const char *name, double seconds, gboolean known)
{
  if (known)
    isr_json_add_double (builder, name, rint (seconds * 1000) / 1000);
  else
    isr_json_add_string (builder, name, NULL);
}

static void
add_moment (JsonBuilder *builder, const char *name, gint64 utc_us, GTimeZone *zone)
{
  g_autofree char *text = isr_json_format_time (utc_us, zone);

  isr_json_add_string (builder, name, text);
}

void
isr_json_add_section (JsonBuilder *builder, const IsrSectionView *view, GTimeZone *zone)
{
  const IsrEvent *event = view->event;
  g_autofree char *id = g_strdup_printf ("%s@%" G_GINT64_FORMAT, event->source, event->start_us);

  json_builder_begin_object (builder);
  isr_json_add_string (builder, "id", id);
  isr_json_add_string (builder, "source", event->source);
  isr_json_add_string (builder, "file", view->file);
  add_seconds (builder, "start", view->start, view->file || view->start != 0);
  add_seconds (builder, "end", view->end, view->file || view->end != 0);
  add_moment (builder, "start_at", event->start_us, zone);
  add_moment (builder, "end_at", event->end_us, zone);
  isr_json_add_int (builder, "start_us", event->start_us);
  isr_json_add_int (builder, "end_us", event->end_us);
  add_centi (builder, "score", event->score);
  add_centi (builder, "peak", event->peak);
  add_centi (builder, "floor", event->floor);
  isr_json_add_string (builder, "reason", event->state == ISR_EVENT_ENDED ? event->reason : NULL);
  isr_json_add_boolean (builder, "final", event->state == ISR_EVENT_ENDED);
  isr_json_add_string (builder, "verdict", view->verdict);
  isr_json_add_string (builder, "label", view->label);
  isr_json_add_string (builder, "note", view->note);
  json_builder_end_object (builder);
}

/* --- parameters of a request --- */

gboolean
isr_request_read_wish (const IsrRequest *request, IsrWish *self, GError **error)
{
  const IsrQuery *query = request->query;
  double seconds = 0;

  *self = (IsrWish){ 0 };
  self->mode = isr_query_get (query, "mode");
  if (!isr_query_get_double (query, "margin", ISR_DETECTOR_MARGIN_MIN / 100.0, ISR_DETECTOR_MARGIN_MAX / 100.0, "dB", 0, &self->margin_value, error)
      || !isr_query_get_double (query, "min_gap", (double) ISR_DETECTOR_MIN_GAP_MIN / ISR_WINDOWS_PER_SECOND, (double) ISR_DETECTOR_MIN_GAP_MAX / ISR_WINDOWS_PER_SECOND, "seconds", 0, &seconds, error))
    return FALSE;
  self->min_gap_value = (gint64) (seconds * 1e9);
  self->margin = isr_query_get (query, "margin") ? &self->margin_value : NULL;
  self->min_gap = isr_query_get (query, "min_gap") ? &self->min_gap_value : NULL;
  if (!self->mode || g_str_equal (self->mode, "adaptive") || g_str_equal (self->mode, "blocks"))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "mode: “%s” is neither adaptive nor blocks", self->mode);
  return FALSE;
}
