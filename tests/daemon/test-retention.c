/* SPDX-License-Identifier: MIT */
/* What is deleted by itself, in which order, and what never is. */
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/labels.h"
#include "daemon/archive/retention.h"
#include "daemon/archive/storage.h"
#include "daemon/archive/trash.h"
#include "tests/daemon/catalog.h"
#include "tests/daemon/tmpfs.h"

#define DAY0 1706700000 /* s */
#define MB 1000000

typedef struct {
  Fixture f;
  gint64 now_us;
  IsrSpace space; /* as it is told to the catalog */
  IsrClock clock;
  IsrRetention *retention;
  GPtrArray *deleted; /* names */
} House;

static gint64
tell_time (gpointer data)
{
  return ((House *) data)->now_us;
}

/* What is deleted makes room. */
static gboolean
tell_space (const char *directory, IsrSpace *space, gpointer data)
{
  *space = ((House *) data)->space;
  return TRUE;
}

static void
on_deleted (IsrCatalog *catalog, const IsrRecording *recording, House *h)
{
  g_ptr_array_add (h->deleted, g_strdup (recording->name));
  h->space.free += recording->bytes;
}

static void
set_up_house (House *h, gconstpointer data)
{
  set_up (&h->f, NULL);
  h->now_us = DAY0 * G_TIME_SPAN_SECOND;
  h->clock = (IsrClock){ tell_time, h };
  h->space = (IsrSpace){ 50 * MB, 100 * MB };
  h->deleted = g_ptr_array_new_with_free_func (g_free);
  isr_catalog_set_space_func (h->f.catalog, tell_space, h);
  g_signal_connect (h->f.catalog, "deleted", G_CALLBACK (on_deleted), h);
  h->retention = isr_retention_new (h->f.catalog, &h->clock);
}

static void
tear_down_house (House *h, gconstpointer data)
{
  isr_retention_free (h->retention);
  g_ptr_array_unref (h->deleted);
  tear_down (&h->f, NULL);
}

/* @bytes MB that began @days before DAY0, an hour long. */
static void
record (House *h, const char *source, const char *name, double days, guint64 bytes)
{
  g_autoptr (IsrRecording) recording = make (source, name, DAY0 - (gint64) (days * 86400), 3600);

  recording->bytes = bytes * MB;
  temp_write (h->f.directory, name, "x", 1);
  isr_catalog_finish (h->f.catalog, recording);
}

/* Rows are candidates when they are rows. */
static void
run (House *h)
{
  while (isr_retention_step (h->retention))
    ;
}

static void
settle (House *h)
{
  isr_writer_flush (isr_catalog_get_writer (h->f.catalog));
}

static void
set_rules (House *h, IsrStorageRules rules)
{
  isr_catalog_set_storage_rules (h->f.catalog, &rules);
}

static void
assert_deleted (House *h, const char *expected)
{
  g_autofree char *names = NULL;

  g_ptr_array_add (h->deleted, NULL);
  names = g_strjoinv (" ", (char **) h->deleted->pdata);
  g_ptr_array_remove_index (h->deleted, h->deleted->len - 1);
  g_assert_cmpstr (names, ==, expected);
}

static void
label (House *h, const char *source, double days, const char *verdict, const char *text)
{
  gint64 start_us = (DAY0 - (gint64) (days * 86400) + 100) * G_TIME_SPAN_SECOND;
  g_autoptr (IsrLabel) entry = isr_label_new (source, start_us, start_us + G_TIME_SPAN_SECOND);
  g_autoptr (IsrLabel) now = NULL;

  entry->verdict = g_strdup (verdict);
  entry->label = g_strdup (text);
  now = isr_catalog_put_label (h->f.catalog, entry, NULL);
  g_assert_nonnull (now);
}

static void
test_off (House *h, gconstpointer data)
{
  record (h, "mic", "old.flac", 4000, 1);
  settle (h);
  h->space.free = 0;
  run (h);
  assert_deleted (h, "");
}

static void
test_age (House *h, gconstpointer data)
{
  g_autoptr (GHashTable) days = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *path = g_build_filename (h->f.directory, "40.flac", NULL);

  record (h, "mic", "20.flac", 20, 1);
  record (h, "mic", "40.flac", 40, 1);
  record (h, "mic", "50.flac", 50, 1);
  record (h, "radio", "5.flac", 5, 1);
  record (h, "radio", "2.flac", 2, 1);
  record (h, "evidence", "400.flac", 400, 1);
  settle (h);
  g_hash_table_insert (days, (gpointer) "radio", GUINT_TO_POINTER (3));
  g_hash_table_insert (days, (gpointer) "evidence", GUINT_TO_POINTER (0));
  set_rules (h, (IsrStorageRules){ .keep_days = 30, .keep_of = days });
  run (h);
  assert_deleted (h, "50.flac 40.flac 5.flac");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  assert_names (&h->f, "2.flac 20.flac 400.flac");
  h->now_us += 11 * G_TIME_SPAN_DAY;
  run (h);
  assert_deleted (h, "50.flac 40.flac 5.flac 20.flac 2.flac");
}

