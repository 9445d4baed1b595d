/* SPDX-License-Identifier: MIT */
/* The time that a name tells, and names that tell none. */
#include "daemon/archive/name-time.h"

static void
test_names (void)
{
  static const struct {
    const char *name;
    const char *expected; /* NULL: none */
    int offset;
  } cases[] = {
    { "mic/2024-01-31/mic_20240131T120000+0100.flac", "2024-01-31T11:00:00Z", 3600 },
    { "mic_20240131T120000+01:00.flac", "2024-01-31T11:00:00Z", 3600 },
    { "mic_20240131T120000Z.flac", "2024-01-31T12:00:00Z", 0 },
    { "mic_20240131T120000.flac", "2024-01-31T11:00:00Z", 3600 },
    { "mic_20240731_120000.flac", "2024-07-31T10:00:00Z", 7200 },
    { "2024-01-31_12-30-59.wav", "2024-01-31T11:30:59Z", 3600 },
    { "2024-01-31 12.30.59.wav", "2024-01-31T11:30:59Z", 3600 },
    { "2024-01-31T12:30.wav", "2024-01-31T11:30:00Z", 3600 },
    { "20240131123059.wav", "2024-01-31T11:30:59Z", 3600 },
    { "20240131T120000-0330_2.wav", "2024-01-31T15:30:00Z", -12600 },
    { "rec 99999999 20240131_120000.mp3", "2024-01-31T11:00:00Z", 3600 },
    { "20240131T120000/notes.wav", NULL, 0 },
    { "20240131.wav", NULL, 0 },
    { "20241331T120000.wav", NULL, 0 },
    { "20240230T120000.wav", NULL, 0 },
    { "20240131T250000.wav", NULL, 0 },
    { "1234567890123456789012345.wav", NULL, 0 },
    { "", NULL, 0 },
  };
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GDateTime) expected = cases[i].expected ? g_date_time_new_from_iso8601 (cases[i].expected, NULL) : NULL;
    gint64 utc_us;
    int offset;
    gboolean found = isr_name_time (cases[i].name, zone, &utc_us, &offset);

    if (found != (expected != NULL))
      g_error ("“%s” tells %s time", cases[i].name, found ? "a" : "no");
    if (!found)
      continue;
    g_assert_cmpint (utc_us, ==, g_date_time_to_unix (expected) * G_TIME_SPAN_SECOND);
    g_assert_cmpint (offset, ==, cases[i].offset);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/name-time/names", test_names);
  return g_test_run ();
}
