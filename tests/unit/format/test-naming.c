/* SPDX-License-Identifier: MIT */
/* Patterns, and names that stay where they belong. */
#include "plugins/format/naming.h"

#include <string.h>
#include <time.h>

#define NOON (1763640305 * G_GINT64_CONSTANT (1000000) + 42) /* 2025-11-20T12:05:05.000042Z */

static void
assert_name (const char *pattern, const char *source, const char *zone_name, gint64 utc_us, const char *expected)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  g_assert_true (isr_naming_check (pattern, &error));
  g_assert_no_error (error);
  name = isr_naming_format (pattern, source, zone, utc_us);
  g_assert_cmpstr (name, ==, expected);
}

static void
test_patterns (void)
{
  static const char *const cases[][2] = {
    { ISR_NAMING_DEFAULT, "mic_20251120T173505+0530" },
    { "%Y%m%d_%H%M%S.%f", "20251120_173505.000042" },
    { "%F/%T %z %:z %Z %s", "2025-11-20/17:35:05 +0530 +05:30 IST 1763640305" },
    { "%a %A %b %B %h %u %w %j %y %C", "Thu Thursday Nov November Nov 4 4 324 25 20" },
    { "%G-W%V-%u %g %U %W", "2025-W47-4 25 46 46" },
    { "%I %l %k %e %-d %_d %-H %-j %p %P %M %R", "05  5 17 20 20 20 17 324 PM pm 35 17:35" },
    { "%D/x", "11/20/25/x" },
    { "100%% {source} {} {a %%{source}", "100% mic {} {a %mic" },
    { "/abs/../%Y//x", "/abs/../2025//x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_name (cases[i][0], "mic", "Asia/Kolkata", NOON, cases[i][1]);
}

/* Everything that strftime can say too, it says alike, over some years of days. */
static void
test_like_strftime (void)
{
  static const char pattern[] = "%Y-%m-%d %H:%M:%S %j %U %W %V %G %u %w %C %I %p %a %A %b %B %e %k %l %s %F %T %R %z %%";
  g_autoptr (GTimeZone) utc = g_time_zone_new_identifier ("UTC");

  for (gint64 s = 1577836800; s < 1577836800 + 8 * 366 * 86400; s += 40000) {
    time_t t = s;
    struct tm tm;
    char expected[400];
    g_autofree char *name = isr_naming_format (pattern, "x", utc, s * G_TIME_SPAN_SECOND);

    g_setenv ("TZ", "UTC", TRUE);
    localtime_r (&t, &tm);
    strftime (expected, sizeof expected, pattern, &tm);
    g_assert_cmpstr (name, ==, expected);
  }
}

static void
test_zones (void)
{
  const gint64 first = 1792888200 * G_GINT64_CONSTANT (1000000); /* 2026-10-25T00:30:00Z */

  assert_name ("%H%M%S%z", "x", "Europe/Berlin", first, "023000+0200");
  assert_name ("%H%M%S%z", "x", "Europe/Berlin", first + G_TIME_SPAN_HOUR, "023000+0100");
  assert_name ("%H%M%S%z", "x", "Australia/Lord_Howe", first, "113000+1100");
  assert_name ("%Z %z", "x", "<a-b+1>-1", first, "a-b+1 +0100");
  assert_name ("%Z", "x", "IST-1GMT0,M10.5.0,M3.5.0/1", first, "IST");
  assert_name ("%Z", "x", "IST-1GMT0,M10.5.0,M3.5.0/1", first + G_TIME_SPAN_HOUR, "GMT");
  assert_name ("%F %T.%f", "x", "UTC", -1, "1969-12-31 23:59:59.999999");
}

static void
test_source (void)
{
  static const char *const cases[][2] = {
    { "a/b\\c", "a_b\\c" },
    { "../../etc/passwd", "_._.._etc_passwd" },
    { "..", "_." },
    { ".hidden", "_hidden" },
    { "", "_" },
    { "50%Y {source}", "50%Y {source}" },
    { "new\nline\x7f\xc2\x85", "new_line__" },
    { "Küche", "Küche" },
    { "bad\xff", "bad\xef\xbf\xbd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_name ("{source}", cases[i][0], "UTC", 0, cases[i][1]);
  assert_name ("{source}", NULL, "UTC", 0, "_");
  assert_name (".{source}/{source}.", "", "UTC", 0, "._/_.");
  assert_name ("%H/.{source}x", ".", "UTC", 0, "00/._x");
}

static void
test_errors (void)
{
  static const char *const cases[][2] = {
    { "", "empty" },
    { "a%", "character 2: a % at the end" },
    { "ü%Q", "character 2: unknown conversion “%Q”" },
    { "%E", "“%E”" },
    { "%Ey", "“%Ey”" },
    { "%n", "“%n”" },
    { "%-T", "“%-T”" },
    { "%-_d", "“%-_d”" },
    { "%::z", "“%::z”" },
    { "%é", "“%é”" },
    { "{sorce}", "unknown placeholder “{sorce}”" },
    { "{s}", "unknown placeholder “{s}”" },
    { "dir/", "character 4: ends with a directory" },
    { "a\tb", "character 2: control characters" },
    { "a\xff", "byte 2 is not UTF-8" },
  };
  g_autoptr (GTimeZone) utc = g_time_zone_new_identifier ("UTC");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (isr_naming_check (cases[i][0], &error));
    g_assert_error (error, ISR_NAMING_ERROR, ISR_NAMING_ERROR_PATTERN);
    g_assert_nonnull (strstr (error->message, cases[i][1]));
    g_assert_null (isr_naming_format (cases[i][0], "x", utc, 0));
  }
  g_assert_null (isr_naming_format ("%Y", "x", utc, G_MAXINT64));
}

static char *
repeat (const char *text, guint n)
{
  GString *out = g_string_new (NULL);

  while (n-- > 0)
    g_string_append (out, text);
  return g_string_free (out, FALSE);
}

static void
assert_fits (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  g_assert_true (g_utf8_validate (name, -1, NULL));
  for (guint i = 0; parts[i]; i++)
    g_assert_cmpuint (strlen (parts[i]), <=, 255);
}

static void
test_long (void)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_identifier ("UTC");

  for (guint i = 1; i < 300; i++) {
    g_autofree char *source = repeat ("ü", i);
    g_autofree char *text = repeat ("x€", i);
    g_autofree char *pattern = g_strconcat (text, "/%Y/", text, "{source}%m", NULL);
    g_autofree char *base = isr_naming_format (pattern, source, utc, 0);
    g_autofree char *timed = isr_naming_format (ISR_NAMING_DEFAULT, source, utc, 0);

    assert_fits (base);
    g_assert_true (g_str_has_suffix (timed, "_19700101T000000+0000"));
    for (guint n = 1; n < 2000; n = n * 7 + 3) {
      g_autofree char *name = isr_naming_candidate (base, "flac", n);
      g_autofree char *part = g_strconcat (name, ".part", NULL);

      assert_fits (part);
      g_assert_true (g_str_has_suffix (name, ".flac"));
    }
  }
}

static void
test_candidates (void)
{
  static const struct {
    const char *base, *extension;
    guint n;
    const char *expected;
  } cases[] = {
    { "dir.d/a", "wav", 1, "dir.d/a.wav" },
    { "dir.d/a", "wav", 2, "dir.d/a_2.wav" },
    { "a", "mp3", 31, "a_31.mp3" },
    { "/x/a.wav", "wav", 1, "/x/a.wav" },
    { "/x/a.wav", "wav", 2, "/x/a_2.wav" },
    { "a.mp3", "wav", 1, "a.mp3.wav" },
    { "x/.wav", "wav", 1, "x/.wav.wav" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *name = isr_naming_candidate (cases[i].base, cases[i].extension, cases[i].n);

    g_assert_cmpstr (name, ==, cases[i].expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/naming/patterns", test_patterns);
  g_test_add_func ("/format/naming/like-strftime", test_like_strftime);
  g_test_add_func ("/format/naming/zones", test_zones);
  g_test_add_func ("/format/naming/source", test_source);
  g_test_add_func ("/format/naming/errors", test_errors);
  g_test_add_func ("/format/naming/long", test_long);
  g_test_add_func ("/format/naming/candidates", test_candidates);
  return g_test_run ();
}
