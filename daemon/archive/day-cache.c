/* SPDX-License-Identifier: MIT */
/* day-cache.c - a handful of lists, one per zone and source that was asked for.
 *
 * A list is counted by a worker, from the catalog as it was when that was asked; what comes
 * and goes meanwhile is written down and done to the list when it comes back. */
#include "daemon/archive/day-cache.h"

#include "daemon/archive/days.h"

#define MAX_LISTS 64 /* zones come from requests: not for ever */

typedef struct {
  char *source; /* NULL: all */
  GTimeZone *zone;
  GPtrArray *days;
} List;

typedef enum {
  NEWS_ADDED,
  NEWS_REMOVED,
  NEWS_UNCOVERED,
  NEWS_UNCOUNTED,
} NewsKind;

typedef struct {
  NewsKind kind;
  char *source;
  gint64 from_us, to_us;
  guint64 bytes; /* of a recording */
  double duration;
} News;

struct _IsrDayBuild {
  char *source;
  GTimeZone *zone;
  GArray *news;   /* News */
  gboolean stale; /* more than that happened */
};

struct _IsrDayCache {
  GPtrArray *lists;
  GPtrArray *builds; /* IsrDayBuild */
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

static void
news_clear (gpointer data)
{
  g_free (((News *) data)->source);
}

static void
build_free (gpointer data)
{
  IsrDayBuild *self = data;

  g_free (self->source);
  g_time_zone_unref (self->zone);
  g_array_unref (self->news);
  g_free (self);
}

IsrDayCache *
isr_day_cache_new (void)
{
  IsrDayCache *self = g_new (IsrDayCache, 1);

  self->lists = g_ptr_array_new_with_free_func (list_free);
  self->builds = g_ptr_array_new_with_free_func (build_free);
  return self;
}

void
isr_day_cache_free (IsrDayCache *self)
{
  g_ptr_array_unref (self->lists);
  g_ptr_array_unref (self->builds);
  g_free (self);
}

/* --- lists ----------------------------------------------------------------- */

/* -1: there is none. */
static int
find_list (IsrDayCache *self, const char *source, GTimeZone *zone)
{
  for (guint i = 0; i < self->lists->len; i++) {
    List *list = self->lists->pdata[i];

    if (g_strcmp0 (list->source, source) == 0 && g_str_equal (g_time_zone_get_identifier (list->zone), g_time_zone_get_identifier (zone)))
      return (int) i;
  }
  return -1;
}

GPtrArray *
isr_day_cache_get (IsrDayCache *self, const char *source, GTimeZone *zone)
{
  int place = find_list (self, source, zone);

  return place < 0 ? NULL : ((List *) self->lists->pdata[place])->days;
}

GPtrArray *
isr_day_cache_steal (IsrDayCache *self, const char *source, GTimeZone *zone)
{
  int place = find_list (self, source, zone);
  GPtrArray *days = place < 0 ? NULL : g_ptr_array_ref (((List *) self->lists->pdata[place])->days);

  if (days)
    g_ptr_array_remove_index_fast (self->lists, (guint) place);
  return days;
}

static List *
put (IsrDayCache *self, const char *source, GTimeZone *zone, GPtrArray *days)
{
  int place = find_list (self, source, zone);
  List *list = g_new (List, 1);

  if (place >= 0)
    g_ptr_array_remove_index_fast (self->lists, (guint) place);
  else if (self->lists->len == MAX_LISTS)
    g_ptr_array_set_size (self->lists, 0);
  list->source = g_strdup (source);
  list->zone = g_time_zone_ref (zone);
  list->days = days;
  g_ptr_array_add (self->lists, list);
  return list;
}

GPtrArray *
isr_day_cache_put (IsrDayCache *self, const char *source, GTimeZone *zone, GPtrArray *days)
{
  return put (self, source, zone, days)->days;
}

/* --- news -------------------------------------------------------------------- */

static gboolean
concerns (const char *of, const News *news)
{
  return !of || g_strcmp0 (of, news->source) == 0;
}

static void
apply (List *list, const News *news)
{
  if (!concerns (list->source, news))
    return;
  switch (news->kind) {
    case NEWS_ADDED:
      isr_days_merge (list->days, list->zone, news->from_us, news->bytes, news->duration);
      break;
    case NEWS_REMOVED:
      isr_days_take_off (list->days, list->zone, news->from_us, news->bytes, news->duration);
      break;
    case NEWS_UNCOVERED:
      isr_days_uncover (list->days, list->zone, news->from_us, news->to_us);
      break;
    case NEWS_UNCOUNTED:
    default:
      isr_days_uncount (list->days, list->zone, news->from_us, news->to_us);
      break;
  }
}

static void
tell (IsrDayCache *self, const News *news)
{
  for (guint i = 0; i < self->lists->len; i++)
    apply (self->lists->pdata[i], news);
  for (guint i = 0; i < self->builds->len; i++) {
    IsrDayBuild *build = self->builds->pdata[i];

    g_array_append_vals (build->news, news, 1);
    g_array_index (build->news, News, build->news->len - 1).source = g_strdup (news->source);
  }
}

static News
news_of_recording (NewsKind kind, const IsrRecording *recording)
{
  return (News){ kind, recording->source, recording->start_us, recording->end_us, recording->bytes, isr_recording_get_duration (recording) };
}

void
isr_day_cache_add (IsrDayCache *self, const IsrRecording *recording)
{
  News news = news_of_recording (NEWS_ADDED, recording);

  tell (self, &news);
}

void
isr_day_cache_remove (IsrDayCache *self, const IsrRecording *recording)
{
  News news = news_of_recording (NEWS_REMOVED, recording);

  tell (self, &news);
}

void
isr_day_cache_uncover (IsrDayCache *self, const char *source, gint64 from_us, gint64 to_us)
{
  tell (self, &(News){ NEWS_UNCOVERED, (char *) source, from_us, to_us, 0, 0 });
}

void
isr_day_cache_uncount (IsrDayCache *self, const char *source, gint64 from_us, gint64 to_us)
{
  tell (self, &(News){ NEWS_UNCOUNTED, (char *) source, from_us, to_us, 0, 0 });
}

void
isr_day_cache_clear (IsrDayCache *self)
{
  g_ptr_array_set_size (self->lists, 0);
  for (guint i = 0; i < self->builds->len; i++)
    ((IsrDayBuild *) self->builds->pdata[i])->stale = TRUE;
}

/* --- made elsewhere ------------------------------------------------------------ */

IsrDayBuild *
isr_day_cache_begin (IsrDayCache *self, const char *source, GTimeZone *zone)
{
  IsrDayBuild *build = g_new0 (IsrDayBuild, 1);

  build->source = g_strdup (source);
  build->zone = g_time_zone_ref (zone);
  build->news = g_array_new (FALSE, FALSE, sizeof (News));
  g_array_set_clear_func (build->news, news_clear);
  g_ptr_array_add (self->builds, build);
  return build;
}

void
isr_day_cache_end (IsrDayCache *self, IsrDayBuild *build, GPtrArray *days)
{
  if (days && !build->stale) {
    List *list = put (self, build->source, build->zone, g_ptr_array_ref (days));

    for (guint i = 0; i < build->news->len; i++)
      apply (list, &g_array_index (build->news, News, i));
  }
  g_clear_pointer (&days, g_ptr_array_unref);
  g_ptr_array_remove_fast (self->builds, build);
}
