/* SPDX-License-Identifier: MIT */
/* titles.c - what the catalog knows of titles.
 *
 * What is given goes to the writer, and is laid over the rows until it is committed
 * (overlay.h). Pages are keyed by (at_us, id). */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/titles.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/text-match.h"
#include "daemon/archive/overlay.h"
#include "daemon/core/error.h"

#define SLACK G_TIME_SPAN_MILLISECOND    /* the time map moves a little between a file and its title */
#define HOLDS (12 * G_TIME_SPAN_HOUR)    /* no title is in force longer */
#define SETTLED (5 * G_TIME_SPAN_SECOND) /* a new connection names its title that late */
#define FAR_PAST (G_MININT64 / 4)
#define FAR_FUTURE (G_MAXINT64 / 4)

#define COLUMNS "id, source, at_us, title, artist"
#define NOT_PENDING "NOT EXISTS (SELECT 1 FROM temp.pending_titles p WHERE p.id = r.id)"

/* --- rows --- */

static void
bind (sqlite3_stmt *statement, gconstpointer value)
{
  const IsrTitle *title = value;

  sqlite3_bind_int64 (statement, 1, title->id);
  isr_db_bind_text (statement, 2, title->source);
  sqlite3_bind_int64 (statement, 3, title->at_us);
  isr_db_bind_text (statement, 4, title->title);
  isr_db_bind_text (statement, 5, title->artist);
}

static IsrTitle *
read_row (sqlite3_stmt *statement)
{
  IsrTitle *title = g_new0 (IsrTitle, 1);

  title->id = sqlite3_column_int64 (statement, 0);
  title->source = isr_db_dup_text (statement, 1);
  title->at_us = sqlite3_column_int64 (statement, 2);
  title->title = isr_db_dup_text (statement, 3);
  title->artist = isr_db_dup_text (statement, 4);
  return title;
}

static gpointer
copy (gconstpointer title)
{
  return isr_title_copy (title);
}

static const IsrOverlay table = { 4, "titles", COLUMNS, 5, bind, copy, (GDestroyNotify) isr_title_free };

gboolean
isr_titles_prepare (sqlite3 *db, GError **error)
{
  return isr_overlay_prepare (&table, db, error);
}

/* --- asking --- */

typedef struct {
  gint64 at_us, id;
} Cursor;

static gboolean
parse_cursor (const char *text, Cursor *cursor, GError **error)
{
  g_auto (GStrv) parts = text ? g_strsplit (text, ".", 3) : NULL;

  if (!parts)
    return TRUE;
  if (g_strv_length (parts) == 2 && g_ascii_string_to_signed (parts[0], 10, G_MININT64, G_MAXINT64, &cursor->at_us, NULL) && g_ascii_string_to_signed (parts[1], 10, 0, G_MAXINT64, &cursor->id, NULL))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "“%s” is not a cursor: take the one that came as “next” with the page before", text);
  return FALSE;
}

#define FEW 1000 /* titles that are sorted sooner than those before them are looked at */

/* What a text asks for. */
typedef struct {
  char *condition; /* NULL: there is no text */
  char *value;     /* is bound to ?4 */
  char *ids;       /* of those that are committed; NULL: too many */
} Words;

