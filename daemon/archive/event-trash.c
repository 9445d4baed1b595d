/* SPDX-License-Identifier: MIT */
/* event-trash.c - events whose recording is in the trash.
 *
 * They stay in the table, for the recording may come back, and are laid over as gone under
 * a number that is never committed: every question passes them by. A moment that another
 * recording of the source holds is still one that can be heard. With a large
 * trash they are many: a snapshot gets their ids alone, and its worker lays them over, when they are
 * others than the last time. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/events.h"
#include "daemon/archive/rows.h"

#define FOR_EVER "9223372036854775807"
#define HELD_BY(table, also)                                                                 \
  "EXISTS (SELECT 1 FROM " table " r WHERE r.source = e.source AND r.start_us <= e.start_us" \
  " AND r.start_us > e.start_us - ?4 AND (r.end_us > e.start_us OR r.recording = 1) AND " also ")"
#define NOT_HELD \
  "NOT " HELD_BY ("main.recordings", "r.recording < 2 AND NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)") " AND NOT " HELD_BY ("temp.pending", "r.gone = 0")
#define OF_SPAN "e.source = ?1 AND e.start_us >= ?2 AND e.start_us < ?3"
#define HIDE "INSERT OR REPLACE INTO temp.pending_events (" ISR_EVENT_COLUMNS ", number, gone) SELECT e.id, e.source, e.run_us, e.key, e.start_us, e.end_us, e.score, e.peak, e.floor, e.reason, " FOR_EVER ", 1"

/* @sql with the span of @recording (NULL: none) as ?1 to ?3. */
static sqlite3_stmt *
prepare (IsrCatalog *self, const char *sql, const IsrRecording *recording, GError **error)
{
  sqlite3_stmt *statement;
  gint64 longest;

  if (!isr_db_get_longest (self->db, &longest, error) || !(statement = isr_db_prepare (self->db, sql, error)))
    return NULL;
  if (recording) {
    isr_db_bind_text (statement, 1, recording->source ? recording->source : "");
    sqlite3_bind_int64 (statement, 2, recording->start_us);
    sqlite3_bind_int64 (statement, 3, recording->end_us);
  }
  sqlite3_bind_int64 (statement, 4, longest);
  return statement;
}

/* Until they are looked for again. */
static void
forget_hidden (IsrCatalog *self)
{
  g_autoptr (GError) error = NULL;

  if (!isr_db_exec (self->db, "DELETE FROM temp.pending_events WHERE number = " FOR_EVER, &error))
    isr_db_complain (error);
}

static void
run (IsrCatalog *self, const char *sql, const IsrRecording *recording)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3_stmt) statement = prepare (self, sql, recording, &error);

  if (!statement || !isr_db_run (statement, &error))
    isr_db_complain (error);
  self->hides++;
  if (recording)
    isr_day_cache_uncount (self->days, recording->source, recording->start_us, recording->end_us);
}

void
isr_events_hide (IsrCatalog *self, const IsrRecording *recording)
{
  run (self, HIDE " FROM main.events e WHERE " OF_SPAN " AND " NOT_HELD, recording);
  run (self, "UPDATE temp.pending_events AS e SET gone = 1, number = " FOR_EVER " WHERE gone = 0 AND " OF_SPAN " AND " NOT_HELD, recording);
}

void
isr_events_show (IsrCatalog *self, const IsrRecording *recording)
{
  run (self, "DELETE FROM temp.pending_events AS e WHERE number = " FOR_EVER " AND " OF_SPAN, recording);
}

void
isr_events_hide_all (IsrCatalog *self)
{
  run (self, HIDE " FROM trash_now t CROSS JOIN main.events e INDEXED BY events_by_source WHERE e.source = t.source AND e.start_us >= t.start_us AND e.start_us < t.end_us AND " NOT_HELD, NULL);
}

void
isr_events_hide_again (IsrCatalog *self)
{
  gint64 version;

  if (self->writer || self->snapshot || !isr_db_get_int64 (self->db, "PRAGMA data_version", 0, &version, NULL) || version == self->hidden)
    return;
  self->hidden = version;
  forget_hidden (self);
  isr_events_hide_all (self);
}

static GArray *
list_hidden (IsrCatalog *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (self->db, "SELECT id FROM temp.pending_events WHERE number = " FOR_EVER, &error);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean row = FALSE;

  while (statement && isr_db_step (statement, &row, &error) && row) {
    gint64 id = sqlite3_column_int64 (statement, 0);

    g_array_append_val (ids, id);
  }
  if (error)
    isr_db_complain (error);
  return ids;
}

void
isr_events_tell_hidden (IsrCatalog *self, IsrCatalog *snapshot)
{
  if (!self->hidden_ids || self->hidden_ids_of != self->hides) {
    g_clear_pointer (&self->hidden_ids, g_array_unref);
    self->hidden_ids = list_hidden (self);
    self->hidden_ids_of = self->hides;
  }
  g_clear_pointer (&snapshot->hidden_ids, g_array_unref);
  snapshot->hidden_ids = g_array_ref (self->hidden_ids);
  snapshot->hidden_ids_of = self->hides;
}

/* One that is not committed yet is not in the table: it is looked for again the next time. */
void
isr_events_hide_told (IsrCatalog *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;
  guint hidden = 0;

  if (self->hides == self->hidden_ids_of)
    return;
  forget_hidden (self);
  statement = isr_db_prepare (self->db, HIDE " FROM main.events e WHERE e.id = ?1", &error);
  for (guint i = 0; statement && i < self->hidden_ids->len && !error; i++) {
    sqlite3_bind_int64 (statement, 1, g_array_index (self->hidden_ids, gint64, i));
    hidden += isr_db_run (statement, &error) && sqlite3_changes (self->db) > 0;
  }
  if (error)
    isr_db_complain (error);
  self->hides = hidden == self->hidden_ids->len ? self->hidden_ids_of : 0;
}

void
isr_events_drop (IsrCatalog *self, const IsrRecording *recording)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3_stmt) statement = prepare (self,
      "SELECT " ISR_EVENT_COLUMNS " FROM main.events e WHERE " OF_SPAN " AND " NOT_HELD
      " UNION SELECT " ISR_EVENT_COLUMNS " FROM temp.pending_events e WHERE e.gone = 0 AND " OF_SPAN " AND " NOT_HELD,
      recording, &error);
  g_autoptr (GPtrArray) events = statement ? isr_events_read (statement, &error) : NULL;

  if (!events)
    isr_db_complain (error);
  for (guint i = 0; events && i < events->len; i++)
    isr_events_remove (self, events->pdata[i]);
  isr_day_cache_uncount (self->days, recording->source, recording->start_us, recording->end_us);
}
