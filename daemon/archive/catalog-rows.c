/* SPDX-License-Identifier: MIT */
/* catalog-rows.c - what is known of a recording beside its row: how long it is by now,
 * whether it is protected, how many loud events begin in it. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/events.h"
#include "daemon/archive/labels.h"

#include <sys/stat.h>

/* What a file being written has so far; its last write is the end of its audio. */
void
isr_catalog_refresh (IsrCatalog *self, IsrRecording *recording)
{
  g_autofree char *path = NULL;
  struct stat st;

  if (!recording->recording)
    return;
  path = isr_catalog_get_path (self, recording);
  if (lstat (path, &st) < 0 || !S_ISREG (st.st_mode))
    return;
  recording->bytes = (guint64) st.st_size;
  recording->mtime_us = st.st_mtim.tv_sec * G_TIME_SPAN_SECOND + st.st_mtim.tv_nsec / 1000;
  recording->end_us = MAX (recording->mtime_us, recording->start_us);
}

#define FACTS                                                                                                                                                                  \
  "SELECT EXISTS (SELECT 1 FROM protection_now WHERE name = ?1),"                                                                                                              \
  " (SELECT count (*) FROM main.events r WHERE r.source = ?2 AND r.start_us >= ?3 AND r.start_us < ?4 AND NOT EXISTS (SELECT 1 FROM temp.pending_events p WHERE p.id = r.id))" \
  " + (SELECT count (*) FROM temp.pending_events r WHERE r.source = ?2 AND r.start_us >= ?3 AND r.start_us < ?4 AND r.gone = 0)"

static gboolean
add_facts (sqlite3_stmt *statement, IsrRecording *recording, GError **error)
{
  gboolean row, ok;

  isr_db_bind_static (statement, 1, recording->name);
  isr_db_bind_static (statement, 2, recording->source ? recording->source : "");
  sqlite3_bind_int64 (statement, 3, recording->start_us);
  sqlite3_bind_int64 (statement, 4, recording->end_us);
  ok = isr_db_step (statement, &row, error);
  if (ok && row) {
    recording->protected_ = sqlite3_column_int (statement, 0) != 0;
    recording->events = (guint) sqlite3_column_int64 (statement, 1);
  }
  sqlite3_reset (statement);
  return ok;
}

gboolean
isr_catalog_complete (IsrCatalog *self, IsrRecording **recordings, guint n, GError **error)
{
  g_autoptr (IsrCatalogHold) hold G_GNUC_UNUSED = NULL;
  g_autoptr (IsrDbLoan) facts = NULL;

  isr_labels_settle (self);
  isr_events_settle (self);
  hold = n > 1 ? isr_catalog_hold (self) : NULL;
  facts = isr_db_borrow (self->db, FACTS, error);
  for (guint i = 0; facts && i < n; i++) {
    isr_catalog_refresh (self, recordings[i]);
    if (!add_facts (facts, recordings[i], error))
      return FALSE;
  }
  return facts != NULL;
}
