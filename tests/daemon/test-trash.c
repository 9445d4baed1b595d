/* SPDX-License-Identifier: MIT */
/* What is deleted can be had back, for a while. */
#include "daemon/archive/labels.h"
#include "daemon/archive/trash.h"
#include "tests/daemon/catalog.h"

#include <unistd.h>

#define NOW (1706700000 * G_TIME_SPAN_SECOND)
#define DAY G_TIME_SPAN_DAY

static void
record (Fixture *f, const char *name, gint64 start_s)
{
  temp_write (f->directory, name, name, -1);
  add (f, "mic", name, start_s, 10);
}

static gboolean
exists (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gint64
throw_away (Fixture *f, const char *name, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  gint64 id = isr_catalog_trash (f->catalog, name, now_us, &error);

  g_assert_no_error (error);
  g_assert_cmpint (id, >, 0);
  return id;
}

static void
assert_refused (Fixture *f, const char *name, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (isr_catalog_trash (f->catalog, name, NOW, &error), ==, 0);
  g_assert_error (error, ISR_ERROR, code);
}

static char *
restore (Fixture *f, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrRecording) recording = isr_catalog_restore (f->catalog, id, &error);

  g_assert_no_error (error);
  return g_strdup (recording->name);
}

static char *
list_trash (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = isr_catalog_list_trash (f->catalog, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (text, "%s%s", i ? " " : "", ((IsrTrashed *) list->pdata[i])->recording->name);
  return g_string_free (text, FALSE);
}

#define assert_trash(f, expected)            \
  G_STMT_START                               \
  {                                          \
    g_autofree char *text_ = list_trash (f); \
    g_assert_cmpstr (text_, ==, (expected)); \
  }                                          \
  G_STMT_END

static guint64
get_size (Fixture *f)
{
  guint64 size;

  g_assert_true (isr_catalog_get_trash_size (f->catalog, &size, NULL));
  return size;
}

static void
test_and_back (Fixture *f, gconstpointer data)
{
  g_autofree char *name = NULL;
  g_autoptr (IsrRecording) back = NULL;
  gint64 id;

  record (f, "mic/day/a.flac", 1000);
  record (f, "mic/day/b.flac", 1010);
  id = throw_away (f, "mic/day/a.flac", NOW);
  g_assert_cmpstr (f->news->pdata[f->news->len - 1], ==, "trash ");
  g_assert_false (exists (f, "mic/day/a.flac"));
  assert_names (f, "mic/day/b.flac");
  assert_trash (f, "mic/day/a.flac");
  g_assert_cmpuint (get_size (f), ==, 100);
  g_assert_true (isr_catalog_reconcile (f->catalog, NULL));
  assert_names (f, "mic/day/b.flac"); /* nobody adopts it there */
  close_catalog (f);
  open_catalog (f, TRUE);
  assert_trash (f, "mic/day/a.flac");
  name = restore (f, id);
  g_assert_cmpstr (name, ==, "mic/day/a.flac");
  g_assert_true (exists (f, "mic/day/a.flac"));
  assert_trash (f, "");
  back = isr_catalog_lookup (f->catalog, name);
  g_assert_cmpint (back->start_us, ==, 1000 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (back->rate, ==, 48000);
  g_assert_cmpstr (back->reason, ==, "boundary");
  g_assert_false (back->adopted);
}

/* The last of its directory takes the directory along; the name may be taken by now. */
static void
test_name_taken (Fixture *f, gconstpointer data)
{
  g_autofree char *first = NULL, *second = NULL;
  gint64 id, again;

  record (f, "mic/day/a.flac", 1000);
  id = throw_away (f, "mic/day/a.flac", NOW);
  g_assert_false (exists (f, "mic/day"));
  record (f, "mic/day/a.flac", 2000);
  again = throw_away (f, "mic/day/a.flac", NOW); /* in the same microsecond */
  record (f, "mic/day/a.flac", 3000);
  first = restore (f, id);
  g_assert_cmpstr (first, ==, "mic/day/a_2.flac");
  temp_write (f->directory, "mic/day/a_3.flac", "not in the catalog", -1);
  second = restore (f, again);
  g_assert_cmpstr (second, ==, "mic/day/a_4.flac");
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("mic", "live.flac", 2000, 0);
  g_autoptr (GError) error = NULL;

  live->recording = TRUE;
  isr_catalog_begin (f->catalog, live);
  record (f, "a.flac", 1000);
  g_assert_true (isr_catalog_protect (f->catalog, "a.flac", TRUE, NULL));
  assert_refused (f, "a.flac", ISR_ERROR_PROTECTED);
  assert_refused (f, "live.flac", ISR_ERROR_BUSY);
  assert_refused (f, "none.flac", ISR_ERROR_NOT_FOUND);
  g_assert_true (exists (f, "a.flac"));
  g_assert_null (isr_catalog_restore (f->catalog, 17, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (isr_catalog_delete_trashed (f->catalog, 17, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND);
}

/* A directory that became a link since leads nowhere. */
static void
test_links (Fixture *f, gconstpointer data)
{
  g_autofree char *outside = temp_new ();
  g_autofree char *link = g_build_filename (f->directory, "mic", NULL);
  g_autofree char *there = g_build_filename (outside, "a.flac", NULL);
  g_autoptr (GError) error = NULL;

  record (f, "mic/a.flac", 1000);
  temp_write (outside, "a.flac", "1", 1);
  temp_remove (link);
  g_assert_cmpint (symlink (outside, link), ==, 0);
  g_assert_cmpint (isr_catalog_trash (f->catalog, "mic/a.flac", NOW, &error), ==, 0);
  g_assert_error (error, ISR_ERROR, ISR_ERROR_STORAGE);
  g_assert_true (g_file_test (there, G_FILE_TEST_EXISTS));
  temp_remove (outside);
}

static void
test_for_good (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 id;

  record (f, "mic/a.flac", 1000);
  id = throw_away (f, "mic/a.flac", NOW);
  g_assert_true (exists (f, ".trash/20240131T112000.000000Z/mic/a.flac"));
  g_assert_true (isr_catalog_delete_trashed (f->catalog, id, &error));
  assert_trash (f, "");
  g_assert_false (exists (f, ".trash/20240131T112000.000000Z"));
  g_assert_cmpuint (get_size (f), ==, 0);
}

static void
test_expiry (Fixture *f, gconstpointer data)
{
  record (f, "a.flac", 1000);
  record (f, "b.flac", 1010);
  throw_away (f, "a.flac", NOW);
  throw_away (f, "b.flac", NOW + DAY);
  isr_catalog_set_trash_days (f->catalog, 3);
  g_assert_false (isr_catalog_expire_trash (f->catalog, NOW + 3 * DAY - 1));
  g_assert_true (isr_catalog_expire_trash (f->catalog, NOW + 3 * DAY));
  assert_trash (f, "b.flac");
  g_assert_false (isr_catalog_expire_trash (f->catalog, NOW + 3 * DAY));
  g_assert_true (isr_catalog_expire_trash (f->catalog, G_MAXINT64)); /* space is needed */
  assert_trash (f, "");
}

static void
test_catalog_lost (Fixture *f, gconstpointer data)
{
  static const char *const companions[] = { "", "-wal", "-shm" };
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *name = NULL;
  const IsrTrashed *entry;

  record (f, "mic/day/mic_20240131T120000Z.flac", 1000);
  throw_away (f, "mic/day/mic_20240131T120000Z.flac", NOW + 123456);
  temp_write (f->directory, ".trash/notes/x.flac", "not ours", -1);
  close_catalog (f);
  for (guint i = 0; i < G_N_ELEMENTS (companions); i++) {
    g_autofree char *path = g_strdup_printf ("%s/isr.db%s", f->directory, companions[i]);

    g_remove (path);
  }
  open_catalog (f, TRUE);
  assert_trash (f, "mic/day/mic_20240131T120000Z.flac");
  list = isr_catalog_list_trash (f->catalog, NULL);
  entry = list->pdata[0];
  g_assert_cmpint (entry->deleted_us, ==, NOW + 123456);
  g_assert_cmpstr (entry->recording->source, ==, "mic");
  name = restore (f, entry->id);
  g_assert_cmpstr (name, ==, "mic/day/mic_20240131T120000Z.flac");
  g_assert_true (exists (f, name));
}

/* What a crash leaves: a file was moved, and the tables do not know. */
static void
move (Fixture *f, const char *from, const char *to)
{
  g_autofree char *old = g_build_filename (f->directory, from, NULL), *new = g_build_filename (f->directory, to, NULL), *directory = g_path_get_dirname (new);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_assert_cmpint (g_rename (old, new), ==, 0);
}

static void
test_not_written_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *path = NULL, *back = NULL;

  record (f, "a.flac", 1000);
  record (f, "b.flac", 1010);
  throw_away (f, "a.flac", NOW);
  list = isr_catalog_list_trash (f->catalog, NULL);
  path = g_strdup (((IsrTrashed *) list->pdata[0])->path);
  close_catalog (f);
  move (f, path, "a.flac");                                    /* taken back */
  move (f, "b.flac", ".trash/20240131T112001.000000Z/b.flac"); /* thrown away */
  open_catalog (f, TRUE);
  assert_trash (f, "b.flac");
  g_assert_true (isr_catalog_reconcile (f->catalog, NULL));
  assert_names (f, "a.flac");
  g_clear_pointer (&list, g_ptr_array_unref);
  list = isr_catalog_list_trash (f->catalog, NULL);
  back = restore (f, ((IsrTrashed *) list->pdata[0])->id);
  g_assert_cmpstr (back, ==, "b.flac");
}

static void
test_reading_only (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 id;

  record (f, "a.flac", 1000);
  record (f, "b.flac", 1010);
  id = throw_away (f, "a.flac", NOW);
  close_catalog (f);
  open_catalog (f, FALSE);
  assert_trash (f, "a.flac");
  assert_refused (f, "b.flac", ISR_ERROR_READ_ONLY);
  g_assert_null (isr_catalog_restore (f->catalog, id, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_false (isr_catalog_delete_trashed (f->catalog, id, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_READ_ONLY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/trash/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("and-back", test_and_back);
  ADD ("name-taken", test_name_taken);
  ADD ("refused", test_refused);
  ADD ("links", test_links);
  ADD ("for-good", test_for_good);
  ADD ("expiry", test_expiry);
  ADD ("catalog-lost", test_catalog_lost);
  ADD ("not-written-down", test_not_written_down);
  ADD ("reading-only", test_reading_only);
  return g_test_run ();
}