/* Between two that stay it leaves a hole, which says that it was no failure. */
static void
test_hole (House *h, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;
  const IsrGap *hole;

  record (h, "mic", "90.flac", 90, 1);
  record (h, "mic", "50.flac", 50, 1);
  record (h, "mic", "2.flac", 2, 1);
  settle (h);
  g_assert_true (isr_catalog_protect (h->f.catalog, "90.flac", TRUE, NULL));
  set_rules (h, (IsrStorageRules){ .keep_days = 30 });
  run (h);
  assert_deleted (h, "50.flac");
  list = isr_catalog_coverage (h->f.catalog, "mic", (DAY0 - 50 * 86400) * G_TIME_SPAN_SECOND, (DAY0 - 50 * 86400 + 7200) * G_TIME_SPAN_SECOND, DAY0 * G_TIME_SPAN_SECOND, NULL);
  g_assert_cmpuint (((IsrCoverage *) list->pdata[0])->holes->len, ==, 2);
  hole = &g_array_index (((IsrCoverage *) list->pdata[0])->holes, IsrGap, 0);
  g_assert_cmpstr (hole->cause, ==, "deleted");
  g_assert_cmpint (hole->end_us - hole->start_us, ==, G_TIME_SPAN_HOUR);
}

/* The trash first, then the oldest, and no more than is needed. */
static void
test_space (House *h, gconstpointer data)
{
  record (h, "mic", "3.flac", 3, 10);
  record (h, "radio", "4.flac", 4, 10);
  record (h, "mic", "2.flac", 2, 10);
  record (h, "mic", "1.flac", 1, 10);
  settle (h);
  g_assert_cmpint (isr_catalog_trash (h->f.catalog, "2.flac", h->now_us, NULL), >, 0);
  set_rules (h, (IsrStorageRules){ .min_free = 20 * MB });
  run (h);
  assert_deleted (h, "");
  h->space.free = 15 * MB;
  run (h);
  assert_deleted (h, "2.flac");
  h->space.free = 3 * MB;
  run (h);
  assert_deleted (h, "2.flac 4.flac 3.flac");
  set_rules (h, (IsrStorageRules){ .min_free_share = 0.25 });
  run (h);
  assert_deleted (h, "2.flac 4.flac 3.flac 1.flac");
}

static void
test_kept (House *h, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("mic", "live.flac", DAY0 - 95 * 86400, 0);

  record (h, "mic", "protected.flac", 90, 1);
  record (h, "mic", "kept.flac", 80, 1);
  record (h, "mic", "named.flac", 70, 1);
  record (h, "mic", "false.flac", 60, 1);
  record (h, "mic", "plain.flac", 50, 1);
  temp_write (h->f.directory, "mic/mic_20200131T120000Z.flac", "x", 1);
  g_assert_true (isr_catalog_reconcile (h->f.catalog, NULL)); /* adopted */
  live->recording = TRUE;
  settle (h);
  isr_catalog_begin (h->f.catalog, live);
  g_assert_true (isr_catalog_protect (h->f.catalog, "protected.flac", TRUE, NULL));
  label (h, "mic", 80, "kept", NULL);
  label (h, "mic", 70, NULL, "owl");
  label (h, "mic", 60, "false", NULL);
  label (h, "radio", 50, "kept", NULL);
  h->space.free = 0;
  set_rules (h, (IsrStorageRules){ .keep_days = 30, .min_free_share = 0.9 });
  run (h);
  assert_deleted (h, "false.flac plain.flac");
}

static void
test_trash_expires (House *h, gconstpointer data)
{
  record (h, "mic", "a.flac", 1, 1);
  g_assert_cmpint (isr_catalog_trash (h->f.catalog, "a.flac", h->now_us, NULL), >, 0);
  isr_catalog_set_trash_days (h->f.catalog, 2);
  run (h);
  assert_deleted (h, "");
  h->now_us += 2 * G_TIME_SPAN_DAY;
  run (h);
  assert_deleted (h, "a.flac");
}

