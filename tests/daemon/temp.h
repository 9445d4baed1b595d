/* SPDX-License-Identifier: MIT */
/* temp.h - a directory for a test, gone afterwards; and a main loop with a limit. */
#pragma once

#include <glib/gstdio.h>

static inline void
temp_remove (const char *path)
{
  g_autoptr (GDir) directory = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (directory && (name = g_dir_read_name (directory))) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    temp_remove (child);
  }
  g_remove (path);
}

static inline char *
temp_new (void)
{
  char *path = g_dir_make_tmp ("isr-test-XXXXXX", NULL);

  g_assert_nonnull (path);
  return path;
}

static inline void
temp_write (const char *directory, const char *name, const void *data, gssize size)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, data, size, NULL));
}

/* Of this process. */
static inline guint
temp_count_open_files (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (directory))
    n++;
  return n;
}

static inline gboolean
temp_too_late (gpointer what)
{
  g_error ("waited too long for %s", (const char *) what);
  return G_SOURCE_REMOVE;
}

static inline gboolean
temp_turn (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Turns the main loop until the condition holds, which another thread may bring about and say nothing;
 * only what fails takes the limit. */
#define TEMP_WAIT_FOR(condition)                                                     \
  G_STMT_START                                                                       \
  {                                                                                  \
    guint limit_ = g_timeout_add_seconds (60, temp_too_late, (gpointer) #condition); \
    guint turn_ = g_timeout_add (20, temp_turn, NULL);                               \
    while (!(condition))                                                             \
      g_main_context_iteration (NULL, TRUE);                                         \
    g_source_remove (limit_);                                                        \
    g_source_remove (turn_);                                                         \
  }                                                                                  \
  G_STMT_END
