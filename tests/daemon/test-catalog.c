/* SPDX-License-Identifier: MIT */
/* The catalog's answers: what was given is there at once; pages, filters, days. */
#include "tests/daemon/catalog.h"

static void
test_visible_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) one = make ("mic", "one.flac", 1000, 60);
  g_autoptr (IsrRecording) got = NULL;

  one->recording = TRUE;
  temp_write (f->directory, "one.flac.part", "123456", 6);
  isr_catalog_begin (f->catalog, one);
  assert_names (f, "one.flac");
  got = isr_catalog_lookup (f->catalog, "one.flac");
  g_assert_true (got->recording);
  g_assert_cmpint (got->bytes, ==, 6);
  g_assert_cmpint (got->end_us, ==, got->mtime_us);
  g_assert_cmpint (got->end_us, >, g_get_real_time () - 60 * G_TIME_SPAN_SECOND);

  one->recording = FALSE;
  isr_catalog_finish (f->catalog, one);
  g_clear_pointer (&got, isr_recording_free);
  got = isr_catalog_lookup (f->catalog, "one.flac");
  g_assert_false (got->recording);
  g_assert_cmpint (got->bytes, ==, 600);
  g_assert_cmpstr (got->reason, ==, "boundary");

  isr_catalog_forget (f->catalog, "one.flac");
  assert_names (f, "");
  g_assert_null (isr_catalog_lookup (f->catalog, "one.flac"));
  isr_catalog_forget (f->catalog, "one.flac");
  g_assert_cmpuint (f->news->len, ==, 3);
  g_assert_cmpstr (f->news->pdata[2], ==, "file one.flac");
}

/* The end of a file says less than its begin did. */
static void
test_end_keeps_the_begin (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) begin = make ("mic", "one.flac", 1000, 0);
  g_autoptr (IsrRecording) end = isr_recording_new ();
  g_autoptr (IsrRecording) got = NULL;

  begin->recording = TRUE;
  isr_catalog_begin (f->catalog, begin);
  end->name = g_strdup ("one.flac");
  end->start_us = begin->start_us;
  end->end_us = begin->start_us + 5;
  end->reason = g_strdup ("stop");
  isr_catalog_finish (f->catalog, end);
  got = isr_catalog_lookup (f->catalog, "one.flac");
  g_assert_cmpstr (got->source, ==, "mic");
  g_assert_cmpstr (got->clock, ==, "given");
  g_assert_cmpstr (got->reason, ==, "stop");
  g_assert_cmpint (got->utc_offset, ==, 3600);
  g_assert_cmpuint (got->rate, ==, 48000);
  g_assert_cmpuint (got->channels, ==, 2);
  g_assert_cmpint (got->end_us, ==, begin->start_us + 5);
}

static void
test_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) got = NULL;
  g_autoptr (IsrRecording) expected = make ("mic", "a/ä b+c.flac", 1000, 60);

  expected->position = G_MAXUINT64 - 1;
  isr_catalog_finish (f->catalog, expected);
  add (f, "mic", "gone.flac", 2000, 60);
  isr_catalog_forget (f->catalog, "gone.flac");
  close_catalog (f);
  open_catalog (f, TRUE);
  assert_names (f, "a/ä b+c.flac");
  got = isr_catalog_lookup (f->catalog, "a/ä b+c.flac");
  g_assert_cmpstr (got->source, ==, "mic");
  g_assert_cmpint (got->start_us, ==, expected->start_us);
  g_assert_cmpint (got->end_us, ==, expected->end_us);
  g_assert_cmpint (got->utc_offset, ==, 3600);
  g_assert_cmpuint (got->position, ==, G_MAXUINT64 - 1);
  g_assert_cmpuint (got->samples, ==, 60 * 48000);
  g_assert_cmpuint (got->rate, ==, 48000);
  g_assert_cmpuint (got->channels, ==, 2);
  g_assert_cmpstr (got->clock, ==, "given");
  g_assert_cmpfloat (isr_recording_get_duration (got), ==, 60);
}

/* The answer does not depend on how much of it is committed already. */
static void
test_half_committed (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 400; i++) {
    g_autofree char *name = g_strdup_printf ("%03d.flac", i);
    g_autofree char *old = g_strdup_printf ("%03d.flac", i - 2);
    g_autoptr (GPtrArray) page = NULL;

    add (f, "mic", name, 1000 + i * 10, 10);
    add (f, "mic", name, 1000 + i * 10, 9);
    if (i >= 2)
      isr_catalog_forget (f->catalog, old);
    page = list (f, (IsrCatalogQuery){ 0 });
    g_assert_cmpuint (page->len, ==, MIN (i + 1, 2));
    g_assert_cmpstr (((IsrRecording *) page->pdata[0])->name, ==, name);
    g_usleep (i % 40 == 0 ? 10000 : 0); /* gives commits a chance to fall in between; none is needed */
  }
}

