/* SPDX-License-Identifier: MIT */
/* events.c - what the catalog knows of loud sections.
 *
 * As with titles, what is given goes to the writer and, under the number of the job,
 * into a temporary table of the reader; an entry there stands in for the row of its
 * id, or says that it is gone. An event belongs to source and time and is kept once,
 * whatever boundaries it straddles; one that begins at the same moment as another of
 * its source is the same one, told again. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/events.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/labels.h"

#define NOT_PENDING "NOT EXISTS (SELECT 1 FROM temp.pending_events p WHERE p.id = r.id)"
#define LONGEST "SELECT max (end_us - start_us) FROM main.events"

/* --- rows --- */

void
isr_events_bind (sqlite3_stmt *statement, const IsrEvent *event)
{
  sqlite3_bind_int64 (statement, 1, event->id);
  isr_db_bind_text (statement, 2, event->source);
  sqlite3_bind_int64 (statement, 3, event->run_us);
  sqlite3_bind_int64 (statement, 4, (gint64) event->key);
  sqlite3_bind_int64 (statement, 5, event->start_us);
  sqlite3_bind_int64 (statement, 6, event->end_us);
  sqlite3_bind_int (statement, 7, event->score);
  sqlite3_bind_int (statement, 8, event->peak);
  sqlite3_bind_int (statement, 9, event->floor);
  isr_db_bind_text (statement, 10, event->reason);
}

static IsrEvent *
read_row (sqlite3_stmt *statement)
{
  IsrEvent *event = g_new0 (IsrEvent, 1);

  event->id = sqlite3_column_int64 (statement, 0);
  event->source = isr_db_dup_text (statement, 1);
  event->run_us = sqlite3_column_int64 (statement, 2);
  event->key = (guint64) sqlite3_column_int64 (statement, 3);
  event->state = ISR_EVENT_ENDED;
  event->start_us = sqlite3_column_int64 (statement, 4);
  event->end_us = sqlite3_column_int64 (statement, 5);
  event->score = sqlite3_column_int (statement, 6);
  event->peak = sqlite3_column_int (statement, 7);
  event->floor = sqlite3_column_int (statement, 8);
  event->reason = isr_db_dup_text (statement, 9);
  return event;
}

gboolean
isr_events_prepare (sqlite3 *db, GError **error)
{
  return isr_db_exec (db,
      "CREATE TEMP TABLE pending_events (id INTEGER PRIMARY KEY, source, run_us INTEGER, key INTEGER, start_us INTEGER, end_us INTEGER,"
      " score INTEGER, peak INTEGER, floor INTEGER, reason, number INTEGER, gone INTEGER);"
      "CREATE INDEX temp.pending_events_by_source ON pending_events (source, start_us)",
      error);
}

/* Events that are committed are no longer needed here. */
void
isr_events_settle (IsrCatalog *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;

  if (!isr_catalog_get_writer (self))
    return;
  sql = g_strdup_printf ("DELETE FROM temp.pending_events WHERE number <= %" G_GSIZE_FORMAT, isr_writer_get_committed (isr_catalog_get_writer (self)));
  if (!isr_db_exec (isr_catalog_get_reader (self), sql, &error))
    g_critical ("%s", error->message);
}

/* --- giving --- */

static gboolean
overlay (IsrCatalog *self, const IsrEvent *event, gboolean gone, gsize number, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (isr_catalog_get_reader (self),
      "INSERT OR REPLACE INTO temp.pending_events (" ISR_EVENT_COLUMNS ", number, gone) VALUES (" ISR_EVENT_PLACES ", ?11, ?12)", error);

  if (!statement)
    return FALSE;
  isr_events_bind (statement, event);
  sqlite3_bind_int64 (statement, ISR_EVENT_N_COLUMNS + 1, (gint64) number);
  sqlite3_bind_int (statement, ISR_EVENT_N_COLUMNS + 2, gone);
  return isr_db_run (statement, error);
}

