/* SPDX-License-Identifier: MIT */
/* Broken configurations and what people are told about them, word for word:
 * broken/NAME.ini and broken/NAME.txt. With ISR_UPDATE=1 in the environment the
 * texts are written anew, to be looked through before they are committed. */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "daemon/config/config.h"

static char *
tell (const char *name, const char *text)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_config_load_text (name, text, NULL, NULL, problems);
  GString *told = g_string_new (NULL);
  gboolean fatal = FALSE;

  g_assert_cmpuint (problems->len, >, 0);
  for (guint i = 0; i < problems->len; i++) {
    const IsrConfigProblem *problem = g_ptr_array_index (problems, i);

    g_string_append_printf (told, "%s\n", problem->text);
    g_assert_true (problem->fatal != (strstr (problem->text, ": warning: ") != NULL));
    fatal |= problem->fatal;
  }
  g_assert_true (fatal == (config == NULL));
  return g_string_free (told, FALSE);
}

static void
test_broken (gconstpointer data)
{
  const char *ini = data;
  g_autofree char *name = g_path_get_basename (ini);
  g_autofree char *stem = g_strndup (ini, strlen (ini) - strlen (".ini"));
  g_autofree char *txt = g_strconcat (stem, ".txt", NULL);
  g_autofree char *text = NULL, *told = NULL, *expected = NULL;

  g_assert_true (g_file_get_contents (ini, &text, NULL, NULL));
  told = tell (name, text);
  if (g_getenv ("ISR_UPDATE"))
    g_assert_true (g_file_set_contents (txt, told, -1, NULL));
  g_assert_true (g_file_get_contents (txt, &expected, NULL, NULL));
  g_assert_cmpstr (told, ==, expected);
}

/* What is said by a build without it. */
static gboolean
is_elsewhere (const char *name)
{
#ifdef ISR_WITH_MQTT
  return g_str_equal (name, "without-mqtt.ini");
#else
  return g_str_equal (name, "mqtt.ini");
#endif
}

static void
add_tests (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".ini") && !is_elsewhere (name)) {
      g_autofree char *path = g_strconcat ("/config/broken/", name, NULL);

      g_test_add_data_func_full (path, g_build_filename (directory, name, NULL), test_broken, g_free);
      n++;
    }
  g_assert_cmpuint (n, >=, 20);
}

int
main (int argc, char **argv)
{
  g_autofree char *work = g_dir_make_tmp ("isr-broken-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  add_tests (argv[1]);
  g_assert_cmpint (g_chdir (work), ==, 0);
  status = g_test_run ();
  g_assert_cmpint (g_rmdir (work), ==, 0);
  return status;
}