static void
test_report (House *h, gconstpointer data)
{
  IsrStorageReport report;

  record (h, "mic", "old.flac", 10, 30);
  record (h, "mic", "a.flac", 0.5, 2);
  record (h, "mic", "b.flac", 0.25, 3);
  g_assert_true (isr_catalog_report_storage (h->f.catalog, h->now_us, &report, NULL));
  g_assert_true (report.known);
  g_assert_cmpuint (report.used, ==, 35 * MB);
  g_assert_cmpfloat_with_epsilon (report.bytes_per_day, 10 * MB, 1); /* 5 MB in the half day since a.flac */
  g_assert_cmpint (report.full_at_us, ==, h->now_us + 5 * G_TIME_SPAN_DAY);
  g_assert_cmpint (isr_catalog_trash (h->f.catalog, "b.flac", h->now_us, NULL), >, 0);
  g_assert_true (isr_catalog_report_storage (h->f.catalog, h->now_us, &report, NULL));
  g_assert_cmpuint (report.trash, ==, 3 * MB);
}

/* --- a real, small disk --------------------------------------------------- */

#define MIB G_GUINT64_CONSTANT (1 << 20)

static void
write_real (Fixture *f, const char *name, gint64 start_s)
{
  g_autofree char *data = g_malloc0 (MIB);
  g_autoptr (IsrRecording) recording = make ("mic", name, start_s, 3600);

  recording->bytes = MIB;
  temp_write (f->directory, name, data, MIB);
  isr_catalog_finish (f->catalog, recording);
}

/* Hours of 1 MiB, oldest first, until there is hardly room for the catalog. */
static guint
fill_disk (Fixture *f)
{
  IsrSpace space;
  guint n;

  for (n = 0; isr_catalog_measure_space (f->catalog, &space) && space.free >= 3 * MIB; n++) {
    g_autofree char *name = g_strdup_printf ("%02u.flac", n);

    write_real (f, name, DAY0 + n * 3600);
  }
  isr_writer_flush (isr_catalog_get_writer (f->catalog));
  g_assert_cmpuint (space.total, ==, 64 * MIB);
  return n;
}

/* The newest ones without a hole, and the one that is protected. */
static void
assert_order (Fixture *f, guint n)
{
  g_autoptr (GPtrArray) page = list (f, (IsrCatalogQuery){ 0 });

  g_assert_cmpuint (page->len, >, 40);
  g_assert_cmpuint (page->len, <, n);
  for (guint i = 0; i + 1 < page->len; i++) {
    g_autofree char *name = g_strdup_printf ("%02u.flac", n - 1 - i);

    g_assert_cmpstr (((IsrRecording *) page->pdata[i])->name, ==, name);
  }
  g_assert_cmpstr (((IsrRecording *) page->pdata[page->len - 1])->name, ==, "01.flac");
}

static void
assert_forecast (Fixture *f, guint n)
{
  gint64 now_us = (DAY0 + (gint64) n * 3600) * G_TIME_SPAN_SECOND;
  IsrStorageReport report;

  isr_catalog_set_storage_rules (f->catalog, &(IsrStorageRules){ 0 });
  g_assert_true (isr_catalog_report_storage (f->catalog, now_us, &report, NULL));
  g_assert_cmpfloat_with_epsilon (report.bytes_per_day, 24.0 * MIB, 1);
  g_assert_cmpint (report.full_at_us - now_us, >=, 8 * G_TIME_SPAN_HOUR); /* a MiB an hour, 8 to 9 are free */
  g_assert_cmpint (report.full_at_us - now_us, <, 9 * G_TIME_SPAN_HOUR + G_TIME_SPAN_HOUR / 2);
}

static void
test_small_disk (void)
{
  Fixture f = { .directory = temp_new (), .news = g_ptr_array_new_with_free_func (g_free) };
  IsrRetention *retention;
  IsrSpace space;
  guint n;

  tmpfs_mount (f.directory, 64);
  open_catalog (&f, TRUE);
  n = fill_disk (&f);
  g_assert_true (isr_catalog_protect (f.catalog, "01.flac", TRUE, NULL));
  isr_catalog_set_storage_rules (f.catalog, &(IsrStorageRules){ .min_free = 8 * MIB });
  retention = isr_retention_new (f.catalog, NULL);
  while (isr_retention_step (retention))
    ;
  isr_retention_free (retention);
  g_assert_true (isr_catalog_measure_space (f.catalog, &space));
  g_assert_cmpuint (space.free, >=, 8 * MIB);
  g_assert_cmpuint (space.free, <=, 9 * MIB);
  assert_order (&f, n);
  assert_forecast (&f, n);
  close_catalog (&f);
  tmpfs_unmount (f.directory);
  tear_down (&f, NULL);
}

int
main (int argc, char **argv)
{
  tmpfs_enter ();
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/retention/" path, House, NULL, set_up_house, func, tear_down_house)
  ADD ("off", test_off);
  ADD ("age", test_age);
  ADD ("hole", test_hole);
  ADD ("space", test_space);
  ADD ("kept", test_kept);
  ADD ("trash-expires", test_trash_expires);
  ADD ("report", test_report);
  g_test_add_func ("/retention/small-disk", test_small_disk);
  return g_test_run ();
}
