/* SPDX-License-Identifier: MIT */
/* retention.c - one thing at a time.
 *
 * A look deletes one file and comes back as soon as the loop is free, until nothing is
 * due: however much there is to delete, the loop turns in between. Age is looked at once
 * a minute, space every few seconds: a recorder that waits for space goes on within them. */
#define G_LOG_DOMAIN "isr-retention"

#include "daemon/archive/retention.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/labels.h"
#include "daemon/archive/place.h"
#include "daemon/archive/rows.h"
#include "daemon/archive/storage.h"
#include "daemon/archive/survey.h"
#include "daemon/archive/trash.h"
#include "daemon/core/log.h"

#include <errno.h>

#define AGE_INTERVAL G_TIME_SPAN_MINUTE
#define LOW 0.05      /* share of free space below which it is said */
#define LOW_OVER 0.06 /* and above which it is over */

struct _IsrRetention {
  IsrCatalog *catalog;
  const IsrClock *clock;
  guint timer, idle;
  gint64 aged_us;   /* nothing was too old then */
  gboolean low;     /* it was said that space is short */
  gboolean stuck;   /* it was said that nothing more may be deleted */
  GHashTable *kept; /* names that could not be deleted: said once, passed over */
};

/* Files that may go, oldest first. */
#define CANDIDATES                                                         \
  "SELECT " ISR_ROW_COLUMNS " FROM main.recordings r"                      \
  " WHERE r.recording = 0 AND r.adopted = 0"                               \
  " AND NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)"       \
  " AND NOT EXISTS (SELECT 1 FROM protection_now p WHERE p.name = r.name)" \
  " AND NOT EXISTS (SELECT 1 FROM labels_now l WHERE l.source = r.source"  \
  "   AND l.start_us < r.end_us AND l.end_us > r.start_us AND (l.verdict = 'kept' OR l.label IS NOT NULL))"

static sqlite3_stmt *
prepare (IsrRetention *self, const char *source, gint64 before_us)
{
  g_autofree char *sql = g_strdup_printf (CANDIDATES " AND r.end_us <= ?1%s ORDER BY r.start_us, r.id", source ? " AND r.source = ?2" : "");
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;

  isr_catalog_settle (self->catalog);
  isr_labels_settle (self->catalog);
  statement = isr_db_prepare (self->catalog->db, sql, &error);
  if (!statement) {
    isr_db_complain (error);
    return NULL;
  }
  sqlite3_bind_int64 (statement, 1, before_us);
  if (source)
    isr_db_bind_text (statement, 2, source);
  return statement;
}

/* The oldest one that may go and could; NULL: none. */
static IsrRecording *
find_oldest (IsrRetention *self, const char *source, gint64 before_us)
{
  g_autoptr (sqlite3_stmt) statement = prepare (self, source, before_us);
  g_autoptr (GError) error = NULL;
  gboolean row;

  while (statement && isr_db_step (statement, &row, &error) && row) {
    g_autoptr (IsrRecording) recording = isr_row_read (statement);

    if (!g_hash_table_contains (self->kept, recording->name))
      return g_steal_pointer (&recording);
  }
  if (error)
    isr_db_complain (error);
  return NULL;
}

static gboolean
remove_file (IsrRetention *self, const IsrRecording *recording, const char *why)
{
  const char *root = self->catalog->output_directory;

  if (!isr_place_unlink (root, recording->name) && errno != ENOENT) {
    isr_log_warning (NULL, "%s: is due to be deleted (%s), but can not be: %s; it stays", recording->name, why, g_strerror (errno));
    g_hash_table_add (self->kept, g_strdup (recording->name));
    return FALSE;
  }
  isr_place_prune (root, recording->name, 1);
  isr_log_info (NULL, "deleted %s, %.1f MB: %s", recording->name, (double) recording->bytes / 1e6, why);
  isr_catalog_forget (self->catalog, recording->name);
  isr_ledger_note_deletion (self->catalog->ledger, recording);
  isr_catalog_deleted (self->catalog, recording);
  isr_catalog_changed (self->catalog, "storage", "");
  return TRUE;
}

/* --- age ----------------------------------------------------------------- */

static gboolean
delete_older (IsrRetention *self, const char *source, guint days, gint64 now_us)
{
  g_autoptr (IsrRecording) oldest = days ? find_oldest (self, source, now_us - days * G_TIME_SPAN_DAY) : NULL;
  g_autofree char *why = g_strdup_printf ("older than %u day%s", days, days == 1 ? "" : "s");

  return oldest && remove_file (self, oldest, why);
}

