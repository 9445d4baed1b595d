/* SPDX-License-Identifier: MIT */
/* test-log.c - the form of a line, where it goes, and what is dropped. */
#include "daemon/core/error.h"
#include "daemon/core/log.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_line (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (3600);
  g_autoptr (GDateTime) when = g_date_time_new (zone, 2026, 11, 20, 10, 0, 0.9);
  g_autofree char *of_source = isr_log_format_line (when, ISR_LOG_INFO, "mic", "recording: hw:CARD=Mic");
  g_autofree char *of_none = isr_log_format_line (when, ISR_LOG_CRITICAL, NULL, "two\nlines\n");

  g_assert_cmpstr (of_source, ==, "2026-11-20T10:00:00+01:00 INFO  [mic] recording: hw:CARD=Mic\n");
  g_assert_cmpstr (of_none, ==, "2026-11-20T10:00:00+01:00 CRITICAL two | lines\n");
}

static void
test_levels (void)
{
  g_assert_cmpint (isr_log_level_from_flags (G_LOG_LEVEL_DEBUG), ==, ISR_LOG_DEBUG);
  g_assert_cmpint (isr_log_level_from_flags (G_LOG_LEVEL_INFO), ==, ISR_LOG_INFO);
  g_assert_cmpint (isr_log_level_from_flags (G_LOG_LEVEL_MESSAGE), ==, ISR_LOG_INFO);
  g_assert_cmpint (isr_log_level_from_flags (G_LOG_LEVEL_WARNING), ==, ISR_LOG_WARNING);
  g_assert_cmpint (isr_log_level_from_flags (G_LOG_LEVEL_CRITICAL), ==, ISR_LOG_ERROR);
  g_assert_cmpint (isr_log_level_from_flags (G_LOG_LEVEL_ERROR), ==, ISR_LOG_CRITICAL);
}

typedef struct {
  char *directory, *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->directory = g_dir_make_tmp ("isr-log-XXXXXX", NULL);
  f->path = g_build_filename (f->directory, "isr.log", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_true (isr_log_setup (ISR_LOG_INFO, NULL, NULL));
  g_remove (f->path);
  g_assert_cmpint (g_rmdir (f->directory), ==, 0);
  g_free (f->directory);
  g_free (f->path);
}

static GStrv
read_lines (Fixture *f)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (f->path, &text, NULL, NULL));
  return g_strsplit (text, "\n", -1);
}

/* Our own warnings are not fatal, although G_DEBUG=fatal-warnings is set here. */
static void
test_file (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_set_contents (f->path, "kept\n", -1, NULL));
  g_assert_true (isr_log_setup (ISR_LOG_WARNING, f->path, &error));
  g_assert_no_error (error);
  isr_log_info ("mic", "not severe enough");
  isr_log_warning ("mic", "%d of %s", 3, "these");
  isr_log_critical (NULL, "the end");
  lines = read_lines (f);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpstr (lines[0], ==, "kept");
  g_assert_true (g_str_has_suffix (lines[1], " WARNING [mic] 3 of these"));
  g_assert_true (g_str_has_suffix (lines[2], " CRITICAL the end"));
  g_assert_cmpstr (lines[3], ==, "");
}

/* What libraries say comes out in the same form, their domain as the source. */
static void
test_libraries (Fixture *f, gconstpointer data)
{
  g_auto (GStrv) lines = NULL;

  g_assert_true (isr_log_setup (ISR_LOG_DEBUG, f->path, NULL));
  g_log ("Some-Library", G_LOG_LEVEL_MESSAGE, "hello");
  g_log ("Some-Library", G_LOG_LEVEL_DEBUG, "chatter that nobody asked for");
  lines = read_lines (f);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_true (g_str_has_suffix (lines[0], " INFO  [Some-Library] hello"));
}

static void
test_impossible (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (isr_log_setup (ISR_LOG_INFO, "/nonexistent/isr.log", &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "/nonexistent/isr.log"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/line", test_line);
  g_test_add_func ("/log/levels", test_levels);
  g_test_add ("/log/file", Fixture, NULL, set_up, test_file, tear_down);
  g_test_add ("/log/libraries", Fixture, NULL, set_up, test_libraries, tear_down);
  g_test_add ("/log/impossible", Fixture, NULL, set_up, test_impossible, tear_down);
  return g_test_run ();
}
