/* SPDX-License-Identifier: MIT */
/* catalog-journal.c - how far the tables have read the journal.
 *
 * The length of the journal that the tables know of is kept beside them (`state`, key
 * "journal"). After a crash the journal may be longer: the rest is read. It may be
 * shorter when somebody brought an older one back: then all of it is read, and nothing
 * that the tables know besides is dropped. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-journal.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/labels.h"
#include "daemon/core/error.h"

#include <glib/gstdio.h>

/* --- entries ------------------------------------------------------------- */

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static JsonNode *
make_label_entry (const IsrLabel *label)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  gboolean empty = isr_label_is_empty (label);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, empty ? "remove" : "put");
  json_builder_begin_object (builder);
  add_text (builder, "source", label->source);
  add_int (builder, "start_us", label->start_us);
  add_int (builder, "end_us", label->end_us);
  if (!empty) {
    add_text (builder, "verdict", label->verdict);
    add_text (builder, "label", label->label);
    add_text (builder, "note", label->note);
  }
  add_int (builder, "changed_us", label->changed_us);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static JsonNode *
make_protection_entry (const char *name, gboolean protect)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  add_text (builder, protect ? "protect" : "unprotect", name);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* --- writing ------------------------------------------------------------- */

static gboolean
run_note (sqlite3 *db, gpointer data, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("INSERT OR REPLACE INTO main.state (key, value) VALUES ('journal', %" G_GINT64_FORMAT ")", *(gint64 *) data);

  return isr_db_exec (db, sql, error);
}

void
isr_catalog_journal_note (IsrCatalog *self)
{
  gint64 size = isr_journal_get_size (self->journal);

  isr_writer_call (self->writer, run_note, g_memdup2 (&size, sizeof size), g_free);
}

static char *
get_path (IsrCatalog *self)
{
  return g_build_filename (self->state_directory, ISR_JOURNAL_NAME, NULL);
}

static gboolean
open_journal (IsrCatalog *self, GError **error)
{
  g_autofree char *path = get_path (self);

  if (!isr_catalog_check_writable (self, error))
    return FALSE;
  if (!self->journal)
    self->journal = isr_journal_open (path, error);
  return self->journal != NULL;
}

static gboolean
append (IsrCatalog *self, JsonNode *entry, GError **error)
{
  return open_journal (self, error) && isr_journal_append (self->journal, entry, error);
}

gboolean
isr_catalog_journal_label (IsrCatalog *self, const IsrLabel *label, GError **error)
{
  g_autoptr (JsonNode) entry = make_label_entry (label);

  return append (self, entry, error);
}

gboolean
isr_catalog_journal_protection (IsrCatalog *self, const char *name, gboolean protect, GError **error)
{
  g_autoptr (JsonNode) entry = make_protection_entry (name, protect);

  return append (self, entry, error);
}

void
isr_catalog_when_kept (IsrCatalog *self, IsrKeptFunc func, gpointer data)
{
  if (self->journal)
    isr_journal_when_kept (self->journal, func, data);
  else
    func (NULL, data);
}

/* --- reading ------------------------------------------------------------- */

/* The last word on each place and name. */
typedef struct {
  GHashTable *labels;      /* "source start end" -> IsrLabel */
  GHashTable *protections; /* name -> whether */
} Words;

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static void
take_label (Words *words, JsonObject *object)
{
  g_autoptr (IsrLabel) label = isr_label_new (get_text (object, "source"), json_object_get_int_member_with_default (object, "start_us", 0), json_object_get_int_member_with_default (object, "end_us", 0));
  char *key;

  label->verdict = g_strdup (get_text (object, "verdict"));
  label->label = g_strdup (get_text (object, "label"));
  label->note = g_strdup (get_text (object, "note"));
  label->changed_us = json_object_get_int_member_with_default (object, "changed_us", 0);
  if (!isr_label_is_sane (label) || !isr_verdict_is_known (label->verdict))
    return;
  key = g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, label->source, label->start_us, label->end_us);
  g_hash_table_replace (words->labels, key, g_steal_pointer (&label));
}

