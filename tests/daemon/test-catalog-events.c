/* SPDX-License-Identifier: MIT */
/* Loud events in the catalog: given, asked, counted per day. */
#include "tests/daemon/catalog.h"

#define S G_TIME_SPAN_SECOND
#define DAY0 G_GINT64_CONSTANT (1706698800) /* 2024-01-31 12:00 in Berlin */

static IsrEvent *
make_event (const char *source, gint64 start_us, gint64 end_us, int score)
{
  IsrEvent *event = isr_event_new (source);

  event->state = ISR_EVENT_ENDED;
  event->run_us = 5;
  event->key = 77;
  event->start_us = start_us;
  event->end_us = end_us;
  event->score = score;
  event->peak = -1234;
  event->floor = -1234 - score;
  event->reason = g_strdup ("level");
  return event;
}

static void
note (Fixture *f, const char *source, gint64 start_us, gint64 end_us, int score)
{
  g_autoptr (IsrEvent) event = make_event (source, start_us, end_us, score);

  isr_catalog_note_event (f->catalog, event);
}

static char *
print (Fixture *f, const char *source, gint64 from_us, gint64 to_us)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events = list_events (f->catalog, source, from_us, to_us, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < events->len; i++) {
    const IsrEvent *event = events->pdata[i];

    g_assert_cmpint (event->id, >, 0);
    g_assert_cmpint (event->state, ==, ISR_EVENT_ENDED);
    g_string_append_printf (text, "%s%s:%d", i ? " " : "", event->source, event->score);
  }
  return g_string_free (text, FALSE);
}

#define assert_events(f, source, from, to, expected)            \
  G_STMT_START                                                  \
  {                                                             \
    g_autofree char *text_ = print ((f), source, (from), (to)); \
    g_assert_cmpstr (text_, ==, expected);                      \
  }                                                             \
  G_STMT_END

static void
test_spans (Fixture *f, gconstpointer data)
{
  note (f, "mic", 20 * S, 30 * S, 2);
  note (f, "mic", 10 * S, 12 * S, 1);
  note (f, "door", 11 * S, 500 * S, 3);
  assert_events (f, NULL, 0, G_MAXINT64, "mic:1 door:3 mic:2");
  assert_events (f, "mic", 0, G_MAXINT64, "mic:1 mic:2");
  assert_events (f, "mic", 12 * S, 20 * S, "");
  assert_events (f, "mic", 10 * S, 20 * S, "mic:1");
  assert_events (f, "mic", 10 * S + 1, 20 * S + 1, "mic:2");
  assert_events (f, NULL, 400 * S, 401 * S, ""); /* began long before */
  assert_events (f, "nobody", 0, G_MAXINT64, "");
  assert_events (f, NULL, G_MININT64, G_MAXINT64, "mic:1 door:3 mic:2");
}

/* Committed or not, before and after another process opens it: the same. */
static void
test_stays (Fixture *f, gconstpointer data)
{
  note (f, "mic", 20 * S, 30 * S, 2);
  close_catalog (f);
  open_catalog (f, TRUE);
  note (f, "mic", 40 * S, 50 * S, 4);
  assert_events (f, NULL, 0, G_MAXINT64, "mic:2 mic:4");
  assert_events (f, "mic", 20 * S, 30 * S, "mic:2");
  close_catalog (f);
  open_catalog (f, FALSE);
  assert_events (f, NULL, 0, G_MAXINT64, "mic:2 mic:4");
}

/* An event is kept once, and what was told last holds. */
static void
test_told_again (Fixture *f, gconstpointer data)
{
  note (f, "mic", 20 * S, 30 * S, 2);
  note (f, "mic", 20 * S, 31 * S, 3);
  note (f, "door", 20 * S, 31 * S, 9);
  assert_events (f, "mic", 0, G_MAXINT64, "mic:3");
  close_catalog (f);
  open_catalog (f, TRUE);
  note (f, "mic", 20 * S, 31 * S, 4);
  assert_events (f, "mic", 0, G_MAXINT64, "mic:4");
  assert_events (f, "door", 0, G_MAXINT64, "door:9");
  close_catalog (f);
  open_catalog (f, TRUE);
  assert_events (f, "mic", 0, G_MAXINT64, "mic:4");
  assert_events (f, "door", 0, G_MAXINT64, "door:9");
}

