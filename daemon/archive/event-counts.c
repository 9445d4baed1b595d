/* SPDX-License-Identifier: MIT */
/* event-counts.c - how many loud events a span has, and which of them are the loudest.
 *
 * Rows are counted in an index, without looking at any of them, and what is laid over them
 * is added and taken off. Of the events of a day those are reviewed that have a label with
 * a verdict: they are found from the labels, which are few. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/events.h"
#include "daemon/archive/labels.h"

#define NOT_PENDING "NOT EXISTS (SELECT 1 FROM temp.pending_events p WHERE p.id = r.id)"

/* --- numbers --- */

/* Of the rows alone, */
static gboolean
count_rows (sqlite3 *db, const char *source, gint64 from_us, gint64 to_us, gint64 *n, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db,
      source ? "SELECT count (*) FROM main.events WHERE start_us >= ?1 AND start_us < ?2 AND source = ?3"
             : "SELECT count (*) FROM main.events WHERE start_us >= ?1 AND start_us < ?2",
      error);
  gboolean row;

  if (!statement)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, from_us);
  sqlite3_bind_int64 (statement, 2, to_us);
  if (source)
    isr_db_bind_text (statement, 3, source);
  if (!isr_db_step (statement, &row, error))
    return FALSE;
  *n = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/* and by how much what is laid over them changes that: a row for each moment. */
static sqlite3_stmt *
prepare_changes (sqlite3 *db, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  sqlite3_stmt *statement = isr_db_prepare (db,
      "SELECT p.start_us, (p.gone = 0) - EXISTS (SELECT 1 FROM main.events m WHERE m.id = p.id) FROM temp.pending_events p"
      " WHERE p.start_us >= ?1 AND p.start_us < ?2 AND (?3 IS NULL OR p.source = ?3)",
      error);

  if (!statement)
    return NULL;
  sqlite3_bind_int64 (statement, 1, from_us);
  sqlite3_bind_int64 (statement, 2, to_us);
  isr_db_bind_text (statement, 3, source);
  return statement;
}

static gboolean
count (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, gint64 *n, GError **error)
{
  g_autoptr (sqlite3_stmt) changes = count_rows (self->db, source, from_us, to_us, n, error) ? prepare_changes (self->db, source, from_us, to_us, error) : NULL;
  gboolean row;

  while (changes && isr_db_step (changes, &row, error)) {
    if (!row)
      return TRUE;
    *n += sqlite3_column_int (changes, 1);
  }
  return FALSE;
}

guint
isr_catalog_count_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us)
{
  g_autoptr (GError) error = NULL;
  gint64 n = 0;

  isr_events_settle (self);
  if (!count (self, source, isr_events_near (from_us), isr_events_near (to_us), &n, &error))
    isr_db_complain (error);
  return (guint) n;
}

/* --- days --- */

typedef struct {
  IsrDay *day;
  gint64 from_us, to_us;
} Wanted;

/* Those that are not counted, newest first, as they come. */
static GArray *
list_wanted (GPtrArray *days, GTimeZone *zone)
{
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));

  for (guint i = 0; i < days->len; i++) {
    Wanted one = { .day = days->pdata[i] };

    if (!one.day->counted && isr_day_parse (one.day->day, zone, &one.from_us, &one.to_us))
      g_array_append_val (wanted, one);
  }
  return wanted;
}

/* NULL: none of them. */
static IsrDay *
find_day (const GArray *wanted, gint64 at_us)
{
  guint low = 0, high = wanted->len;

  while (low < high) {
    guint middle = (low + high) / 2;
    const Wanted *one = &g_array_index (wanted, Wanted, middle);

    if (at_us >= one->to_us)
      high = middle;
    else if (at_us < one->from_us)
      low = middle + 1;
    else
      return one->day;
  }
  return NULL;
}

static gboolean
add_changes (IsrCatalog *self, const GArray *wanted, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  g_autoptr (sqlite3_stmt) changes = prepare_changes (self->db, source, from_us, to_us, error);
  gboolean row;

  while (changes && isr_db_step (changes, &row, error)) {
    IsrDay *day = row ? find_day (wanted, sqlite3_column_int64 (changes, 0)) : NULL;

    if (!row)
      return TRUE;
    if (day)
      day->events = (guint) ((int) day->events + sqlite3_column_int (changes, 1));
  }
  return FALSE;
}

#define LABELLED                                                                                       \
  "l.start_us < ?2 + ?4 AND l.end_us > ?1 AND (?3 IS NULL OR l.source = ?3) AND l.verdict IS NOT NULL" \
  " AND r.source = l.source AND r.start_us < l.end_us AND r.end_us > l.start_us AND +r.start_us >= ?1 AND +r.start_us < ?2"

