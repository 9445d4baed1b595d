/* SPDX-License-Identifier: MIT */
/* Levels on disk: which window is whose, what a crash leaves, what goes with what. */
#include "daemon/archive/trash.h"
#include "tests/daemon/loud-house.h"

/* --- which window is whose --- */

/* A boundary in the middle of window 12; the news of it comes late, that of the levels early. */
static void
test_straddle (House *h, gconstpointer data)
{
  const guint64 boundary = 12 * WINDOW + 7;
  g_autofree gint16 *levels = count_up (30);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, boundary, RATE);
  g_autoptr (IsrRecording) b = loud_recording ("mic", "b.flac", a->end_us, boundary * 1000000000 / RATE, 17 * WINDOW, RATE);

  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 10); /* before its file is there */
  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 10, 20);
  begin (h, b);
  end (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 20, 30);
  end (h, b);
  settle (h, "a.flac", ISR_LEVELS_FINISHED);
  assert_levels (h, "a.flac", "0: 1000 1001 1002 1003 1004 1005 1006 1007 1008 1009 1010 1011 1012");
  close_house (h);
  open_house (h);
  assert_levels (h, "b.flac", "99: 1013 1014 1015 1016 1017 1018 1019 1020 1021 1022 1023 1024 1025 1026 1027 1028 1029");
}

/* A window that begins with the file is that of the file, to the sample. */
static void
test_exact_boundary (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = count_up (20);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 5 * WINDOW, RATE);
  g_autoptr (IsrRecording) b = loud_recording ("mic", "b.flac", a->end_us, 500000000, 5 * WINDOW, RATE);

  begin (h, a);
  end (h, a); /* before any of its levels */
  begin (h, b);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 10);
  end (h, b);
  close_house (h);
  open_house (h);
  assert_levels (h, "a.flac", "0: 1000 1001 1002 1003 1004");
  assert_levels (h, "b.flac", "0: 1005 1006 1007 1008 1009");
}

/* The source was gone: positions begin anew, and what came before its file waits for it. */
static void
test_another_run (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = count_up (40);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 20 * WINDOW, RATE);
  g_autoptr (IsrRecording) b = loud_recording ("mic", "b.flac", T0 + 60000000, 0, 10 * WINDOW, RATE);

  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 10);
  end (h, a);
  loud_tell (h->analysis, "mic", T0 + 60000000, 0, levels + 20, 0, 10);
  begin (h, b);
  end (h, b);
  close_house (h);
  open_house (h);
  assert_levels (h, "a.flac", "0: 1000 1001 1002 1003 1004 1005 1006 1007 1008 1009");
  assert_levels (h, "b.flac", "0: 1020 1021 1022 1023 1024 1025 1026 1027 1028 1029");
}

/* What was not measured has its place. */
static void
test_hole (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = count_up (40);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 14 * WINDOW, RATE);

  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 3);
  loud_tell (h->analysis, "mic", T0 + 1, 600000000, levels + 6, 0, 3); /* another run of the analysis */
  loud_tell (h->analysis, "mic", T0 + 1, 600000000, levels + 6, 2, 5); /* twice the same: once */
  end (h, a);
  close_house (h);
  open_house (h);
  assert_levels (h, "a.flac", "0: 1000 1001 1002 - - - 1006 1007 1008 1009 1010");
}

/* --- disk --- */

/* The process is gone without a word; some of the last window is on the medium. */
static void
test_torn_tail (House *h, gconstpointer data)
{
  g_autofree gint16 *levels G_GNUC_UNUSED = count_up (20);
  g_autofree char *path = get_path (h, "a.flac");
  g_autoptr (IsrStore) store = isr_store_new (h->base.directory);
  const IsrLevelsHeader header = { .run_us = T0 };
  const IsrLevelsRow row = { { -1, -2, -3, -4 } };
  g_autofree char *bytes = NULL;
  gsize size;

  isr_store_create (store, "a.flac", &header);
  isr_store_append (store, "a.flac", &row, 1);
  isr_store_append (store, "a.flac", &row, 1);
  isr_store_flush (store);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, ==, ISR_LEVELS_HEADER_SIZE + 16);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size - 3, NULL));
  assert_levels (h, "a.flac", "0: 1");
  isr_store_append (store, "a.flac", &row, 1);
  isr_store_finish (store, "a.flac", 0, 0, NULL, NULL);
  isr_store_flush (store);
  assert_levels (h, "a.flac", "0: 1 1");
}

