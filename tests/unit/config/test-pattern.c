/* SPDX-License-Identifier: MIT */
/* A pattern that the configuration accepts is one that isrsplitsink accepts, and
 * the names that `isr check` shows are those that it gives. */
#include <glib.h>

#include "daemon/config/pattern.h"
#include "plugins/split/naming.h"

static const char *const good[] = {
  "{source}/%Y-%m-%d/{source}_%Y%m%dT%H%M%S%z",
  "%Y%m%d_%H%M%S",
  "a{b c}{}%%{source}%%%F{",
  "%e %k %l %-d %_H %0m %:z %Z %s %f",
  "%a %A %b %B %h %u %w %j %C %y %G %g %V",
  "%U/%W/%D",
  "%I%p%P %T %R %M",
};

static const char *const bad[] = { "%", "%Q", "a%", "%%%", "{name}", "{sourc}%Y", "%::z%q", "%E", "%n", "%t", "a/", "a\tb", "%-", "" };

static const char *const sources[] = { "mic", "a/b", ".x", "50 %Y", "Küche", "{source}" };

static void
test_good (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Asia/Kathmandu");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    for (guint j = 0; j < G_N_ELEMENTS (sources); j++)
      for (guint day = 0; day < 400; day += 7) {
        gint64 seconds = G_GINT64_CONSTANT (1704067200) + day * 90001;
        g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (seconds);
        g_autoptr (GDateTime) time = g_date_time_to_timezone (utc, zone);
        g_autofree char *ours = isr_pattern_expand (good[i], sources[j], time);
        g_autofree char *element = isr_naming_format (good[i], sources[j], zone, seconds * G_USEC_PER_SEC);

        g_assert_true (isr_pattern_check (good[i], NULL));
        g_assert_cmpstr (ours, ==, element);
      }
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_test_message ("%s", bad[i]);
    g_assert_false (isr_naming_check (bad[i], NULL));
    g_assert_false (isr_pattern_check (bad[i], NULL));
  }
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
