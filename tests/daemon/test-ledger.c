/* SPDX-License-Identifier: MIT */
/* The ledger with a real catalog: holes of gaps, of people, of restarts. */
#include "tests/daemon/ledger.h"

#include "daemon/archive/trash.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/sources.h"
#include "daemon/cli/coverage.h"

#include <glib/gstdio.h>
#include <utime.h>

static void
test_gaps (Fixture *f, gconstpointer data)
{
  isr_catalog_set_sources (f->catalog, mic);
  finish (f->catalog, "a.flac", T0, 10, "gap", "stalled");
  change (f->catalog, ISR_STATE_WAITING_TO_RETRY, "stalled", T0 + 15);
  change (f->catalog, ISR_STATE_CONNECTING, "retrying", T0 + 16);
  change (f->catalog, ISR_STATE_WAITING_TO_RETRY, "refused", T0 + 17);
  change (f->catalog, ISR_STATE_WAITING_TO_RETRY, "refused", T0 + 19);
  change (f->catalog, ISR_STATE_STOPPED, "stopped", T0 + 20);
  assert_holes (f->catalog, -100, 1000, 25, "0.4: 10-17 stalled 17-20 disconnected 20-25 stopped");
  begin (f->catalog, "b.flac", T0 + 30);
  finish (f->catalog, "b.flac", T0 + 30, 70, "boundary", NULL);
  assert_holes (f->catalog, -100, 1000, 100, "0.8: 10-17 stalled 17-20 disconnected 20-30 stopped");
  assert_holes (f->catalog, 18, 31, 100, "0.0769231: 18-20 disconnected 20-30 stopped");
  assert_holes (f->catalog, 30, 100, 100, "1:");
  reopen (f); /* and the same out of the database */
  assert_holes (f->catalog, -100, 100, 100, "0.8: 10-17 stalled 17-20 disconnected 20-30 stopped");
}

/* Each way in which a file can end, and a gap of each cause. */
static void
test_reasons (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *reason, *cause, *expected;
  } rows[] = {
    { "gap", "disconnected", "disconnected" },
    { "gap", "stalled", "stalled" },
    { "gap", "source", "source" },
    { "gap", "overrun", "overrun" },
    { "gap", "disk", "disk" },
    { "gap", "suspended", "suspended" },
    { "gap", NULL, "source" },
    { "clock-step", NULL, "clock-step" },
    { "disk", NULL, "disk" },
    { "stop", NULL, "stopped" },
    { "eos", NULL, "disconnected" },
    { "boundary", NULL, "damaged" }, /* the file in between is gone */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = g_strdup_printf ("%u.flac", i), *expected = g_strdup_printf ("0.5: %u-%u %s", i * 20 + 10, i * 20 + 20, rows[i].expected);

    begin (f->catalog, name, T0 + i * 20);
    finish (f->catalog, name, T0 + i * 20, 10, rows[i].reason, rows[i].cause);
    begin (f->catalog, "next.flac", T0 + (i + 1) * 20);
    assert_holes (f->catalog, i * 20, (i + 1) * 20, (i + 1) * 20, expected);
    isr_catalog_forget (f->catalog, "next.flac");
  }
}

static void
note_gap (IsrCatalog *catalog, IsrGap *gap, GString *told)
{
  g_string_append_printf (told, "%g-%g %s;", (double) (gap->start_us - T0 * S) / 1e6, (double) (gap->end_us - T0 * S) / 1e6, gap->cause);
}

/* The news that a file has ended can come after the next one has begun. */
static void
test_late_news (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) told = g_string_new (NULL);

  g_signal_connect (f->catalog, "gap", G_CALLBACK (note_gap), told);
  begin (f->catalog, "a.flac", T0);
  begin (f->catalog, "b.flac", T0 + 15);
  finish (f->catalog, "a.flac", T0, 10, "gap", "overrun");
  g_assert_cmpstr (told->str, ==, "10-15 overrun;");
  finish (f->catalog, "b.flac", T0 + 15, 5, "gap", "overrun");
  begin (f->catalog, "c.flac", T0 + 30);
  g_assert_cmpstr (told->str, ==, "10-15 overrun;20-30 overrun;");
  finish (f->catalog, "c.flac", T0 + 30, 10, "boundary", NULL);
  begin (f->catalog, "d.flac", T0 + 40);
  g_assert_cmpstr (told->str, ==, "10-15 overrun;20-30 overrun;");
  assert_holes (f->catalog, 0, 40, 40, "0.625: 10-15 overrun 20-30 overrun");
}

