/* SPDX-License-Identifier: MIT */
/* catalog-damage.c - a database that is damaged while we run is made again, without a restart.
 *
 *   main loop   an error says so; within a second: the writer rests, nobody asks any more
 *   worker      set aside, a new one with what can still be read and what people said (db-mend.c)
 *   main loop   + what was not committed + what is being written + the notes that are open;
 *               the writer goes on in it
 *   worker      the directory is looked through; until then nobody asks, for what could not be
 *               read is not to be called missing
 *
 * Audio does not come through here and goes on; what is given meanwhile waits in the writer's
 * queue. Where no new one can be had, on a disk that is full or can not be written, there is
 * one in memory until it can be (catalog-memory.c). */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-journal.h"
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/db-salvage.h"
#include "daemon/archive/events.h"
#include "daemon/archive/trash.h"
#include "daemon/core/error.h"

#include <string.h>

#define LOOK 1 /* s */
/* One that is damaged again so soon lies on a disk that is about to die. */
#define CALM (10 * G_TIME_SPAN_MINUTE) /* between two of them */

struct _IsrMending {
  char *database, *journal;
  IsrWriter *writer;
  GAsyncQueue *ended; /* one token */
  /* what comes out of it: */
  IsrDbMended mended;
  IsrNewDatabase new; /* without one: nothing */
  GError *error;      /* why it is not on the disk */
};

static void
mending_free (IsrMending *self)
{
  isr_db_mended_clear (&self->mended);
  g_clear_error (&self->error);
  g_async_queue_unref (self->ended);
  g_free (self->database);
  g_free (self->journal);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrMending, mending_free)

/* --- what can not be noted at the moment ------------------------------------------ */

typedef struct {
  IsrHeldFunc func;
  gpointer value;
  GDestroyNotify free_value;
} Held;

static void
held_free (gpointer data)
{
  Held *self = data;

  self->free_value (self->value);
  g_free (self);
}

void
isr_catalog_hold_back (IsrCatalog *self, const GError *error, IsrHeldFunc func, gpointer value, GDestroyNotify free_value)
{
  Held held = { func, value, free_value };

  isr_db_complain (error);
  if (!self->held_back)
    self->held_back = g_ptr_array_new_with_free_func (held_free);
  if (self->database && g_error_matches (error, ISR_ERROR, ISR_ERROR_STORAGE))
    g_ptr_array_add (self->held_back, g_memdup2 (&held, sizeof held));
  else
    free_value (value);
}

static void
note_held_back (IsrCatalog *self)
{
  g_autoptr (GPtrArray) held = g_steal_pointer (&self->held_back);

  for (guint i = 0; held && i < held->len; i++) {
    const Held *one = held->pdata[i];

    one->func (self, one->value);
  }
}

/* --- how it is ----------------------------------------------------------------- */

void
isr_catalog_set_condition (IsrCatalog *self, const char *state, const char *message)
{
  g_free (self->condition.message);
  self->condition = (IsrCatalogCondition){ state, g_get_real_time (), g_strdup (message) };
  isr_catalog_changed (self, "source", "");
}

const IsrCatalogCondition *
isr_catalog_get_condition (IsrCatalog *self)
{
  return &self->condition;
}

gboolean
isr_catalog_check_whole (IsrCatalog *self, GError **error)
{
  if (!self->mending && !self->incomplete)
    return TRUE;
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_UNAVAILABLE, "the catalog was damaged and is made again: ask again in some seconds; recording goes on");
  return FALSE;
}

/* --- in the worker --------------------------------------------------------------- */

/* FALSE: not on the disk. */
static gboolean
make_on_disk (IsrMending *self, GError **error)
{
  g_autoptr (sqlite3) db = isr_db_open_mended (self->database, &self->mended, error);

  if (!db || !isr_catalog_journal_take (db, self->journal, error))
    return FALSE;
  return isr_new_database_open (&self->new, g_steal_pointer (&db), self->database, error);
}

static void
make_in_memory (IsrMending *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = isr_db_open (NULL, ISR_DB_MEMORY, &error);

  if (db && isr_db_salvage (db, self->mended.aside ? self->mended.aside : self->database, &self->mended, &error) && isr_catalog_journal_take (db, self->journal, &error) && isr_catalog_prepare (db, &error))
    self->new.db = g_steal_pointer (&db);
  else
    g_critical ("%s", error->message);
}

static void
mend_in_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  IsrMending *self = data;
  g_autoptr (GAsyncQueue) ended = g_async_queue_ref (self->ended);

  isr_writer_wait_rest (self->writer);
  if (!make_on_disk (self, &self->error))
    make_in_memory (self);
  g_async_queue_push (ended, GINT_TO_POINTER (1));
  g_task_return_boolean (task, TRUE);
}