static void
take_entry (JsonObject *entry, gpointer data)
{
  Words *words = data;
  const char *protect = get_text (entry, "protect"), *unprotect = get_text (entry, "unprotect");

  for (guint i = 0; i < 2; i++) {
    JsonNode *node = json_object_get_member (entry, i ? "remove" : "put");

    if (node && JSON_NODE_HOLDS_OBJECT (node))
      take_label (words, json_node_get_object (node));
  }
  if (protect || unprotect)
    g_hash_table_replace (words->protections, g_strdup (protect ? protect : unprotect), GINT_TO_POINTER (protect != NULL));
}

static gboolean
run_label (sqlite3_stmt *forget, sqlite3_stmt *put, const IsrLabel *label, GError **error)
{
  sqlite3_stmt *statement = isr_label_is_empty (label) ? forget : put;

  isr_db_bind_static (statement, 1, label->source);
  sqlite3_bind_int64 (statement, 2, label->start_us);
  sqlite3_bind_int64 (statement, 3, label->end_us);
  if (statement == put) {
    isr_db_bind_static (statement, 4, label->verdict);
    isr_db_bind_static (statement, 5, label->label);
    isr_db_bind_static (statement, 6, label->note);
    sqlite3_bind_int64 (statement, 7, label->changed_us);
  }
  return isr_db_run (statement, error);
}

/* One that is known keeps its id. */
static gboolean
run_labels (sqlite3 *db, GHashTable *labels, GError **error)
{
  g_autoptr (sqlite3_stmt) forget = isr_db_prepare (db, "DELETE FROM main.labels WHERE source = ?1 AND start_us = ?2 AND end_us = ?3", error);
  g_autoptr (sqlite3_stmt) put = forget ? isr_db_prepare (db,
                                     "INSERT OR REPLACE INTO main.labels (id, source, start_us, end_us, verdict, label, note, changed_us)"
                                     " VALUES ((SELECT id FROM main.labels WHERE source = ?1 AND start_us = ?2 AND end_us = ?3), ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                     error)
                                        : NULL;
  GHashTableIter iter;
  gpointer label;

  g_hash_table_iter_init (&iter, labels);
  while (put && g_hash_table_iter_next (&iter, NULL, &label))
    if (!run_label (forget, put, label, error))
      return FALSE;
  return put != NULL;
}

static gboolean
run_protections (sqlite3 *db, GHashTable *protections, GError **error)
{
  g_autoptr (sqlite3_stmt) forget = isr_db_prepare (db, "DELETE FROM main.protection WHERE name = ?1", error);
  g_autoptr (sqlite3_stmt) put = forget ? isr_db_prepare (db, "INSERT INTO main.protection (name) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM main.protection WHERE name = ?1)", error) : NULL;
  GHashTableIter iter;
  gpointer name, protect;

  g_hash_table_iter_init (&iter, protections);
  while (put && g_hash_table_iter_next (&iter, &name, &protect)) {
    sqlite3_stmt *statement = protect ? put : forget;

    isr_db_bind_static (statement, 1, name);
    if (!isr_db_run (statement, error))
      return FALSE;
  }
  return put != NULL;
}

static gboolean
run_words (sqlite3 *db, gpointer data, GError **error)
{
  const Words *words = data;

  return run_labels (db, words->labels, error) && run_protections (db, words->protections, error);
}

static void
words_free (Words *words)
{
  g_hash_table_unref (words->labels);
  g_hash_table_unref (words->protections);
  g_free (words);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Words, words_free)

static Words *
words_new (void)
{
  Words *words = g_new (Words, 1);

  words->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) isr_label_free);
  words->protections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return words;
}

static gpointer
words_ref (const Words *words)
{
  Words *same = g_new (Words, 1);

  same->labels = g_hash_table_ref (words->labels);
  same->protections = g_hash_table_ref (words->protections);
  return same;
}

/* The disk is full, and the writer has to wait: what people said is there all the same. */
static void
show_words (IsrCatalog *self, const Words *words, gsize number)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, words->labels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    isr_labels_show (self, value, number);
  g_hash_table_iter_init (&iter, words->protections);
  while (g_hash_table_iter_next (&iter, &key, &value))
    isr_labels_show_protection (self, key, value != NULL, number);
}