/* The end of a file does not say again whose it is. Files of nobody are not counted. */
static void
test_unsaid_source (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) end = make (NULL, "a.flac", T0, 10);
  g_autoptr (IsrRecording) foreign = make ("", "b.flac", T0, 10);
  g_autoptr (GPtrArray) list = NULL;

  isr_catalog_set_sources (f->catalog, mic);
  begin (f->catalog, "a.flac", T0);
  g_free (end->reason);
  end->reason = g_strdup ("disk");
  isr_catalog_finish (f->catalog, end);
  isr_catalog_finish (f->catalog, foreign);
  assert_holes (f->catalog, 0, 20, 20, "0.5: 10-20 disk");
  list = isr_catalog_coverage (f->catalog, NULL, T0 * S, (T0 + 20) * S, (T0 + 20) * S, NULL);
  g_assert_cmpuint (list->len, ==, 1);
}

/* A person stopped the source, then ISR was ended, and started again. */
static void
test_restart (Fixture *f, gconstpointer data)
{
  touch (f, "a.flac", 10);
  finish (f->catalog, "a.flac", T0, 10, "stop", NULL);
  change (f->catalog, ISR_STATE_STOPPED, "stopped", T0 + 10);
  isr_catalog_note_end (f->catalog, (T0 + 20) * S);
  reopen (f);
  begin (f->catalog, "b.flac", T0 + 50);
  finish (f->catalog, "b.flac", T0 + 50, 50, "boundary", NULL);
  assert_holes (f->catalog, 0, 100, 100, "0.6: 10-20 stopped 20-50 not-running");
}

/* The end of the process is no decision about a source. */
static void
test_end (Fixture *f, gconstpointer data)
{
  isr_catalog_set_sources (f->catalog, mic);
  begin (f->catalog, "a.flac", T0);
  isr_catalog_note_end (f->catalog, (T0 + 10) * S);
  finish (f->catalog, "a.flac", T0, 11, "stop", NULL);
  change (f->catalog, ISR_STATE_STOPPED, "stopped", T0 + 12);
  reopen (f);
  change (f->catalog, ISR_STATE_WAITING_TO_RETRY, "refused", T0 + 41);
  assert_holes (f->catalog, 0, 100, 50, "0.22: 11-41 not-running 41-50 disconnected");
}

/* One that is not in the configuration any more is no hole for ever. */
static void
test_forgotten_source (Fixture *f, gconstpointer data)
{
  g_assert_false (isr_catalog_knows_source (f->catalog, "mic"));
  finish (f->catalog, "a.flac", T0, 10, "stop", NULL);
  assert_holes (f->catalog, 0, 1000, 500, "1:");
  g_assert_true (isr_catalog_knows_source (f->catalog, "mic")); /* by its recording */
  isr_catalog_set_sources (f->catalog, mic);
  assert_holes (f->catalog, 0, 1000, 500, "0.02: 10-500 stopped");
  assert_holes (f->catalog, -1000, -500, 500, "-1:"); /* before its first second */
  g_assert_false (isr_catalog_knows_source (f->catalog, "nobody"));
  g_assert_false (isr_catalog_knows_source (f->catalog, "mi"));
}

static gint64
throw_away (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  gint64 id = isr_catalog_trash (f->catalog, name, (T0 + 100) * S, &error);

  g_assert_no_error (error);
  return id;
}

