/* SPDX-License-Identifier: MIT */
/* status-file.c - a timer, and a worker that writes beside and renames, or sets the time.
 *
 * A disk that is full is to be told of, too: the file that was replaced is kept, with room for more
 * than it said, and the next text is written into it, and it takes its place:
 *
 *     status.json         text 1          text 2
 *     status.json.spare   (text 0)   \-->  (text 1)
 *
 * The time of the file is the sign of life; its text costs much where sources are many.
 * While a write is under way (a slow disk) the next ones are left out: the file
 * is only ever old, never a queue. The worker and the end meet in one mutex-free
 * way: the end waits for the worker before it removes the file. */
#define G_LOG_DOMAIN "isr-status-file"

#include "daemon/archive/status-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096
#define TEXT_AGE 10 /* seconds: then it is written, whatever it says */

struct _IsrStatusFile {
  char *path, *spare;
  IsrStatusFunc func;
  gpointer data;
  guint timer;
  GThread *worker;
  gint busy;        /* atomic: the worker runs */
  gint needed;      /* atomic: there is no file, or an old one */
  gint64 written;   /* monotonic, µs: when the last text was given to the worker */
  gboolean failing; /* the worker's: said once */
};

typedef struct {
  IsrStatusFile *file;
  char *text; /* NULL: it is still so */
} Write;

/* As long as the file is, if it is long enough: on a full disk it can not get longer. */
static char *
pad (const char *text, gsize has, gsize *size)
{
  gsize length = strlen (text);
  char *padded;

  *size = has > length ? has : (length + length / 2 + BLOCK) / BLOCK * BLOCK;
  padded = g_malloc (*size);
  memset (padded, ' ', *size);
  memcpy (padded, text, length);
  padded[*size - 1] = '\n';
  return padded;
}

static gboolean
write_all (int fd, const char *text)
{
  struct stat st;
  gsize size, done = 0;
  g_autofree char *padded = fstat (fd, &st) == 0 ? pad (text, (gsize) st.st_size, &size) : NULL;

  while (padded && done < size) {
    gssize n = pwrite (fd, padded + done, size - done, (off_t) done);

    if (n < 0 && errno != EINTR)
      return FALSE;
    done += (gsize) MAX (n, 0);
  }
  return padded != NULL;
}

static gboolean
write_spare (IsrStatusFile *self, const char *text)
{
  int fd = open (self->spare, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  gboolean done = fd >= 0 && write_all (fd, text);
  int error = errno;

  if (fd >= 0)
    close (fd);
  errno = error;
  return done;
}

/* The first time there is nothing yet that could be kept. */
static gboolean
exchange (IsrStatusFile *self, const char *text)
{
  if (renameat2 (AT_FDCWD, self->spare, AT_FDCWD, self->path, RENAME_EXCHANGE) == 0)
    return TRUE;
  if (errno != ENOENT || g_rename (self->spare, self->path) < 0)
    return FALSE;
  write_spare (self, text);
  return TRUE;
}

/* Where the file system knows no exchange, or its files need room wherever they are written, the file
 * is made anew; if that fails, too, what it says is of a while ago, but somebody lives. */
static void
write_text (IsrStatusFile *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  if ((write_spare (self, text) && exchange (self, text)) || g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error)) {
    self->failing = FALSE;
    return;
  }
  g_atomic_int_set (&self->needed, TRUE);
  utimensat (AT_FDCWD, self->path, NULL, 0);
  if (!self->failing)
    g_message ("%s; it is tried again every %d seconds", error->message, ISR_STATUS_FILE_INTERVAL);
  self->failing = TRUE;
}

static gpointer
write_in_worker (gpointer data)
{
  g_autofree Write *write = data;
  g_autofree char *text = write->text;
  IsrStatusFile *self = write->file;

  if (text)
    write_text (self, text);
  else if (utimensat (AT_FDCWD, self->path, NULL, 0) < 0)
    g_atomic_int_set (&self->needed, TRUE);
  g_atomic_int_set (&self->busy, FALSE);
  return NULL;
}

static char *
make_text (IsrStatusFile *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean due = self->written == 0 || now - self->written >= TEXT_AGE * G_USEC_PER_SEC;
  gboolean needed = g_atomic_int_compare_and_exchange (&self->needed, TRUE, FALSE) || due;
  char *text = self->func (self->data, needed);

  if (text)
    self->written = now;
  return text;
}

static gboolean
on_time (gpointer data)
{
  IsrStatusFile *self = data;
  Write *write;

  if (g_atomic_int_get (&self->busy))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->worker, g_thread_join);
  write = g_new (Write, 1);
  *write = (Write){ self, make_text (self) };
  g_atomic_int_set (&self->busy, TRUE);
  self->worker = g_thread_new ("isr-status", write_in_worker, write);
  return G_SOURCE_CONTINUE;
}

IsrStatusFile *
isr_status_file_new (const char *state_directory, IsrStatusFunc func, gpointer data)
{
  IsrStatusFile *self = g_new0 (IsrStatusFile, 1);

  self->path = g_build_filename (state_directory, "status.json", NULL);
  self->spare = g_strconcat (self->path, ".spare", NULL);
  self->func = func;
  self->data = data;
  on_time (self);
  self->timer = g_timeout_add_seconds (ISR_STATUS_FILE_INTERVAL, on_time, self);
  return self;
}

void
isr_status_file_free (IsrStatusFile *self)
{
  g_source_remove (self->timer);
  g_clear_pointer (&self->worker, g_thread_join);
  if (g_unlink (self->path) < 0 && errno != ENOENT)
    g_message ("%s: can not be removed: %s", self->path, g_strerror (errno));
  g_unlink (self->spare);
  g_free (self->path);
  g_free (self->spare);
  g_free (self);
}

char *
isr_status_file_read (const char *state_directory, guint max_age)
{
  g_autofree char *path = g_build_filename (state_directory, "status.json", NULL);
  gint64 oldest = g_get_real_time () / G_TIME_SPAN_SECOND - max_age;
  char *text = NULL;
  GStatBuf st;

  if (g_stat (path, &st) < 0 || st.st_mtime < oldest || !g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  return g_strchomp (text);
}
