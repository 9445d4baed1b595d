/* SPDX-License-Identifier: MIT */
/* events.c - what the catalog knows of loud sections.
 *
 * What is given goes to the writer, and is laid over the rows until it is committed
 * (overlay.h). An event belongs to source and time and is kept once,
 * whatever boundaries it straddles; one that begins at the same moment as another of
 * its source is the same one, told again. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/events.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/overlay.h"

#define NOT_PENDING "NOT EXISTS (SELECT 1 FROM temp.pending_events p WHERE p.id = r.id)"
#define N_COLUMNS 10

/* --- rows --- */

static void
bind (sqlite3_stmt *statement, gconstpointer value)
{
  const IsrEvent *event = value;

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

static gpointer
copy (gconstpointer event)
{
  return isr_event_copy (event);
}

static const IsrOverlay table = { 3, "events", ISR_EVENT_COLUMNS, N_COLUMNS, bind, copy, (GDestroyNotify) isr_event_free };

gboolean
isr_events_prepare (sqlite3 *db, GError **error)
{
  return isr_overlay_prepare (&table, db, error) && isr_db_exec (db, "CREATE INDEX temp.pending_events_by_source ON pending_events (source, start_us)", error);
}

void
isr_events_settle (IsrCatalog *self)
{
  isr_overlay_settle (&table, self);
  isr_events_hide_again (self);
}

/* --- giving --- */

/* The id that @event has, or a new one. */
static gboolean
find_id (IsrCatalog *self, const IsrEvent *event, gint64 *id, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (isr_catalog_get_reader (self), "SELECT id FROM events_now WHERE source = ?1 AND start_us = ?2", error);
  gboolean row;

  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, event->source);
  sqlite3_bind_int64 (statement, 2, event->start_us);
  if (!isr_db_step (statement, &row, error))
    return FALSE;
  *id = row ? sqlite3_column_int64 (statement, 0) : isr_overlay_next_id (&table, self, error);
  return *id != 0;
}

static gboolean
put (IsrCatalog *self, const IsrEvent *event, GError **error)
{
  g_autoptr (IsrEvent) entry = isr_event_copy (event);

  if (!find_id (self, entry, &entry->id, error))
    return FALSE;
  isr_day_cache_uncount (self->days, entry->source, entry->start_us, entry->start_us + 1);
  isr_overlay_put (&table, self, entry);
  return TRUE;
}

void
isr_events_remove (IsrCatalog *self, const IsrEvent *event)
{
  isr_overlay_remove (&table, self, event, event->id);
}

static void
note_again (IsrCatalog *self, gpointer event)
{
  isr_catalog_note_event (self, event);
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
    isr_catalog_hold_back (self, error, note_again, isr_event_copy (event), (GDestroyNotify) isr_event_free);
}

/* --- asking --- */

gint64
isr_events_near (gint64 at_us)
{
  return CLAMP (at_us, G_MININT64 / 4, G_MAXINT64 / 4);
}

GPtrArray *
isr_events_read (sqlite3_stmt *statement, GError **error)
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

/* Of a full page the last moment is left to the next one: others may begin in it, too. */
static void
cut_page (GPtrArray *page, gint64 *next_us)
{
  guint n = page->len;

  *next_us = ((IsrEvent *) page->pdata[n - 1])->start_us;
  while (n && ((IsrEvent *) page->pdata[n - 1])->start_us == *next_us)
    n--;
  if (n)
    g_ptr_array_set_size (page, (int) n);
  else
    ++*next_us; /* never: so many sources there are not */
}

GPtrArray *
isr_catalog_events_from (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, guint limit, gint64 *next_us, GError **error)
{
  const char *of_source = source ? " AND r.source = ?3" : "";
  g_autofree char *sql = g_strdup_printf ("SELECT " ISR_EVENT_COLUMNS " FROM main.events r INDEXED BY %1$s WHERE r.start_us >= ?1 AND r.start_us < ?2%2$s AND " NOT_PENDING
                                          " UNION ALL SELECT " ISR_EVENT_COLUMNS " FROM temp.pending_events r WHERE r.gone = 0 AND r.start_us >= ?1 AND r.start_us < ?2%2$s"
                                          " ORDER BY start_us LIMIT ?4",
      source ? "events_by_source" : "events_by_start", of_source);
  g_autoptr (sqlite3_stmt) statement = NULL;
  GPtrArray *page;

  isr_events_settle (self);
  statement = isr_db_prepare (isr_catalog_get_reader (self), sql, error);
  if (!statement)
    return NULL;
  sqlite3_bind_int64 (statement, 1, isr_events_near (from_us));
  sqlite3_bind_int64 (statement, 2, isr_events_near (to_us));
  if (source)
    isr_db_bind_text (statement, 3, source);
  sqlite3_bind_int64 (statement, 4, limit);
  page = isr_events_read (statement, error);
  *next_us = to_us;
  if (page && page->len == limit)
    cut_page (page, next_us);
  return page;
}

/* --- others instead of them --- */

typedef struct {
  char *source;
  gint64 from_us, to_us;
  GPtrArray *events;
} Replacement;

static void
replacement_free (gpointer data)
{
  Replacement *self = data;

  g_free (self->source);
  g_ptr_array_unref (self->events);
  g_free (self);
}

static Replacement *
replacement_new (const char *source, gint64 from_us, gint64 to_us, GPtrArray *events)
{
  Replacement *self = g_new (Replacement, 1);

  *self = (Replacement){ g_strdup (source), from_us, to_us, g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free) };
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (self->events, isr_event_copy (events->pdata[i]));
  return self;
}

static void
replace_again (IsrCatalog *self, gpointer value)
{
  const Replacement *what = value;

  isr_catalog_replace_events (self, what->source, what->from_us, what->to_us, what->events);
}

void
isr_catalog_replace_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GPtrArray *events)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) old = NULL;
  gint64 next_us;

  g_return_if_fail (isr_catalog_get_writer (self));

  old = isr_catalog_events_from (self, source, from_us, to_us, G_MAXINT, &next_us, &error);
  for (guint i = 0; old && i < old->len; i++)
    isr_events_remove (self, old->pdata[i]);
  isr_day_cache_uncount (self->days, source, from_us, to_us);
  for (guint i = 0; i < events->len && !error; i++)
    put (self, events->pdata[i], &error);
  if (error)
    isr_catalog_hold_back (self, error, replace_again, replacement_new (source, from_us, to_us, events), replacement_free);
  isr_catalog_changed (self, "section", source);
}
