/* SPDX-License-Identifier: MIT */
/* `isr check`: what it prints, and its exit status. */
#include <glib.h>
#include <glib/gstdio.h>

#include "daemon/cli/check.h"

static gint64
now (gpointer data)
{
  return G_GINT64_CONSTANT (1704110400000000); /* 2024-01-01T12:00:00Z */
}

static char *
check (const char *text, const char *const *overrides, int *status)
{
  const IsrClock clock = { now, NULL };

  g_assert_true (g_file_set_contents ("config.ini", text, -1, NULL));
  return isr_cli_check_report ("config.ini", NULL, overrides, &clock, status);
}

static void
test_ok (void)
{
  static const char *const overrides[] = { "web.listen=[::1]:80", "general.output_directory=/tmp/isr", NULL };
  int status;
  g_autofree char *report = check ("[general]\ntimezone = Asia/Kathmandu\n"
                                   "[radio]\ntype = stream\nurl = http://joe:secret@localhost:8000/live.mp3\nsplit_minutes = 0.5\n"
                                   "[mic]\ntype = soundcard\nsample_rate = 48000\nchannels = 1\nformat = wav\nfilename_pattern = %Y%m%d_%H%M%S\n"
                                   "[demo]\ntype = test\nsplit_minutes = 0\n",
      overrides, &status);

  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (report, ==,
      "config.ini: OK\n"
      "[radio] stream http://localhost:8000/live.mp3\n"
      "    a file every 30 seconds, such as /tmp/isr/radio/2024-01-01/radio_20240101T174500+0545.*\n"
      "[mic] soundcard default, 48000 Hz, 1 channel\n"
      "    a file every 60 minutes, such as /tmp/isr/20240101_174500.wav\n"
      "[demo] test scene demo\n"
      "    one file, never split, such as /tmp/isr/demo/2024-01-01/demo_20240101T174500+0545.flac\n"
      "web page on http://[::1]:80\n");
}

static void
test_wrong (void)
{
  int status;
  g_autofree char *report = check ("[mic]\ntype = soundcard\nchannels = 0\nsample_rte = 1\n", NULL, &status);

  g_assert_cmpint (status, ==, 2);
  g_assert_cmpstr (report, ==,
      "config.ini:3: [mic] channels: “0” is too small; it takes native, or a whole number from 1 to 64\n"
      "config.ini:4: [mic] sample_rte: is no key that this section knows; did you mean sample_rate?\n"
      "config.ini: 2 errors\n");
}

static void
test_missing (void)
{
  int status;
  g_autofree char *report = isr_cli_check_report ("none.ini", NULL, NULL, NULL, &status);

  g_assert_cmpint (status, ==, 2);
  g_assert_cmpstr (report, ==,
      "none.ini: the configuration can not be read: Failed to open file “none.ini”: No such file or directory\n"
      "none.ini: 1 error\n");
}

static void
test_built_in (void)
{
  int status;
  g_autofree char *report = isr_cli_check_report (NULL, NULL, NULL, NULL, &status);

  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_str_has_prefix (report, "built-in configuration: OK\n[mic] soundcard default\n"));
}

int
main (int argc, char **argv)
{
  g_autofree char *work = g_dir_make_tmp ("isr-check-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (work), ==, 0);
  g_test_add_func ("/config/check/ok", test_ok);
  g_test_add_func ("/config/check/wrong", test_wrong);
  g_test_add_func ("/config/check/missing", test_missing);
  g_test_add_func ("/config/check/built-in", test_built_in);
  status = g_test_run ();
  g_unlink ("config.ini");
  g_assert_cmpint (g_rmdir (work), ==, 0);
  return status;
}
