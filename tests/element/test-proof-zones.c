/* SPDX-License-Identifier: MIT */
/* Nights on which the clock is changed, in zones that do it in their own way. The
 * element against the C library: what localtime_r(3) says, looked at every minute,
 * decides where files must begin and what they must be called. */
#include "tests/element/split-helper.h"

#include <time.h>

#define RATE 10 /* Hz: a day is 1.7 MB */
#define MINUTE 60
#define LOCATION "%Y%m%dT%H%M%S%z"

typedef struct {
  const char *name, *zone;
  gint64 start; /* UTC, seconds */
  guint hours;
  guint interval; /* minutes */
  guint files;
  const char *witness; /* a name that is there on this night */
} Night;

/* Instants: date -u -d '2026-03-28 22:30' +%s */
static const Night nights[] = {
  { "berlin-spring", "Europe/Berlin", 1774737000, 27, 60, 28, "20260329T030000+0200" },
  { "berlin-autumn", "Europe/Berlin", 1792881000, 27, 60, 28, "20261025T020000+0100" },
  { "lord-howe-spring", "Australia/Lord_Howe", 1791034200, 27, 60, 28, "20261004T023000+1100" },
  { "lord-howe-autumn", "Australia/Lord_Howe", 1775307600, 27, 60, 28, "20260405T013000+1030" },
  { "cairo-spring", "Africa/Cairo", 1776974400, 27, 60, 27, "20260424T010000+0300" },
  { "cairo-autumn", "Africa/Cairo", 1793300400, 27, 60, 27, "20261029T230000+0200" },
  { "santiago-spring", "America/Santiago", 1788660000, 27, 60, 27, "20260906T010000-0300" },
  { "santiago-autumn", "America/Santiago", 1775354400, 27, 60, 27, "20260404T230000-0400" },
  { "kathmandu", "Asia/Kathmandu", 1767225600, 26, 60, 27, "20260102T000000+0545" },
  { "kolkata", "Asia/Kolkata", 1767225600, 26, 60, 27, "20260102T000000+0530" },
  { "berlin-autumn-days", "Europe/Berlin", 1792881000, 49, 1440, 4, "20261025T020000+0100" },
  { "lord-howe-quarters", "Australia/Lord_Howe", 1775307600, 27, 15, 108, "20260405T014500+1030" },
};

/* --- the judge --- */

/* What must change for a new file: all of it local. */
typedef struct {
  int day, slot;
  long offset;
} Key;

static Key
key_at (gint64 utc, guint interval, struct tm *tm)
{
  time_t t = utc;

  localtime_r (&t, tm);
  return (Key){ tm->tm_year * 366 + tm->tm_yday, (tm->tm_hour * 60 + tm->tm_min) / (int) interval, tm->tm_gmtoff };
}

typedef struct {
  gint64 start, end; /* UTC, seconds */
  char name[32];
} Span;

static GArray *
expected_files (const Night *night)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (Span));
  gint64 end = night->start + (gint64) night->hours * 60 * MINUTE;
  Key last = { -1, -1, -1 };

  for (gint64 t = night->start; t < end; t += MINUTE) {
    struct tm tm;
    Key key = key_at (t, night->interval, &tm);
    Span span = { t, end, "" };

    if (key.day == last.day && key.slot == last.slot && key.offset == last.offset)
      continue;
    last = key;
    if (spans->len)
      g_array_index (spans, Span, spans->len - 1).end = t;
    strftime (span.name, sizeof span.name, LOCATION, &tm);
    g_array_append_val (spans, span);
  }

  return spans;
}

/* --- the night --- */

static GPtrArray *
record (const Night *night, const TestDir *dir)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf (
      "audiotestsrc num-buffers=%u samplesperbuffer=%d ! audio/x-raw,rate=%d,channels=1,format=S16LE ! "
      "isrsplitsink format=wav timezone=%s start-time=%" G_GINT64_FORMAT " split-interval=%" G_GUINT64_FORMAT " location=%s/%s",
      night->hours * 60, RATE * MINUTE, RATE, night->zone, night->start * GST_SECOND, night->interval * MINUTE * GST_SECOND, dir->path, LOCATION);
  GPtrArray *messages = run_line (line, &error);

  g_assert_no_error (error);
  return messages;
}

static void
check_file (const Span *span, const GstStructure *opened, const GstStructure *closed)
{
  g_autofree char *name = g_strconcat (span->name, ".wav", NULL);
  const char *location = gst_structure_get_string (closed, "location");
  g_autofree char *base = g_path_get_basename (location);
  g_autoptr (GByteArray) data = read_wav (location);
  struct tm tm;
  int offset;

  g_assert_cmpstr (base, ==, name);
  g_assert_cmpstr (gst_structure_get_string (opened, "location"), ==, location);
  g_assert_true (gst_structure_get_int (opened, "utc-offset", &offset));
  g_assert_cmpint (offset, ==, key_at (span->start, 1, &tm).offset);
  g_assert_cmpint (get_i64 (closed, "start-utc-us"), ==, span->start * G_USEC_PER_SEC);
  g_assert_cmpint (get_i64 (closed, "end-utc-us"), ==, span->end * G_USEC_PER_SEC);
  g_assert_cmpuint (get_u64 (closed, "samples"), ==, (span->end - span->start) * RATE);
  g_assert_cmpuint (data->len, ==, (span->end - span->start) * RATE * 2);
}

static void
test_night (gconstpointer data)
{
  const Night *night = data;
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) messages = record (night, &dir);
  g_autoptr (GPtrArray) paths = test_dir_list (&dir);
  g_autoptr (GArray) spans = NULL;
  g_autofree char *witness = g_strconcat (dir.path, "/", night->witness, ".wav", NULL);

  g_setenv ("TZ", night->zone, TRUE);
  tzset ();
  spans = expected_files (night);
  g_assert_cmpuint (spans->len, ==, night->files);
  g_assert_cmpuint (paths->len, ==, night->files);
  g_assert_cmpuint (count_messages (messages, ISR_MESSAGE_FILE_CLOSED), ==, night->files);
  for (guint i = 0; i < spans->len; i++)
    check_file (&g_array_index (spans, Span, i), find_message (messages, ISR_MESSAGE_FILE_OPENED, i), find_message (messages, ISR_MESSAGE_FILE_CLOSED, i));
  g_assert_true (g_file_test (witness, G_FILE_TEST_EXISTS));
  assert_all_complete (&dir);
}

int
main (int argc, char **argv)
{
  split_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (nights); i++) {
    g_autofree char *path = g_strconcat ("/proof/zones/", nights[i].name, NULL);

    g_test_add_data_func (path, &nights[i], test_night);
  }
  return g_test_run ();
}
