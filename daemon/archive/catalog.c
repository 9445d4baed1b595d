/* SPDX-License-Identifier: MIT */
/* catalog.c - the index as the main loop sees it.
 *
 *   begin, finish, forget --+--> pending (in memory, this connection)
 *                           |        |
 *                           +--> writer thread --> isr.db --+
 *                                    |                      v
 *          number of the last commit +------> list = isr.db with pending laid over it
 *
 * What is given goes two ways at once: as a job to the writer, and into a
 * temporary table of the reader's connection, under the number of the job. When
 * the writer has committed that number, the temporary entry is dropped, at the
 * next call: before that the overlay and the row say the same. Ids are given out
 * here, so that an entry has its place in the order of pages before it is a row.
 */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/events.h"
#include "daemon/archive/listing.h"
#include "daemon/core/error.h"

G_DEFINE_FINAL_TYPE (IsrCatalog, isr_catalog, G_TYPE_OBJECT)

enum {
  CHANGED,
  GAP,
  DELETED,
  RENAMED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

void
isr_catalog_changed (IsrCatalog *self, const char *kind, const char *name)
{
  g_signal_emit (self, signals[CHANGED], 0, kind, name);
}

void
isr_catalog_deleted (IsrCatalog *self, const IsrRecording *recording)
{
  isr_events_drop (self, recording);
  g_signal_emit (self, signals[DELETED], 0, recording);
}

void
isr_catalog_renamed (IsrCatalog *self, const char *from, const char *to)
{
  g_signal_emit (self, signals[RENAMED], 0, from, to);
}

void
isr_catalog_settle (IsrCatalog *self)
{
  g_autoptr (GError) error = NULL;
  gsize committed = self->writer ? isr_writer_get_committed (self->writer) : 0;

  if (committed == self->settled)
    return;
  if (!isr_listing_settle (self->db, committed, &error))
    isr_db_complain (error);
  g_hash_table_remove_all (self->found);
  self->settled = committed;
}

/* Takes @gap. */
static void
gap_over (IsrCatalog *self, IsrGap *gap)
{
  g_autoptr (IsrGap) over = gap;

  if (!over)
    return;
  g_signal_emit (self, signals[GAP], 0, over);
  isr_catalog_changed (self, "gap", over->source);
}

static void
overlay (IsrCatalog *self, const IsrRecording *recording, gboolean gone, gsize number)
{
  g_autoptr (GError) error = NULL;

  g_hash_table_remove_all (self->found);
  if (!isr_listing_put (self->db, recording, gone, number, &error))
    isr_db_complain (error);
}

static void
keep_text (char **text, const char *known)
{
  if (!*text)
    *text = g_strdup (known);
}

/* What the end of a file does not say again is as it was at its begin. */
static void
keep (IsrRecording *entry, const IsrRecording *known)
{
  entry->id = known->id;
  keep_text (&entry->source, known->source);
  keep_text (&entry->clock, known->clock);
  entry->utc_offset = entry->utc_offset ? entry->utc_offset : known->utc_offset;
  entry->rate = entry->rate ? entry->rate : known->rate;
  entry->channels = entry->channels ? entry->channels : known->channels;
}

/* The files that we write are the one thing that no look at the disk brings back. */
static void
note_live (IsrCatalog *self, const IsrRecording *entry)
{
  IsrRecording *copy = entry->recording ? isr_recording_copy (entry) : NULL;

  if (copy)
    g_hash_table_replace (self->live, copy->name, copy);
  else
    g_hash_table_remove (self->live, entry->name);
}

/* Gives @recording to the writer under the id that its name has, or a new one.
 * Returns what it is with that which was known already. */
static IsrRecording *
put (IsrCatalog *self, const IsrRecording *recording)
{
  g_autoptr (IsrRecording) entry = isr_recording_copy (recording);
  g_autoptr (GError) error = NULL;
  const IsrRecording *live = g_hash_table_lookup (self->live, recording->name);
  g_autoptr (IsrRecording) known = live ? isr_recording_copy (live) : isr_catalog_read_row (self, recording->name, &error);

  if (error)
    isr_db_complain (error); /* the writer goes by the name, too */
  if (known)
    keep (entry, known);
  else
    entry->id = (gint64) (gsize) g_atomic_pointer_add (&self->next_id, 1);
  overlay (self, entry, FALSE, isr_writer_put (self->writer, entry));
  isr_sources_follow (self, known, entry);
  note_live (self, entry);
  if (known && !known->recording)
    isr_catalog_recount (self, known, TRUE);
  if (!entry->recording)
    isr_catalog_recount (self, entry, FALSE);
  isr_catalog_changed (self, "file", entry->name);
  return g_steal_pointer (&entry);
}

/* Files without a source are nobody's ledger. */
static gboolean
is_accounted (IsrCatalog *self, const IsrRecording *entry)
{
  return self->ledger && entry->source && *entry->source;
}

void
isr_catalog_begin (IsrCatalog *self, const IsrRecording *recording)
{
  g_autoptr (IsrRecording) entry = NULL;

  g_return_if_fail (self->writer && recording->name && recording->recording);

  entry = put (self, recording);
  if (is_accounted (self, entry))
    gap_over (self, isr_ledger_begin (self->ledger, entry));
}

void
isr_catalog_finish (IsrCatalog *self, const IsrRecording *recording)
{
  g_autoptr (IsrRecording) entry = NULL, measured = NULL;
  gboolean noted = FALSE;

  g_return_if_fail (self->writer && recording->name && !recording->recording);

  measured = isr_recording_copy (recording);
  isr_catalog_measure (self, measured);
  entry = put (self, measured);
  if (is_accounted (self, entry))
    gap_over (self, isr_ledger_finish (self->ledger, entry, &noted));
  if (noted)
    isr_catalog_changed (self, "gap", entry->source);
}

void
isr_catalog_bring_back (IsrCatalog *self, const IsrRecording *recording)
{
  isr_recording_free (put (self, recording));
}

void
isr_catalog_note_length (IsrCatalog *self, const char *name, guint64 samples, guint rate, guint channels)
{
  g_autoptr (IsrRecording) entry = isr_catalog_lookup (self, name);

  if (!self->writer || !rate || !entry || entry->recording || entry->rate)
    return;
  entry->samples = samples;
  entry->rate = rate;
  entry->channels = channels;
  entry->end_us = entry->start_us + (gint64) (isr_recording_get_duration (entry) * G_USEC_PER_SEC + 0.5);
  isr_recording_free (put (self, entry));
}

void
isr_catalog_drop_row (IsrCatalog *self, const IsrRecording *recording)
{
  overlay (self, recording, TRUE, isr_writer_remove (self->writer, recording->id));
  isr_sources_follow (self, recording, NULL);
  g_hash_table_remove (self->live, recording->name);
  if (!recording->recording)
    isr_catalog_recount (self, recording, TRUE);
  isr_catalog_changed (self, "file", recording->name);
}

void
isr_catalog_forget (IsrCatalog *self, const char *name)
{
  g_autoptr (IsrRecording) known = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (self->writer);
  known = isr_catalog_read_row (self, name, &error);
  if (known)
    isr_catalog_drop_row (self, known);
  else if (error)
    isr_db_complain (error);
}

void
isr_catalog_note_state (IsrCatalog *self, const IsrSourceState *state)
{
  g_return_if_fail (self->writer);

  isr_writer_note_state (self->writer, state);
  isr_catalog_changed (self, "source", state->name);
  if (self->ledger && isr_ledger_note_state (self->ledger, state))
    isr_catalog_changed (self, "gap", state->name);
}

sqlite3 *
isr_catalog_get_reader (IsrCatalog *self)
{
  return self->db;
}

IsrWriter *
isr_catalog_get_writer (IsrCatalog *self)
{
  return self->writer;
}

gboolean
isr_catalog_is_writable (IsrCatalog *self)
{
  return self->writable;
}

gboolean
isr_catalog_check_writable (IsrCatalog *self, GError **error)
{
  if (self->writable)
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_READ_ONLY, "%s: this process only shows the archive and changes nothing in it: ask the isr that records into it", self->state_directory);
  return FALSE;
}

