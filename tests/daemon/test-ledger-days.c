/* SPDX-License-Identifier: MIT */
/* The ledger when ISR is killed, and whole days of it: nothing of a day is neither recorded nor a hole. */
#include "tests/daemon/ledger.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/days.h"
#include "daemon/archive/trash.h"

#include <signal.h>
#include <sys/wait.h>
#include <utime.h>
#include <unistd.h>

/* A child works and is killed with SIGKILL, all that it gave committed: nobody could note
 * anything. Then the archive is opened again. */
static void
crash (Fixture *f, void (*work) (IsrCatalog *catalog))
{
  int status, pipe_[2];
  char byte;
  pid_t child;

  close_catalog (f);
  g_assert_cmpint (pipe (pipe_), ==, 0);
  child = fork ();
  if (child == 0) {
    IsrCatalog *catalog = isr_catalog_open (f->directory, f->directory, TRUE, NULL);

    work (catalog);
    isr_writer_flush (isr_catalog_get_writer (catalog));
    if (write (pipe_[1], "x", 1) == 1)
      pause ();
    _exit (1);
  }
  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (read (pipe_[0], &byte, 1), ==, 1);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  close (pipe_[0]);
  close (pipe_[1]);
  open_catalog (f, TRUE);
  isr_catalog_set_sources (f->catalog, mic);
}

static void
work_and_record (IsrCatalog *catalog)
{
  finish (catalog, "a.flac", T0, 10, "boundary", NULL);
  begin (catalog, "lost.flac", T0 + 10); /* of it not a byte is on the disk */
}

static void
work_and_drop (IsrCatalog *catalog)
{
  finish (catalog, "a.flac", T0, 10, "gap", "stalled");
  change (catalog, ISR_STATE_WAITING_TO_RETRY, "stalled", T0 + 15);
}

static void
test_crash (Fixture *f, gconstpointer data)
{
  const gboolean dropped = GPOINTER_TO_INT (data);

  touch (f, "a.flac", 10);
  crash (f, dropped ? work_and_drop : work_and_record);
  g_assert_true (isr_catalog_reconcile (f->catalog, NULL));
  begin (f->catalog, "b.flac", T0 + 40);
  finish (f->catalog, "b.flac", T0 + 40, 10, "boundary", NULL);
  assert_holes (f->catalog, 0, 100, 50, dropped ? "0.4: 10-15 stalled 15-40 not-running" : "0.4: 10-40 not-running");
}

/* The last sign of life of a process that was killed. */
static void
beat (Fixture *f, gint64 at_s)
{
  g_autofree char *path = g_build_filename (f->directory, "status.json", NULL);
  struct utimbuf time = { at_s, at_s };

  temp_write (f->directory, "status.json", "{}", 2);
  g_assert_cmpint (g_utime (path, &time), ==, 0);
}

static void
work_in_vain (IsrCatalog *catalog)
{
  change (catalog, ISR_STATE_CONNECTING, "starting", T0);
  change (catalog, ISR_STATE_WAITING_TO_RETRY, "refused", T0 + 1);
}

static void
work_for_a_moment (IsrCatalog *catalog)
{
  change (catalog, ISR_STATE_CONNECTING, "starting", T0);
}

/* A source that never delivered anything: while ISR did not run, that is why. Twice. */
static void
test_crash_in_vain (Fixture *f, gconstpointer data)
{
  const gboolean failed = GPOINTER_TO_INT (data);

  beat (f, T0 + 30);
  crash (f, failed ? work_in_vain : work_for_a_moment);
  assert_holes (f->catalog, -100, 100, 50, failed ? "0: 1-30 disconnected 30-50 not-running" : "0: 30-50 not-running");
  change (f->catalog, ISR_STATE_CONNECTING, "starting", T0 + 59);
  change (f->catalog, ISR_STATE_WAITING_TO_RETRY, "stalled", T0 + 60);
  assert_holes (f->catalog, -100, 100, 70, failed ? "0: 1-30 disconnected 30-60 not-running 60-70 stalled" : "0: 30-60 not-running 60-70 stalled");
  close_catalog (f); /* as if killed again, 10 s later */
  beat (f, T0 + 70);
  open_catalog (f, TRUE);
  isr_catalog_set_sources (f->catalog, mic);
  assert_holes (f->catalog, 50, 100, 100, "0: 50-60 not-running 60-70 stalled 70-100 not-running");
}

