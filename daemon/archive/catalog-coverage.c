/* SPDX-License-Identifier: MIT */
/* catalog-coverage.c - what the ledger is asked.
 *
 * Finished files are read from one index that has all it takes; those being
 * written come from the listing and reach as far as they are written (catalog-live.c). Days that
 * are over are counted once and kept with the list of days; today is counted
 * again every few seconds. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/listing.h"
#include "daemon/archive/sources.h"
#include "daemon/archive/survey.h"

#include <string.h>

#define TODAY_AGE (15 * G_TIME_SPAN_SECOND) /* how old a figure of today may be: 0.02 % of the day */

typedef struct {
  gint64 at_us, day_us;
  double share;
} Today;

/* What a source has in a span, and which part of the span counts. */
typedef struct {
  GArray *stretches; /* IsrStretch, by start */
  gint64 from_us, to_us;
} Survey;

static void
survey_clear (Survey *self)
{
  g_clear_pointer (&self->stretches, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Survey, survey_clear)

void
isr_catalog_set_sources (IsrCatalog *self, const char *const *names)
{
  if (self->alive && g_strv_equal ((const char *const *) self->alive, names))
    return;
  g_strfreev (self->alive);
  self->alive = g_strdupv ((char **) names);
  isr_day_cache_clear (self->days); /* what one that came or went has of them */
}

void
isr_catalog_note_end (IsrCatalog *self, gint64 now_us)
{
  if (self->ledger)
    isr_ledger_note_end (self->ledger, now_us);
}

/* Who writes them has them at hand; where sources are many, to ask for those of each costs the
 * square of it. */
static GPtrArray *
list_live (IsrCatalog *self, const char *source, GError **error)
{
  GPtrArray *live;
  GHashTableIter iter;
  gpointer file;

  if (!self->writer)
    return isr_listing_live (self->db, source, error);
  live = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free);
  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, &file))
    if (g_strcmp0 (((IsrRecording *) file)->source, source) == 0)
      g_ptr_array_add (live, isr_recording_copy (file));
  return live;
}

/* What was deleted on purpose has been there: the life of @source does not shrink by it. */
static gboolean
add_deleted (IsrCatalog *self, const char *source, const GArray *given, gint64 *first_us, gint64 *last_us, GError **error)
{
  if (!isr_survey_deleted (self->db, source, first_us, last_us, error))
    return FALSE;
  for (guint i = 0; i < given->len; i++) {
    const IsrGap *note = &g_array_index (given, IsrGap, i);

    if (!g_str_equal (note->cause, ISR_CAUSE_DELETED))
      continue;
    *first_us = MIN (*first_us, note->start_us);
    *last_us = MAX (*last_us, note->end_us);
  }
  return TRUE;
}

/* Since when @source was to be recorded: its first recording, or what kept it from being
 * made. Holes before that which lasted not so long are of files that somebody removed. */
static gboolean
find_birth (IsrCatalog *self, const char *source, const GArray *given, gint64 first_us, gint64 *birth_us, GError **error)
{
  *birth_us = first_us;
  if (!isr_survey_birth (self->db, source, first_us, birth_us, error))
    return FALSE;
  for (guint i = 0; i < given->len; i++) {
    const IsrGap *note = &g_array_index (given, IsrGap, i);

    if (note->end_us >= first_us)
      *birth_us = MIN (*birth_us, note->start_us);
  }
  return TRUE;
}

static gboolean
is_alive (IsrCatalog *self, const char *source)
{
  return self->alive && g_strv_contains ((const char *const *) self->alive, source);
}

static gboolean
take_survey (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, gint64 now_us, Survey *survey, GError **error)
{
  g_autoptr (GArray) given = isr_catalog_list_given (self, source);
  g_autoptr (GPtrArray) live = list_live (self, source, error);
  gint64 first_us = G_MAXINT64, last_us = G_MININT64, birth_us, end_us;

  survey->stretches = g_array_new (FALSE, FALSE, sizeof (IsrStretch));
  if (!live || !isr_survey_life (self->db, source, &first_us, &last_us, error) || !isr_survey_stretches (self->db, source, from_us, to_us, survey->stretches, error))
    return FALSE;
  end_us = now_us;
  if (!isr_catalog_add_live (self, source, live, survey->stretches, last_us, &end_us, error))
    return FALSE;
  for (guint i = 0; i < live->len; i++) {
    const IsrRecording *file = live->pdata[i];

    first_us = MIN (first_us, file->start_us);
    last_us = MAX (last_us, file->end_us);
  }
  if (!add_deleted (self, source, given, &first_us, &last_us, error) || !find_birth (self, source, given, first_us, &birth_us, error))
    return FALSE;
  survey->from_us = MAX (from_us, birth_us);
  survey->to_us = MAX (survey->from_us, MIN (to_us, is_alive (self, source) ? end_us : MIN (last_us, now_us)));
  return TRUE;
}