const char *
isr_catalog_get_output_directory (IsrCatalog *self)
{
  return self->output_directory;
}

const char *
isr_catalog_get_state_directory (IsrCatalog *self)
{
  return self->state_directory;
}

GPtrArray *
isr_catalog_list (IsrCatalog *self, const IsrCatalogQuery *query, char **next, GError **error)
{
  g_autoptr (GPtrArray) page = NULL;

  g_return_val_if_fail (self->db && query->limit >= 1 && query->limit <= 1000, NULL);
  if (next)
    *next = NULL;
  isr_catalog_settle (self);
  page = isr_listing_page (self->db, query, next, error);
  if (page && isr_catalog_complete (self, (IsrRecording **) page->pdata, page->len, error))
    return g_steal_pointer (&page);
  if (next)
    g_clear_pointer (next, g_free);
  return NULL;
}

/* A transaction: its locks are taken once. In memory the connection is the writer's as well. */
IsrCatalogHold *
isr_catalog_hold (IsrCatalog *self)
{
  if (!self->database || !sqlite3_get_autocommit (self->db) || !isr_db_exec (self->db, "BEGIN", NULL))
    return NULL;
  return self;
}

void
isr_catalog_let_go (IsrCatalogHold *hold)
{
  if (!isr_db_exec (hold->db, "COMMIT", NULL))
    isr_db_exec (hold->db, "ROLLBACK", NULL);
}

