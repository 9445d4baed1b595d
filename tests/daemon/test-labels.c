/* SPDX-License-Identifier: MIT */
/* What people said stays, whatever happens to the catalog. */
#include "daemon/archive/journal.h"
#include "daemon/archive/labels.h"
#include "tests/daemon/catalog.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
put (Fixture *f, const char *source, gint64 start, gint64 end, const char *verdict, const char *text)
{
  g_autoptr (IsrLabel) label = isr_label_new (source, start, end);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrLabel) now = NULL;

  label->verdict = g_strdup (verdict);
  label->label = g_strdup (text);
  now = isr_catalog_put_label (f->catalog, label, &error);
  g_assert_no_error (error);
  g_assert_cmpint (now->changed_us, >, 0);
}

/* "source start-end verdict label, ..." */
static char *
list_labels (Fixture *f, const char *source, gint64 from, gint64 to)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) labels = isr_catalog_labels (f->catalog, source, from, to, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < labels->len; i++) {
    const IsrLabel *label = labels->pdata[i];

    g_string_append_printf (text, "%s%s %d-%d %s %s", i ? ", " : "", label->source, (int) label->start_us, (int) label->end_us, label->verdict ? label->verdict : "-", label->label ? label->label : "-");
  }
  return g_string_free (text, FALSE);
}

#define assert_labels(f, source, from, to, expected)                    \
  G_STMT_START                                                          \
  {                                                                     \
    g_autofree char *text_ = list_labels ((f), (source), (from), (to)); \
    g_assert_cmpstr (text_, ==, (expected));                            \
  }                                                                     \
  G_STMT_END

