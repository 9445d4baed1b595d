/* SPDX-License-Identifier: MIT */
/* The database is damaged while it is used: it is made again, from what can be read, what was
 * said, what is on the disk and what is known of now, and the catalog goes on. */
#include "daemon/archive/catalog-private.h"
#include "tests/daemon/ledger.h"
#include "tests/daemon/told.h"

#include <fcntl.h>
#include <unistd.h>

#define MANY 4000

static void
overwrite (Fixture *f, const char *name, gint64 from, gint64 size)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);
  g_autofree guint8 *garbage = g_malloc ((gsize) size);

  g_assert_cmpint (fd, >=, 0);
  for (gint64 i = 0; i < size; i++)
    garbage[i] = (guint8) g_test_rand_int ();
  g_assert_cmpint (pwrite (fd, garbage, (gsize) size, from), ==, size);
  close (fd);
}

static gint64
get_size (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);
  GStatBuf st;

  return g_stat (path, &st) == 0 ? st.st_size : 0;
}

static void
destroy (Fixture *f)
{
  static const char *const names[] = { "isr.db", "isr.db-wal" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (get_size (f, names[i]))
      overwrite (f, names[i], 0, get_size (f, names[i]));
}

static gboolean
is_state (Fixture *f, const char *state)
{
  return g_str_equal (isr_catalog_get_condition (f->catalog)->state, state);
}

/* Asked meanwhile it has no answer, and what is given is not lost: @between. */
static void
mend (Fixture *f, void (*between) (Fixture *f))
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_catalog_mend (f->catalog));
  g_assert_true (is_state (f, "rebuilding"));
  g_assert_false (isr_catalog_check_whole (f->catalog, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_UNAVAILABLE);
  if (between)
    between (f);
  TEMP_WAIT_FOR (isr_catalog_check_whole (f->catalog, NULL));
}

static guint
count_broken (Fixture *f)
{
  g_autoptr (GDir) directory = g_dir_open (f->directory, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (directory)))
    n += g_str_has_prefix (name, "isr.db.broken-") && !g_str_has_suffix (name, "-wal") && !g_str_has_suffix (name, "-shm");
  return n;
}

static guint
count_events (Fixture *f)
{
  return isr_catalog_count_events (f->catalog, NULL, 0, G_MAXINT64);
}

static guint
count_labels (Fixture *f)
{
  g_autoptr (GPtrArray) list = isr_catalog_labels (f->catalog, NULL, 0, 0, NULL);

  return list ? list->len : 0;
}

/* Two files with a hole between them that is over, and one that is being written. */
static void
fill (Fixture *f)
{
  isr_catalog_set_sources (f->catalog, mic);
  touch (f, "a.wav", 10);
  touch (f, "b.wav", 10);
  finish (f->catalog, "a.wav", T0, 10, "gap", "stalled");
  begin (f->catalog, "b.wav", T0 + 20);
  finish (f->catalog, "b.wav", T0 + 20, 10, "gap", "disconnected");
  change_of (f->catalog, "far", ISR_STATE_WAITING_TO_RETRY, "stalled", T0);
  touch (f, "c.wav.part", 10);
  begin (f->catalog, "c.wav", T0 + 40);
  g_assert_true (isr_catalog_protect (f->catalog, "a.wav", TRUE, NULL));
  say (f, T0);
}

static gboolean
has_all (Fixture *f)
{
  g_autofree char *names = list_names (f, (IsrCatalogQuery){ 0 });

  return strstr (names, "a.wav") && strstr (names, "b.wav") && strstr (names, "c.wav");
}