GPtrArray *
isr_catalog_names (IsrCatalog *self, const IsrCatalogQuery *query, GError **error)
{
  g_return_val_if_fail (self->db, NULL);
  isr_catalog_settle (self);
  return isr_listing_names (self->db, query, error);
}

void
isr_catalog_poll (IsrCatalog *self)
{
  static const char *const kinds[] = { "file", "source", "gap", "title", "section", "label", "trash", "storage" };
  gint64 version = 0;

  if (self->writer || !isr_db_get_int64 (self->db, "PRAGMA data_version", 0, &version, NULL) || version == self->polled)
    return;
  for (guint i = 0; self->polled && i < G_N_ELEMENTS (kinds); i++)
    isr_catalog_changed (self, kinds[i], "");
  self->polled = version;
}

void
isr_catalog_set_timezone (IsrCatalog *self, GTimeZone *zone)
{
  g_time_zone_ref (zone);
  g_time_zone_unref (self->zone);
  self->zone = zone;
}

static void
isr_catalog_finalize (GObject *object)
{
  IsrCatalog *self = ISR_CATALOG (object);

  isr_catalog_close (self);
  g_clear_pointer (&self->db, isr_db_close);
  g_async_queue_unref (self->reconciled);
  isr_snapshots_free (self->snapshots);
  isr_day_cache_free (self->days);
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  g_time_zone_unref (self->zone);
  isr_storage_rules_clear (&self->rules);
  g_free (self->output_directory);
  g_free (self->database);
  g_free (self->place);
  g_free (self->state_directory);
  g_strfreev (self->alive);
  g_free (self->condition.message);
  isr_catalog_forget_mended (self);
  g_clear_pointer (&self->hidden_ids, g_array_unref);
  g_clear_pointer (&self->held_back, g_ptr_array_unref);
  g_hash_table_unref (self->today);
  g_clear_pointer (&self->news, g_hash_table_unref);
  g_hash_table_unref (self->live);
  g_clear_handle_id (&self->forget, g_source_remove);
  g_hash_table_unref (self->found);
  G_OBJECT_CLASS (isr_catalog_parent_class)->finalize (object);
}

static void
isr_catalog_class_init (IsrCatalogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = isr_catalog_finalize;

  signals[CHANGED] = g_signal_new ("changed", ISR_TYPE_CATALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[GAP] = g_signal_new ("gap", ISR_TYPE_CATALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[DELETED] = g_signal_new ("deleted", ISR_TYPE_CATALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[RENAMED] = g_signal_new ("renamed", ISR_TYPE_CATALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
isr_catalog_init (IsrCatalog *self)
{
  self->zone = g_time_zone_new_local ();
  self->trash_days = 7;
  self->reconciled = g_async_queue_new ();
  self->snapshots = isr_snapshots_new ();
  self->days = isr_day_cache_new ();
  self->found = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, isr_found_file_free);
  self->live = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) isr_recording_free);
  self->today = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}
