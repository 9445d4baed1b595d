/* SPDX-License-Identifier: MIT */
/* labels.c - two small tables, with what is not committed yet laid over them. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/labels.h"

#include "daemon/archive/catalog-journal.h"
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/overlay.h"
#include "daemon/core/error.h"

#define COLUMNS "id, source, start_us, end_us, verdict, label, note, changed_us"

typedef struct {
  gint64 id;
  char *name;
} Protection;

static void
bind_label (sqlite3_stmt *statement, gconstpointer value)
{
  const IsrLabel *label = value;

  sqlite3_bind_int64 (statement, 1, label->id);
  isr_db_bind_text (statement, 2, label->source);
  sqlite3_bind_int64 (statement, 3, label->start_us);
  sqlite3_bind_int64 (statement, 4, label->end_us);
  isr_db_bind_text (statement, 5, label->verdict);
  isr_db_bind_text (statement, 6, label->label);
  isr_db_bind_text (statement, 7, label->note);
  sqlite3_bind_int64 (statement, 8, label->changed_us);
}

static gpointer
copy_label (gconstpointer value)
{
  return isr_label_copy (value);
}

static void
bind_protection (sqlite3_stmt *statement, gconstpointer value)
{
  const Protection *protection = value;

  sqlite3_bind_int64 (statement, 1, protection->id);
  isr_db_bind_text (statement, 2, protection->name);
}

static gpointer
copy_protection (gconstpointer value)
{
  Protection *copy = g_memdup2 (value, sizeof *copy);

  copy->name = g_strdup (copy->name);
  return copy;
}

static void
free_protection (gpointer value)
{
  g_free (((Protection *) value)->name);
  g_free (value);
}

static const IsrOverlay labels = { 0, "labels", COLUMNS, 8, bind_label, copy_label, (GDestroyNotify) isr_label_free, "source = ?2 AND start_us = ?3 AND end_us = ?4 AND id <> ?1" };
static const IsrOverlay protections = { 1, "protection", "id, name", 2, bind_protection, copy_protection, free_protection, "name = ?2 AND id <> ?1" };

gboolean
isr_labels_prepare (sqlite3 *db, GError **error)
{
  return isr_overlay_prepare (&labels, db, error) && isr_overlay_prepare (&protections, db, error);
}

void
isr_labels_settle (IsrCatalog *self)
{
  isr_overlay_settle (&labels, self);
  isr_overlay_settle (&protections, self);
}

/* --- labels -------------------------------------------------------------- */

static IsrLabel *
read_label (sqlite3_stmt *statement)
{
  IsrLabel *label = g_new0 (IsrLabel, 1);

  label->id = sqlite3_column_int64 (statement, 0);
  label->source = isr_db_dup_text (statement, 1);
  label->start_us = sqlite3_column_int64 (statement, 2);
  label->end_us = sqlite3_column_int64 (statement, 3);
  label->verdict = isr_db_dup_text (statement, 4);
  label->label = isr_db_dup_text (statement, 5);
  label->note = isr_db_dup_text (statement, 6);
  label->changed_us = sqlite3_column_int64 (statement, 7);
  return label;
}

static GPtrArray *
read_labels (sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_label_free);
  gboolean row;

  while (isr_db_step (statement, &row, error)) {
    if (!row)
      return g_steal_pointer (&list);
    g_ptr_array_add (list, read_label (statement));
  }
  return NULL;
}

/* Those of @source (NULL: all, and ?1 is no parameter) that @which says; from ?2 on its own. */
static sqlite3_stmt *
prepare_labels (IsrCatalog *self, const char *source, const char *which, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT " COLUMNS " FROM labels_now WHERE %s%s", source ? "source = ?1 AND " : "", which);
  sqlite3_stmt *statement;

  isr_overlay_settle (&labels, self);
  statement = isr_db_prepare (isr_catalog_get_reader (self), sql, error);
  if (statement && source)
    isr_db_bind_text (statement, 1, source);
  return statement;
}

GPtrArray *
isr_catalog_labels (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = prepare_labels (self, source, "start_us > ?4 AND start_us < ?3 AND end_us > ?2 ORDER BY start_us, end_us", error);
  gboolean all = from_us == 0 && to_us == 0;

  if (!statement)
    return NULL;
  sqlite3_bind_int64 (statement, 2, all ? G_MININT64 : from_us);
  sqlite3_bind_int64 (statement, 3, all ? G_MAXINT64 : to_us);
  sqlite3_bind_int64 (statement, 4, all || from_us < 0 ? G_MININT64 : from_us - G_TIME_SPAN_DAY - 1); /* none is longer */
  return read_labels (statement, error);
}

GPtrArray *
isr_catalog_labels_from (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, gint64 after_id, guint limit, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = prepare_labels (self, source, "start_us >= ?2 AND start_us < ?3 AND (start_us, id) > (?2, ?4) ORDER BY start_us, id LIMIT ?5", error);

  if (!statement)
    return NULL;
  sqlite3_bind_int64 (statement, 2, from_us);
  sqlite3_bind_int64 (statement, 3, to_us);
  sqlite3_bind_int64 (statement, 4, after_id);
  sqlite3_bind_int64 (statement, 5, limit);
  return read_labels (statement, error);
}

static IsrLabel *
find_label (IsrCatalog *self, const char *source, gint64 start_us, gint64 end_us, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = prepare_labels (self, source, "start_us = ?2 AND end_us = ?3", error);
  gboolean row;

  if (!statement)
    return NULL;
  sqlite3_bind_int64 (statement, 2, start_us);
  sqlite3_bind_int64 (statement, 3, end_us);
  return isr_db_step (statement, &row, error) && row ? read_label (statement) : NULL;
}

