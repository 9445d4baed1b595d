/* SPDX-License-Identifier: MIT */
/* Which label belongs to a section that was found. */
#include "daemon/core/label.h"

static void
add (GPtrArray *labels, const char *source, gint64 start, gint64 end, const char *text)
{
  IsrLabel *label = isr_label_new (source, start, end);

  label->label = g_strdup (text);
  g_ptr_array_add (labels, label);
}

static GPtrArray *
new_labels (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) isr_label_free);
}

static const char *
match (GPtrArray *labels, const char *source, gint64 start, gint64 end)
{
  const IsrLabel *label = isr_labels_match (labels, source, start, end);

  return label ? label->label : NULL;
}

static void
test_half (void)
{
  g_autoptr (GPtrArray) labels = new_labels ();

  add (labels, "mic", 100, 200, "a");
  g_assert_cmpstr (match (labels, "mic", 100, 200), ==, "a");
  g_assert_cmpstr (match (labels, "mic", 150, 400), ==, "a"); /* half of the shorter one */
  g_assert_null (match (labels, "mic", 151, 400));
  g_assert_cmpstr (match (labels, "mic", 120, 130), ==, "a"); /* inside */
  g_assert_cmpstr (match (labels, "mic", 0, 1000), ==, "a");  /* around */
  g_assert_cmpstr (match (labels, "mic", 90, 110), ==, "a");  /* half of the section */
  g_assert_null (match (labels, "mic", 89, 110));
  g_assert_null (match (labels, "mic", 200, 300)); /* they touch */
  g_assert_null (match (labels, "other", 100, 200));
}

static void
test_largest (void)
{
  g_autoptr (GPtrArray) labels = new_labels ();

  add (labels, "mic", 0, 150, "long before");
  add (labels, "mic", 100, 140, "small");
  add (labels, "other", 100, 200, "other");
  add (labels, "mic", 150, 200, "large");
  add (labels, "mic", 199, 210, "behind");
  g_assert_cmpstr (match (labels, "mic", 100, 200), ==, "long before"); /* 50, as "large": the first of them */
}

static void
test_largest_wins (void)
{
  g_autoptr (GPtrArray) labels = new_labels ();

  add (labels, "mic", 100, 110, "small");
  add (labels, "mic", 110, 190, "large");
  add (labels, "mic", 190, 200, "small, too");
  g_assert_cmpstr (match (labels, "mic", 100, 200), ==, "large");
}

static void
test_none (void)
{
  g_autoptr (GPtrArray) labels = new_labels ();

  g_assert_null (match (labels, "mic", 0, 1));
}

static void
test_values (void)
{
  g_autoptr (IsrLabel) label = isr_label_new ("mic", 1, 2);
  g_autoptr (IsrLabel) copy = NULL;

  g_assert_true (isr_label_is_empty (label));
  label->note = g_strdup ("a note");
  copy = isr_label_copy (label);
  g_assert_false (isr_label_is_empty (copy));
  g_assert_cmpstr (copy->note, ==, "a note");
  g_assert_true (isr_verdict_is_known (NULL) && isr_verdict_is_known ("kept") && isr_verdict_is_known ("false"));
  g_assert_false (isr_verdict_is_known ("true"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/label/half", test_half);
  g_test_add_func ("/label/largest", test_largest);
  g_test_add_func ("/label/largest-wins", test_largest_wins);
  g_test_add_func ("/label/none", test_none);
  g_test_add_func ("/label/values", test_values);
  return g_test_run ();
}
