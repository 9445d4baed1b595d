/* SPDX-License-Identifier: MIT */
/* What is kept of a list says what it would say if it were written anew. */
#include "daemon/http/day-lines.h"

#include <string.h>

static GPtrArray *
make_days (guint n)
{
  GPtrArray *days = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_day_free);

  for (guint i = 0; i < n; i++) {
    IsrDay *day = g_new0 (IsrDay, 1);

    day->day = g_strdup_printf ("2024-01-%02u", n - i);
    day->files = i + 1;
    day->bytes = G_GUINT64_CONSTANT (10000000000) + i;
    day->duration = 0.1 * (i + 1);
    day->span_us = 10;
    g_ptr_array_add (days, day);
  }
  return days;
}

static void
assert_fresh (IsrDayLines *lines, const char *list, GPtrArray *days)
{
  g_autoptr (IsrDayLines) fresh = isr_day_lines_new ();
  g_autofree char *kept = isr_day_lines_write (lines, list, days);
  g_autofree char *anew = isr_day_lines_write (fresh, list, days);

  g_assert_cmpstr (kept, ==, anew);
}

static void
test_text (void)
{
  g_autoptr (IsrDayLines) lines = isr_day_lines_new ();
  g_autoptr (GPtrArray) none = make_days (0), two = make_days (2);
  g_autofree char *nothing = isr_day_lines_write (lines, "", none);
  g_autofree char *text = isr_day_lines_write (lines, "", two);

  g_assert_cmpstr (nothing, ==, "{\"days\":[]}");
  g_assert_cmpstr (text, ==,
      "{\"days\":[{\"day\":\"2024-01-02\",\"files\":1,\"bytes\":10000000000,\"duration\":0.1,\"coverage\":0.0,\"events\":0,\"unreviewed\":0},"
      "{\"day\":\"2024-01-01\",\"files\":2,\"bytes\":10000000001,\"duration\":0.2,\"coverage\":0.0,\"events\":0,\"unreviewed\":0}]}");
}

/* Whatever a day says, it is noticed when it changes. */
static void
test_changes (void)
{
  g_autoptr (IsrDayLines) lines = isr_day_lines_new ();
  g_autoptr (GPtrArray) days = make_days (3);
  IsrDay *day = days->pdata[1];

  assert_fresh (lines, "", days);
  day->files++;
  assert_fresh (lines, "", days);
  day->bytes++;
  assert_fresh (lines, "", days);
  day->duration += 0.5;
  assert_fresh (lines, "", days);
  day->recorded_us = 5;
  assert_fresh (lines, "", days);
  day->span_us = 20;
  assert_fresh (lines, "", days);
  day->events = 7;
  assert_fresh (lines, "", days);
  day->unreviewed = 6;
  assert_fresh (lines, "", days);
  g_ptr_array_remove_index (days, 0);
  assert_fresh (lines, "", days);
}

static void
test_many_lists (void)
{
  g_autoptr (IsrDayLines) lines = isr_day_lines_new ();
  g_autoptr (GPtrArray) many = make_days (31);

  for (guint i = 0; i < 200; i++) {
    g_autofree char *list = g_strdup_printf ("source %u", i);
    g_autoptr (GPtrArray) days = make_days (1 + i % 31);

    assert_fresh (lines, list, days);
    assert_fresh (lines, "source 0", many);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-day-lines/text", test_text);
  g_test_add_func ("/http-day-lines/changes", test_changes);
  g_test_add_func ("/http-day-lines/many-lists", test_many_lists);
  return g_test_run ();
}