static void
test_news (Fixture *f, gconstpointer data)
{
  g_ptr_array_set_size (f->news, 0);
  note (f, "mic", 20 * S, 30 * S, 2);
  g_assert_cmpuint (f->news->len, ==, 1);
  g_assert_cmpstr (f->news->pdata[0], ==, "section mic");
}

static void
test_replace (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free);

  note (f, "mic", 5 * S, 15 * S, 1); /* reaches into the span, begins before it */
  note (f, "mic", 20 * S, 30 * S, 2);
  note (f, "door", 21 * S, 30 * S, 3);
  note (f, "mic", 100 * S, 101 * S, 4);
  close_catalog (f);
  open_catalog (f, TRUE);
  note (f, "mic", 40 * S, 50 * S, 5);
  g_ptr_array_add (events, make_event ("mic", 22 * S, 23 * S, 6));
  isr_catalog_replace_events (f->catalog, "mic", 10 * S, 100 * S, events);
  assert_events (f, NULL, 0, G_MAXINT64, "mic:1 door:3 mic:6 mic:4");
  close_catalog (f);
  open_catalog (f, TRUE);
  assert_events (f, NULL, 0, G_MAXINT64, "mic:1 door:3 mic:6 mic:4");
}

static char *
count (Fixture *f, const char *source, const char *zone_name)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = isr_catalog_days (f->catalog, source, zone, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < days->len; i++) {
    IsrDay *day = days->pdata[i];

    g_string_append_printf (text, "%s%s:%u:%u", i ? " " : "", day->day, day->events, day->unreviewed);
  }
  return g_string_free (text, FALSE);
}

#define assert_days(f, source, zone, expected)            \
  G_STMT_START                                            \
  {                                                       \
    g_autofree char *text_ = count ((f), source, (zone)); \
    g_assert_cmpstr (text_, ==, expected);                \
  }                                                       \
  G_STMT_END

/* Counted once and kept, in every list that there is, whatever comes and goes. */
static void
test_days (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (IsrRecording) live = make ("mic", "live.flac", DAY0 + 2 * 86400, 0);

  add (f, "mic", "1.flac", DAY0, 3600);
  add (f, "door", "2.flac", DAY0 + 86400, 3600);
  assert_days (f, NULL, "Europe/Berlin", "2024-02-01:0:0 2024-01-31:0:0");
  assert_days (f, "mic", "Europe/Berlin", "2024-01-31:0:0");
  note (f, "mic", DAY0 * S, (DAY0 + 1) * S, 1);
  note (f, "mic", (DAY0 + 10) * S, (DAY0 + 11) * S, 1);
  note (f, "door", (DAY0 + 86400) * S, (DAY0 + 86401) * S, 1);
  note (f, "mic", (DAY0 + 12 * 3600) * S - 1, (DAY0 + 12 * 3600) * S + 9, 1); /* straddles midnight: of the day that it begins in */
  assert_days (f, NULL, "Europe/Berlin", "2024-02-01:1:1 2024-01-31:3:3");
  assert_days (f, "mic", "Europe/Berlin", "2024-01-31:3:3");
  assert_days (f, NULL, "UTC", "2024-02-01:1:1 2024-01-31:3:3");
  assert_days (f, NULL, "Asia/Tokyo", "2024-02-01:2:2 2024-01-31:2:2");
  isr_catalog_replace_events (f->catalog, "mic", (DAY0 + 5) * S, (DAY0 + 20) * S, none);
  assert_days (f, NULL, "Europe/Berlin", "2024-02-01:1:1 2024-01-31:2:2");
  live->recording = TRUE;
  isr_catalog_begin (f->catalog, live);
  note (f, "mic", (DAY0 + 2 * 86400 + 1) * S, (DAY0 + 2 * 86400 + 2) * S, 1);
  assert_days (f, NULL, "Europe/Berlin", "2024-02-02:1:1 2024-02-01:1:1 2024-01-31:2:2");
  g_assert_cmpuint (isr_catalog_count_events (f->catalog, "mic", DAY0 * S, (DAY0 + 1) * S), ==, 1);
  g_assert_cmpuint (isr_catalog_count_events (f->catalog, NULL, 0, G_MAXINT64), ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/catalog/events/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("spans", test_spans);
  ADD ("stays", test_stays);
  ADD ("told-again", test_told_again);
  ADD ("news", test_news);
  ADD ("replace", test_replace);
  ADD ("days", test_days);
  return g_test_run ();
}