/* What somebody deleted is no failure, wherever it was, and was there all the same. */
static void
test_deleted (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "a.flac", "b.flac", "c.flac", "d.flac" };
  g_autoptr (IsrRecording) back = NULL;
  gint64 id;

  isr_catalog_set_sources (f->catalog, mic);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    touch (f, names[i], 10);
    begin (f->catalog, names[i], T0 + i * 20);
    finish (f->catalog, names[i], T0 + i * 20, 10, "gap", "stalled");
  }
  id = throw_away (f, "b.flac");
  assert_holes (f->catalog, 0, 70, 70, "0.428571: 10-20 stalled 20-30 deleted 30-40 stalled 50-60 stalled");
  reopen (f);
  assert_holes (f->catalog, 0, 70, 70, "0.428571: 10-20 stalled 20-30 deleted 30-40 stalled 50-60 stalled");
  back = isr_catalog_restore (f->catalog, id, NULL);
  g_assert_nonnull (back);
  assert_holes (f->catalog, 0, 70, 70, "0.571429: 10-20 stalled 30-40 stalled 50-60 stalled");
  throw_away (f, "b.flac");
  throw_away (f, "a.flac");
  assert_holes (f->catalog, 0, 70, 70, "0.285714: 0-10 deleted 10-20 stalled 20-30 deleted 30-40 stalled 50-60 stalled");
  throw_away (f, "d.flac");
  reopen (f);
  assert_holes (f->catalog, 0, 70, 70, "0.142857: 0-10 deleted 10-20 stalled 20-30 deleted 30-40 stalled 50-60 stalled 60-70 deleted");
  throw_away (f, "c.flac"); /* and nothing is left */
  assert_holes (f->catalog, 0, 70, 70, "0: 0-10 deleted 10-20 stalled 20-30 deleted 30-40 stalled 40-50 deleted 50-60 stalled 60-70 deleted");
}

/* One that is not configured any more lasted until its last recording, deleted or not. */
static void
test_deleted_of_the_past (Fixture *f, gconstpointer data)
{
  static const char *const none[] = { NULL };

  for (guint i = 0; i < 3; i++) {
    g_autofree char *name = g_strdup_printf ("%u.flac", i);

    touch (f, name, 10);
    finish (f->catalog, name, T0 + i * 10, 10, "boundary", NULL);
  }
  isr_catalog_set_sources (f->catalog, none);
  throw_away (f, "2.flac");
  assert_holes (f->catalog, 0, 100, 100, "0.666667: 20-30 deleted");
  throw_away (f, "0.flac");
  assert_holes (f->catalog, 0, 100, 100, "0.333333: 0-10 deleted 20-30 deleted");
}

/* A file that is being written is recorded as far as it is written, and the
 * source counts as far as that: what comes next is no hole yet. */
static void
test_live (Fixture *f, gconstpointer data)
{
  gint64 now = g_get_real_time () / S;
  g_autoptr (GPtrArray) list = NULL;

  isr_catalog_set_sources (f->catalog, mic);
  temp_write (f->directory, "a.flac.part", "xx", 2);
  begin (f->catalog, "a.flac", now - 100);
  list = isr_catalog_coverage (f->catalog, NULL, (now - 1000) * S, (now + 1000) * S, (now + 500) * S, NULL);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpfloat (isr_coverage_get_share (list->pdata[0]), ==, 1);
  g_assert_cmpint (((IsrCoverage *) list->pdata[0])->from_us, ==, (now - 100) * S);
  g_assert_cmpint (((IsrCoverage *) list->pdata[0])->to_us, <, (now + 500) * S);
}

/* @until_s: the second up to which the audio is on the disk, which fails; 0: it works. */
static void
change_both (IsrCatalog *catalog, IsrState state, gint64 since_s, gint64 until_s)
{
  g_autoptr (IsrSourceState) value = isr_source_state_new ("mic", "stream");

  value->state = state;
  value->reason = g_strdup ("dropped");
  value->since_us = since_s * S;
  value->disk_us = until_s * S;
  isr_catalog_note_state (catalog, value);
}

static void
change_disk (IsrCatalog *catalog, gint64 until_s)
{
  change_both (catalog, ISR_STATE_RECORDING, T0, until_s);
}

/* A file being written whose last write was tried at @at_s. */
static void
write_until (Fixture *f, const char *name, gint64 at_s)
{
  g_autofree char *part = g_strconcat (name, ".part", NULL), *path = g_build_filename (f->directory, part, NULL);
  struct utimbuf times = { at_s, at_s };

  temp_write (f->directory, part, "xx", 2);
  g_assert_cmpint (g_utime (path, &times), ==, 0);
}

static IsrCatalog *
read_beside (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  IsrCatalog *reader = isr_catalog_open (f->directory, f->directory, FALSE, &error);

  g_assert_no_error (error);
  isr_catalog_set_sources (reader, mic);
  return reader;
}

