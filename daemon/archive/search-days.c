/* SPDX-License-Identifier: MIT */
/* search-days.c - the day list of the recordings whose name holds a text.
 *
 * A look at every name, so that it is asked for while somebody searches and not
 * kept: a hundred thousand names take some hundredths of a second. What is being
 * written counts with what the catalog knows of it. */
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/db.h"
#include "daemon/archive/events.h"

#define COLUMNS "r.start_us, r.bytes, CASE WHEN r.samples > 0 AND r.rate > 0 THEN CAST (r.samples AS REAL) / r.rate ELSE max (r.end_us - r.start_us, 0) / 1e6 END"
#define MATCHES "r.recording < 2 AND (?1 IS NULL OR r.source = ?1) AND contains (r.name, ?2)"

static sqlite3_stmt *
prepare (sqlite3 *db, const char *source, const char *text, GError **error)
{
  sqlite3_stmt *statement = isr_db_prepare (db,
      "SELECT " COLUMNS " FROM main.recordings r WHERE " MATCHES " AND NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)"
      " UNION ALL SELECT " COLUMNS " FROM temp.pending r WHERE r.gone = 0 AND " MATCHES
      " ORDER BY start_us DESC",
      error);
  g_autofree char *folded = g_utf8_casefold (text, -1);

  if (statement) {
    isr_db_bind_text (statement, 1, source);
    isr_db_bind_text (statement, 2, folded);
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

GPtrArray *
isr_catalog_search_days (IsrCatalog *self, const char *source, const char *text, GTimeZone *zone, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GPtrArray) days = NULL;

  g_return_val_if_fail (self->db && text, NULL);
  isr_catalog_settle (self);
  statement = prepare (self->db, source, text, error);
  days = statement ? read_days (statement, zone, error) : NULL;
  if (!days || !isr_catalog_cover_days (self, days, source, zone, FALSE, error) || !isr_catalog_count_days (self, days, source, zone, error))
    return NULL;
  return g_steal_pointer (&days);
}
