/* SPDX-License-Identifier: MIT */
/* A pattern that the configuration accepts is one that isrsplitsink accepts, and no file of
 * it lies elsewhere. */
#include <glib.h>
#include <string.h>

#include "daemon/config/pattern.h"
#include "plugins/format/format.h"

static const char *const good[] = {
  "{source}/%Y-%m-%d/{source}_%Y%m%dT%H%M%S%z",
  "%Y%m%d_%H%M%S",
  "a{b c}{}%%{source}%%%F{",
  "%U/%W/%D",
};

static const struct {
  const char *pattern, *why;
} bad[] = {
  { "%", "at the end" },
  { "a%Q", "%Q" },
  { "{name}", "{source}" },
  { "%::z%q", "%::z" },
  { "a/", "file name must follow" },
  { "a\tb", "control characters" },
  { "", "default" },
  { "/a", "below output_directory" },
  { "a/../b", "below output_directory" },
  { "./a", "below output_directory" },
  { "a//b", "two /" },
  { "a/.%Y", "hidden" },
};

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;

    isr_pattern_check (good[i], &error);
    g_assert_no_error (error);
  }
}

static void
test_bad (void)
{
  g_autofree char *long_name = g_strnfill (250, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i].pattern);
    g_assert_false (isr_pattern_check (bad[i].pattern, &error));
    g_assert_nonnull (strstr (error->message, bad[i].why));
  }
  g_assert_false (isr_pattern_check (long_name, NULL));
}

/* Patterns of random pieces: nothing passes here that the element refuses. */
static void
test_random (void)
{
  static const char *const pieces[] = { "%", "{source}", "{", "}", "/", "Y", "m", "H", "-", "_", ":", "z", "E", "0", "x", "k", "S", "é" };
  g_autoptr (GRand) random = g_rand_new_with_seed (20230101);
  guint passed = 0;

  for (guint i = 0; i < 20000; i++) {
    g_autoptr (GString) pattern = g_string_new (NULL);

    for (int n = g_rand_int_range (random, 1, 8); n > 0; n--)
      g_string_append (pattern, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
    if (!isr_pattern_check (pattern->str, NULL))
      continue;
    if (!isr_naming_check (pattern->str, NULL))
      g_error ("the element refuses “%s”", pattern->str);
    passed++;
  }
  g_assert_cmpuint (passed, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/pattern/good", test_good);
  g_test_add_func ("/config/pattern/bad", test_bad);
  g_test_add_func ("/config/pattern/random", test_random);
  return g_test_run ();
}