/* The hole is there while the disk is full, and grows, whatever the time of the file; another
 * process sees it as well. It is over without a trace when nothing was dropped. */
static void
test_full_disk (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrCatalog) reader = NULL;

  isr_catalog_set_sources (f->catalog, mic);
  begin (f->catalog, "a.flac", T0);
  write_until (f, "a.flac", T0 + 50);
  change_disk (f->catalog, T0 + 40);
  assert_holes (f->catalog, 0, 1000, 50, "0.8: 40-50 disk");
  assert_holes (f->catalog, 0, 1000, 80, "0.5: 40-80 disk");
  isr_writer_flush (isr_catalog_get_writer (f->catalog));
  reader = read_beside (f);
  assert_holes (reader, 0, 1000, 80, "0.5: 40-80 disk");
  change_disk (f->catalog, 0);
  write_until (f, "a.flac", T0 + 90);
  assert_holes (f->catalog, 0, 1000, 95, "1:");
  finish (f->catalog, "a.flac", T0, 100, "gap", "stalled");
  assert_holes (f->catalog, 0, 1000, 200, "0.5: 100-200 stalled");
  isr_catalog_close (reader);
}

/* What was dropped stays a hole: from the end of what was held to the next file. */
static void
test_full_disk_for_long (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) told = g_string_new (NULL);

  g_signal_connect (f->catalog, "gap", G_CALLBACK (note_gap), told);
  isr_catalog_set_sources (f->catalog, mic);
  begin (f->catalog, "a.flac", T0);
  write_until (f, "a.flac", T0 + 40);
  change_disk (f->catalog, T0 + 40);
  assert_holes (f->catalog, 0, 1000, 80, "0.5: 40-80 disk");
  finish (f->catalog, "a.flac", T0, 50, "gap", "disk");
  assert_holes (f->catalog, 0, 1000, 100, "0.5: 50-100 disk");
  change_disk (f->catalog, 0); /* the header of the next one is written */
  assert_holes (f->catalog, 0, 1000, 100, "0.5: 50-100 disk");
  begin (f->catalog, "b.flac", T0 + 100);
  g_assert_cmpstr (told->str, ==, "50-100 disk;");
  finish (f->catalog, "b.flac", T0 + 100, 100, "boundary", NULL);
  assert_holes (f->catalog, 0, 200, 200, "0.75: 50-100 disk");
  reopen (f);
  assert_holes (f->catalog, 0, 200, 200, "0.75: 50-100 disk");
}

/* The server went away meanwhile, and all that was held came onto the disk: it is the server's hole. */
static void
test_full_disk_and_no_server (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) told = g_string_new (NULL);

  g_signal_connect (f->catalog, "gap", G_CALLBACK (note_gap), told);
  isr_catalog_set_sources (f->catalog, mic);
  begin (f->catalog, "a.flac", T0);
  write_until (f, "a.flac", T0 + 40);
  change_disk (f->catalog, T0 + 40);
  change_both (f->catalog, ISR_STATE_WAITING_TO_RETRY, T0 + 46, T0 + 40);
  assert_holes (f->catalog, 0, 1000, 50, "0.8: 40-46 disk 46-50 disconnected");
  change_both (f->catalog, ISR_STATE_CONNECTING, T0 + 47, 0);
  finish (f->catalog, "a.flac", T0, 45, "gap", "disconnected");
  assert_holes (f->catalog, 0, 1000, 50, "0.9: 45-50 disconnected");
  begin (f->catalog, "b.flac", T0 + 60);
  g_assert_cmpstr (told->str, ==, "45-60 disconnected;");
}

/* Killed there: what the file has is found when it is repaired, and then nobody ran. */
static void
test_full_disk_and_killed (Fixture *f, gconstpointer data)
{
  isr_catalog_set_sources (f->catalog, mic);
  touch (f, "a.flac", 10);
  begin (f->catalog, "a.flac", T0);
  finish (f->catalog, "a.flac", T0, 40, "boundary", NULL);
  change_disk (f->catalog, T0 + 45); /* the next one can not be made */
  assert_holes (f->catalog, 0, 1000, 80, "0.5: 40-80 disk");
  reopen (f);
  begin (f->catalog, "c.flac", T0 + 100);
  finish (f->catalog, "c.flac", T0 + 100, 100, "boundary", NULL);
  assert_holes (f->catalog, 0, 200, 200, "0.7: 40-45 disk 45-100 not-running");
}