/* Which id the label has, or (0) that it is to be given one. */
static gboolean
find_label_id (IsrCatalog *self, IsrLabel *label, gboolean *known, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (IsrLabel) old = find_label (self, label->source, label->start_us, label->end_us, &wrong);

  *known = old != NULL;
  label->id = old ? old->id : wrong ? 0
                                    : isr_overlay_next_id (&labels, self, &wrong);
  if (!wrong)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

/* An empty one of a place that has none changes nothing. */
static void
set_label (IsrCatalog *self, IsrLabel *label, gboolean known)
{
  if (!isr_label_is_empty (label))
    isr_overlay_put (&labels, self, label);
  else if (known)
    isr_overlay_remove (&labels, self, label, label->id);
  else
    label->id = 0;
}

void
isr_labels_show (IsrCatalog *self, const IsrLabel *label, gsize number)
{
  g_autoptr (IsrLabel) entry = isr_label_copy (label);
  g_autoptr (GError) error = NULL;
  gboolean known;

  if (!find_label_id (self, entry, &known, &error))
    isr_db_complain (error);
  else if (known || !isr_label_is_empty (entry))
    isr_overlay_show (&labels, self, entry, isr_label_is_empty (entry), number);
}

static gboolean
check_label (const IsrLabel *label, GError **error)
{
  if (isr_label_is_sane (label) && isr_verdict_is_known (label->verdict))
    return TRUE;
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "a label needs a source, a start_us before its end_us (from 1970 on, a day at most), and as verdict \"kept\", \"false\" or null");
  return FALSE;
}

IsrLabel *
isr_catalog_put_label (IsrCatalog *self, const IsrLabel *label, GError **error)
{
  g_autoptr (IsrLabel) entry = isr_label_copy (label);
  gboolean known;

  if (!check_label (label, error) || !find_label_id (self, entry, &known, error))
    return NULL;
  if (!entry->changed_us)
    entry->changed_us = g_get_real_time ();
  if (!isr_catalog_journal_label (self, entry, error))
    return NULL;
  set_label (self, entry, known);
  isr_catalog_journal_note (self);
  isr_day_cache_uncount (self->days, entry->source, entry->start_us - G_TIME_SPAN_DAY, entry->end_us);
  isr_catalog_changed (self, "label", entry->source);
  return g_steal_pointer (&entry);
}

IsrLabel *
isr_catalog_delete_label (IsrCatalog *self, const char *source, gint64 start_us, gint64 end_us, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (IsrLabel) known = find_label (self, source, start_us, end_us, &wrong);
  g_autoptr (IsrLabel) nothing = isr_label_new (source, start_us, end_us);
  g_autoptr (IsrLabel) now = NULL;

  if (wrong) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return NULL;
  }
  if (!known) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "nothing is said about these seconds of “%s”", source);
    return NULL;
  }
  now = isr_catalog_put_label (self, nothing, error);
  return now ? g_steal_pointer (&known) : NULL;
}

/* --- protection ---------------------------------------------------------- */

/* Its id, or the one that it gets; @known: it is protected. */
static gboolean
find_protection (IsrCatalog *self, const char *name, gint64 *id, gboolean *known, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;

  isr_overlay_settle (&protections, self);
  statement = isr_db_prepare (isr_catalog_get_reader (self), "SELECT id FROM protection_now WHERE name = ?1", error);
  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, name);
  if (!isr_db_step (statement, known, error))
    return FALSE;
  *id = *known ? sqlite3_column_int64 (statement, 0) : isr_overlay_next_id (&protections, self, &wrong);
  if (!wrong)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

void
isr_labels_show_protection (IsrCatalog *self, const char *name, gboolean protect, gsize number)
{
  Protection entry = { 0, (char *) name };
  g_autoptr (GError) error = NULL;
  gboolean known;

  if (!find_protection (self, name, &entry.id, &known, &error))
    isr_db_complain (error);
  else if (known != protect)
    isr_overlay_show (&protections, self, &entry, !protect, number);
}

/* The journal first: it is what counts. */
static gboolean
set_protected (IsrCatalog *self, const char *name, gboolean protect, GError **error)
{
  Protection entry = { 0, (char *) name };
  gboolean known;

  if (!find_protection (self, name, &entry.id, &known, error) || !isr_catalog_journal_protection (self, name, protect, error))
    return FALSE;
  if (protect && !known)
    isr_overlay_put (&protections, self, &entry);
  else if (!protect && known)
    isr_overlay_remove (&protections, self, &entry, entry.id);
  isr_catalog_journal_note (self);
  return TRUE;
}

void
isr_labels_rename (IsrCatalog *self, const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  gboolean known = FALSE;
  gint64 id;

  if (find_protection (self, from, &id, &known, &error) && known && set_protected (self, to, TRUE, &error))
    set_protected (self, from, FALSE, &error);
  if (error)
    g_warning ("%s is protected as %s was, until the next start: %s", to, from, error->message);
}

gboolean
isr_catalog_protect (IsrCatalog *self, const char *name, gboolean protect, GError **error)
{
  g_autoptr (IsrRecording) recording = isr_catalog_require (self, name, error);

  if (!recording)
    return FALSE;
  if (recording->recording) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_BUSY, "it is being recorded: it can be protected when it is finished");
    return FALSE;
  }
  if (recording->protected_ == protect)
    return TRUE;
  if (!set_protected (self, name, protect, error))
    return FALSE;
  isr_catalog_changed (self, "file", name);
  return TRUE;
}
