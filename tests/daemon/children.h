/* SPDX-License-Identifier: MIT */
/* children.h - the processes that this one has started and that are not waited for yet. */
#pragma once

#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline GArray *
children_list (void)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (proc))) {
    g_autofree char *path = g_strdup_printf ("/proc/%s/stat", name);
    g_autofree char *stat = NULL;
    const char *behind = g_ascii_isdigit (*name) && g_file_get_contents (path, &stat, NULL, NULL) ? strrchr (stat, ')') : NULL;
    int parent = 0, pid = atoi (name);

    if (behind && sscanf (behind, ") %*c %d", &parent) == 1 && parent == getpid ())
      g_array_append_val (pids, pid);
  }
  return pids;
}

static inline guint
children_count (void)
{
  g_autoptr (GArray) pids = children_list ();

  return pids->len;
}

static inline gboolean
children_has_argument (int pid, const char *argument)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", pid);
  g_autofree char *line = NULL;
  gsize size = 0;

  return g_file_get_contents (path, &line, &size, NULL) && memmem (line, size, argument, strlen (argument));
}

/* Those that are the program already: who starts another one waits until it is. */
static inline void
children_kill (const char *argument, int number)
{
  g_autoptr (GArray) pids = children_list ();

  for (guint i = 0; i < pids->len; i++)
    if (children_has_argument (g_array_index (pids, int, i), argument))
      kill (g_array_index (pids, int, i), number);
}