/* One file has ended so that the next one goes on, which is not made yet: nothing is missing. But
 * it is when that takes too long, or something went wrong. */
static void
test_between_files (Fixture *f, gconstpointer data)
{
  isr_catalog_set_sources (f->catalog, mic);
  begin (f->catalog, "a.flac", T0);
  finish (f->catalog, "a.flac", T0, 10, "boundary", NULL);
  assert_holes (f->catalog, 0, 1000, 12, "1:");
  assert_holes (f->catalog, 0, 1000, 40, "0.25: 10-40 damaged");
  change (f->catalog, ISR_STATE_WAITING_TO_RETRY, "refused", T0 + 11);
  assert_holes (f->catalog, 0, 1000, 12, "0.833333: 10-12 disconnected");
  begin (f->catalog, "b.flac", T0 + 14);
  finish (f->catalog, "b.flac", T0 + 14, 6, "requested", NULL);
  assert_holes (f->catalog, 0, 1000, 25, "0.8: 10-14 disconnected");
}

/* A run that hangs in its driver was left behind with its file, and another one goes on: what lies
 * between is missing also before the driver lets go. A file that is just being closed reaches on. */
static void
test_left_behind (Fixture *f, gconstpointer data)
{
  isr_catalog_set_sources (f->catalog, mic);
  begin (f->catalog, "a.flac", T0);
  write_until (f, "a.flac", T0 + 40);
  begin (f->catalog, "b.flac", T0 + 80);
  write_until (f, "b.flac", T0 + 100);
  assert_holes (f->catalog, 0, 100, 100, "0.6: 40-80 stalled");
  write_until (f, "a.flac", T0 + 78);
  assert_holes (f->catalog, 0, 100, 100, "1:");
}

static void
test_command (Fixture *f, gconstpointer data)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GError) error = NULL;
  IsrCoverageQuestion question = { .day = "2024-01-31" };
  g_autofree char *text = NULL, *json = NULL;

  isr_catalog_set_sources (f->catalog, mic);
  finish (f->catalog, "a.flac", T0, 10, "gap", "stalled");
  begin (f->catalog, "b.flac", T0 + 75);
  finish (f->catalog, "b.flac", T0 + 75, 25, "stop", NULL);
  text = isr_cli_coverage_report (f->catalog, &question, zone, (T0 + 100) * S, &error);
  g_assert_cmpstr (text, ==, "mic: 35.000 %, 1 min 5 s missing\n  12:20:10-12:21:15  1 min 5 s  stalled\n");
  question.json = TRUE;
  question.source = "mic";
  json = isr_cli_coverage_report (f->catalog, &question, zone, (T0 + 100) * S, &error);
  g_assert_nonnull (strstr (json, "\"start\":\"2024-01-31T12:20:10.000000+01:00\""));
  question.day = "yesterday";
  g_assert_null (isr_cli_coverage_report (f->catalog, &question, zone, (T0 + 100) * S, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("gaps", NULL, test_gaps);
  ADD ("reasons", NULL, test_reasons);
  ADD ("late-news", NULL, test_late_news);
  ADD ("unsaid-source", NULL, test_unsaid_source);
  ADD ("restart", NULL, test_restart);
  ADD ("end", NULL, test_end);
  ADD ("forgotten-source", NULL, test_forgotten_source);
  ADD ("deleted", NULL, test_deleted);
  ADD ("deleted-of-the-past", NULL, test_deleted_of_the_past);
  ADD ("live", NULL, test_live);
  ADD ("full-disk", NULL, test_full_disk);
  ADD ("full-disk-for-long", NULL, test_full_disk_for_long);
  ADD ("full-disk-and-no-server", NULL, test_full_disk_and_no_server);
  ADD ("full-disk-and-killed", NULL, test_full_disk_and_killed);
  ADD ("between-files", NULL, test_between_files);
  ADD ("left-behind", NULL, test_left_behind);
  ADD ("command", NULL, test_command);
  return g_test_run ();
}