static IsrCoverage *
cover (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, gint64 now_us, GError **error)
{
  g_autoptr (GArray) notes = g_array_new (FALSE, FALSE, sizeof (IsrGap));
  g_auto (Survey) survey = { 0 };

  if (!take_survey (self, source, from_us, to_us, now_us, &survey, error) || !isr_catalog_read_notes (self, source, survey.from_us, survey.to_us, notes, error))
    return NULL;
  return isr_coverage_new (source, survey.stretches, notes, survey.from_us, survey.to_us);
}

/* @source, or every one that there is or was. */
static GPtrArray *
list_sources (IsrCatalog *self, const char *source, GError **error)
{
  GPtrArray *names = source ? g_ptr_array_new_with_free_func (g_free) : isr_survey_sources (self->db, error);

  if (source) {
    g_ptr_array_add (names, g_strdup (source));
    return names;
  }
  for (guint i = 0; names && self->alive && self->alive[i]; i++)
    if (!g_ptr_array_find_with_equal_func (names, self->alive[i], g_str_equal, NULL))
      g_ptr_array_add (names, g_strdup (self->alive[i]));
  return names;
}

GPtrArray *
isr_catalog_source_names (IsrCatalog *self, GError **error)
{
  isr_catalog_settle (self);
  return list_sources (self, NULL, error);
}

GPtrArray *
isr_catalog_coverage (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, gint64 now_us, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_coverage_free);
  g_autoptr (GPtrArray) names = NULL;

  isr_catalog_settle (self);
  names = list_sources (self, source, error);
  if (!names)
    return NULL;
  for (guint i = 0; i < names->len; i++) {
    g_autoptr (IsrCoverage) coverage = cover (self, names->pdata[i], from_us, to_us, now_us, error);

    if (!coverage)
      return NULL;
    if (source || coverage->to_us > coverage->from_us)
      g_ptr_array_add (list, g_steal_pointer (&coverage));
  }
  return g_steal_pointer (&list);
}

double
isr_catalog_coverage_today (IsrCatalog *self, const char *source, GTimeZone *zone, gint64 now_us)
{
  Today *today = g_hash_table_lookup (self->today, source);
  g_autoptr (IsrCoverage) coverage = NULL;
  g_autoptr (GError) error = NULL;
  gint64 from_us, to_us;

  isr_day_bounds (now_us, zone, &from_us, &to_us, NULL);
  if (today && today->day_us == from_us && now_us >= today->at_us && now_us - today->at_us < TODAY_AGE)
    return today->share;
  isr_catalog_settle (self);
  coverage = cover (self, source, from_us, to_us, now_us, &error);
  if (!coverage && !self->today_unknown)
    g_critical ("how much of today is recorded can not be told: %s", error->message);
  self->today_unknown = !coverage; /* said once, not at every status */
  if (!coverage)
    return -1;
  today = g_new (Today, 1);
  *today = (Today){ now_us, from_us, isr_coverage_get_share (coverage) };
  g_hash_table_replace (self->today, g_strdup (source), today);
  return today->share;
}

/* --- days ---------------------------------------------------------------- */

typedef struct {
  IsrDay *day;
  gint64 from_us, to_us;
} Wanted;

/* Those that are not known, oldest first, and are over before @limit_us. */
static GArray *
list_wanted (GPtrArray *days, GTimeZone *zone, gint64 limit_us)
{
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));

  for (guint i = days->len; i-- > 0;) {
    Wanted one = { .day = days->pdata[i] };

    if (one.day->span_us >= 0 || !isr_day_parse (one.day->day, zone, &one.from_us, &one.to_us) || one.to_us > limit_us)
      continue;
    one.day->span_us = one.day->recorded_us = 0;
    one.day->noted = FALSE;
    g_array_append_val (wanted, one);
  }
  return wanted;
}

/* @first: the stretches before it end before any day that is still to come. */
static void
cover_day (Wanted *wanted, const Survey *survey, guint *first)
{
  gint64 from_us = MAX (wanted->from_us, survey->from_us), to_us = MIN (wanted->to_us, survey->to_us);
  g_autoptr (GArray) part = NULL;
  g_autoptr (IsrCoverage) coverage = NULL;
  guint last;

  if (to_us <= from_us)
    return;
  while (*first < survey->stretches->len && g_array_index (survey->stretches, IsrStretch, *first).end_us <= from_us)
    ++*first;
  part = g_array_new (FALSE, FALSE, sizeof (IsrStretch));
  for (last = *first; last < survey->stretches->len && g_array_index (survey->stretches, IsrStretch, last).start_us < to_us; last++)
    g_array_append_vals (part, &g_array_index (survey->stretches, IsrStretch, last), 1);
  coverage = isr_coverage_new (NULL, part, NULL, from_us, to_us);
  wanted->day->recorded_us += coverage->recorded_us;
  wanted->day->span_us += to_us - from_us;
}