/* What no page can show is not taken: it would lie over everything. */
static void
test_impossible (Fixture *f, gconstpointer unused)
{
  static const struct {
    const char *source;
    gint64 start, end;
  } wrong[] = {
    { "mic", 1, G_MAXINT64 },
    { "mic", G_MININT64, 1 },
    { "mic", -1, 1000 },
    { "mic", 5, 5 },
    { "mic", 1, G_TIME_SPAN_DAY + 2 },
    { "", 1, 1000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (IsrLabel) label = isr_label_new (wrong[i].source, wrong[i].start, wrong[i].end);
    g_autoptr (GError) error = NULL;

    label->verdict = g_strdup ("kept");
    g_assert_null (isr_catalog_put_label (f->catalog, label, &error));
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  }
  put (f, "mic", 1, G_TIME_SPAN_DAY + 1, "kept", NULL);
}

static char *
state_path (Fixture *f, const char *name)
{
  return g_build_filename (f->directory, name, NULL);
}

static void
lose (Fixture *f, const char *name)
{
  static const char *const companions[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (companions); i++) {
    g_autofree char *path = g_strdup_printf ("%s/%s%s", f->directory, name, companions[i]);

    g_remove (path);
  }
}

static void
test_put_and_take (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrLabel) was = NULL;
  g_autoptr (GError) error = NULL;

  put (f, "mic", 100, 200, "kept", "a bird");
  put (f, "mic", 300, 400, "false", NULL);
  put (f, "radio", 150, 250, NULL, "jingle");
  g_assert_cmpstr (f->news->pdata[0], ==, "label mic");
  assert_labels (f, NULL, 0, 0, "mic 100-200 kept a bird, radio 150-250 - jingle, mic 300-400 false -");
  assert_labels (f, "mic", 0, 0, "mic 100-200 kept a bird, mic 300-400 false -");
  assert_labels (f, "mic", 199, 300, "mic 100-200 kept a bird");
  put (f, "mic", 100, 200, "kept", "an owl");
  assert_labels (f, "mic", 0, 250, "mic 100-200 kept an owl");
  put (f, "mic", 300, 400, NULL, NULL);
  assert_labels (f, "mic", 0, 0, "mic 100-200 kept an owl");
  was = isr_catalog_delete_label (f->catalog, "mic", 100, 200, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (was->label, ==, "an owl");
  assert_labels (f, "mic", 0, 0, "");
  g_assert_null (isr_catalog_delete_label (f->catalog, "mic", 100, 200, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrLabel) backwards = isr_label_new ("mic", 2, 1);
  g_autoptr (IsrLabel) odd = isr_label_new ("mic", 1, 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (isr_catalog_put_label (f->catalog, backwards, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  g_clear_error (&error);
  odd->verdict = g_strdup ("perhaps");
  g_assert_null (isr_catalog_put_label (f->catalog, odd, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
}

static void
protect (Fixture *f, const char *name, gboolean on)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_catalog_protect (f->catalog, name, on, &error));
  g_assert_no_error (error);
}

static gboolean
is_protected (Fixture *f, const char *name)
{
  g_autoptr (IsrRecording) recording = isr_catalog_lookup (f->catalog, name);

  return recording->protected_;
}

static void
test_protection (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("mic", "live.flac", 2000, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = NULL;

  add (f, "mic", "a.flac", 1000, 10);
  add (f, "mic", "b.flac", 1010, 10);
  live->recording = TRUE;
  isr_catalog_begin (f->catalog, live);
  protect (f, "a.flac", TRUE);
  g_assert_true (is_protected (f, "a.flac"));
  g_assert_false (is_protected (f, "b.flac"));
  protect (f, "a.flac", TRUE); /* again: nothing */
  page = list (f, (IsrCatalogQuery){ .text = "a.flac" });
  g_assert_true (((IsrRecording *) page->pdata[0])->protected_);
  protect (f, "a.flac", FALSE);
  g_assert_false (is_protected (f, "a.flac"));
  g_assert_false (isr_catalog_protect (f->catalog, "live.flac", TRUE, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (isr_catalog_protect (f->catalog, "none.flac", TRUE, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND);
}

static void
fill (Fixture *f)
{
  temp_write (f->directory, "mic/mic_20240131T120000Z.flac", "x", 1);
  temp_write (f->directory, "mic/mic_20240131T130000Z.flac", "x", 1);
  g_assert_true (isr_catalog_reconcile (f->catalog, NULL));
  put (f, "mic", 100, 200, "kept", "a bird");
  put (f, "mic", 300, 400, "false", NULL);
  put (f, "mic", 500, 600, NULL, "gone again");
  put (f, "mic", 500, 600, NULL, NULL);
  protect (f, "mic/mic_20240131T120000Z.flac", TRUE);
  protect (f, "mic/mic_20240131T130000Z.flac", TRUE);
  protect (f, "mic/mic_20240131T130000Z.flac", FALSE);
}

#define FILLED "mic 100-200 kept a bird, mic 300-400 false -"

static void
assert_filled (Fixture *f)
{
  g_assert_true (isr_catalog_reconcile (f->catalog, NULL));
  assert_labels (f, NULL, 0, 0, FILLED);
  g_assert_true (is_protected (f, "mic/mic_20240131T120000Z.flac"));
  g_assert_false (is_protected (f, "mic/mic_20240131T130000Z.flac"));
}

static void
test_catalog_lost (Fixture *f, gconstpointer data)
{
  fill (f);
  close_catalog (f);
  open_catalog (f, TRUE);
  assert_filled (f);
  close_catalog (f);
  lose (f, "isr.db");
  open_catalog (f, TRUE);
  assert_filled (f);
}

/* `isr serve` where no catalog can be read. */
static void
test_catalog_lost_reading_only (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrLabel) label = isr_label_new ("mic", 1, 2);
  g_autoptr (GError) error = NULL;

  fill (f);
  close_catalog (f);
  lose (f, "isr.db");
  open_catalog (f, FALSE);
  assert_filled (f);
  label->note = g_strdup ("x");
  g_assert_null (isr_catalog_put_label (f->catalog, label, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_READ_ONLY);
}

static void
test_journal_lost (Fixture *f, gconstpointer data)
{
  fill (f);
  close_catalog (f);
  lose (f, ISR_JOURNAL_NAME);
  g_test_expect_message ("isr-catalog", G_LOG_LEVEL_WARNING, "*made again*");
  open_catalog (f, TRUE);
  g_test_assert_expected_messages ();
  assert_filled (f);
  close_catalog (f);
  lose (f, "isr.db"); /* what was made again has it all */
  open_catalog (f, TRUE);
  assert_filled (f);
}

/* A crash tore the last line, somebody wrote nonsense: the rest counts. */
static void
test_journal_torn (Fixture *f, gconstpointer data)
{
  g_autofree char *path = state_path (f, ISR_JOURNAL_NAME);
  FILE *journal;

  fill (f);
  close_catalog (f);
  journal = fopen (path, "a");
  fputs ("nonsense\n[1]\n{\"put\":7}\n{\"put\":{\"source\":\"mic\",\"start_us\":900,", journal);
  fclose (journal);
  lose (f, "isr.db");
  open_catalog (f, TRUE);
  put (f, "mic", 700, 800, NULL, "behind it");
  close_catalog (f);
  lose (f, "isr.db");
  open_catalog (f, TRUE);
  assert_labels (f, NULL, 0, 0, FILLED ", mic 700-800 - behind it");
}

static void
note_event (Fixture *f, gint64 start_s)
{
  g_autoptr (IsrEvent) event = isr_event_new ("mic");

  event->state = ISR_EVENT_ENDED;
  event->start_us = start_s * G_TIME_SPAN_SECOND;
  event->end_us = (start_s + 2) * G_TIME_SPAN_SECOND;
  isr_catalog_note_event (f->catalog, event);
}

static void
assert_unreviewed (Fixture *f, guint events, guint unreviewed)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GPtrArray) days = isr_catalog_days (f->catalog, NULL, zone, NULL);
  const IsrDay *day = days->pdata[0];

  g_assert_cmpuint (day->events, ==, events);
  g_assert_cmpuint (day->unreviewed, ==, unreviewed);
}

#define S G_TIME_SPAN_SECOND

/* The days count at once what was judged, and the rows what was heard. */
static void
test_reviewed (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) recording = NULL;

  add (f, "mic", "a.flac", 1000, 100);
  note_event (f, 1010);
  note_event (f, 1020);
  note_event (f, 1200);
  assert_unreviewed (f, 3, 3);
  put (f, "mic", 1010 * S, 1012 * S, "false", NULL);
  assert_unreviewed (f, 3, 2);
  put (f, "mic", 1021 * S, 1030 * S, "kept", NULL); /* half of it */
  assert_unreviewed (f, 3, 1);
  put (f, "mic", 1021 * S, 1030 * S, NULL, "only words");
  assert_unreviewed (f, 3, 2);
  put (f, "mic", 1011 * S + S / 2, 1021 * S - 1, "kept", NULL); /* less than half of either */
  assert_unreviewed (f, 3, 2);
  put (f, "other", 1020 * S, 1022 * S, "kept", NULL);
  assert_unreviewed (f, 3, 2);
  close_catalog (f);
  open_catalog (f, TRUE);
  assert_unreviewed (f, 3, 2);
  recording = isr_catalog_lookup (f->catalog, "a.flac");
  g_assert_cmpuint (recording->events, ==, 2);
}

/* The process says what it put as soon as it may, and is killed. */
static int
label_for_ever (const char *directory)
{
  g_autoptr (IsrCatalog) catalog = isr_catalog_open (directory, directory, TRUE, NULL);

  for (int i = 0; catalog; i++) {
    g_autoptr (IsrLabel) label = isr_label_new ("mic", i * 10, i * 10 + 5);
    g_autoptr (IsrLabel) now = NULL;

    label->label = g_strdup ("x");
    now = isr_catalog_put_label (catalog, label, NULL);
    if (!now || write (1, ".", 1) != 1)
      return 1;
  }
  return 1;
}

static gsize
kill_after (const char *directory, gsize labels)
{
  const char *argv[] = { g_test_get_filename (G_TEST_BUILT, "test-labels", NULL), "--label", directory, NULL };
  g_autoptr (GError) error = NULL;
  gsize acknowledged = 0;
  char buffer[64];
  gssize n;
  int output;
  GPid pid;

  g_assert_true (g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, &output, NULL, &error));
  while (acknowledged < labels && (n = read (output, buffer, sizeof buffer)) > 0)
    acknowledged += (gsize) n;
  kill (pid, SIGKILL);
  while ((n = read (output, buffer, sizeof buffer)) > 0)
    acknowledged += (gsize) n;
  waitpid (pid, NULL, 0);
  close (output);
  return acknowledged;
}

static void
test_killed (Fixture *f, gconstpointer data)
{
  close_catalog (f);
  for (gsize n = 1; n <= 1000; n *= 10) {
    gsize acknowledged = kill_after (f->directory, n);
    g_autoptr (GPtrArray) labels = NULL;

    open_catalog (f, TRUE);
    labels = isr_catalog_labels (f->catalog, NULL, 0, 0, NULL);
    g_assert_cmpuint (labels->len, >=, acknowledged);
    close_catalog (f);
    lose (f, "isr.db");
    lose (f, ISR_JOURNAL_NAME);
  }
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--label"))
    return label_for_ever (argv[2]);

  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/labels/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("impossible", test_impossible);
  ADD ("put-and-take", test_put_and_take);
  ADD ("refused", test_refused);
  ADD ("protection", test_protection);
  ADD ("catalog-lost", test_catalog_lost);
  ADD ("catalog-lost-reading-only", test_catalog_lost_reading_only);
  ADD ("journal-lost", test_journal_lost);
  ADD ("journal-torn", test_journal_torn);
  ADD ("reviewed", test_reviewed);
  ADD ("killed", test_killed);
  return g_test_run ();
}
