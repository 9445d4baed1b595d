/* SPDX-License-Identifier: MIT */
/* catalog-days.c - days are counted once and kept; a file that comes is added to them, one
 * that goes is taken off. What is being written is added to a copy at every question. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/events.h"
#include "daemon/archive/listing.h"
#include "daemon/archive/survey.h"

/* The coverage of its source is another between its neighbours alone. */
void
isr_catalog_recount (IsrCatalog *self, const IsrRecording *recording, gboolean gone)
{
  g_autoptr (GError) error = NULL;
  gint64 from_us, to_us;

  if (gone)
    isr_day_cache_remove (self->days, recording);
  else
    isr_day_cache_add (self->days, recording);
  if (isr_survey_neighbours (self->db, recording, &from_us, &to_us, &error)) {
    isr_day_cache_uncover (self->days, recording->source, from_us, to_us);
  } else {
    g_critical ("%s", error->message);
    isr_day_cache_clear (self->days);
  }
}

/* The number changes with its every commit. */
void
isr_catalog_drop_old (IsrCatalog *self)
{
  gint64 version = 0;

  if (!self->writer)
    isr_db_get_int64 (self->db, "PRAGMA data_version", 0, &version, NULL);
  if (version != self->version) {
    isr_day_cache_clear (self->days);
    g_clear_pointer (&self->sources, g_ptr_array_unref);
  }
  self->version = version;
}

static GPtrArray *
get_finished_days (IsrCatalog *self, const char *source, GTimeZone *zone, GError **error)
{
  GPtrArray *days;

  isr_catalog_drop_old (self);
  days = isr_day_cache_get (self->days, source, zone);
  if (days)
    return days;
  days = isr_listing_days (self->db, source, zone, error);
  return days ? isr_day_cache_put (self->days, source, zone, days) : NULL;
}

GPtrArray *
isr_catalog_days (IsrCatalog *self, const char *source, GTimeZone *zone, GError **error)
{
  g_autoptr (GPtrArray) live = NULL, days = NULL;
  GPtrArray *finished;

  g_return_val_if_fail (self->db, NULL);
  isr_catalog_settle (self);
  finished = get_finished_days (self, source, zone, error);
  live = finished && isr_catalog_cover_days (self, finished, source, zone, TRUE, error) && isr_catalog_count_days (self, finished, source, zone, error) ? isr_listing_live (self->db, source, error) : NULL;
  if (!live)
    return NULL;
  days = g_ptr_array_copy (finished, isr_day_copy, NULL);
  for (guint i = 0; i < live->len; i++) {
    IsrRecording *recording = live->pdata[i];

    isr_catalog_refresh (self, recording);
    isr_days_merge (days, zone, recording->start_us, recording->bytes, isr_recording_get_duration (recording));
    isr_days_uncover (days, zone, recording->start_us, G_MAXINT64); /* it may reach into later days */
  }
  return isr_catalog_cover_days (self, days, source, zone, FALSE, error) && isr_catalog_count_days (self, days, source, zone, error) ? g_steal_pointer (&days) : NULL;
}