/* Both of all sources together: recorded, and counted. */
static void
assert_day (Fixture *f, const IsrDay *day, GTimeZone *zone)
{
  g_autoptr (GPtrArray) list = NULL;
  gint64 from, to, recorded = 0, span = 0;

  g_assert_true (isr_day_parse (day->day, zone, &from, &to));
  if (to > g_get_real_time ()) /* it grows */
    return;
  list = isr_catalog_coverage (f->catalog, NULL, from, to, g_get_real_time (), NULL);
  for (guint i = 0; i < list->len; i++) {
    const IsrCoverage *coverage = list->pdata[i];

    recorded += coverage->recorded_us;
    span += coverage->to_us - coverage->from_us;
  }
  g_assert_cmpint (recorded, ==, day->recorded_us);
  g_assert_cmpint (span, ==, day->span_us);
}

/* The newest day with a recording. */
static const IsrDay *
find_recorded (GPtrArray *days)
{
  guint i = 0;

  while (((IsrDay *) days->pdata[i])->files == 0)
    i++;
  return days->pdata[i];
}

/* The list of days and the coverage of each day say the same, also of a source that never
 * delivered, and when it comes and goes. */
static void
test_days (Fixture *f, gconstpointer data)
{
  static const char *const sets[][3] = { { "mic", NULL }, { "mic", "far", NULL }, { NULL } };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  gint64 at = G_GINT64_CONSTANT (1711700000), first_span = 0; /* around the clock change of March 2024 */

  change_of (f->catalog, "far", ISR_STATE_WAITING_TO_RETRY, "refused", at + 30000);
  for (int i = 0; i < 120; i++) {
    g_autofree char *name = g_strdup_printf ("%03d.flac", i);
    gint64 length = g_rand_int_range (random, 1, 7200);

    finish (f->catalog, name, at, length, "boundary", NULL);
    at += length + (i % 3 ? 0 : g_rand_int_range (random, 0, 3600));
    if (i % 40 != 39)
      continue;
    for (guint set = 0; set < G_N_ELEMENTS (sets); set++) {
      g_autoptr (GPtrArray) days = NULL;

      isr_catalog_set_sources (f->catalog, sets[set]);
      days = isr_catalog_days (f->catalog, NULL, zone, NULL);
      g_assert_cmpuint (days->len, >, 0);
      for (guint d = 0; d < days->len; d++)
        assert_day (f, days->pdata[d], zone);
      if (set == 0) { /* of the other one nothing is recorded until today */
        const IsrDay *newest = find_recorded (days);

        first_span = newest->span_us;
        g_assert_true (newest == days->pdata[0]);
      } else if (set == 1) {
        g_assert_cmpint (find_recorded (days)->span_us, ==, 2 * first_span);
        g_assert_cmpint (((IsrDay *) days->pdata[0])->files, ==, 0);
        g_assert_cmpint (((IsrDay *) days->pdata[0])->recorded_us, ==, 0);
      }
    }
  }
}

/* "day:files:share" */
static char *
tell_days (Fixture *f, const char *source, GTimeZone *zone)
{
  g_autoptr (GPtrArray) days = isr_catalog_days (f->catalog, source, zone, NULL);
  GString *text = g_string_new (NULL);

  g_assert_nonnull (days);
  for (guint i = 0; i < days->len; i++) {
    const IsrDay *day = days->pdata[i];

    assert_day (f, day, zone);
    g_string_append_printf (text, "%s%s:%u:%.3g", i ? " " : "", day->day + 5, day->files, day->span_us > 0 ? (double) day->recorded_us / (double) day->span_us : -1);
  }
  return g_string_free (text, FALSE);
}

