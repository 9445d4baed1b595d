/* SPDX-License-Identifier: MIT */
/* catalog-memory.c - a catalog that could not be a file becomes one as soon as it can.
 *
 *   main loop   every 5 s: nothing in its place, and room? then the writer rests
 *   worker      a copy beside that place, which takes it when it is whole (db-mend.c)
 *   main loop   goes on in it (catalog-exchange.c)
 *
 * Everybody asks the one in memory meanwhile. An attempt that fails costs room that recordings
 * may need: there is none before there is room, and the next one is later. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/core/advice.h"
#include "daemon/core/error.h"

#include <errno.h>
#include <unistd.h>

#define PAUSE (5 * G_TIME_SPAN_SECOND)
#define LONGEST_PAUSE (5 * G_TIME_SPAN_MINUTE)
#define ROOM (4 << 20) /* bytes, for the WAL of the first minutes */

struct _IsrMove {
  char *place;
  sqlite3 *memory;
  IsrWriter *writer;
  GAsyncQueue *ended; /* one token */
  /* what comes out of it: */
  IsrDbMended left;
  IsrNewDatabase new; /* without one: nothing */
  GError *error;
};

static void
move_free (IsrMove *self)
{
  isr_db_mended_clear (&self->left);
  g_clear_error (&self->error);
  g_async_queue_unref (self->ended);
  g_free (self->place);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrMove, move_free)

/* --- how it is ----------------------------------------------------------------- */

/* Said once, as long as it is the same. */
static void
say_why (IsrCatalog *self, const GError *why)
{
  g_autofree char *message = g_strdup_printf ("%s; until that is mended the catalog is kept in memory, and is written to the disk by itself then; if isr is killed before, recordings and what people said are found again, holes, titles and loud events that were noted meanwhile are not", why->message);

  if (g_str_equal (self->condition.state, "memory") && g_strcmp0 (self->condition.message, message) == 0)
    return;
  g_critical ("%s", message);
  isr_catalog_set_condition (self, "memory", message);
}

void
isr_catalog_note_memory (IsrCatalog *self, const GError *why, const IsrDbMended *read)
{
  self->left = (IsrDbMended){ .read = read->read || read->aside, .whole = read->whole || read->aside };
  self->move_at = g_get_monotonic_time () + PAUSE;
  self->pause = PAUSE;
  say_why (self, why);
}

static void
say_home (IsrCatalog *self, const IsrMove *move)
{
  g_autofree char *message = move->left.aside
                                 ? g_strdup_printf ("it was kept in memory for a while and is on the disk again, nothing that was noted is lost; what lay in its place is kept as %s", move->left.aside)
                                 : g_strdup ("it was kept in memory for a while and is on the disk again, nothing that was noted is lost");

  g_message ("catalog %s: %s", self->place, message);
  isr_catalog_set_condition (self, "ok", message);
}

/* --- in the worker --------------------------------------------------------------- */

static gboolean
write_out (IsrMove *self, GError **error)
{
  if (!isr_db_write_out (self->memory, self->place, &self->left, error))
    return FALSE;
  return isr_new_database_open (&self->new, isr_db_open (self->place, ISR_DB_WRITE, error), self->place, error);
}

static void
run (IsrMove *self)
{
  g_autoptr (GAsyncQueue) ended = g_async_queue_ref (self->ended);

  isr_writer_wait_rest (self->writer);
  write_out (self, &self->error);
  g_async_queue_push (ended, GINT_TO_POINTER (1));
}

static void
run_in_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  run (data);
  g_task_return_boolean (task, TRUE);
}

/* --- on the main loop -------------------------------------------------------------- */

/* What it takes to write it, and to go on in it. */
static guint64
count_need (IsrCatalog *self)
{
  gint64 pages = 0, size = 0;

  isr_db_get_int64 (self->db, "PRAGMA main.page_count", 0, &pages, NULL);
  isr_db_get_int64 (self->db, "PRAGMA main.page_size", 0, &size, NULL);
  return (guint64) (pages * size) * 5 / 4 + ROOM;
}

static gboolean
has_room (IsrCatalog *self)
{
  const guint64 need = count_need (self);
  g_autofree char *advice = isr_advise_writing (ENOSPC, self->state_directory);
  g_autoptr (GError) error = NULL;
  IsrSpace space;

  if (!isr_space_measure (self->state_directory, &space, NULL) || space.free >= need)
    return TRUE;
  g_set_error (&error, ISR_ERROR, ISR_ERROR_NO_SPACE, "catalog %s: it takes %u MB on that disk, which are not free%s", self->place, (guint) (need / 1000000 + 1), advice);
  say_why (self, error);
  return FALSE;
}

static gboolean
is_free (IsrCatalog *self)
{
  return !g_file_test (self->place, G_FILE_TEST_IS_DIR) && access (self->state_directory, W_OK) == 0 && has_room (self);
}

static IsrMove *
begin (IsrCatalog *self)
{
  IsrMove *move = g_new0 (IsrMove, 1);

  move->place = g_strdup (self->place);
  move->memory = self->db;
  move->writer = self->writer;
  move->left = self->left;
  move->ended = g_async_queue_new ();
  isr_writer_rest (self->writer);
  return move;
}

static void
try_later (IsrCatalog *self, const IsrMove *move)
{
  self->pause = MIN (2 * self->pause, LONGEST_PAUSE);
  self->move_at = g_get_monotonic_time () + self->pause;
  isr_writer_go_on (self->writer, NULL, TRUE);
  say_why (self, move->error);
}

void
isr_catalog_end_move (IsrCatalog *self)
{
  g_autoptr (IsrMove) move = NULL;

  if (!self->moving)
    return;
  g_async_queue_pop (self->moving->ended);
  move = g_steal_pointer (&self->moving);
  self->left.read = move->left.read;
  self->left.whole = move->left.whole;
  if (!move->new.db) {
    try_later (self, move);
    return;
  }
  isr_catalog_exchange (self, &move->new);
  self->damages = isr_db_count_damages ();
  say_home (self, move);
}

static void
on_moved (GObject *object, GAsyncResult *result, gpointer data)
{
  IsrCatalog *self = ISR_CATALOG (object);

  if (!self->moving) /* it was waited for */
    return;
  isr_catalog_end_move (self);
  isr_catalog_look_after (self);
}

static gboolean
is_for_good (IsrCatalog *self)
{
  return self->database || !self->ledger || self->moving || self->mending || self->incomplete || self->reconciling;
}

void
isr_catalog_leave_memory (IsrCatalog *self)
{
  g_autoptr (GTask) task = NULL;

  if (is_for_good (self) || g_get_monotonic_time () < self->move_at)
    return;
  self->move_at = g_get_monotonic_time () + PAUSE;
  if (!is_free (self))
    return;
  self->moving = begin (self);
  task = g_task_new (self, NULL, on_moved, NULL);
  g_task_set_task_data (task, self->moving, NULL);
  g_task_run_in_thread (task, run_in_worker);
}

void
isr_catalog_save_memory (IsrCatalog *self)
{
  if (is_for_good (self) || !is_free (self))
    return;
  self->moving = begin (self);
  run (self->moving);
  isr_catalog_end_move (self);
}