static gboolean
delete_aged_of (IsrRetention *self, GPtrArray *sources, gint64 now_us)
{
  const IsrStorageRules *rules = isr_catalog_get_storage_rules (self->catalog);

  for (guint i = 0; i < sources->len; i++)
    if (delete_older (self, sources->pdata[i], isr_storage_rules_keep (rules, sources->pdata[i]), now_us))
      return TRUE;
  return FALSE;
}

/* Sources have days of their own, so each is asked by itself. */
static gboolean
delete_aged (IsrRetention *self, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sources = NULL;

  if (now_us >= self->aged_us && now_us - self->aged_us < AGE_INTERVAL)
    return FALSE;
  sources = isr_survey_sources (self->catalog->db, &error);
  if (!sources)
    isr_db_complain (error);
  else if (delete_aged_of (self, sources, now_us))
    return TRUE;
  self->aged_us = now_us;
  return FALSE;
}

/* --- space --------------------------------------------------------------- */

static void
warn (IsrRetention *self, const IsrSpace *space, gint64 now_us)
{
  double share = space->total ? (double) space->free / (double) space->total : 1;
  IsrStorageReport report;

  if (self->low ? share < LOW_OVER : share >= LOW)
    return;
  self->low = !self->low;
  isr_catalog_changed (self->catalog, "storage", "");
  if (!self->low) {
    isr_log_info (NULL, "%s: there is room again: %.1f GB are free", self->catalog->output_directory, (double) space->free / 1e9);
    return;
  }
  if (isr_catalog_report_storage (self->catalog, now_us, &report, NULL) && report.full_at_us)
    isr_log_warning (NULL, "%s: %.1f %% of the disk is free (%.2f GB): it is full in %.1f days at today's rate; make room, or set min_free or keep_days of [storage]", self->catalog->output_directory, 100 * share, (double) space->free / 1e9, (double) (report.full_at_us - now_us) / (double) G_TIME_SPAN_DAY);
  else
    isr_log_warning (NULL, "%s: %.1f %% of the disk is free (%.2f GB)", self->catalog->output_directory, 100 * share, (double) space->free / 1e9);
}

static gboolean
delete_for_space (IsrRetention *self, guint64 need)
{
  g_autoptr (IsrRecording) oldest = NULL;
  g_autofree char *why = NULL;

  if (isr_catalog_expire_trash (self->catalog, G_MAXINT64))
    return TRUE;
  oldest = find_oldest (self, NULL, G_MAXINT64);
  why = g_strdup_printf ("to keep %.2f GB free", (double) need / 1e9);
  if (oldest) {
    self->stuck = FALSE;
    return remove_file (self, oldest, why);
  }
  if (!self->stuck)
    isr_log_warning (NULL, "%s: there is less than %.2f GB free, and nothing that may be deleted: the rest is protected, labelled, or was not recorded by ISR", self->catalog->output_directory, (double) need / 1e9);
  self->stuck = TRUE;
  return FALSE;
}

static gboolean
look_at_space (IsrRetention *self, gint64 now_us)
{
  const IsrStorageRules *rules = isr_catalog_get_storage_rules (self->catalog);
  IsrSpace space;
  guint64 need;

  if (!isr_catalog_measure_space (self->catalog, &space))
    return FALSE;
  need = isr_storage_rules_need (rules, space.total);
  if (need && space.free < need && delete_for_space (self, need))
    return TRUE;
  warn (self, &space, now_us);
  return FALSE;
}

gboolean
isr_retention_step (IsrRetention *self)
{
  gint64 now_us = isr_clock_now (self->clock);

  if (!isr_catalog_check_whole (self->catalog, NULL))
    return FALSE;
  return isr_catalog_expire_trash (self->catalog, now_us) || delete_aged (self, now_us) || look_at_space (self, now_us);
}

/* --- the clock ----------------------------------------------------------- */

static gboolean
on_idle (gpointer data)
{
  IsrRetention *self = data;

  if (isr_retention_step (self))
    return G_SOURCE_CONTINUE;
  self->idle = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
on_time (gpointer data)
{
  IsrRetention *self = data;

  if (!self->idle)
    self->idle = g_idle_add (on_idle, self);
  return G_SOURCE_CONTINUE;
}

IsrRetention *
isr_retention_new (IsrCatalog *catalog, const IsrClock *clock)
{
  IsrRetention *self = g_new0 (IsrRetention, 1);

  self->catalog = g_object_ref (catalog);
  self->clock = clock;
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->timer = g_timeout_add_seconds (ISR_RETENTION_INTERVAL, on_time, self);
  return self;
}

void
isr_retention_free (IsrRetention *self)
{
  g_source_remove (self->timer);
  if (self->idle)
    g_source_remove (self->idle);
  g_object_unref (self->catalog);
  g_hash_table_unref (self->kept);
  g_free (self);
}