#define assert_days(f, source, zone, expected)                \
  G_STMT_START                                                \
  {                                                           \
    g_autofree char *told_ = tell_days ((f), (source), zone); \
    g_assert_cmpstr (told_, ==, expected);                    \
  }                                                           \
  G_STMT_END

#define NOON (G_GINT64_CONSTANT (1711623600)) /* 2024-03-28 12:00 in Berlin */
#define DAY G_GINT64_CONSTANT (86400)

/* A day all of which is missing is there, with its share; one that was deleted, and those
 * between files of other programs, are not. */
static void
test_empty_days (Fixture *f, gconstpointer data)
{
  static const char *const none[] = { NULL };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GError) error = NULL;

  isr_catalog_set_sources (f->catalog, none);
  for (guint i = 0; i < 3; i++) {
    static const int day[] = { 0, 3, 6 }; /* the clock goes forward on the third */
    g_autofree char *name = g_strdup_printf ("%u.flac", i);

    touch (f, name, 10);
    begin (f->catalog, name, NOON + day[i] * DAY);
    finish (f->catalog, name, NOON + day[i] * DAY, 10, "gap", i == 1 ? "stalled" : "disconnected");
  }
  assert_days (f, NULL, zone, "04-03:1:0.000214 04-02:0:0 04-01:0:0 03-31:1:0.000121 03-30:0:0 03-29:0:0 03-28:1:0.000231");
  assert_days (f, "mic", zone, "04-03:1:0.000214 04-02:0:0 04-01:0:0 03-31:1:0.000121 03-30:0:0 03-29:0:0 03-28:1:0.000231");
  assert_days (f, "none", zone, "");
  reopen (f);
  isr_catalog_set_sources (f->catalog, none);
  assert_days (f, NULL, zone, "04-03:1:0.000214 04-02:0:0 04-01:0:0 03-31:1:0.000121 03-30:0:0 03-29:0:0 03-28:1:0.000231");

  /* its file goes, and it stays: for the rest of it is missing for another reason */
  g_assert_cmpint (isr_catalog_trash (f->catalog, "1.flac", (NOON + 9 * DAY) * S, &error), >, 0);
  g_assert_no_error (error);
  assert_days (f, NULL, zone, "04-03:1:0.000214 04-02:0:0 04-01:0:0 03-31:0:0 03-30:0:0 03-29:0:0 03-28:1:0.000231");
}

/* Days that were recorded as a whole, and deleted as a whole; files that came from elsewhere. */
static void
test_silent_days (Fixture *f, gconstpointer data)
{
  static const char *const none[] = { NULL };
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();

  isr_catalog_set_sources (f->catalog, none);
  for (int i = 0; i < 4; i++) {
    g_autofree char *name = g_strdup_printf ("%d.flac", i);

    touch (f, name, 10);
    finish (f->catalog, name, 19800 * DAY + i * DAY, DAY, "boundary", NULL);
  }
  assert_days (f, NULL, zone, "03-21:1:1 03-20:1:1 03-19:1:1 03-18:1:1");
  for (int i = 0; i < 3; i++) {
    static const char *const names[] = { "0.flac", "2.flac", "1.flac" };

    g_assert_cmpint (isr_catalog_trash (f->catalog, names[i], 19900 * DAY * S, NULL), >, 0);
    assert_days (f, NULL, zone, i == 0 ? "03-21:1:1 03-20:1:1 03-19:1:1" : i == 1 ? "03-21:1:1 03-19:1:1"
                                                                                  : "03-21:1:1");
  }
  assert_holes (f->catalog, 19800 * DAY - T0, 19804 * DAY - T0, 19900 * DAY - T0, "0.25: 4.02e+06-4.2792e+06 deleted");
}

#define HOUR G_GINT64_CONSTANT (3600)
#define NIGHT G_GINT64_CONSTANT (1711580400) /* midnight in Berlin, three days before the clock goes forward */

/* Three sources, hour by hour: one that records, with a hole now and then, one that never
 * delivers, one that is in the configuration for the first two days only. */
