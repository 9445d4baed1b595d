/* SPDX-License-Identifier: MIT */
/* A worker asks the catalog as it was when it was asked: what was given and is not committed
 * is there, what came later is not; nobody waits for it but who wants its answer. */
#include "daemon/archive/snapshot.h"

#include "daemon/archive/catalog-private.h"
#include "tests/daemon/told.h"

#define DAY0 G_GINT64_CONSTANT (1706698800)
#define MANY 12

typedef struct {
  GAsyncQueue *go;    /* the worker waits for one of these */
  GAsyncQueue *begun; /* and says that it does */
  GThread *main;      /* the one that it is not */
  gboolean fail;
  gboolean in_memory;
  guint answered, cancelled, failed;
  char *names;
} Work;

static Work *
work_new (void)
{
  Work *self = g_new0 (Work, 1);

  self->go = g_async_queue_new ();
  self->begun = g_async_queue_new ();
  self->main = g_thread_self ();
  return self;
}

static void
work_free (Work *self)
{
  g_async_queue_unref (self->go);
  g_async_queue_unref (self->begun);
  g_free (self->names);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

/* Everything that a catalog is asked for, in a line. */
static char *
describe (IsrCatalog *catalog, GError **error)
{
  g_autoptr (GPtrArray) page = isr_catalog_list (catalog, &(IsrCatalogQuery){ .limit = 1000 }, NULL, error);
  g_autoptr (GPtrArray) labels = page ? isr_catalog_labels (catalog, NULL, 0, 0, error) : NULL;
  g_autoptr (GPtrArray) events = labels ? list_events (catalog, NULL, 0, G_MAXINT64, error) : NULL;
  g_autoptr (GPtrArray) coverage = events ? isr_catalog_coverage (catalog, "mic", 0, G_MAXINT64 / 4, (DAY0 + 86400) * G_USEC_PER_SEC, error) : NULL;
  GString *text;

  if (!coverage)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < page->len; i++) {
    const IsrRecording *recording = page->pdata[i];

    g_string_append_printf (text, "%s%s ", recording->name, recording->protected_ ? "!" : "");
  }
  g_string_append_printf (text, "%u labels %u events %u holes", labels->len, events->len, ((IsrCoverage *) coverage->pdata[0])->holes->len);
  return g_string_free (text, FALSE);
}

static gpointer
look (IsrCatalog *snapshot, gpointer data, GError **error)
{
  Work *work = data;

  g_assert_true ((g_thread_self () == work->main) == work->in_memory);
  g_async_queue_push (work->begun, work);
  if (!work->in_memory)
    g_async_queue_pop (work->go);
  if (!work->fail)
    return describe (snapshot, error);
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "nobody can answer that");
  return NULL;
}

static void
on_looked (GObject *catalog, GAsyncResult *result, gpointer data)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;
  char *names = isr_catalog_work_finish (ISR_CATALOG (catalog), result, &error);

  g_assert_true (g_thread_self () == work->main);
  if (names) {
    work->answered++;
    g_free (work->names);
    work->names = names;
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    work->cancelled++;
  } else {
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
    work->failed++;
  }
}

static void
ask (Fixture *f, Work *work, GCancellable *cancellable)
{
  isr_catalog_work_async (f->catalog, look, work, NULL, g_free, cancellable, on_looked, work);
}

static void
let_go (Work *work, guint n)
{
  while (n--)
    g_async_queue_push (work->go, work);
}

static void
wait_for (Work *work, guint n)
{
  while (work->answered + work->cancelled + work->failed < n)
    g_main_context_iteration (NULL, TRUE);
}

/* A hole of an hour between two files, something said, something heard. */
static void
fill (Fixture *f)
{
  add (f, "mic", "a.flac", DAY0, 3600);
  add (f, "mic", "b.flac", DAY0 + 7200, 3600);
  g_assert_true (isr_catalog_protect (f->catalog, "a.flac", TRUE, NULL));
  say (f, DAY0);
  hear (f, DAY0 + 5);
}

#define FILLED "b.flac a.flac! 1 labels 1 events 1 holes"

static void
test_moment (Fixture *f, gconstpointer data)
{
  g_autoptr (Work) work = work_new ();

  fill (f); /* and nothing of it is committed */
  ask (f, work, NULL);
  g_async_queue_pop (work->begun);
  add (f, "mic", "c.flac", DAY0 + 14400, 3600);
  say (f, DAY0 + 60);
  hear (f, DAY0 + 65);
  isr_writer_flush (f->catalog->writer);
  let_go (work, 1);
  wait_for (work, 1);
  g_assert_cmpstr (work->names, ==, FILLED);

  ask (f, work, NULL);
  let_go (work, 1);
  wait_for (work, 2);
  g_assert_cmpstr (work->names, ==, "c.flac b.flac a.flac! 2 labels 2 events 2 holes");
}

