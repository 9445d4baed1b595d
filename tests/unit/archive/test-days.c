/* SPDX-License-Identifier: MIT */
/* Where days begin and end, in every zone of the system's database. */
#include "daemon/archive/days.h"

#include <string.h>

static void
assert_length (const char *zone_name, const char *day, int hours, int minutes)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  gint64 from, to;

  g_assert_nonnull (zone);
  g_assert_true (isr_day_parse (day, zone, &from, &to));
  g_assert_cmpint (to - from, ==, (hours * 60 + minutes) * G_TIME_SPAN_MINUTE);
}

static void
test_lengths (void)
{
  assert_length ("Europe/Berlin", "2024-01-31", 24, 0);
  assert_length ("Europe/Berlin", "2024-03-31", 23, 0);
  assert_length ("Europe/Berlin", "2024-10-27", 25, 0);
  assert_length ("Australia/Lord_Howe", "2024-04-07", 24, 30);
  assert_length ("Australia/Lord_Howe", "2024-10-06", 23, 30);
  assert_length ("America/Sao_Paulo", "2018-11-04", 23, 0); /* no midnight */
  assert_length ("Asia/Kathmandu", "2024-01-01", 24, 0);
  assert_length ("UTC", "1969-12-31", 24, 0);
}

static void
test_parse (void)
{
  static const char *const bad[] = { "", "2024", "2024-01", "2024-1-1", "2024-02-30", "2023-02-29", "20240131", "2024-01-31T", "2024-13-01", "abcd-ef-gh", "2024/01/31", " 2024-01-3", "2024-W01-1" };
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  gint64 from, to;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    if (isr_day_parse (bad[i], zone, &from, &to))
      g_error ("“%s” is taken for a day", bad[i]);
  g_assert_true (isr_day_parse ("2024-02-29", zone, &from, &to));
}

/* Days follow each other without a hole, and their dates do, too. */
static void
test_chain (void)
{
  static const char *const zones[] = { "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "America/New_York", "UTC", "Pacific/Kiritimati", "Asia/Beirut" };

  for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
    g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zones[i]);
    gint64 at = G_GINT64_CONSTANT (1262304000000000); /* 2010 */
    g_autofree char *last = g_strdup ("");

    for (int day = 0; day < 6000; day++) {
      gint64 from, to, again_from, again_to;
      char *date;

      isr_day_bounds (at, zone, &from, &to, &date);
      g_assert_cmpint (from, <=, at);
      g_assert_cmpint (to, >, at);
      g_assert_cmpstr (date, >, last);
      g_assert_true (isr_day_parse (date, zone, &again_from, &again_to));
      g_assert_cmpint (again_from, ==, from);
      g_assert_cmpint (again_to, ==, to);
      g_free (last);
      last = date;
      at = to;
    }
  }
}

static void
test_gather (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (IsrDays) gatherer = isr_days_new (zone);
  g_autoptr (GPtrArray) days = NULL;
  gint64 day = 86400 * G_TIME_SPAN_SECOND;

  isr_days_add (gatherer, 10 * day, 1, 0.5);
  isr_days_add (gatherer, 20 * day, 2, 1);
  isr_days_add (gatherer, 11 * day - 1, 4, 2);
  isr_days_add (gatherer, -1, 8, 4);
  days = isr_days_steal (gatherer);
  isr_days_merge (days, zone, 15 * day, 16, 8);
  isr_days_merge (days, zone, 20 * day, 32, 16);
  isr_days_merge (days, zone, -100 * day, 64, 32);
  g_assert_cmpuint (days->len, ==, 5);
  g_assert_cmpstr (((IsrDay *) days->pdata[0])->day, ==, "1970-01-21");
  g_assert_cmpuint (((IsrDay *) days->pdata[0])->files, ==, 2);
  g_assert_cmpuint (((IsrDay *) days->pdata[0])->bytes, ==, 34);
  g_assert_cmpstr (((IsrDay *) days->pdata[1])->day, ==, "1970-01-16");
  g_assert_cmpstr (((IsrDay *) days->pdata[2])->day, ==, "1970-01-11");
  g_assert_cmpfloat (((IsrDay *) days->pdata[2])->duration, ==, 2.5);
  g_assert_cmpstr (((IsrDay *) days->pdata[3])->day, ==, "1969-12-31");
  g_assert_cmpstr (((IsrDay *) days->pdata[4])->day, ==, "1969-09-23");
  isr_days_take_off (days, zone, 15 * day, 16, 8);
  isr_days_take_off (days, zone, 20 * day, 32, 16);
  isr_days_take_off (days, zone, 15 * day, 1, 1); /* there is none */
  g_assert_cmpuint (days->len, ==, 5);
  g_assert_cmpuint (((IsrDay *) days->pdata[0])->files, ==, 1);
  g_assert_cmpuint (((IsrDay *) days->pdata[0])->bytes, ==, 2);
  g_assert_cmpfloat (((IsrDay *) days->pdata[0])->duration, ==, 1);
  g_assert_cmpstr (((IsrDay *) days->pdata[1])->day, ==, "1970-01-16");
  g_assert_cmpuint (((IsrDay *) days->pdata[1])->files, ==, 0);
  g_assert_cmpfloat (((IsrDay *) days->pdata[1])->duration, ==, 0);
}

