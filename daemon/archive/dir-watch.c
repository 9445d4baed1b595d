/* SPDX-License-Identifier: MIT */
/* dir-watch.c - inotify, and a second of patience.
 *
 * The tree is walked in a worker, which hands each watch over in a queue; an event of a
 * watch that is not known here yet counts as "everything". A directory that appears is
 * watched first and listed then, so that no file of it is missed. */
#define G_LOG_DOMAIN "isr-dir-watch"

#include "daemon/archive/dir-watch.h"

#include "daemon/archive/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE 500 /* ms from the first event on */
#define MAX_DEPTH 32
#define MAX_NAMES 10000 /* of more it is cheaper to look at everything */
#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)
#define PART ".part"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DIR, closedir)

typedef struct {
  int number;
  char *prefix; /* "" or with a slash at its end */
} Watch;

struct _IsrDirWatch {
  char *directory;
  int fd;
  guint source, timer;
  GAsyncQueue *added; /* Watch, from whoever walks */
  gint full;          /* atomic: the kernel has no more watches; said once */

  GHashTable *prefixes; /* number -> prefix */
  GHashTable *names;    /* what is to be told */
  gboolean everything;

  IsrDirWatchFunc func;
  gpointer data;
};

static Watch *
watch_new (int number, const char *prefix)
{
  Watch *self = g_new (Watch, 1);

  self->number = number;
  self->prefix = g_strdup (prefix);
  return self;
}

static void
watch_free (gpointer data)
{
  g_free (((Watch *) data)->prefix);
  g_free (data);
}

/* --- walking (any thread) ------------------------------------------------ */

static void
say_full (IsrDirWatch *self)
{
  if (g_atomic_int_compare_and_exchange (&self->full, FALSE, TRUE))
    g_message ("%s: the kernel watches no more directories (fs.inotify.max_user_watches): files that are added or deleted by hand are noticed at the next start only", self->directory);
}

/* FALSE: it can not be watched. */
static gboolean
add_watch (IsrDirWatch *self, const char *prefix)
{
  g_autofree char *path = g_strconcat (self->directory, "/", prefix, NULL);
  int number = inotify_add_watch (self->fd, path, EVENTS);

  if (number < 0 && errno == ENOSPC)
    say_full (self);
  if (number < 0)
    return FALSE;
  g_async_queue_push (self->added, watch_new (number, prefix));
  return TRUE;
}

static gboolean
is_directory (DIR *parent, const struct dirent *entry)
{
  struct stat st;

  if (entry->d_type != DT_UNKNOWN)
    return entry->d_type == DT_DIR;
  return fstatat (dirfd (parent), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (st.st_mode);
}

static void
walk (IsrDirWatch *self, const char *prefix, guint depth)
{
  g_autofree char *path = g_strconcat (self->directory, "/", prefix, NULL);
  g_autoptr (DIR) directory = NULL;
  struct dirent *entry;

  if (!add_watch (self, prefix) || !(directory = opendir (path)))
    return;
  while ((entry = readdir (directory))) {
    g_autofree char *below = NULL;

    if (*entry->d_name == '.' || depth == MAX_DEPTH || !is_directory (directory, entry) || !g_utf8_validate (entry->d_name, -1, NULL))
      continue;
    below = g_strconcat (prefix, entry->d_name, "/", NULL);
    walk (self, below, depth + 1);
  }
}

void
isr_dir_watch_add_all (IsrDirWatch *self)
{
  walk (self, "", 0);
}

/* --- gathering ------------------------------------------------------------ */

static gboolean
tell (gpointer data)
{
  IsrDirWatch *self = data;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean everything = self->everything || g_hash_table_size (self->names) > MAX_NAMES;
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    g_ptr_array_add (names, name);
    g_hash_table_iter_steal (&iter);
  }
  self->timer = 0;
  self->everything = FALSE;
  self->func (everything ? NULL : names, self->data);
  return G_SOURCE_REMOVE;
}

static void
tell_soon (IsrDirWatch *self)
{
  if (!self->timer)
    self->timer = g_timeout_add (PATIENCE, tell, self);
}

