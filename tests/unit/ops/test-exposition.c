/* SPDX-License-Identifier: MIT */
/* Prometheus' text format. */
#include <math.h>

#include "daemon/ops/exposition.h"

static void
test_lines (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  isr_exposition_begin (text, "a_total", "counter", "What it counts.");
  isr_exposition_add (text, "a_total", 3, NULL);
  isr_exposition_add (text, "a_total", 0.25, "source", "mic", "cause", "a \"b\"\\c\nd", NULL);
  g_assert_cmpstr (text->str, ==,
      "# HELP a_total What it counts.\n"
      "# TYPE a_total counter\n"
      "a_total 3\n"
      "a_total{source=\"mic\",cause=\"a \\\"b\\\"\\\\c\\nd\"} 0.25\n");
}

static void
test_numbers (void)
{
  static const struct {
    double value;
    const char *text;
  } rows[] = { { -12.5, "x -12.5\n" }, { 1e15, "x 1e+15\n" }, { 1795827218.5, "x 1795827218.5\n" }, { NAN, "x NaN\n" }, { INFINITY, "x +Inf\n" }, { -INFINITY, "x -Inf\n" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) text = g_string_new (NULL);

    isr_exposition_add (text, "x", rows[i].value, NULL);
    g_assert_cmpstr (text->str, ==, rows[i].text);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/exposition/lines", test_lines);
  g_test_add_func ("/ops/exposition/numbers", test_numbers);
  return g_test_run ();
}