static void
test_paging (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *cursor = NULL;
  gint64 last = G_MAXINT64;

  for (int i = 0; i < 100; i++) {
    g_autofree char *name = g_strdup_printf ("%03d.flac", i);

    add (f, "mic", name, 1000 + i / 7 * 10, 10); /* seven with the same start */
  }
  for (guint page_number = 0;; page_number++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *next = NULL;
    g_autofree char *newer = g_strdup_printf ("new-%u.flac", page_number);
    g_autoptr (GPtrArray) page = isr_catalog_list (f->catalog, &(IsrCatalogQuery){ .limit = 9, .cursor = cursor }, &next, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < page->len; i++) {
      IsrRecording *recording = page->pdata[i];

      g_assert_true (g_hash_table_add (seen, g_strdup (recording->name)));
      g_assert_cmpint (recording->start_us, <=, last);
      last = recording->start_us;
    }
    if (!next)
      break;
    g_assert_cmpuint (page->len, ==, 9);
    add (f, "mic", newer, 5000 + page_number, 10); /* newer than everything: of no later page */
    g_free (cursor);
    cursor = g_steal_pointer (&next);
  }
  g_assert_cmpuint (g_hash_table_size (seen), ==, 100);
}

static void
test_bad_cursor (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = { "", ".", "1", "1.", ".1", "a.b", "1.2.3", "1.-2", "99999999999999999999.1", "1.2 ", "' OR 1=1 --" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (isr_catalog_list (f->catalog, &(IsrCatalogQuery){ .limit = 1, .cursor = bad[i] }, NULL, &error));
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  }
}

static void
test_filters (Fixture *f, gconstpointer data)
{
  gint64 second = G_TIME_SPAN_SECOND;

  add (f, "mic", "mic/a.flac", 1000, 100);
  add (f, "mic", "mic/B_50%.flac", 2000, 100);
  add (f, "radio", "radio/Öde.mp3", 1050, 5000);
  add (f, "", "unknown.mp3", 1500, 0);
  for (int pass = 0; pass < 2; pass++) {
    assert_names (f, "mic/B_50%.flac unknown.mp3 radio/Öde.mp3 mic/a.flac");
    assert_names (f, "mic/B_50%.flac mic/a.flac", .source = "mic");
    assert_names (f, "unknown.mp3", .source = "");
    assert_names (f, "", .source = "nobody");
    assert_names (f, "mic/B_50%.flac", .text = "b_50%");
    assert_names (f, "", .text = "b%f");
    assert_names (f, "radio/Öde.mp3", .text = "öDE");
    assert_names (f, "radio/Öde.mp3 mic/a.flac", .from_us = 1099 * second, .to_us = 1100 * second);
    assert_names (f, "radio/Öde.mp3", .from_us = 1100 * second, .to_us = 1500 * second);
    assert_names (f, "unknown.mp3 radio/Öde.mp3", .from_us = 1500 * second, .to_us = 1501 * second);
    assert_names (f, "radio/Öde.mp3", .from_us = 6000 * second, .to_us = 6001 * second);
    assert_names (f, "", .from_us = 6050 * second, .to_us = 9000 * second);
    assert_names (f, "mic/a.flac", .from_us = 0, .to_us = 1001 * second);
    close_catalog (f);
    open_catalog (f, pass == 0); /* once more from the disk alone, then as a reader */
  }
}

#define assert_days(f, source, zone, expected)                  \
  G_STMT_START                                                  \
  {                                                             \
    g_autofree char *days_ = list_days ((f), (source), (zone)); \
    g_assert_cmpstr (days_, ==, (expected));                    \
  }                                                             \
  G_STMT_END

static gint64
utc (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time);
}

static void
test_days (Fixture *f, gconstpointer data)
{
  add (f, "mic", "1", utc ("2024-03-30T22:59:59Z"), 10); /* 23:59:59 on the 30th in Berlin */
  add (f, "mic", "2", utc ("2024-03-30T23:00:00Z"), 10); /* midnight of the day of 23 hours */
  add (f, "mic", "3", utc ("2024-03-31T21:59:59Z"), 10);
  add (f, "mic", "4", utc ("2024-03-31T22:00:00Z"), 10);   /* the next day */
  add (f, "radio", "5", utc ("2024-10-26T22:00:00Z"), 20); /* a day of 25 hours */
  add (f, "radio", "6", utc ("2024-10-27T22:59:59Z"), 20);
  add (f, "radio", "7", utc ("2024-10-27T23:00:00Z"), 20);
  assert_days (f, NULL, "Europe/Berlin", "2024-10-28:1:200:20 2024-10-27:2:400:40 2024-04-01:1:100:10 2024-03-31:2:200:20 2024-03-30:1:100:10");
  assert_days (f, "mic", "UTC", "2024-03-31:2:200:20 2024-03-30:2:200:20");
  assert_days (f, "nobody", "UTC", "");
  add (f, "mic", "8", utc ("2024-04-01T22:00:00Z"), 10);
  assert_days (f, "mic", "Europe/Berlin", "2024-04-02:1:100:10 2024-04-01:1:100:10 2024-03-31:2:200:20 2024-03-30:1:100:10");
  isr_catalog_forget (f->catalog, "1");
  assert_days (f, "mic", "UTC", "2024-04-01:1:100:10 2024-03-31:2:200:20 2024-03-30:1:100:10");
}