static void
words_clear (Words *self)
{
  g_free (self->condition);
  g_free (self->value);
  g_free (self->ids);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

static gboolean
words_init (Words *self, sqlite3 *db, const char *text, GError **error)
{
  g_autofree char *title = NULL, *artist = NULL;

  if (!text || !*text)
    return TRUE;
  title = isr_text_match_condition (text, "r.title", "?4");
  artist = isr_text_match_condition (text, "r.artist", "?4");
  self->condition = g_strdup_printf ("(%s OR %s)", title, artist);
  self->value = isr_text_match_value (text);
  return isr_text_match_find (db, "titles", self->condition, self->value, FEW, &self->ids, error);
}

static void
add_conditions (GString *sql, const IsrCatalogQuery *query, const Words *words)
{
  if (query->source)
    g_string_append (sql, " AND r.source = ?1");
  if (query->from_us || query->to_us)
    g_string_append (sql, " AND r.at_us >= ?2 AND r.at_us < ?3");
  if (words->condition)
    g_string_append_printf (sql, " AND %s", words->condition);
  if (query->cursor)
    g_string_append (sql, " AND (r.at_us, r.id) < (?5, ?6)");
}

static char *
build_page (const IsrCatalogQuery *query, const Words *words)
{
  GString *sql = g_string_new ("SELECT " COLUMNS " FROM main.titles r ");

  if (words->ids)
    g_string_append_printf (sql, "WHERE r.id IN (%s) AND ", words->ids);
  else
    g_string_append_printf (sql, "INDEXED BY %s WHERE ", query->source ? "titles_by_source" : "titles_by_time");
  g_string_append (sql, NOT_PENDING);
  add_conditions (sql, query, words);
  g_string_append (sql, " UNION ALL SELECT " COLUMNS " FROM temp.pending_titles r WHERE r.gone = 0");
  add_conditions (sql, query, words);
  g_string_append (sql, " ORDER BY at_us DESC, id DESC LIMIT ?7");
  return g_string_free (sql, FALSE);
}

static void
bind_page (sqlite3_stmt *statement, const IsrCatalogQuery *query, const Words *words, const Cursor *cursor)
{
  isr_db_bind_text (statement, 1, query->source);
  sqlite3_bind_int64 (statement, 2, query->from_us);
  sqlite3_bind_int64 (statement, 3, query->to_us);
  isr_db_bind_text (statement, 4, words->value);
  sqlite3_bind_int64 (statement, 5, cursor->at_us);
  sqlite3_bind_int64 (statement, 6, cursor->id);
  sqlite3_bind_int64 (statement, 7, (gint64) query->limit + 1);
}

static GPtrArray *
read_rows (sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_title_free);
  gboolean row;

  while (TRUE) {
    if (!isr_db_step (statement, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&rows);
    g_ptr_array_add (rows, read_row (statement));
  }
}

/* Takes the row behind the page off again. */
static char *
cut_page (GPtrArray *rows, guint limit)
{
  const IsrTitle *last;

  if (rows->len <= limit)
    return NULL;
  g_ptr_array_set_size (rows, (int) limit);
  last = rows->pdata[limit - 1];
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, last->at_us, last->id);
}

GPtrArray *
isr_catalog_titles (IsrCatalog *self, const IsrCatalogQuery *query, char **next, GError **error)
{
  g_autofree char *sql = NULL, *cursor_after = NULL;
  g_auto (Words) words = { 0 };
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  Cursor cursor = { 0 };

  g_return_val_if_fail (query->limit >= 1 && query->limit <= 1000, NULL);
  isr_overlay_settle (&table, self);
  if (!parse_cursor (query->cursor, &cursor, error) || !words_init (&words, isr_catalog_get_reader (self), query->text, error))
    return NULL;
  sql = build_page (query, &words);
  statement = isr_db_prepare (isr_catalog_get_reader (self), sql, error);
  if (!statement)
    return NULL;
  bind_page (statement, query, &words, &cursor);
  rows = read_rows (statement, error);
  cursor_after = rows ? cut_page (rows, query->limit) : NULL;
  if (next)
    *next = g_steal_pointer (&cursor_after);
  return g_steal_pointer (&rows);
}

/* --- giving, with a look at what is there --- */

/* Whether one of the newest @limit in a span says the same. */
static gboolean
has_equal (IsrCatalog *self, const IsrTitle *title, gint64 from_us, gint64 to_us, guint limit, GError **error)
{
  IsrCatalogQuery query = { .source = title->source, .from_us = from_us, .to_us = to_us, .limit = limit };
  g_autoptr (GPtrArray) page = isr_catalog_titles (self, &query, NULL, error);

  return page && g_ptr_array_find_with_equal_func (page, title, (GEqualFunc) isr_title_equal, NULL);
}

