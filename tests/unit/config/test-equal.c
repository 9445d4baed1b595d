/* SPDX-License-Identifier: MIT */
/* Two sources are alike until any one row of the table differs. */
#include <glib/gstdio.h>

#include "daemon/config/config-private.h"
#include "daemon/config/options.h"

/* Two values of an option that differ, as they would be written. */
static void
find_values (const IsrOption *option, char **one, char **other)
{
  g_auto (GStrv) words = g_strsplit (option->words ? option->words : "", " ", -1);
  const gboolean number = option->max > 0;

  *one = words[0] ? g_strdup (words[0]) : NULL;
  *other = words[0] && words[1] ? g_strdup (words[1]) : NULL;
  if (number) {
    g_free (*one);
    *one = g_strdup_printf ("%g", option->min);
    *other = g_strdup_printf ("%g", option->max);
  }
}

static const struct {
  const char *key, *one, *other;
} samples[] = {
  { "output_directory", "/a", "/b" },
  { "filename_pattern", "%s-%f", "%s_%f" },
  { "timezone", "Europe/Berlin", "UTC" },
  { "loudness", "on", "off" },
  { "url", "http://a/", "http://b/" },
  { "username", "a", "b" },
  { "password", "a", "b" },
  { "device", "a", "b" },
};

static void
find_samples (const IsrOption *option, char **one, char **other)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    if (g_str_equal (samples[i].key, option->key)) {
      *one = g_strdup (samples[i].one);
      *other = g_strdup (samples[i].other);
      return;
    }
  find_values (option, one, other);
}

static IsrSourceConfig *
make (const IsrOption *option, const char *value)
{
  IsrSourceConfig *source = isr_source_config_new ();
  g_autoptr (GError) error = NULL;

  source->name = g_strdup ("mic");
  if (value)
    isr_option_apply (option, value, NULL, source, &error);
  g_assert_no_error (error);
  return source;
}

/* The same written twice is equal, another one is not, and neither is none at all. */
static void
test_row (const IsrOption *option)
{
  g_autofree char *one = NULL, *other = NULL;
  g_autoptr (IsrSourceConfig) a = NULL, again = NULL, b = NULL;

  find_samples (option, &one, &other);
  g_test_message ("%s: %s, %s", option->key, one, other);
  g_assert_true (one && other);
  a = make (option, one);
  again = make (option, one);
  b = make (option, other);
  g_assert_true (isr_source_config_equal (a, again));
  g_assert_true (isr_source_config_equal (a, b) == option->unheard);
}

/* Every row that a source has; a new one of an unknown kind fails until it is told here how
 * two of its values look. */
static void
test_rows (void)
{
  guint n, seen = 0;
  const IsrOption *options = isr_options_get (&n);

  for (guint i = 0; i < n; i++)
    if (options[i].in_source && !g_str_equal (options[i].key, "password_file")) {
      test_row (&options[i]);
      seen++;
    }
  g_assert_cmpuint (seen, >, 20);
}

/* A password in a file is compared by what is in the file. */
static void
test_password_file (void)
{
  const IsrOption *option = isr_options_find (ISR_GROUP_STREAM, "password_file");
  g_autofree char *directory = g_dir_make_tmp ("isr-equal-XXXXXX", NULL), *path = g_build_filename (directory, "password", NULL);
  g_autoptr (IsrSourceConfig) a = NULL, b = NULL;

  g_assert_true (g_file_set_contents (path, "hackme\n", -1, NULL));
  a = make (option, path);
  g_assert_true (g_file_set_contents (path, "other\n", -1, NULL));
  b = make (option, path);
  g_assert_false (isr_source_config_equal (a, b));
  g_remove (path);
  g_rmdir (directory);
}

static void
test_name (void)
{
  g_autoptr (IsrSourceConfig) a = make (NULL, NULL), b = make (NULL, NULL);

  b->line = 7;
  g_assert_true (isr_source_config_equal (a, b));
  g_free (b->name);
  b->name = g_strdup ("other");
  g_assert_false (isr_source_config_equal (a, b));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/equal/rows", test_rows);
  g_test_add_func ("/config/equal/password-file", test_password_file);
  g_test_add_func ("/config/equal/name", test_name);
  return g_test_run ();
}