static gboolean
has_file (House *h, const char *name)
{
  g_autofree char *path = g_build_filename (h->base.directory, "analyses", name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
copy_levels (House *h, const char *name, const char *to)
{
  g_autofree char *from = get_path (h, name), *path = g_build_filename ("analyses", to, NULL), *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &bytes, &size, NULL));
  temp_write (h->base.directory, path, bytes, (gssize) size);
}

/* Where what is in the trash lies. */
static char *
find_trashed (House *h)
{
  g_autoptr (GPtrArray) list = isr_catalog_list_trash (h->base.catalog, NULL);

  g_assert_cmpuint (list->len, ==, 1);
  return g_strdup (((IsrTrashed *) list->pdata[0])->path);
}

/* Levels whose recording is gone go, and nothing else does. */
static void
test_orphans (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = count_up (10);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 10 * WINDOW, RATE);
  g_autofree char *trashed = NULL;

  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 10);
  end (h, a);
  close_house (h);
  open_house (h);
  copy_levels (h, "a.flac", "gone.flac.0123456789abcdef.levels");
  copy_levels (h, "a.flac", "a.flac.0123456789abcdef.levels.tmp");
  copy_levels (h, "a.flac", "somebody's copy");
  temp_write (h->base.directory, "analyses/foreign.flac.0123456789abcdef.levels", "ISRLEVELS are not this", -1);
  temp_write (h->base.directory, "analyses/old.analysis.json", "{}", -1);
  temp_write (h->base.directory, "analyses/below/x.levels", "{}", -1);
  isr_analysis_tidy (h->analysis);
  TEMP_WAIT_FOR ((g_main_context_wakeup (NULL), !has_file (h, "gone.flac.0123456789abcdef.levels")));
  close_house (h);
  open_house (h);
  g_assert_false (has_file (h, "a.flac.0123456789abcdef.levels.tmp"));
  g_assert_true (has_file (h, "somebody's copy"));
  g_assert_true (has_file (h, "foreign.flac.0123456789abcdef.levels"));
  g_assert_true (has_file (h, "old.analysis.json"));
  g_assert_true (has_file (h, "below/x.levels"));
  g_assert_true (isr_analysis_has_levels (h->analysis, "a.flac"));
  temp_write (h->base.directory, "a.flac", "x", 1);
  copy_levels (h, "a.flac", "gone.flac.0123456789abcdef.levels");
  g_assert_cmpint (isr_catalog_trash (h->base.catalog, "a.flac", T0, NULL), >, 0); /* it may come back */
  isr_analysis_tidy (h->analysis);
  TEMP_WAIT_FOR ((g_main_context_wakeup (NULL), !has_file (h, "gone.flac.0123456789abcdef.levels")));
  trashed = find_trashed (h);
  g_assert_true (isr_analysis_has_levels (h->analysis, trashed));
  g_assert_true (isr_catalog_expire_trash (h->base.catalog, G_MAXINT64)); /* and now it may not */
  TEMP_WAIT_FOR ((g_main_context_wakeup (NULL), !isr_analysis_has_levels (h->analysis, trashed)));
}

/* Into the trash, out of it under another name as the first one is taken, and wherever
 * somebody moves it. */
