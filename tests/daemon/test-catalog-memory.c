/* SPDX-License-Identifier: MIT */
/* Something lies where the catalog is to be: it is in memory, and goes to the disk as soon as that
 * is gone, with all that was given before, and meanwhile. */
#include "daemon/archive/catalog-private.h"
#include "tests/daemon/ledger.h"
#include "tests/daemon/told.h"

#include <glib/gstdio.h>

#define MANY 20000

static char *
get_place (Fixture *f)
{
  return g_build_filename (f->directory, "isr.db", NULL);
}

static void
clear_place (Fixture *f)
{
  g_autofree char *place = get_place (f);

  g_assert_cmpint (g_rmdir (place), ==, 0);
}

static void
block_place (Fixture *f)
{
  static const char *const names[] = { "isr.db", "isr.db-wal", "isr.db-shm" };
  g_autofree char *place = get_place (f);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (f->directory, names[i], NULL);

    g_unlink (path);
  }
  g_assert_cmpint (g_mkdir (place, 0755), ==, 0);
}

static gboolean
is_state (Fixture *f, const char *state)
{
  return g_str_equal (isr_catalog_get_condition (f->catalog)->state, state);
}

static void
set_up_blocked (Fixture *f, gconstpointer data)
{
  set_up (f, data);
  close_catalog (f);
  block_place (f);
  open_catalog (f, TRUE);
  isr_catalog_set_sources (f->catalog, mic);
  g_assert_true (is_state (f, "memory"));
}

static void
leave (Fixture *f)
{
  f->catalog->move_at = 0;
  isr_catalog_leave_memory (f->catalog);
}

static void
play (Fixture *f, gint64 at_s, const char *title)
{
  g_autoptr (IsrTitle) value = isr_title_new ("mic", at_s * S, title, NULL);

  isr_catalog_note_title (f->catalog, value);
}

/* A little of everything; a hole that is over, and one that is not. */
static void
fill (Fixture *f)
{
  touch (f, "a.wav", 10);
  touch (f, "b.wav", 10);
  finish (f->catalog, "a.wav", T0, 10, "gap", "stalled");
  begin (f->catalog, "b.wav", T0 + 20);
  finish (f->catalog, "b.wav", T0 + 20, 10, "gap", "disconnected");
  g_assert_true (isr_catalog_protect (f->catalog, "a.wav", TRUE, NULL));
  say (f, T0 + 1);
  hear (f, T0 + 2);
  play (f, T0 + 3, "one");
}

/* The same again, 100 s later, and the open hole is closed. */
static void
go_on (Fixture *f)
{
  begin (f->catalog, "c.wav", T0 + 40);
  touch (f, "c.wav", 10);
  finish (f->catalog, "c.wav", T0 + 40, 10, "gap", "disconnected");
  begin (f->catalog, "d.wav", T0 + 60);
  g_assert_true (isr_catalog_protect (f->catalog, "a.wav", FALSE, NULL));
  g_assert_true (isr_catalog_protect (f->catalog, "b.wav", TRUE, NULL));
  say (f, T0 + 101);
  hear (f, T0 + 102);
  play (f, T0 + 103, "two");
}

static void
end (Fixture *f)
{
  touch (f, "d.wav", 10);
  finish (f->catalog, "d.wav", T0 + 60, 10, "boundary", NULL);
  reopen (f);
}

static guint
count_labels (Fixture *f)
{
  g_autoptr (GPtrArray) list = isr_catalog_labels (f->catalog, NULL, 0, 0, NULL);

  return list ? list->len : 0;
}

static guint
count_titles (Fixture *f)
{
  const IsrCatalogQuery query = { .limit = 100 };
  g_autoptr (GPtrArray) list = isr_catalog_titles (f->catalog, &query, NULL, NULL);

  return list ? list->len : 0;
}

static gboolean
is_protected (Fixture *f, const char *name)
{
  g_autoptr (IsrRecording) recording = isr_catalog_lookup (f->catalog, name);

  g_assert_nonnull (recording);
  return recording->protected_;
}

static void
assert_all (Fixture *f, guint times)
{
  g_assert_cmpuint (isr_catalog_count_events (f->catalog, NULL, 0, G_MAXINT64), ==, times);
  g_assert_cmpuint (count_labels (f), ==, times);
  g_assert_cmpuint (count_titles (f), ==, times);
  g_assert_true (is_protected (f, "a.wav") == (times == 1));
  g_assert_true (is_protected (f, "b.wav") == (times == 2));
  assert_holes (f->catalog, 0, 20, 20, "0.5: 10-20 stalled");
  if (times == 2)
    assert_holes (f->catalog, 20, 60, 60, "0.5: 30-40 disconnected 50-60 disconnected");
}