static char *
list (GPtrArray *days)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < days->len; i++)
    g_string_append_printf (text, "%s%s:%u", i ? " " : "", ((IsrDay *) days->pdata[i])->day + 5, ((IsrDay *) days->pdata[i])->files);
  return g_string_free (text, FALSE);
}

/* Days that are missing, of a zone whose days have 23 and 25 hours. */
static void
test_fill (void)
{
  static const struct {
    gint64 from, to; /* hours after 2024-03-29 in Berlin */
    const char *expected;
  } cases[] = {
    { 0, 1, "03-31:1 03-29:1" },
    { 0, 24, "03-31:1 03-29:1" },
    { 0, 25, "03-31:1 03-30:0 03-29:1" },
    { 47, 49, "03-31:1 03-30:0 03-29:1" },
    { 71, 96, "04-02:0 04-01:0 03-31:1 03-29:1" },
    { -1, 0, "03-31:1 03-29:1 03-28:0" },
    { -25, 72, "04-01:0 03-31:1 03-30:0 03-29:1 03-28:0 03-27:0" },
  };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  const gint64 hour = 3600 * G_TIME_SPAN_SECOND, base = G_GINT64_CONSTANT (1711666800) * G_TIME_SPAN_SECOND;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GPtrArray) days = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_day_free);
    g_autofree char *now = NULL, *again = NULL;

    isr_days_merge (days, zone, base, 1, 1);
    isr_days_merge (days, zone, base + 49 * hour, 1, 1);
    isr_days_fill (days, zone, base + cases[i].from * hour, base + cases[i].to * hour);
    now = list (days);
    g_assert_cmpstr (now, ==, cases[i].expected);
    isr_days_fill (days, zone, base + cases[i].from * hour, base + cases[i].to * hour);
    again = list (days);
    g_assert_cmpstr (again, ==, now);
  }
}

/* The days whose coverage is asked for again, of 1970-01-01 to -10. */
static char *
uncover (gint64 from_us, gint64 to_us)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GPtrArray) days = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_day_free);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < 10; i++)
    isr_days_merge (days, zone, i * G_TIME_SPAN_DAY, 1, 1);
  for (guint i = 0; i < 10; i++)
    ((IsrDay *) days->pdata[i])->span_us = 1;
  isr_days_uncover (days, zone, from_us, to_us);
  for (guint i = 10; i-- > 0;)
    if (((IsrDay *) days->pdata[i])->span_us < 0)
      g_string_append (text, ((IsrDay *) days->pdata[i])->day + 8);
  return g_string_free (text, FALSE);
}

static void
test_uncover (void)
{
  static const struct {
    gint64 from, to; /* hours */
    const char *days;
  } cases[] = {
    { 0, 1, "01" },
    { 23, 24, "01" },
    { 23, 25, "0102" },
    { 24, 24, "02" },
    { -50, 1, "01" },
    { -50, -20, "" },
    { 230, 500, "10" },
    { 300, 500, "" },
    { 30, 80, "020304" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *days = uncover (cases[i].from * G_TIME_SPAN_HOUR, cases[i].to * G_TIME_SPAN_HOUR);

    g_assert_cmpstr (days, ==, cases[i].days);
  }
  {
    g_autofree char *before = uncover (G_MININT64, 25 * G_TIME_SPAN_HOUR), *behind = uncover (200 * G_TIME_SPAN_HOUR, G_MAXINT64), *all = uncover (G_MININT64, G_MAXINT64);

    g_assert_cmpstr (before, ==, "0102");
    g_assert_cmpstr (behind, ==, "0910");
    g_assert_cmpuint (strlen (all), ==, 20);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/days/lengths", test_lengths);
  g_test_add_func ("/days/parse", test_parse);
  g_test_add_func ("/days/chain", test_chain);
  g_test_add_func ("/days/gather", test_gather);
  g_test_add_func ("/days/fill", test_fill);
  g_test_add_func ("/days/uncover", test_uncover);
  return g_test_run ();
}
