/* SPDX-License-Identifier: MIT */
/* storage.c - sums of bytes, and a straight line through them. */
#define G_LOG_DOMAIN "isr-storage"

#include "daemon/archive/storage.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/trash.h"

#include <math.h>
#include <sys/statvfs.h>

#define SHORTEST G_TIME_SPAN_MINUTE /* less than this says nothing about a day */
#define FURTHEST (200 * 365 * G_TIME_SPAN_DAY)

gboolean
isr_space_measure (const char *directory, IsrSpace *space, gpointer unused)
{
  struct statvfs st;

  if (statvfs (directory, &st) < 0)
    return FALSE;
  space->free = (guint64) st.f_bavail * st.f_frsize;
  space->total = (guint64) st.f_blocks * st.f_frsize;
  return TRUE;
}

/* --- rules --------------------------------------------------------------- */

guint
isr_storage_rules_keep (const IsrStorageRules *self, const char *source)
{
  gpointer days;

  if (self->keep_of && source && g_hash_table_lookup_extended (self->keep_of, source, NULL, &days))
    return GPOINTER_TO_UINT (days);
  return self->keep_days;
}

guint64
isr_storage_rules_need (const IsrStorageRules *self, guint64 total)
{
  return MAX (self->min_free, (guint64) (self->min_free_share * (double) total));
}

gboolean
isr_storage_rules_delete (const IsrStorageRules *self)
{
  GHashTableIter iter;
  gpointer days;

  if (self->keep_days || self->min_free || self->min_free_share > 0)
    return TRUE;
  if (!self->keep_of)
    return FALSE;
  g_hash_table_iter_init (&iter, self->keep_of);
  while (g_hash_table_iter_next (&iter, NULL, &days))
    if (GPOINTER_TO_UINT (days))
      return TRUE;
  return FALSE;
}

void
isr_storage_rules_clear (IsrStorageRules *self)
{
  g_clear_pointer (&self->keep_of, g_hash_table_unref);
}

void
isr_catalog_set_storage_rules (IsrCatalog *self, const IsrStorageRules *rules)
{
  isr_storage_rules_clear (&self->rules);
  self->rules = *rules;
  if (rules->keep_of)
    g_hash_table_ref (rules->keep_of);
}

/* --- what the configuration says ----------------------------------------- */

static GHashTable *
collect_days (const IsrConfig *config)
{
  GHashTable *days = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < config->sources->len; i++) {
    const IsrSourceConfig *source = config->sources->pdata[i];

    if (source->keep_days != ISR_KEEP_AS_STORAGE)
      g_hash_table_insert (days, g_strdup (source->name), GUINT_TO_POINTER (source->keep_days));
  }
  return days;
}

static void
set_sources (IsrCatalog *self, const IsrConfig *config)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < config->sources->len; i++)
    g_ptr_array_add (names, ((IsrSourceConfig *) config->sources->pdata[i])->name);
  g_ptr_array_add (names, NULL);
  isr_catalog_set_sources (self, (const char *const *) names->pdata);
}

void
isr_catalog_configure (IsrCatalog *self, const IsrConfig *config)
{
  g_autoptr (GTimeZone) zone = config->timezone ? g_time_zone_new_identifier (config->timezone) : g_time_zone_new_local ();
  g_autoptr (GHashTable) days = collect_days (config);

  isr_catalog_set_timezone (self, zone);
  set_sources (self, config);
  isr_catalog_set_trash_days (self, config->trash_days);
  isr_catalog_set_storage_rules (self, &(IsrStorageRules){ config->keep_days, days, config->min_free, config->min_free_share });
}

const IsrStorageRules *
isr_catalog_get_storage_rules (IsrCatalog *self)
{
  return &self->rules;
}

void
isr_catalog_set_space_func (IsrCatalog *self, IsrSpaceFunc func, gpointer data)
{
  self->measure = func;
  self->measure_data = data;
}

gboolean
isr_catalog_measure_space (IsrCatalog *self, IsrSpace *space)
{
  return (self->measure ? self->measure : isr_space_measure) (self->output_directory, space, self->measure_data);
}

/* --- report -------------------------------------------------------------- */

gint64
isr_storage_forecast (const IsrStorageRules *rules, guint64 free, guint64 used, double bytes_per_day, gint64 now_us)
{
  double us;

  if (bytes_per_day <= 0 || rules->min_free || rules->min_free_share > 0)
    return 0;
  if (rules->keep_days && bytes_per_day * rules->keep_days <= (double) free + (double) used)
    return 0;
  us = (double) free / bytes_per_day * G_TIME_SPAN_DAY;
  return us < FURTHEST ? now_us + llround (us) : 0;
}

/* The part of a recording that lies behind @from_us, in bytes. */
static double
get_share (const IsrRecording *recording, gint64 from_us)
{
  double length = (double) (recording->end_us - recording->start_us);
  double part = (double) (recording->end_us - MAX (recording->start_us, from_us));

  return length > 0 ? (double) recording->bytes * CLAMP (part / length, 0, 1) : 0;
}

/* What was recorded here in [from_us, now_us), a page after the other. */
static gboolean
read_recent (IsrCatalog *self, gint64 from_us, gint64 now_us, double *bytes, gint64 *first_us, GError **error)
{
  IsrCatalogQuery query = { .from_us = from_us, .to_us = now_us, .limit = 1000 };
  g_autofree char *cursor = NULL;

  do {
    g_autofree char *next = NULL;
    g_autoptr (GPtrArray) page = NULL;

    query.cursor = cursor;
    page = isr_catalog_list (self, &query, &next, error);
    for (guint i = 0; page && i < page->len; i++) {
      const IsrRecording *recording = page->pdata[i];

      if (recording->adopted)
        continue;
      *bytes += get_share (recording, from_us);
      *first_us = MIN (*first_us, MAX (recording->start_us, from_us));
    }
    if (!page)
      return FALSE;
    g_free (cursor);
    cursor = g_steal_pointer (&next);
  } while (cursor);
  return TRUE;
}

static gboolean
measure_rate (IsrCatalog *self, gint64 now_us, double *bytes_per_day, GError **error)
{
  gint64 first_us = now_us;
  double bytes = 0;

  *bytes_per_day = 0;
  if (!read_recent (self, now_us - G_TIME_SPAN_DAY, now_us, &bytes, &first_us, error))
    return FALSE;
  if (now_us - first_us >= SHORTEST)
    *bytes_per_day = bytes / (double) (now_us - first_us) * G_TIME_SPAN_DAY;
  return TRUE;
}

gboolean
isr_catalog_report_storage (IsrCatalog *self, gint64 now_us, IsrStorageReport *report, GError **error)
{
  *report = (IsrStorageReport){ 0 };
  report->known = isr_catalog_measure_space (self, &report->space);
  if (!isr_catalog_get_trash_size (self, &report->trash, error) || !isr_catalog_sum_bytes (self, &report->used, error) || !measure_rate (self, now_us, &report->bytes_per_day, error))
    return FALSE;
  if (report->known)
    report->full_at_us = isr_storage_forecast (&self->rules, report->space.free, report->used, report->bytes_per_day, now_us);
  return TRUE;
}