/* What was laid over the rows for one question is not there at the next. */
static void
test_again (Fixture *f, gconstpointer data)
{
  g_autoptr (Work) work = work_new ();

  fill (f);
  for (guint i = 1; i <= 4; i++) {
    ask (f, work, NULL);
    let_go (work, 1);
    wait_for (work, i);
    g_assert_cmpstr (work->names, ==, FILLED);
    isr_writer_flush (f->catalog->writer);
  }
  isr_catalog_forget (f->catalog, "b.flac");
  ask (f, work, NULL);
  let_go (work, 1);
  wait_for (work, 5);
  g_assert_cmpstr (work->names, ==, "a.flac! 1 labels 1 events 0 holes");
}

/* More than run at a time: the loop turns all the while, and each gets its answer. */
static void
test_many (Fixture *f, gconstpointer data)
{
  g_autoptr (Work) work = work_new ();

  fill (f);
  for (guint i = 0; i < MANY; i++)
    ask (f, work, NULL);
  g_async_queue_pop (work->begun);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (work->answered, ==, 0);
  let_go (work, MANY);
  wait_for (work, MANY);
  g_assert_cmpuint (work->answered, ==, MANY);
  g_assert_cmpstr (work->names, ==, FILLED);
}

static void
test_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (Work) work = work_new ();

  fill (f);
  for (guint i = 0; i < MANY; i++) /* some of them run, some wait */
    ask (f, work, cancellable);
  g_async_queue_pop (work->begun);
  g_cancellable_cancel (cancellable);
  let_go (work, MANY);
  wait_for (work, MANY);
  g_assert_cmpuint (work->cancelled, ==, MANY);

  ask (f, work, NULL); /* nothing of it is left */
  let_go (work, 1);
  wait_for (work, MANY + 1);
  g_assert_cmpstr (work->names, ==, FILLED);
}

static void
test_failed (Fixture *f, gconstpointer data)
{
  g_autoptr (Work) work = work_new ();

  fill (f);
  work->fail = TRUE;
  ask (f, work, NULL);
  let_go (work, 1);
  wait_for (work, 1);
  g_assert_cmpuint (work->failed, ==, 1);
}

/* The catalog is closed under them: it waits for those that run, and all are answered. */
static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (Work) work = work_new ();

  fill (f);
  for (guint i = 0; i < MANY; i++)
    ask (f, work, NULL);
  g_async_queue_pop (work->begun);
  let_go (work, MANY);
  isr_catalog_close (f->catalog);
  wait_for (work, MANY);
  g_assert_cmpuint (work->cancelled, >, 0);
  g_assert_cmpuint (work->failed, ==, 0);
  ask (f, work, NULL);
  wait_for (work, MANY + 1);
  g_assert_finalize_object (f->catalog);
  open_catalog (f, TRUE); /* and nobody holds it any more */
}

/* A reader of an archive without a catalog has it in memory, and no second connection. */
static void
test_in_memory (Fixture *f, gconstpointer data)
{
  g_autoptr (Work) work = work_new ();

  close_catalog (f);
  temp_write (f->directory, "mic_20240131T120000+0100.wav", "RIFF", -1);
  open_catalog (f, FALSE);
  g_assert_true (isr_catalog_reconcile (f->catalog, NULL));
  work->in_memory = !f->catalog->database;
  if (!work->in_memory)
    let_go (work, 1);
  ask (f, work, NULL);
  wait_for (work, 1);
  g_assert_cmpuint (work->answered, ==, 1);
}

static void
test_without_catalog (Fixture *f, gconstpointer data)
{
  static const char *const files[] = { "isr.db", "isr.db-wal", "isr.db-shm" };

  close_catalog (f);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (f->directory, files[i], NULL);

    g_remove (path);
  }
  open_catalog (f, FALSE);
  test_in_memory (f, data);
  g_assert_null (f->catalog->database);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/catalog/snapshot/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("moment", test_moment);
  ADD ("again", test_again);
  ADD ("many", test_many);
  ADD ("cancelled", test_cancelled);
  ADD ("failed", test_failed);
  ADD ("closed", test_closed);
  ADD ("of-a-reader", test_in_memory);
  ADD ("in-memory", test_without_catalog);
  return g_test_run ();
}