/* The id that @event has, or a new one. */
static gboolean
find_id (IsrCatalog *self, const IsrEvent *event, gint64 *id, GError **error)
{
  sqlite3 *db = isr_catalog_get_reader (self);
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db,
      "SELECT id FROM temp.pending_events r WHERE source = ?1 AND start_us = ?2 AND gone = 0"
      " UNION ALL SELECT id FROM main.events r WHERE source = ?1 AND start_us = ?2 AND " NOT_PENDING,
      error);
  gboolean row;

  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, event->source);
  sqlite3_bind_int64 (statement, 2, event->start_us);
  if (!isr_db_step (statement, &row, error))
    return FALSE;
  if (row) {
    *id = sqlite3_column_int64 (statement, 0);
    return TRUE;
  }
  return isr_db_get_int64 (db, "SELECT 1 + max (ifnull ((SELECT max (id) FROM main.events), 0), ifnull ((SELECT max (id) FROM temp.pending_events), 0))", 1, id, error);
}

static gboolean
put (IsrCatalog *self, const IsrEvent *event, GError **error)
{
  g_autoptr (IsrEvent) entry = isr_event_copy (event);

  if (!find_id (self, entry, &entry->id, error))
    return FALSE;
  isr_day_cache_uncount (self->days, entry->source, entry->start_us, entry->start_us + 1);
  return overlay (self, entry, FALSE, isr_writer_put_event (isr_catalog_get_writer (self), entry), error);
}

void
isr_catalog_note_event (IsrCatalog *self, const IsrEvent *event)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (isr_catalog_get_writer (self) && event->source && event->state == ISR_EVENT_ENDED);

  isr_events_settle (self);
  if (put (self, event, &error))
    isr_catalog_changed (self, "section", event->source);
  else
    g_critical ("%s", error->message);
}

/* --- asking --- */

static GPtrArray *
read_rows (sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free);
  gboolean row;

  while (TRUE) {
    if (!isr_db_step (statement, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&rows);
    g_ptr_array_add (rows, read_row (statement));
  }
}

/* A span that is far away is still one that can be added to. */
static gint64
near (gint64 at_us)
{
  return CLAMP (at_us, G_MININT64 / 4, G_MAXINT64 / 4);
}

static char *
build_query (const char *source)
{
  const char *of_source = source ? " AND r.source = ?1" : "";

  return g_strdup_printf ("SELECT " ISR_EVENT_COLUMNS " FROM main.events r INDEXED BY %s"
                          " WHERE r.start_us >= ?2 - ?4 AND r.start_us < ?3 AND (r.end_us > ?2 OR r.start_us >= ?2)%s AND " NOT_PENDING
                          " UNION ALL SELECT " ISR_EVENT_COLUMNS " FROM temp.pending_events r"
                          " WHERE r.gone = 0 AND r.start_us < ?3 AND (r.end_us > ?2 OR r.start_us >= ?2)%s ORDER BY start_us, id",
      source ? "events_by_source" : "events_by_start", of_source, of_source);
}

/* Those that begin less than @back_us before @from_us and reach into the span. */
static GPtrArray *
query (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, gint64 back_us, GError **error)
{
  g_autofree char *sql = build_query (source);
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (isr_catalog_get_reader (self), sql, error);

  if (!statement)
    return NULL;
  if (source)
    isr_db_bind_text (statement, 1, source);
  sqlite3_bind_int64 (statement, 2, near (from_us));
  sqlite3_bind_int64 (statement, 3, near (to_us));
  sqlite3_bind_int64 (statement, 4, back_us);
  return read_rows (statement, error);
}

GPtrArray *
isr_catalog_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  gint64 longest;

  isr_events_settle (self);
  if (!isr_db_get_int64 (isr_catalog_get_reader (self), LONGEST, 0, &longest, error))
    return NULL;
  return query (self, source, from_us, to_us, longest, error);
}

void
isr_catalog_replace_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GPtrArray *events)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) old = NULL;

  g_return_if_fail (isr_catalog_get_writer (self));

  isr_events_settle (self);
  old = query (self, source, from_us, to_us, 0, &error);
  for (guint i = 0; old && i < old->len && !error; i++) {
    const IsrEvent *event = old->pdata[i];

    if (event->start_us >= from_us)
      overlay (self, event, TRUE, isr_writer_remove_event (isr_catalog_get_writer (self), event->id), &error);
  }
  isr_day_cache_uncount (self->days, source, from_us, to_us);
  for (guint i = 0; i < events->len && !error; i++)
    put (self, events->pdata[i], &error);
  if (error)
    g_critical ("%s", error->message);
  isr_catalog_changed (self, "section", source);
}

