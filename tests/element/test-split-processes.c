/* SPDX-License-Identifier: MIT */
/* Several recorders, one directory, one pattern. */
#include "tests/element/split-helper.h"

/* This program again, as a recorder. */
static int
record_into (const char *directory)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf (
      "audiotestsrc num-buffers=200 ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
      "isrsplitsink format=wav split-interval=1000000000 start-time=1767225600000000000 location=%s/x_%%S",
      directory);

  g_ptr_array_unref (run_line (line, &error));
  return error ? 1 : 0;
}

/* Three processes, one pattern: three times as many files, each of them whole. */
static void
test_three_processes (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  const char *argv[] = { "/proc/self/exe", "--record", dir.path, NULL };
  GSubprocess *children[3];
  g_autoptr (GPtrArray) paths = NULL;
  gsize bytes = 0;

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    g_assert_nonnull (children[i] = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (children); i++) {
    g_assert_true (g_subprocess_wait_check (children[i], NULL, NULL));
    g_object_unref (children[i]);
  }
  paths = test_dir_list (&dir);
  g_assert_cmpuint (paths->len, ==, 3 * 5);
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GByteArray) data = read_wav (paths->pdata[i]);

    bytes += data->len;
  }
  g_assert_cmpuint (bytes, ==, 3 * 204800 * 2);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--record")) {
    gst_init (NULL, NULL);
    return isr_elements_register (NULL) ? record_into (argv[2]) : 1;
  }
  split_test_init (&argc, &argv);
  g_test_add_func ("/split/processes", test_three_processes);
  return g_test_run ();
}