/* In one job of the writer, however many there are. It is waited for: nobody asks yet. */
static gboolean
read_from (IsrCatalog *self, const char *path, gint64 from, GError **error)
{
  g_autoptr (Words) words = words_new ();
  guint n_labels, n_protections;
  gsize number;

  if (!isr_journal_read (path, from, take_entry, words, error))
    return FALSE;
  n_labels = g_hash_table_size (words->labels);
  n_protections = g_hash_table_size (words->protections);
  number = isr_writer_call (self->writer, run_words, words_ref (words), (GDestroyNotify) words_free);
  isr_writer_flush (self->writer);
  if (isr_writer_get_committed (self->writer) < number)
    show_words (self, words, number);
  if (n_labels + n_protections)
    g_message ("%s: read again: %u labels, %u recordings to protect", path, n_labels, n_protections);
  return TRUE;
}

/* Labels that are on their way have ids of the database before, which no other is to have. */
static gboolean
run_words_apart (sqlite3 *db, const Words *words, GError **error)
{
  const gint64 id = g_get_real_time ();
  g_autofree char *begin = g_strdup_printf ("INSERT INTO main.labels (id, source, start_us, end_us, changed_us) VALUES (%1$" G_GINT64_FORMAT ", '', 0, 0, 0);"
                                            "INSERT INTO main.protection (id, name) VALUES (%1$" G_GINT64_FORMAT ", '')",
      id);
  g_autofree char *end = g_strdup_printf ("DELETE FROM main.labels WHERE id = %1$" G_GINT64_FORMAT "; DELETE FROM main.protection WHERE id = %1$" G_GINT64_FORMAT, id);

  return isr_db_exec (db, begin, error) && run_words (db, (gpointer) words, error) && isr_db_exec (db, end, error);
}

gboolean
isr_catalog_journal_take (sqlite3 *db, const char *path, GError **error)
{
  g_autoptr (Words) words = words_new ();
  gint64 known, size;
  GStatBuf st;

  size = g_stat (path, &st) == 0 ? st.st_size : 0;
  if (!isr_db_get_int64 (db, "SELECT value FROM main.state WHERE key = 'journal'", 0, &known, error))
    return FALSE;
  if (known || !size)
    return TRUE;
  if (!isr_journal_read (path, 0, take_entry, words, error) || !isr_db_exec (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (run_words_apart (db, words, error) && run_note (db, &size, error) && isr_db_exec (db, "COMMIT", error))
    return TRUE;
  isr_db_exec (db, "ROLLBACK", NULL);
  return FALSE;
}

/* --- a journal that is gone ----------------------------------------------- */

static gboolean
write_protections (IsrCatalog *self, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (self->db, "SELECT name FROM main.protection", error);
  gboolean row;

  while (statement && isr_db_step (statement, &row, error)) {
    if (!row)
      return TRUE;
    if (!isr_catalog_journal_protection (self, (const char *) sqlite3_column_text (statement, 0), TRUE, error))
      return FALSE;
  }
  return FALSE;
}

static gboolean
write_again (IsrCatalog *self, GError **error)
{
  g_autoptr (GPtrArray) labels = isr_catalog_labels (self, NULL, 0, 0, error);

  g_warning ("%s/%s: it was gone, and is made again from the catalog", self->state_directory, ISR_JOURNAL_NAME);
  for (guint i = 0; labels && i < labels->len; i++)
    if (!isr_catalog_journal_label (self, labels->pdata[i], error))
      return FALSE;
  if (!labels || !write_protections (self, error))
    return FALSE;
  if (self->journal)
    isr_catalog_journal_note (self);
  return TRUE;
}

gboolean
isr_catalog_catch_up (IsrCatalog *self, GError **error)
{
  g_autofree char *path = get_path (self);
  gint64 known, size;

  if (!isr_db_get_int64 (self->db, "SELECT value FROM main.state WHERE key = 'journal'", 0, &known, error))
    return FALSE;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return known && self->writable ? write_again (self, error) : TRUE;
  if (!self->writable)
    return read_from (self, path, 0, error);
  if (!open_journal (self, error))
    return FALSE;
  size = isr_journal_get_size (self->journal);
  if (size != known && !read_from (self, path, size > known ? known : 0, error))
    return FALSE;
  if (size != known)
    isr_catalog_journal_note (self);
  return TRUE;
}