/* --- counting --- */

/* SQL for all events that begin in [?2, ?3). */
#define STARTS                                                                                                                                             \
  "SELECT r.start_us, r.end_us, r.source FROM main.events r WHERE r.start_us >= ?2 AND r.start_us < ?3 AND (?1 IS NULL OR r.source = ?1) AND " NOT_PENDING \
  " UNION ALL SELECT r.start_us, r.end_us, r.source FROM temp.pending_events r WHERE r.gone = 0 AND r.start_us >= ?2 AND r.start_us < ?3 AND (?1 IS NULL OR r.source = ?1)"

/* Whether somebody judged event e: as isr_labels_match() lays labels over sections. ?4:
 * no label is longer. */
#define REVIEWED                                                                           \
  "EXISTS (SELECT 1 FROM labels_now l WHERE l.source = e.source AND l.verdict IS NOT NULL" \
  " AND l.start_us > e.start_us - ?4 AND l.start_us < e.end_us AND l.end_us > e.start_us"  \
  " AND 2 * (min (l.end_us, e.end_us) - max (l.start_us, e.start_us))"                     \
  " >= min (l.end_us - l.start_us, e.end_us - e.start_us))"

static sqlite3_stmt *
prepare_starts (IsrCatalog *self, const char *sql, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  sqlite3_stmt *statement = isr_db_prepare (isr_catalog_get_reader (self), sql, error);

  if (!statement)
    return NULL;
  isr_db_bind_text (statement, 1, source);
  sqlite3_bind_int64 (statement, 2, near (from_us));
  sqlite3_bind_int64 (statement, 3, near (to_us));
  return statement;
}

guint
isr_catalog_count_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row = FALSE;

  isr_events_settle (self);
  statement = prepare_starts (self, "SELECT count (*) FROM (" STARTS ")", source, from_us, to_us, &error);
  if (!statement || !isr_db_step (statement, &row, &error)) {
    g_critical ("%s", error->message);
    return 0;
  }
  return row ? (guint) sqlite3_column_int64 (statement, 0) : 0;
}

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

    if (one.day->counted || !isr_day_parse (one.day->day, zone, &one.from_us, &one.to_us))
      continue;
    one.day->counted = TRUE;
    one.day->events = one.day->unreviewed = 0;
    g_array_append_val (wanted, one);
  }
  return wanted;
}

static gboolean
add_starts (sqlite3_stmt *statement, GArray *wanted, GError **error)
{
  guint i = 0;
  gboolean row;

  while (TRUE) {
    gint64 start_us;

    if (!isr_db_step (statement, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    start_us = sqlite3_column_int64 (statement, 0);
    while (i < wanted->len && start_us < g_array_index (wanted, Wanted, i).from_us)
      i++;
    if (i == wanted->len)
      return TRUE;
    if (start_us >= g_array_index (wanted, Wanted, i).to_us)
      continue;
    g_array_index (wanted, Wanted, i).day->events++;
    g_array_index (wanted, Wanted, i).day->unreviewed += sqlite3_column_int (statement, 1) == 0;
  }
}

gboolean
isr_catalog_count_days (IsrCatalog *self, GPtrArray *days, const char *source, GTimeZone *zone, GError **error)
{
  g_autoptr (GArray) wanted = list_wanted (days, zone);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 longest;

  if (wanted->len == 0)
    return TRUE;
  isr_events_settle (self);
  if (!isr_catalog_get_longest_label (self, &longest, error))
    return FALSE;
  statement = prepare_starts (self, "SELECT e.start_us, " REVIEWED " FROM (" STARTS ") e ORDER BY e.start_us DESC", source,
      g_array_index (wanted, Wanted, wanted->len - 1).from_us, g_array_index (wanted, Wanted, 0).to_us, error);
  if (statement)
    sqlite3_bind_int64 (statement, 4, longest);
  return statement && add_starts (statement, wanted, error);
}