static void
assert_goes_on (Fixture *f)
{
  g_autoptr (IsrRecording) live = NULL, a = NULL;

  TEMP_WAIT_FOR (has_all (f)); /* the directory is looked through in a worker */
  live = isr_catalog_lookup (f->catalog, "c.wav");
  a = isr_catalog_lookup (f->catalog, "a.wav");
  g_assert_true (live && live->recording);
  g_assert_cmpint (live->start_us, ==, (T0 + 40) * S);
  g_assert_true (a && a->protected_);
  g_assert_cmpuint (count_labels (f), ==, 1);
  say (f, T0 + 5);
  touch (f, "c.wav", 10);
  finish (f->catalog, "c.wav", T0 + 40, 10, "boundary", NULL);
  TEMP_WAIT_FOR (!f->catalog->reconciling);
  isr_writer_flush (f->catalog->writer);
  reopen (f);
  g_assert_true (has_all (f));
  g_assert_cmpuint (count_labels (f), ==, 2);
}

/* Nothing of it can be read. */
static void
test_destroyed (Fixture *f, gconstpointer data)
{
  fill (f);
  isr_writer_flush (f->catalog->writer);
  destroy (f);
  mend (f, NULL);
  g_assert_true (is_state (f, "ok"));
  g_assert_nonnull (strstr (isr_catalog_get_condition (f->catalog)->message, "isr.db.broken-"));
  g_assert_cmpuint (count_broken (f), ==, 1);
  assert_goes_on (f);
}

static gboolean
finds (Fixture *f, const char *name, GError **error)
{
  struct stat st;
  int fd;
  const IsrRecording *found = isr_catalog_find (f->catalog, name, &fd, &st, error);

  if (found)
    g_assert_cmpint (st.st_size, ==, get_size (f, name));
  return found && fd >= 0;
}

/* Who hears a recording goes on: what was found before needs no catalog. Of all else it is said that
 * it can not be told, and never that it is not there. */
static void
test_known (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "a.wav", "b.wav", "none.wav" };
  g_autoptr (GError) none = NULL;

  fill (f);
  isr_writer_flush (f->catalog->writer);
  g_assert_true (finds (f, "a.wav", NULL));
  destroy (f);
  overwrite (f, "isr.db-shm", 0, get_size (f, "isr.db-shm")); /* what the reader has in memory it reads again */
  g_assert_true (finds (f, "a.wav", &none));
  g_assert_no_error (none);
  g_hash_table_remove_all (f->catalog->found); /* a moment later */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (finds (f, names[i], &error));
    g_assert_error (error, ISR_ERROR, ISR_ERROR_STORAGE);
  }
  mend (f, NULL);
  g_assert_true (finds (f, "a.wav", NULL));
}

/* It is noticed by whoever asks, or by the writer, and by nobody else. */
static void
test_noticed (Fixture *f, gconstpointer data)
{
  fill (f);
  isr_writer_flush (f->catalog->writer);
  destroy (f);
  for (guint i = 0; i < 200 && !count_broken (f); i++) {
    hear (f, T0 + 100 + i);
    TEMP_WAIT_FOR (isr_writer_get_committed (f->catalog->writer) || isr_db_count_damages () || count_broken (f));
    g_main_context_iteration (NULL, TRUE);
  }
  TEMP_WAIT_FOR (count_broken (f) == 1);
  assert_goes_on (f);
}

/* Audio goes on. */
static void
go_on_meanwhile (Fixture *f)
{
  hear (f, T0 + 5);
  touch (f, "d.wav", 10);
  finish (f->catalog, "d.wav", T0 + 100, 10, "boundary", NULL);
}

static void
assert_all_given (Fixture *f)
{
  g_autoptr (IsrRecording) d = isr_catalog_lookup (f->catalog, "d.wav");

  g_assert_cmpuint (count_events (f), ==, 3);
  g_assert_true (d && g_strcmp0 (d->clock, "given") == 0);
}

/* What was not committed is in the new one, and what was given while it was made. */
static void
test_given_meanwhile (Fixture *f, gconstpointer data)
{
  fill (f);
  isr_writer_flush (f->catalog->writer);
  hear (f, T0 + 3);
  hear (f, T0 + 4);
  destroy (f);
  mend (f, go_on_meanwhile);
  assert_all_given (f);
  isr_writer_flush (f->catalog->writer);
  assert_all_given (f);
  assert_goes_on (f);
  assert_all_given (f);
}