/* In force already. After a reconnect a server tells again what was told, since its
 * burst reaches back: then it says what was in force at that time, or begins a moment
 * from where it began before. */
static gboolean
is_known (IsrCatalog *self, const IsrTitle *title, GError **error)
{
  IsrCatalogQuery later = { .source = title->source, .from_us = title->at_us + 1, .to_us = FAR_FUTURE, .limit = 1 };
  g_autoptr (GPtrArray) after = isr_catalog_titles (self, &later, NULL, error);

  if (!after)
    return FALSE;
  if (has_equal (self, title, FAR_PAST, title->at_us + 1, 1, error))
    return TRUE;
  return !*error && after->len && has_equal (self, title, title->at_us - SETTLED, title->at_us + SETTLED, 1000, error);
}

static gboolean
put (IsrCatalog *self, const IsrTitle *title, GError **error)
{
  g_autoptr (IsrTitle) entry = isr_title_copy (title);

  entry->id = isr_overlay_next_id (&table, self, error);
  if (!entry->id)
    return FALSE;
  isr_overlay_put (&table, self, entry);
  return TRUE;
}

static void
note_again (IsrCatalog *self, gpointer title)
{
  isr_catalog_note_title (self, title);
}

void
isr_catalog_note_title (IsrCatalog *self, const IsrTitle *title)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (isr_catalog_get_writer (self) && title->source && title->title);
  if (is_known (self, title, &error))
    return;
  if (error || !put (self, title, &error))
    isr_catalog_hold_back (self, error, note_again, isr_title_copy (title), (GDestroyNotify) isr_title_free);
  else
    isr_catalog_changed (self, "title", title->source);
}

/* --- titles and recordings --- */

/* Appends all from @from_us to @to_us, newest first. */
static gboolean
collect (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GPtrArray *titles, GError **error)
{
  g_autofree char *cursor = NULL;

  do {
    IsrCatalogQuery query = { .source = source, .from_us = from_us, .to_us = to_us, .limit = 1000, .cursor = cursor };
    g_autofree char *next = NULL;
    g_autoptr (GPtrArray) page = isr_catalog_titles (self, &query, &next, error);

    if (!page)
      return FALSE;
    g_ptr_array_extend_and_steal (titles, g_steal_pointer (&page));
    g_free (cursor);
    cursor = g_steal_pointer (&next);
  } while (cursor);
  return TRUE;
}

static void
reverse (GPtrArray *titles)
{
  for (guint i = 0, j = titles->len; i + 1 < j; i++) {
    gpointer last = titles->pdata[--j];

    titles->pdata[j] = titles->pdata[i];
    titles->pdata[i] = last;
  }
}

/* The one in force when the file began, unless the connection was new: then its own
 * first title comes a moment later, and what was before says nothing. */
static gboolean
add_title_before (IsrCatalog *self, const IsrRecording *recording, GPtrArray *titles, GError **error)
{
  const IsrTitle *first = titles->len ? titles->pdata[titles->len - 1] : NULL;
  IsrCatalogQuery query = { .source = recording->source, .from_us = recording->start_us - HOLDS, .to_us = recording->start_us - SLACK, .limit = 1 };
  GPtrArray *before;

  if (first && first->at_us < recording->start_us + SETTLED)
    return TRUE;
  before = isr_catalog_titles (self, &query, NULL, error);
  if (before)
    g_ptr_array_extend_and_steal (titles, before);
  return before != NULL;
}

GPtrArray *
isr_catalog_titles_of (IsrCatalog *self, const IsrRecording *recording, GError **error)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_title_free);
  gint64 end_us = recording->recording ? FAR_FUTURE : recording->end_us;

  if (!collect (self, recording->source, recording->start_us - SLACK, end_us, titles, error)
      || !add_title_before (self, recording, titles, error))
    return NULL;
  reverse (titles);
  return g_steal_pointer (&titles);
}