static void
note_everything (IsrDirWatch *self)
{
  self->everything = TRUE;
  tell_soon (self);
}

/* Takes @name. */
static void
note_name (IsrDirWatch *self, char *name)
{
  g_hash_table_add (self->names, name);
  tell_soon (self);
}

static void
take_added (IsrDirWatch *self)
{
  Watch *watch;

  while ((watch = g_async_queue_try_pop (self->added))) {
    g_hash_table_replace (self->prefixes, GINT_TO_POINTER (watch->number), g_steal_pointer (&watch->prefix));
    watch_free (watch);
  }
}

/* --- events --------------------------------------------------------------- */

/* What lies in it came with it, or before it was watched. */
static void
on_new_directory (IsrDirWatch *self, const char *prefix)
{
  g_autofree char *path = g_strconcat (self->directory, "/", prefix, NULL);
  g_autoptr (GPtrArray) found = NULL;

  walk (self, prefix, 1);
  take_added (self);
  found = isr_scan (path, NULL);
  for (guint i = 0; found && i < found->len; i++) {
    const IsrFound *file = found->pdata[i];

    if (!file->part)
      note_name (self, g_strconcat (prefix, file->name, NULL));
  }
}

static void
on_directory (IsrDirWatch *self, const struct inotify_event *event, const char *prefix)
{
  g_autofree char *below = g_strconcat (prefix, event->name, "/", NULL);

  if (event->mask & (IN_CREATE | IN_MOVED_TO))
    on_new_directory (self, below);
  else if (event->mask & IN_MOVED_FROM) /* its watches, under wrong names now, go with the next look */
    note_everything (self);
}

static void
on_file (IsrDirWatch *self, const struct inotify_event *event, const char *prefix)
{
  if (event->mask & IN_CREATE || g_str_has_suffix (event->name, PART) || !isr_audio_extension (event->name))
    return; /* a file that begins is told when it is closed */
  note_name (self, g_strconcat (prefix, event->name, NULL));
}

static void
on_event (IsrDirWatch *self, const struct inotify_event *event)
{
  const char *prefix = g_hash_table_lookup (self->prefixes, GINT_TO_POINTER (event->wd));

  if (event->mask & IN_IGNORED) {
    g_hash_table_remove (self->prefixes, GINT_TO_POINTER (event->wd));
  } else if (event->mask & IN_Q_OVERFLOW || !prefix) {
    note_everything (self);
  } else if (event->len && *event->name != '.' && g_utf8_validate (event->name, -1, NULL)) {
    if (event->mask & IN_ISDIR)
      on_directory (self, event, prefix);
    else
      on_file (self, event, prefix);
  }
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  IsrDirWatch *self = data;
  char buffer[16384] __attribute__ ((aligned (__alignof__(struct inotify_event))));
  gssize n = read (fd, buffer, sizeof buffer);

  take_added (self);
  for (gssize at = 0; at < n;) {
    const struct inotify_event *event = (const struct inotify_event *) (buffer + at);

    on_event (self, event);
    at += (gssize) (sizeof *event + event->len);
  }
  return G_SOURCE_CONTINUE;
}

IsrDirWatch *
isr_dir_watch_new (const char *directory, IsrDirWatchFunc func, gpointer data)
{
  int fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  IsrDirWatch *self;

  if (fd < 0) {
    g_message ("%s: can not be watched: %s; files that are added or deleted by hand are noticed at the next start only", directory, g_strerror (errno));
    return NULL;
  }
  self = g_new0 (IsrDirWatch, 1);
  self->directory = g_strdup (directory);
  self->fd = fd;
  self->added = g_async_queue_new_full (watch_free);
  self->prefixes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->func = func;
  self->data = data;
  self->source = g_unix_fd_add (fd, G_IO_IN, on_readable, self);
  return self;
}

void
isr_dir_watch_free (IsrDirWatch *self)
{
  g_source_remove (self->source);
  if (self->timer)
    g_source_remove (self->timer);
  close (self->fd);
  g_async_queue_unref (self->added);
  g_hash_table_unref (self->prefixes);
  g_hash_table_unref (self->names);
  g_free (self->directory);
  g_free (self);
}