void
isr_catalog_forget_mended (IsrCatalog *self)
{
  g_clear_pointer (&self->mended, mending_free);
}

void
isr_catalog_end_mending (IsrCatalog *self)
{
  g_autoptr (IsrMending) mending = NULL;

  if (!self->mending)
    return;
  g_async_queue_pop (self->mending->ended);
  mending = g_steal_pointer (&self->mending);
  self->damages = isr_db_count_damages ();
  if (!mending->new.db) {
    isr_writer_go_on (self->writer, NULL, FALSE);
    isr_catalog_set_condition (self, "damaged", mending->error->message);
    return;
  }
  mending->new.broken = mending->mended.broken;
  isr_catalog_exchange (self, &mending->new);
  note_held_back (self);
  self->mended = g_steal_pointer (&mending);
}

static void
note_mended (IsrCatalog *self, const IsrMending *mending)
{
  const IsrDbMended *mended = &mending->mended;
  g_autofree char *message = mended->aside ? g_strdup_printf ("it was damaged and was made again: the recordings and what people said are all there; of holes, titles and loud events what could still be read, %u rows in all; the damaged one is kept as %s", mended->rows, mended->aside) : NULL;

  if (mending->new.reader)
    isr_catalog_set_condition (self, "ok", message);
  else
    isr_catalog_note_memory (self, mending->error, mended);
}

static void
on_looked (GObject *object, GAsyncResult *result, gpointer data)
{
  static const char *const kinds[] = { "file", "source", "gap", "title", "section", "label", "trash", "storage" };
  IsrCatalog *self = ISR_CATALOG (object);
  g_autoptr (IsrMending) mended = g_steal_pointer (&self->mended);
  g_autoptr (GError) error = NULL;

  if (!isr_catalog_reconcile_finish (self, result, &error))
    g_message ("%s", error->message);
  self->incomplete = FALSE;
  note_mended (self, mended);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    isr_catalog_changed (self, kinds[i], "");
}

static void
on_mended (GObject *object, GAsyncResult *result, gpointer data)
{
  IsrCatalog *self = ISR_CATALOG (object);

  if (!self->mending) /* it was waited for */
    return;
  isr_catalog_end_mending (self);
  self->incomplete = self->mended != NULL;
  if (self->incomplete)
    isr_catalog_reconcile_async (self, on_looked, NULL);
}

gboolean
isr_catalog_mend (IsrCatalog *self)
{
  g_autoptr (GTask) task = NULL;
  IsrMending *mending;

  if (self->reconciling || self->mending || self->moving || self->incomplete)
    return FALSE;
  mending = self->mending = g_new0 (IsrMending, 1);
  mending->database = g_strdup (self->place);
  mending->journal = g_build_filename (self->state_directory, ISR_JOURNAL_NAME, NULL);
  mending->writer = self->writer;
  mending->ended = g_async_queue_new ();
  isr_writer_rest (self->writer);
  isr_snapshots_close (self->snapshots);
  isr_catalog_set_condition (self, "rebuilding", "it is damaged, and is made again: that takes some seconds; recording goes on");
  task = g_task_new (self, NULL, on_mended, NULL);
  g_task_set_task_data (task, mending, NULL);
  g_task_run_in_thread (task, mend_in_worker);
  return TRUE;
}

/* --- noticing ------------------------------------------------------------------- */

static gboolean
on_look (gpointer data)
{
  IsrCatalog *self = data;
  gint64 now = g_get_monotonic_time ();

  if (!self->database) {
    isr_catalog_leave_memory (self);
    return G_SOURCE_CONTINUE;
  }
  if (self->mending || self->incomplete || isr_db_count_damages () == self->damages)
    return G_SOURCE_CONTINUE;
  if (self->mended_at && now - self->mended_at < CALM) {
    if (!g_str_equal (self->condition.state, "damaged"))
      isr_catalog_set_condition (self, "damaged", "it is damaged again, ten minutes after it was made again at most: look after that disk; it is made again after that time, and when isr is started again");
    return G_SOURCE_CONTINUE;
  }
  if (!isr_catalog_mend (self))
    return G_SOURCE_CONTINUE;
  self->mended_at = now;
  g_critical ("catalog %s: it is damaged; it is made again, recording goes on", self->database);
  return G_SOURCE_CONTINUE;
}

void
isr_catalog_watch_damage (IsrCatalog *self)
{
  self->damages = isr_db_count_damages ();
  self->look = g_timeout_add_seconds (LOOK, on_look, self);
}
