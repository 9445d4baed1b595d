/* SPDX-License-Identifier: MIT */
/* day-cache.c - a handful of lists, one per zone and source that was asked for. */
#include "daemon/archive/day-cache.h"

#include "daemon/archive/days.h"

#define MAX_LISTS 64 /* zones come from requests: not for ever */

typedef struct {
  char *source; /* NULL: all */
  GTimeZone *zone;
  GPtrArray *days;
} List;

struct _IsrDayCache {
  GPtrArray *lists;
};

static void
list_free (gpointer data)
{
  List *list = data;

  g_free (list->source);
  g_time_zone_unref (list->zone);
  g_ptr_array_unref (list->days);
  g_free (list);
}

IsrDayCache *
isr_day_cache_new (void)
{
  IsrDayCache *self = g_new (IsrDayCache, 1);

  self->lists = g_ptr_array_new_with_free_func (list_free);
  return self;
}

void
isr_day_cache_free (IsrDayCache *self)
{
  g_ptr_array_unref (self->lists);
  g_free (self);
}

GPtrArray *
isr_day_cache_get (IsrDayCache *self, const char *source, GTimeZone *zone)
{
  for (guint i = 0; i < self->lists->len; i++) {
    List *list = self->lists->pdata[i];

    if (g_strcmp0 (list->source, source) == 0 && g_str_equal (g_time_zone_get_identifier (list->zone), g_time_zone_get_identifier (zone)))
      return list->days;
  }
  return NULL;
}

GPtrArray *
isr_day_cache_put (IsrDayCache *self, const char *source, GTimeZone *zone, GPtrArray *days)
{
  List *list = g_new (List, 1);

  if (self->lists->len == MAX_LISTS)
    isr_day_cache_clear (self);
  list->source = g_strdup (source);
  list->zone = g_time_zone_ref (zone);
  list->days = days;
  g_ptr_array_add (self->lists, list);
  return days;
}

void
isr_day_cache_add (IsrDayCache *self, const IsrRecording *recording)
{
  for (guint i = 0; i < self->lists->len; i++) {
    List *list = self->lists->pdata[i];

    if (!list->source || g_strcmp0 (list->source, recording->source) == 0)
      isr_days_merge (list->days, list->zone, recording->start_us, recording->bytes, isr_recording_get_duration (recording));
  }
}

void
isr_day_cache_remove (IsrDayCache *self, const IsrRecording *recording)
{
  for (guint i = 0; i < self->lists->len; i++) {
    List *list = self->lists->pdata[i];

    if (!list->source || g_strcmp0 (list->source, recording->source) == 0)
      isr_days_take_off (list->days, list->zone, recording->start_us, recording->bytes, isr_recording_get_duration (recording));
  }
}

void
isr_day_cache_uncover (IsrDayCache *self, const char *source, gint64 from_us, gint64 to_us)
{
  for (guint i = 0; i < self->lists->len; i++) {
    List *list = self->lists->pdata[i];

    if (!list->source || g_strcmp0 (list->source, source) == 0)
      isr_days_uncover (list->days, list->zone, from_us, to_us);
  }
}

void
isr_day_cache_uncount (IsrDayCache *self, const char *source, gint64 from_us, gint64 to_us)
{
  for (guint i = 0; i < self->lists->len; i++) {
    List *list = self->lists->pdata[i];

    if (!list->source || g_strcmp0 (list->source, source) == 0)
      isr_days_uncount (list->days, list->zone, from_us, to_us);
  }
}

void
isr_day_cache_clear (IsrDayCache *self)
{
  g_ptr_array_set_size (self->lists, 0);
}