/* Events that share time with a label, which is where they are looked for: hence the +. ?4: none is longer. */
static sqlite3_stmt *
prepare_labelled (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  sqlite3_stmt *statement = isr_db_prepare (self->db,
      "SELECT DISTINCT r.id, r.source, r.start_us, r.end_us FROM labels_now l CROSS JOIN main.events r INDEXED BY events_by_source WHERE " LABELLED " AND r.start_us > l.start_us - ?4 AND " NOT_PENDING
      " UNION SELECT r.id, r.source, r.start_us, r.end_us FROM labels_now l CROSS JOIN temp.pending_events r WHERE " LABELLED " AND r.gone = 0",
      error);
  gint64 longest;

  if (!statement)
    return NULL;
  if (!isr_db_get_int64 (self->db, "SELECT max (end_us - start_us) FROM main.events", 0, &longest, error)) {
    sqlite3_finalize (statement);
    return NULL;
  }
  sqlite3_bind_int64 (statement, 1, from_us);
  sqlite3_bind_int64 (statement, 2, to_us);
  isr_db_bind_text (statement, 3, source);
  sqlite3_bind_int64 (statement, 4, longest);
  return statement;
}

static gboolean
is_reviewed (GPtrArray *labels, sqlite3_stmt *event)
{
  const IsrLabel *label = isr_labels_match (labels, (const char *) sqlite3_column_text (event, 1), sqlite3_column_int64 (event, 2), sqlite3_column_int64 (event, 3));

  return label && label->verdict;
}

static gboolean
take_off_reviewed (IsrCatalog *self, const GArray *wanted, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  g_autoptr (GPtrArray) labels = isr_catalog_labels (self, source, from_us, isr_events_near (to_us + G_TIME_SPAN_DAY), error);
  g_autoptr (sqlite3_stmt) events = labels ? prepare_labelled (self, source, from_us, to_us, error) : NULL;
  gboolean row;

  while (events && isr_db_step (events, &row, error)) {
    IsrDay *day = row ? find_day (wanted, sqlite3_column_int64 (events, 2)) : NULL;

    if (!row)
      return TRUE;
    if (day && day->unreviewed && is_reviewed (labels, events))
      day->unreviewed--;
  }
  return FALSE;
}

static gboolean
count_wanted (IsrCatalog *self, const GArray *wanted, const char *source, GError **error)
{
  g_autoptr (IsrCatalogHold) hold G_GNUC_UNUSED = isr_catalog_hold (self);
  gint64 from_us = g_array_index (wanted, Wanted, wanted->len - 1).from_us, to_us = g_array_index (wanted, Wanted, 0).to_us, n;

  for (guint i = 0; i < wanted->len; i++) {
    const Wanted *one = &g_array_index (wanted, Wanted, i);

    if (!count_rows (self->db, source, one->from_us, one->to_us, &n, error))
      return FALSE;
    one->day->events = (guint) n;
  }
  if (!add_changes (self, wanted, source, from_us, to_us, error))
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    g_array_index (wanted, Wanted, i).day->unreviewed = g_array_index (wanted, Wanted, i).day->events;
  return take_off_reviewed (self, wanted, source, from_us, to_us, error);
}

gboolean
isr_catalog_count_days (IsrCatalog *self, GPtrArray *days, const char *source, GTimeZone *zone, GError **error)
{
  g_autoptr (GArray) wanted = NULL;

  isr_events_settle (self);
  wanted = list_wanted (days, zone);
  if (wanted->len && !count_wanted (self, wanted, source, error))
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    g_array_index (wanted, Wanted, i).day->counted = TRUE;
  return TRUE;
}

/* --- ranks --- */

/* Many events are not sorted: their index by score is walked until there are enough. */
static const char *
choose_index (IsrCatalog *self, const char *source, gint64 total, guint limit)
{
  gint64 all = 0;

  isr_db_get_int64 (self->db, "SELECT max (id) FROM main.events", 0, &all, NULL);
  if (total > limit && all / total * limit < total)
    return "events_by_score";
  return source ? "events_by_source" : "events_by_start";
}

static GPtrArray *
read_top (IsrCatalog *self, const char *index, const char *source, gint64 from_us, gint64 to_us, guint limit, GError **error)
{
  static const char of_span[] = "r.start_us >= ?1 AND r.start_us < ?2";
  const char *of_source = source ? " AND r.source = ?3" : "";
  g_autofree char *sql = g_strdup_printf ("SELECT " ISR_EVENT_COLUMNS " FROM main.events r INDEXED BY %1$s WHERE %2$s%3$s AND " NOT_PENDING
                                          " UNION ALL SELECT " ISR_EVENT_COLUMNS " FROM temp.pending_events r WHERE r.gone = 0 AND %2$s%3$s"
                                          " ORDER BY score DESC, start_us LIMIT ?4",
      index, of_span, of_source);
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (self->db, sql, error);

  if (!statement)
    return NULL;
  sqlite3_bind_int64 (statement, 1, from_us);
  sqlite3_bind_int64 (statement, 2, to_us);
  if (source)
    isr_db_bind_text (statement, 3, source);
  sqlite3_bind_int64 (statement, 4, limit);
  return isr_events_read (statement, error);
}

GPtrArray *
isr_catalog_top_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, guint limit, guint *total, GError **error)
{
  gint64 n;

  from_us = isr_events_near (from_us);
  to_us = isr_events_near (to_us);
  isr_events_settle (self);
  if (!count (self, source, from_us, to_us, &n, error))
    return NULL;
  *total = (guint) n;
  return read_top (self, choose_index (self, source, n, limit), source, from_us, to_us, limit, error);
}