static gboolean
has_empty (const GArray *wanted)
{
  for (guint i = 0; i < wanted->len; i++)
    if (!g_array_index (wanted, Wanted, i).day->files)
      return TRUE;
  return FALSE;
}

/* The days that @note holds in, as far as they count. */
static void
note_days (GArray *wanted, const IsrGap *note, const Survey *survey)
{
  gint64 from_us = MAX (note->start_us, survey->from_us), to_us = MIN (note->end_us, survey->to_us);
  guint low = 0, high = wanted->len;

  while (low < high) {
    guint middle = (low + high) / 2;

    if (g_array_index (wanted, Wanted, middle).to_us <= from_us)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < wanted->len && g_array_index (wanted, Wanted, low).from_us < to_us; low++)
    g_array_index (wanted, Wanted, low).day->noted = TRUE;
}

/* A day without recordings is one that somebody looks for when something went wrong in it:
 * not when all of it was deleted, nor between files that came from elsewhere. */
static gboolean
find_noted (IsrCatalog *self, GArray *wanted, const char *source, const Survey *survey, GError **error)
{
  g_autoptr (GArray) notes = g_array_new (FALSE, FALSE, sizeof (IsrGap));

  if (!isr_catalog_read_notes (self, source, survey->from_us, survey->to_us, notes, error))
    return FALSE;
  for (guint i = 0; i < notes->len; i++) {
    const IsrGap *note = &g_array_index (notes, IsrGap, i);

    if (!g_str_equal (note->cause, ISR_CAUSE_DELETED))
      note_days (wanted, note, survey);
  }
  return TRUE;
}

static gboolean
cover_source (IsrCatalog *self, GArray *wanted, const char *source, gint64 now_us, GError **error)
{
  const Wanted *oldest = &g_array_index (wanted, Wanted, 0), *newest = &g_array_index (wanted, Wanted, wanted->len - 1);
  g_auto (Survey) survey = { 0 };
  guint first = 0;

  if (!take_survey (self, source, oldest->from_us, newest->to_us, now_us, &survey, error))
    return FALSE;
  isr_survey_sort (survey.stretches);
  for (guint i = 0; i < wanted->len; i++)
    cover_day (&g_array_index (wanted, Wanted, i), &survey, &first);
  return !has_empty (wanted) || find_noted (self, wanted, source, &survey, error);
}

gboolean
isr_catalog_cover_days (IsrCatalog *self, GPtrArray *days, const char *source, GTimeZone *zone, gboolean keep, GError **error)
{
  gint64 now_us = g_get_real_time ();
  g_autoptr (GArray) wanted = list_wanted (days, zone, keep ? now_us : G_MAXINT64);
  g_autoptr (GPtrArray) names = wanted->len ? list_sources (self, source, error) : g_ptr_array_new ();

  if (!names)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!cover_source (self, wanted, names->pdata[i], now_us, error))
      return FALSE;
  return TRUE;
}

/* From its first note on, as long as it counts. */
static gboolean
find_noted_life (IsrCatalog *self, const char *source, gint64 now_us, gint64 *from_us, gint64 *to_us, GError **error)
{
  g_autoptr (GArray) given = isr_catalog_list_given (self, source);
  gint64 first_us = G_MAXINT64, last_us = G_MININT64, note_us;

  if (!isr_survey_first_note (self->db, source, &note_us, error) || !isr_survey_life (self->db, source, &first_us, &last_us, error) || !add_deleted (self, source, given, &first_us, &last_us, error))
    return FALSE;
  for (guint i = 0; i < given->len; i++)
    note_us = MIN (note_us, g_array_index (given, IsrGap, i).start_us);
  last_us = is_alive (self, source) ? now_us : MIN (last_us, now_us);
  if (note_us >= last_us)
    return TRUE;
  *from_us = MIN (*from_us, note_us);
  *to_us = MAX (*to_us, last_us);
  return TRUE;
}

gboolean
isr_catalog_fill_days (IsrCatalog *self, GPtrArray *days, const char *source, GTimeZone *zone, GError **error)
{
  g_autoptr (GPtrArray) names = list_sources (self, source, error);
  gint64 now_us = g_get_real_time (), from_us = G_MAXINT64, to_us = G_MININT64, today_us, tomorrow_us;

  isr_day_bounds (now_us, zone, &today_us, &tomorrow_us, NULL); /* of today nobody knows yet */
  for (guint i = 0; names && i < names->len; i++)
    if (!find_noted_life (self, names->pdata[i], now_us, &from_us, &to_us, error))
      return FALSE;
  to_us = MIN (to_us, today_us);
  if (from_us < to_us)
    isr_days_fill (days, zone, MAX (from_us, 0), to_us);
  return names != NULL;
}