static void
test_follows_its_recording (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = count_up (20);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.wav", T0, 0, 10 * WINDOW, RATE);
  g_autoptr (IsrRecording) b = loud_recording ("mic", "a.wav", T0 + 1000000, 1000000000, 10 * WINDOW, RATE);
  g_autoptr (IsrRecording) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *from = g_build_filename (h->base.directory, "a.wav", NULL), *to = g_build_filename (h->base.directory, "b.wav", NULL);
  gint64 id;

  a->bytes = 1;
  b->bytes = 2;
  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 10);
  temp_write (h->base.directory, "a.wav", "x", 1);
  end (h, a);
  id = isr_catalog_trash (h->base.catalog, "a.wav", T0, &error);
  g_assert_no_error (error);
  begin (h, b);
  loud_tell (h->analysis, "mic", T0, 0, levels, 10, 20);
  temp_write (h->base.directory, "a.wav", "xy", 2);
  end (h, b);
  back = isr_catalog_restore (h->base.catalog, id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->name, ==, "a_2.wav");
  g_assert_cmpint (g_rename (from, to), ==, 0);
  g_assert_true (isr_catalog_reconcile (h->base.catalog, &error));
  close_house (h);
  open_house (h);
  assert_levels (h, "a_2.wav", "0: 1000 1001 1002 1003 1004 1005 1006 1007 1008 1009");
  assert_levels (h, "b.wav", "0: 1010 1011 1012 1013 1014 1015 1016 1017 1018 1019");
  g_assert_false (isr_analysis_has_levels (h->analysis, "a.wav"));
}

static void
test_goes_with_its_recording (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = count_up (10);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 10 * WINDOW, RATE);

  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 10);
  end (h, a);
  close_house (h);
  open_house (h);
  g_assert_true (isr_analysis_has_levels (h->analysis, "a.flac"));
  isr_catalog_forget (h->base.catalog, "a.flac");
  TEMP_WAIT_FOR ((g_main_context_wakeup (NULL), !isr_analysis_has_levels (h->analysis, "a.flac")));
}

/* A file that never came to be: the next one has what is its own, and nothing is left of the first. */
static void
test_lost (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = count_up (20);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 10 * WINDOW, RATE);
  g_autoptr (IsrRecording) b = loud_recording ("mic", "b.flac", a->end_us, 1000000000, 10 * WINDOW, RATE);

  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 10);
  isr_catalog_forget (h->base.catalog, "a.flac");
  isr_analysis_file_lost (h->analysis, "a.flac");
  begin (h, b);
  loud_tell (h->analysis, "mic", T0, 0, levels, 10, 20);
  end (h, b);
  close_house (h);
  open_house (h);
  g_assert_false (isr_analysis_has_levels (h->analysis, "a.flac"));
  assert_levels (h, "b.flac", "0: 1010 1011 1012 1013 1014 1015 1016 1017 1018 1019");
}

static void
test_rename (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = count_up (10);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 10 * WINDOW, RATE);
  g_autoptr (IsrRecording) b = loud_recording ("mic", "b.flac", T0 + 5000000, 0, 10 * WINDOW, RATE);

  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 5);
  isr_catalog_forget (h->base.catalog, "a.flac");
  isr_catalog_finish (h->base.catalog, b);
  isr_analysis_file_renamed (h->analysis, "a.flac", b);
  loud_tell (h->analysis, "mic", T0, 0, levels, 5, 10);
  end (h, b);
  close_house (h);
  open_house (h);
  g_assert_false (isr_analysis_has_levels (h->analysis, "a.flac"));
  assert_levels (h, "b.flac", "0: 1000 1001 1002 1003 1004 1005 1006 1007 1008 1009");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, func) g_test_add ("/analysis/" path, House, data, set_up_house, func, tear_down_house)
  ADD ("straddle", NULL, test_straddle);
  ADD ("exact-boundary", NULL, test_exact_boundary);
  ADD ("another-run", NULL, test_another_run);
  ADD ("hole", NULL, test_hole);
  ADD ("torn-tail", NULL, test_torn_tail);
  ADD ("orphans", NULL, test_orphans);
  ADD ("goes-with-its-recording", NULL, test_goes_with_its_recording);
  ADD ("rename", NULL, test_rename);
  ADD ("lost", NULL, test_lost);
  ADD ("follows-its-recording", NULL, test_follows_its_recording);
  return g_test_run ();
}