/* Zones whose midnight does not exist, or exists twice, and odd offsets. */
static char *
search_days (Fixture *f, const char *source, const char *text)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = isr_catalog_search_days (f->catalog, source, text, zone, &error);
  GString *found = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < days->len; i++)
    g_string_append_printf (found, "%s%s:%u", i ? " " : "", ((IsrDay *) days->pdata[i])->day, ((IsrDay *) days->pdata[i])->files);
  return g_string_free (found, FALSE);
}

#define assert_found_days(f, source, text, expected)               \
  G_STMT_START                                                     \
  {                                                                \
    g_autofree char *found_ = search_days ((f), (source), (text)); \
    g_assert_cmpstr (found_, ==, (expected));                      \
  }                                                                \
  G_STMT_END

static void
test_days_of_a_search (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("mic", "mic/Live ÜBER.flac", utc ("2024-01-03T10:00:00Z"), 0);

  add (f, "mic", "mic/Über 1.flac", utc ("2024-01-01T10:00:00Z"), 10);
  add (f, "mic", "mic/über 2.flac", utc ("2024-01-01T11:00:00Z"), 10);
  add (f, "radio", "radio/ÜBER 100%.mp3", utc ("2024-01-02T10:00:00Z"), 10);
  live->recording = TRUE;
  isr_catalog_begin (f->catalog, live);
  assert_found_days (f, NULL, "über", "2024-01-03:1 2024-01-02:1 2024-01-01:2");
  assert_found_days (f, "mic", "ÜBER", "2024-01-03:1 2024-01-01:2");
  assert_found_days (f, NULL, "0%", "2024-01-02:1");
  assert_found_days (f, NULL, "_", "");
  isr_catalog_forget (f->catalog, "mic/Über 1.flac");
  assert_found_days (f, NULL, ".FLAC", "2024-01-03:1 2024-01-01:1");
}

static void
test_days_of_odd_zones (Fixture *f, gconstpointer data)
{
  add (f, "mic", "1", utc ("2018-11-04T02:59:59Z"), 1); /* São Paulo: 23:59:59 on the 3rd, then 01:00 on the 4th */
  add (f, "mic", "2", utc ("2018-11-04T03:00:00Z"), 1);
  assert_days (f, NULL, "America/Sao_Paulo", "2018-11-04:1:10:1 2018-11-03:1:10:1");
  assert_days (f, NULL, "Asia/Kathmandu", "2018-11-04:2:20:2");
  isr_catalog_forget (f->catalog, "1");
  isr_catalog_forget (f->catalog, "2");
  add (f, "mic", "3", utc ("2024-04-06T14:59:59Z"), 1); /* Lord Howe: half an hour twice */
  add (f, "mic", "4", utc ("2024-04-06T13:00:00Z"), 1); /* midnight, +11:00 */
  add (f, "mic", "5", utc ("2024-04-07T13:29:59Z"), 1);
  add (f, "mic", "6", utc ("2024-04-07T13:30:00Z"), 1); /* midnight, +10:30 */
  assert_days (f, NULL, "Australia/Lord_Howe", "2024-04-08:1:10:1 2024-04-07:3:30:3");
}

static void
test_days_with_a_live_one (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("mic", "live.flac", utc ("2024-01-02T10:00:00Z"), 0);

  add (f, "mic", "old.flac", utc ("2024-01-01T10:00:00Z"), 10);
  live->recording = TRUE;
  temp_write (f->directory, "live.flac.part", "12345", 5);
  isr_catalog_begin (f->catalog, live);
  {
    g_autofree char *days = list_days (f, NULL, "UTC");

    g_assert_true (g_str_has_prefix (days, "2024-01-02:1:5:"));
    g_assert_true (g_str_has_suffix (days, " 2024-01-01:1:100:10"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/catalog/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("visible-at-once", test_visible_at_once);
  ADD ("end-keeps-the-begin", test_end_keeps_the_begin);
  ADD ("kept", test_kept);
  ADD ("half-committed", test_half_committed);
  ADD ("paging", test_paging);
  ADD ("bad-cursor", test_bad_cursor);
  ADD ("filters", test_filters);
  ADD ("days", test_days);
  ADD ("days-of-a-search", test_days_of_a_search);
  ADD ("days-of-odd-zones", test_days_of_odd_zones);
  ADD ("days-with-a-live-one", test_days_with_a_live_one);
  return g_test_run ();
}
