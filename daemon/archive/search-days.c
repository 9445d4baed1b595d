/* SPDX-License-Identifier: MIT */
/* search-days.c - the day list of the recordings whose name holds a text.
 *
 * A look at every row, in the order in which they lie, so that it is asked for while
 * somebody searches and not kept. What is told of the whole day is that of the list of days. */
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/db.h"
#include "daemon/archive/text-match.h"

#include <string.h>

#define COLUMNS "r.start_us, r.bytes, CASE WHEN r.samples > 0 AND r.rate > 0 THEN CAST (r.samples AS REAL) / r.rate ELSE max (r.end_us - r.start_us, 0) / 1e6 END"

static sqlite3_stmt *
prepare (sqlite3 *db, const char *source, const char *text, GError **error)
{
  g_autofree char *condition = isr_text_match_condition (text, "r.name", "?2");
  g_autofree char *value = isr_text_match_value (text);
  g_autofree char *matches = g_strconcat (source ? "r.source = ?1 AND " : "", condition, NULL);
  g_autofree char *sql = g_strdup_printf (
      "SELECT " COLUMNS " FROM main.recordings r NOT INDEXED WHERE r.recording < 2 AND %1$s AND NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)"
      " UNION ALL SELECT " COLUMNS " FROM temp.pending r WHERE r.gone = 0 AND %1$s",
      matches);
  sqlite3_stmt *statement = isr_db_prepare (db, sql, error);

  if (statement) {
    isr_db_bind_text (statement, 1, source);
    isr_db_bind_text (statement, 2, value);
  }
  return statement;
}

static GPtrArray *
read_days (sqlite3_stmt *statement, GTimeZone *zone, GError **error)
{
  g_autoptr (IsrDays) days = isr_days_new (zone);
  gboolean row;

  while (isr_db_step (statement, &row, error)) {
    if (!row)
      return isr_days_steal (days);
    isr_days_add (days, sqlite3_column_int64 (statement, 0), (guint64) sqlite3_column_int64 (statement, 1), sqlite3_column_double (statement, 2));
  }
  return NULL;
}

/* Both are newest first, and every day of @found is one of @all. */
static void
take_whole_days (GPtrArray *found, GPtrArray *all)
{
  guint j = 0;

  for (guint i = 0; i < found->len; i++) {
    IsrDay *day = found->pdata[i];
    const IsrDay *whole;

    while (j < all->len && strcmp (((IsrDay *) all->pdata[j])->day, day->day) > 0)
      j++;
    whole = j < all->len ? all->pdata[j] : NULL;
    if (!whole || strcmp (whole->day, day->day) != 0)
      continue;
    day->recorded_us = whole->recorded_us;
    day->span_us = whole->span_us;
    day->events = whole->events;
    day->unreviewed = whole->unreviewed;
  }
}

GPtrArray *
isr_catalog_search_days (IsrCatalog *self, const char *source, const char *text, GTimeZone *zone, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GPtrArray) found = NULL, all = NULL;

  g_return_val_if_fail (self->db && text, NULL);
  isr_catalog_settle (self);
  statement = prepare (self->db, source, text, error);
  found = statement ? read_days (statement, zone, error) : NULL;
  all = found ? isr_catalog_days (self, source, zone, error) : NULL;
  if (!all)
    return NULL;
  take_whole_days (found, all);
  return g_steal_pointer (&found);
}