/* The process is to end while it is made again. */
static void
test_closed_meanwhile (Fixture *f, gconstpointer data)
{
  g_autofree char *names = NULL;

  fill (f);
  isr_writer_flush (f->catalog->writer);
  destroy (f);
  g_assert_true (isr_catalog_mend (f->catalog));
  go_on_meanwhile (f);
  reopen (f);
  g_assert_cmpuint (count_broken (f), ==, 1);
  g_assert_cmpuint (count_events (f), ==, 1);
  g_assert_cmpuint (count_labels (f), ==, 1);
  g_assert_true (isr_catalog_reconcile (f->catalog, NULL));
  names = list_names (f, (IsrCatalogQuery){ 0 });
  g_assert_true (strstr (names, "a.wav") && strstr (names, "b.wav") && strstr (names, "d.wav"));
}

/* Why nothing is recorded at the moment is known without any database. */
static void
test_open_note (Fixture *f, gconstpointer data)
{
  isr_catalog_set_sources (f->catalog, mic);
  touch (f, "a.wav", 10);
  finish (f->catalog, "a.wav", T0, 10, "gap", "stalled");
  isr_writer_flush (f->catalog->writer);
  destroy (f);
  mend (f, NULL);
  TEMP_WAIT_FOR (!f->catalog->reconciling);
  isr_writer_flush (f->catalog->writer);
  finish (f->catalog, "a.wav", T0, 10, "boundary", NULL); /* as it was found: nobody knows when it began */
  begin (f->catalog, "b.wav", T0 + 30);
  finish (f->catalog, "b.wav", T0 + 30, 10, "boundary", NULL);
  assert_holes (f->catalog, 0, 40, 40, "0.5: 10-30 stalled");
}

/* A page in the middle is nonsense: all but what lay there is saved. */
static void
test_a_page (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) first = NULL;
  gint64 pages;

  for (guint i = 0; i < MANY; i++) {
    g_autofree char *name = g_strdup_printf ("mic/%05u.wav", i);

    hear (f, T0 + i * 10);
    add (f, "mic", name, T0 + i * 10, 10);
  }
  reopen (f);
  pages = get_size (f, "isr.db") / 4096;
  g_assert_cmpint (pages, >, 100);
  overwrite (f, "isr.db", pages / 2 * 4096, 3 * 4096);
  reopen (f); /* the same at the start */
  g_assert_cmpuint (count_broken (f), ==, 1);
  g_assert_cmpuint (count_events (f), >, MANY / 2);
  first = isr_catalog_lookup (f->catalog, "mic/00000.wav");
  g_assert_true (first && g_strcmp0 (first->clock, "given") == 0);
}

/* It is not: nothing is set aside, and nothing is lost. */
static void
test_sound (Fixture *f, gconstpointer data)
{
  fill (f);
  hear (f, T0 + 3);
  mend (f, NULL);
  g_assert_true (is_state (f, "ok"));
  g_assert_null (isr_catalog_get_condition (f->catalog)->message);
  g_assert_cmpuint (count_broken (f), ==, 0);
  g_assert_cmpuint (count_events (f), ==, 1);
  assert_goes_on (f);
}

static void
tear_down_calm (Fixture *f, gconstpointer data)
{
  TEMP_WAIT_FOR (g_atomic_int_get (&G_OBJECT (f->catalog)->ref_count) == 1);
  tear_down (f, data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR); /* what goes wrong here is said, and expected */
#define CASE(path, func) g_test_add ("/catalog/damage/" path, Fixture, NULL, set_up, func, tear_down_calm)
  CASE ("destroyed", test_destroyed);
  CASE ("known", test_known);
  CASE ("noticed", test_noticed);
  CASE ("given-meanwhile", test_given_meanwhile);
  CASE ("closed-meanwhile", test_closed_meanwhile);
  CASE ("open-note", test_open_note);
  CASE ("a-page", test_a_page);
  CASE ("sound", test_sound);
  return g_test_run ();
}