static void
work_hours (IsrCatalog *catalog, int from, int to)
{
  for (int hour = from; hour < to; hour++) {
    g_autofree char *name = g_strdup_printf ("mic-%04d.flac", hour), *other = g_strdup_printf ("old-%04d.flac", hour);

    finish (catalog, name, NIGHT + hour * HOUR, hour % 5 ? HOUR : 1234, hour % 5 ? "boundary" : "gap", "stalled");
    if (hour < 47)
      finish_of (catalog, "old", other, NIGHT + hour * HOUR, HOUR, "boundary", NULL);
  }
}

static void
work_until_killed (IsrCatalog *catalog)
{
  change_of (catalog, "far", ISR_STATE_WAITING_TO_RETRY, "refused", NIGHT);
  work_hours (catalog, 0, 60);
  begin (catalog, "mic-0060.flac", NIGHT + 60 * HOUR);
}

/* recorded + holes, µs; of each day that is over the whole day */
static gint64
add_up (Fixture *f, const char *source, gint64 from, gint64 to, GString *causes)
{
  g_autoptr (GPtrArray) list = isr_catalog_coverage (f->catalog, source, from, to, (NIGHT + 200 * HOUR) * S, NULL);
  const IsrCoverage *coverage = list->pdata[0];
  gint64 sum = coverage->recorded_us;

  for (guint i = 0; i < coverage->holes->len; i++) {
    const IsrGap *hole = &g_array_index (coverage->holes, IsrGap, i);

    sum += hole->end_us - hole->start_us;
    if (causes && !strstr (causes->str, hole->cause))
      g_string_append_printf (causes, "%s ", hole->cause);
  }
  return sum;
}

/* Each day of each source is whole: also that of 23 hours, and those in which ISR was killed
 * and did not run. */
static void
test_whole_days (Fixture *f, gconstpointer data)
{
  static const char *const both[] = { "mic", "far", NULL };
  static const int hours[] = { 24, 24, 24, 23, 24, 24 }; /* Thursday to Tuesday */
  static const char *const mic_causes[] = { "stalled ", "stalled ", "stalled not-running ", "not-running stalled ", "stalled ", "stalled " };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  gint64 from, to = NIGHT * S;

  beat (f, NIGHT + 61 * HOUR);
  crash (f, work_until_killed);
  isr_catalog_set_sources (f->catalog, both);
  change_of (f->catalog, "far", ISR_STATE_WAITING_TO_RETRY, "refused", NIGHT + 80 * HOUR);
  work_hours (f->catalog, 80, 160);
  for (guint day = 0; day < G_N_ELEMENTS (hours); day++) {
    g_autoptr (GString) causes = g_string_new (NULL), far = g_string_new (NULL);

    isr_day_bounds (to, zone, &from, &to, NULL);
    g_assert_cmpint (to - from, ==, hours[day] * HOUR * S);
    g_assert_cmpint (add_up (f, "mic", from, to, causes), ==, to - from);
    g_assert_cmpstr (causes->str, ==, mic_causes[day]);
    g_assert_cmpint (add_up (f, "far", from, to, far), ==, to - from);
    g_assert_cmpstr (far->str, ==, day == 2 ? "disconnected not-running " : day == 3 ? "not-running disconnected "
                                                                                     : "disconnected ");
    g_assert_cmpint (add_up (f, "old", from, to, NULL), ==, day == 0 ? to - from : day == 1 ? 23 * HOUR * S
                                                                                            : 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("crash", GINT_TO_POINTER (FALSE), test_crash);
  ADD ("crash-while-dropped", GINT_TO_POINTER (TRUE), test_crash);
  ADD ("crash-in-vain", GINT_TO_POINTER (TRUE), test_crash_in_vain);
  ADD ("crash-at-once", GINT_TO_POINTER (FALSE), test_crash_in_vain);
  ADD ("days", NULL, test_days);
  ADD ("empty-days", NULL, test_empty_days);
  ADD ("silent-days", NULL, test_silent_days);
  ADD ("whole-days", NULL, test_whole_days);
  return g_test_run ();
}
