/* SPDX-License-Identifier: MIT */
/* Files that the fuzzer once found (tests/fuzz/found/repair-*, one byte for the
 * target in front): whatever becomes of them, a second repair changes nothing. */
#include "tests/unit/format/repair-support.h"

static void
test_found (gconstpointer path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) mended = NULL;
  g_autofree char *data = NULL;
  IsrRepairResult result;
  gsize size = 0;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (size, >, 1);
  mended = test_repair (data + 1, size - 1, &result, &error);
  g_assert_true ((mended == NULL) == (error != NULL));
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) directory = g_dir_open (ISR_FOUND, 0, NULL);
  const char *name;

  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (directory);
  while ((name = g_dir_read_name (directory))) {
    g_autofree char *test = g_strconcat ("/format/repair/found/", name, NULL);

    if (!g_str_has_prefix (name, "repair-"))
      continue;
    g_ptr_array_add (paths, g_build_filename (ISR_FOUND, name, NULL));
    g_test_add_data_func (test, paths->pdata[paths->len - 1], test_found);
  }
  g_assert_cmpuint (paths->len, >, 0);
  return g_test_run ();
}