static void
assert_on_disk (Fixture *f)
{
  g_autofree char *place = get_place (f);

  g_assert_true (is_state (f, "ok"));
  g_assert_nonnull (strstr (isr_catalog_get_condition (f->catalog)->message, "nothing that was noted is lost"));
  g_assert_true (g_file_test (place, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpstr (f->catalog->database, ==, place);
}

/* All that was committed, all that was not, and all that is given while it is on its way. */
static void
test_goes_to_the_disk (Fixture *f, gconstpointer data)
{
  fill (f);
  isr_writer_flush (f->catalog->writer);
  leave (f);
  g_assert_null (f->catalog->moving); /* it lies there still */
  clear_place (f);
  leave (f);
  g_assert_nonnull (f->catalog->moving);
  g_assert_true (isr_catalog_check_whole (f->catalog, NULL));
  assert_all (f, 1);
  go_on (f);
  assert_all (f, 2);
  TEMP_WAIT_FOR (!f->catalog->moving);
  assert_on_disk (f);
  assert_all (f, 2);
  isr_writer_flush (f->catalog->writer);
  assert_all (f, 2);
  end (f);
  g_assert_null (isr_catalog_get_condition (f->catalog)->message);
  assert_all (f, 2);
  assert_names (f, "d.wav c.wav b.wav a.wav");
}

/* Nothing was committed yet. */
static void
test_at_once (Fixture *f, gconstpointer data)
{
  clear_place (f);
  leave (f);
  fill (f);
  go_on (f);
  TEMP_WAIT_FOR (!f->catalog->moving);
  assert_on_disk (f);
  assert_all (f, 2);
  end (f);
  assert_all (f, 2);
}

/* The process ends, before it was tried and in the middle of it. */
static void
test_closed (Fixture *f, gconstpointer data)
{
  fill (f);
  clear_place (f);
  if (data)
    leave (f);
  go_on (f);
  end (f);
  g_assert_true (is_state (f, "ok"));
  assert_all (f, 2);
}

/* It can not be written after all: everything is as before, and the next attempt is later. */
static void
test_fails (Fixture *f, gconstpointer data)
{
  g_autofree char *new = g_build_filename (f->directory, "isr.db.new", NULL);
  gint64 pause = f->catalog->pause;

  fill (f);
  g_assert_cmpint (g_mkdir (new, 0755), ==, 0);
  clear_place (f);
  leave (f);
  TEMP_WAIT_FOR (!f->catalog->moving);
  g_assert_true (is_state (f, "memory"));
  g_assert_nonnull (strstr (isr_catalog_get_condition (f->catalog)->message, "isr.db.new"));
  g_assert_cmpint (f->catalog->pause, ==, 2 * pause);
  go_on (f);
  isr_writer_flush (f->catalog->writer);
  assert_all (f, 2);
  g_assert_cmpint (g_rmdir (new), ==, 0);
  leave (f);
  TEMP_WAIT_FOR (!f->catalog->moving);
  assert_on_disk (f);
  assert_all (f, 2);
}

static void
make_catalog_at (const char *directory)
{
  Fixture other = { .directory = (char *) directory, .news = g_ptr_array_new_with_free_func (g_free) };

  g_assert_cmpint (g_mkdir (directory, 0755), ==, 0);
  open_catalog (&other, TRUE);
  hear (&other, T0 + 500);
  close_catalog (&other);
  g_ptr_array_unref (other.news);
}

/* Somebody puts a catalog there that was never read: that is not replaced. */
static void
test_a_sound_one (Fixture *f, gconstpointer data)
{
  g_autofree char *place = get_place (f), *directory = g_build_filename (f->directory, "other", NULL), *other = g_build_filename (directory, "isr.db", NULL);

  fill (f);
  make_catalog_at (directory);
  clear_place (f);
  g_assert_cmpint (g_rename (other, place), ==, 0);
  leave (f);
  TEMP_WAIT_FOR (!f->catalog->moving);
  g_assert_true (is_state (f, "memory"));
  g_assert_nonnull (strstr (isr_catalog_get_condition (f->catalog)->message, "when isr is started again"));
  reopen (f);
  g_assert_true (is_state (f, "ok"));
  g_assert_cmpuint (isr_catalog_count_events (f->catalog, NULL, (T0 + 500) * S, (T0 + 501) * S), ==, 1);
}

/* What lies there is no catalog: it is kept, under another name. */
static void
test_nonsense (Fixture *f, gconstpointer data)
{
  fill (f);
  clear_place (f);
  temp_write (f->directory, "isr.db", "no catalog at all, but long enough to be taken for one", 50);
  leave (f);
  TEMP_WAIT_FOR (!f->catalog->moving);
  assert_on_disk (f);
  g_assert_nonnull (strstr (isr_catalog_get_condition (f->catalog)->message, "isr.db.broken-"));
  assert_all (f, 1);
}

/* The main loop is not kept from asking by many. */
static void
test_many (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < MANY; i++)
    hear (f, T0 + i);
  isr_writer_flush (f->catalog->writer);
  clear_place (f);
  leave (f);
  g_assert_cmpuint (isr_catalog_count_events (f->catalog, NULL, 0, G_MAXINT64), ==, MANY);
  TEMP_WAIT_FOR (!f->catalog->moving);
  reopen (f);
  g_assert_cmpuint (isr_catalog_count_events (f->catalog, NULL, 0, G_MAXINT64), ==, MANY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR); /* what goes wrong here is said, and expected */
#define CASE(path, data, func) g_test_add ("/catalog/memory/" path, Fixture, data, set_up_blocked, func, tear_down)
  CASE ("goes-to-the-disk", NULL, test_goes_to_the_disk);
  CASE ("at-once", NULL, test_at_once);
  CASE ("closed", NULL, test_closed);
  CASE ("closed-meanwhile", "meanwhile", test_closed);
  CASE ("fails", NULL, test_fails);
  CASE ("a-sound-one", NULL, test_a_sound_one);
  CASE ("nonsense", NULL, test_nonsense);
  CASE ("many", NULL, test_many);
  return g_test_run ();
}
