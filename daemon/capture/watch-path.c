/* SPDX-License-Identifier: MIT */
/* watch-path.c - inotify on the deepest part of the path that exists.
 *
 *   /run/user/1000/pulse/native     what is waited for
 *   /run/user/1000                  watched until "pulse" is made in it, then that
 *
 * GFileMonitor alone would look for a missing directory every four seconds, which is
 * both too late and too often. */
#include "daemon/capture/watch-path.h"

struct _IsrWatchPath {
  char *directory;
  char *name; /* NULL: any */
  IsrWatchFunc appeared;
  gpointer data;
  GFile *watched; /* the directory, or the deepest one above it that exists */
  GFileMonitor *monitor;
};

static GFile *
find_deepest (const char *directory)
{
  g_autofree char *path = g_strdup (directory);

  while (!g_file_test (path, G_FILE_TEST_IS_DIR) && !g_str_equal (path, "/")) {
    char *parent = g_path_get_dirname (path);

    g_free (path);
    path = parent;
  }
  return g_file_new_for_path (path);
}

static void
unwatch (IsrWatchPath *self)
{
  if (self->monitor) {
    g_signal_handlers_disconnect_by_data (self->monitor, self);
    g_file_monitor_cancel (self->monitor);
  }
  g_clear_object (&self->monitor);
  g_clear_object (&self->watched);
}

static gboolean
is_there (IsrWatchPath *self)
{
  g_autofree char *path = g_build_filename (self->directory, self->name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* An attribute, too: udev opens a device to its group after it was made. */
static gboolean
is_news (IsrWatchPath *self, GFile *file, GFileMonitorEvent event)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *watched = g_file_get_path (self->watched);

  if (event != G_FILE_MONITOR_EVENT_CREATED && event != G_FILE_MONITOR_EVENT_MOVED_IN && event != G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED)
    return FALSE;
  return g_str_equal (watched, self->directory) && !g_file_equal (file, self->watched) && (!self->name || g_str_equal (name, self->name));
}

static void on_event (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, IsrWatchPath *self);

/* TRUE: it watches another directory now, one level deeper or higher. */
static gboolean
follow (IsrWatchPath *self)
{
  g_autoptr (GFile) deepest = find_deepest (self->directory);

  if (self->watched && g_file_equal (deepest, self->watched))
    return FALSE;
  unwatch (self);
  self->watched = g_steal_pointer (&deepest);
  self->monitor = g_file_monitor_directory (self->watched, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor)
    g_signal_connect (self->monitor, "changed", G_CALLBACK (on_event), self);
  return TRUE;
}

static void
on_event (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, IsrWatchPath *self)
{
  gboolean moved = event == G_FILE_MONITOR_EVENT_RENAMED && other;
  gboolean news = is_news (self, moved ? other : file, moved ? G_FILE_MONITOR_EVENT_CREATED : event);
  gboolean followed = FALSE;

  if (event == G_FILE_MONITOR_EVENT_DELETED && g_file_equal (file, self->watched))
    unwatch (self);     /* what has its name now is another one */
  while (follow (self)) /* as often as something was made before we watched it */
    followed = TRUE;
  if (news || (followed && is_there (self)))
    self->appeared (self->data);
}

IsrWatchPath *
isr_watch_path_new (const char *directory, const char *name, IsrWatchFunc appeared, gpointer data)
{
  IsrWatchPath *self = g_new0 (IsrWatchPath, 1);

  self->directory = g_canonicalize_filename (directory, NULL);
  self->name = g_strdup (name);
  self->appeared = appeared;
  self->data = data;
  while (follow (self))
    ;
  return self;
}

void
isr_watch_path_free (IsrWatchPath *self)
{
  unwatch (self);
  g_free (self->directory);
  g_free (self->name);
  g_free (self);
}
