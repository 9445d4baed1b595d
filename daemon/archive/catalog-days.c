/* SPDX-License-Identifier: MIT */
/* catalog-days.c - days are counted once and kept; a file that comes is added to them, one
 * that goes is taken off. What is being written is added to a copy at every question.
 *
 * On the main loop all of it is done in a worker: it gets what is kept, and what it has
 * counted besides is kept from then on. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/events.h"
#include "daemon/archive/listing.h"
#include "daemon/archive/snapshot.h"
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
    isr_db_complain (error);
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
    isr_sources_forget (self);
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

/* Days without recordings of which there is nothing to tell. */
static void
drop_silent (GPtrArray *days)
{
  for (guint i = days->len; i-- > 0;) {
    const IsrDay *day = days->pdata[i];

    if (!day->files && (day->span_us <= 0 || !day->noted))
      g_ptr_array_remove_index (days, i);
  }
}

GPtrArray *
isr_catalog_days (IsrCatalog *self, const char *source, GTimeZone *zone, GError **error)
{
  g_autoptr (GPtrArray) live = NULL, days = NULL;
  GPtrArray *finished;

  g_return_val_if_fail (self->db, NULL);
  isr_catalog_settle (self);
  finished = get_finished_days (self, source, zone, error);
  live = finished && isr_catalog_fill_days (self, finished, source, zone, error) && isr_catalog_cover_days (self, finished, source, zone, TRUE, error) && isr_catalog_count_days (self, finished, source, zone, error) ? isr_listing_live (self->db, source, error) : NULL;
  if (!live)
    return NULL;
  days = isr_days_copy (finished);
  for (guint i = 0; i < live->len; i++) {
    IsrRecording *recording = live->pdata[i];

    isr_catalog_refresh (self, recording);
    isr_days_merge (days, zone, recording->start_us, recording->bytes, isr_recording_get_duration (recording));
    isr_days_uncover (days, zone, recording->start_us, G_MAXINT64); /* it may reach into later days */
  }
  if (!isr_catalog_cover_days (self, days, source, zone, FALSE, error) || !isr_catalog_count_days (self, days, source, zone, error))
    return NULL;
  drop_silent (days);
  return g_steal_pointer (&days);
}

gboolean
isr_catalog_sum_bytes (IsrCatalog *self, guint64 *bytes, GError **error)
{
  GPtrArray *finished;
  g_autoptr (GPtrArray) live = NULL;

  *bytes = 0;
  isr_catalog_settle (self);
  finished = get_finished_days (self, NULL, self->zone, error);
  live = finished ? isr_listing_live (self->db, NULL, error) : NULL;
  for (guint i = 0; live && i < finished->len; i++)
    *bytes += ((IsrDay *) finished->pdata[i])->bytes;
  for (guint i = 0; live && i < live->len; i++) {
    isr_catalog_refresh (self, live->pdata[i]);
    *bytes += ((IsrRecording *) live->pdata[i])->bytes;
  }
  return live != NULL;
}

/* --- in a worker -------------------------------------------------------------- */

typedef struct {
  char *source, *text;
  GTimeZone *zone;
  GPtrArray *known;   /* a copy of what was kept; NULL: nothing */
  GPtrArray *counted; /* what is to be kept now */
  IsrDayBuild *build;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_free (self->source);
  g_free (self->text);
  g_time_zone_unref (self->zone);
  g_clear_pointer (&self->known, g_ptr_array_unref);
  g_clear_pointer (&self->counted, g_ptr_array_unref);
  g_free (self);
}

static Question *
question_new (const char *source, const char *text, GTimeZone *zone)
{
  Question *self = g_new0 (Question, 1);

  self->source = g_strdup (source);
  self->text = g_strdup (text && *text ? text : NULL);
  self->zone = g_time_zone_ref (zone);
  return self;
}

static void
begin_counting (IsrCatalog *catalog, gpointer data)
{
  Question *self = data;
  GPtrArray *known;

  isr_catalog_drop_old (catalog);
  known = isr_day_cache_get (catalog->days, self->source, self->zone);
  self->known = known ? isr_days_copy (known) : NULL;
  self->build = isr_day_cache_begin (catalog->days, self->source, self->zone);
}

static GPtrArray *
find_days (IsrCatalog *catalog, const Question *question, GError **error)
{
  if (question->text)
    return isr_catalog_search_days (catalog, question->source, question->text, question->zone, error);
  return isr_catalog_days (catalog, question->source, question->zone, error);
}

static gpointer
count_days_in_worker (IsrCatalog *snapshot, gpointer data, GError **error)
{
  Question *self = data;
  GPtrArray *days;

  if (!snapshot->snapshot) /* it keeps them itself */
    return find_days (snapshot, self, error);
  if (self->known)
    isr_day_cache_put (snapshot->days, self->source, self->zone, g_steal_pointer (&self->known));
  days = find_days (snapshot, self, error);
  self->counted = isr_day_cache_steal (snapshot->days, self->source, self->zone);
  return days;
}

static void
on_days_counted (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  IsrCatalog *self = ISR_CATALOG (object);
  Question *question = g_task_get_task_data (task);
  GError *error = NULL;
  GPtrArray *days = isr_catalog_work_finish (self, result, &error);

  if (question->build)
    isr_day_cache_end (self->days, question->build, g_steal_pointer (&question->counted));
  isr_snapshots_return (task, days, error);
}

void
isr_catalog_days_async (IsrCatalog *self, const char *source, const char *text, GTimeZone *zone, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Question *question = question_new (source, text, zone);

  g_task_set_task_data (task, question, question_free);
  isr_snapshots_work_async (self, begin_counting, count_days_in_worker, question, (GDestroyNotify) g_ptr_array_unref, cancellable, on_days_counted, g_object_ref (task));
}

GPtrArray *
isr_catalog_days_finish (IsrCatalog *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
