/* SPDX-License-Identifier: MIT */
/* journal.c - one file, one worker that syncs it.
 *
 *   append, append --> [ fdatasync up to size A ] --> who waits for A or less is told
 *   append, append, append --> ... and again, for all that came meanwhile
 *
 * However many are in a hurry, there is one sync at a time. A line that was torn by a
 * crash stays where it is: the next one begins behind a line break of its own, and
 * reading passes the torn one over. */
#define G_LOG_DOMAIN "isr-journal"

#include "daemon/archive/journal.h"

#include "daemon/core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  gint64 size; /* what is to be on the medium */
  IsrJournalKept func;
  gpointer data;
} Waiting;

struct _IsrJournal {
  char *path;
  int fd;
  gint64 size;
  gboolean torn;   /* the last byte is no line break */
  gint64 kept;     /* so much is on the medium */
  GQueue waiting;  /* Waiting, by size */
  gboolean failed; /* said once, not every time */

  GThreadPool *syncer;
  gboolean syncing;
  gint64 target; /* what its sync will have kept */
  int result;    /* of its sync: errno, 0 */
  GSource *told; /* from its end until the main loop knows of it */
};

static gboolean
fail (GError **error, const char *path, int code, const char *doing)
{
  gboolean full = code == ENOSPC || code == EDQUOT;

  g_set_error (error, ISR_ERROR, full ? ISR_ERROR_NO_SPACE : ISR_ERROR_STORAGE, "%s: %s: %s; %s", path, doing, g_strerror (code),
      full ? "make room on that disk and try again" : "check who owns the directory");
  return FALSE;
}

/* The name of a new file is on the medium with its directory only. */
static void
sync_directory (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (fsync (fd) < 0)
    g_message ("%s: can not be forced onto the medium: %s", directory, g_strerror (errno));
  close (fd);
}

static gboolean
look (IsrJournal *self)
{
  struct stat st;
  char last = '\n';

  if (fstat (self->fd, &st) < 0)
    return FALSE;
  self->size = st.st_size;
  self->torn = st.st_size > 0 && pread (self->fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
  return TRUE;
}

/* --- syncing -------------------------------------------------------------- */

static void
tell_waiting (IsrJournal *self, const GError *error)
{
  Waiting *first;

  while ((first = g_queue_peek_head (&self->waiting)) && (error || first->size <= self->kept)) {
    g_queue_pop_head (&self->waiting);
    first->func (error, first->data);
    g_free (first);
  }
}

static void
begin_sync (IsrJournal *self)
{
  if (self->syncing || self->kept == self->size)
    return;
  self->syncing = TRUE;
  self->target = self->size;
  g_thread_pool_push (self->syncer, self, NULL);
}

static void
end_sync (IsrJournal *self)
{
  g_autoptr (GError) error = NULL;

  self->syncing = FALSE;
  self->kept = self->target; /* also when it failed: the kernel has given those pages up, and so do we */
  if (self->result)
    fail (&error, self->path, self->result, "what was said can not be forced onto the medium");
  if (error && !self->failed)
    g_warning ("%s", error->message);
  self->failed = error != NULL;
  tell_waiting (self, error);
  begin_sync (self);
}

static gboolean
on_synced (gpointer data)
{
  IsrJournal *self = data;

  g_clear_pointer (&self->told, g_source_unref);
  end_sync (self);
  return G_SOURCE_REMOVE;
}

/* In its thread. */
static void
sync_file (gpointer data, gpointer unused)
{
  IsrJournal *self = data;

  self->result = fdatasync (self->fd) < 0 ? errno : 0;
  self->told = g_idle_source_new ();
  g_source_set_priority (self->told, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->told, on_synced, self, NULL);
  g_source_attach (self->told, NULL);
}

void
isr_journal_when_kept (IsrJournal *self, IsrJournalKept func, gpointer data)
{
  Waiting *waiting = g_new (Waiting, 1);

  *waiting = (Waiting){ self->size, func, data };
  g_queue_push_tail (&self->waiting, waiting);
  if (self->kept == self->size)
    tell_waiting (self, NULL);
}

/* What is left when the main loop will not hear of it any more. */
static void
finish_sync (IsrJournal *self)
{
  g_thread_pool_free (self->syncer, FALSE, TRUE);
  if (self->told) {
    g_source_destroy (self->told);
    g_clear_pointer (&self->told, g_source_unref);
  }
  self->target = self->size;
  self->result = self->kept != self->size && fdatasync (self->fd) < 0 ? errno : 0;
  self->kept = self->size;
  end_sync (self);
}

/* --- writing -------------------------------------------------------------- */

IsrJournal *
isr_journal_open (const char *path, GError **error)
{
  g_autoptr (IsrJournal) self = g_new0 (IsrJournal, 1);

  self->path = g_strdup (path);
  g_queue_init (&self->waiting);
  self->fd = open (path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (self->fd < 0 || !look (self)) {
    fail (error, path, errno, "can not be opened");
    return NULL;
  }
  self->kept = self->size;
  if (!self->size)
    sync_directory (path);
  self->syncer = g_thread_pool_new (sync_file, NULL, 1, FALSE, NULL);
  return g_steal_pointer (&self);
}

void
isr_journal_free (IsrJournal *self)
{
  if (self->syncer)
    finish_sync (self);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}

gboolean
isr_journal_append (IsrJournal *self, JsonNode *entry, GError **error)
{
  g_autofree char *text = json_to_string (entry, FALSE);
  g_autofree char *line = g_strconcat (self->torn ? "\n" : "", text, "\n", NULL);
  gsize length = strlen (line);
  gssize written = write (self->fd, line, length);

  if (written != (gssize) length) {
    int code = written < 0 ? errno : ENOSPC;

    self->torn |= written > 0 && ftruncate (self->fd, self->size) < 0;
    return fail (error, self->path, code, "can not be written");
  }
  self->size += written;
  self->torn = FALSE;
  begin_sync (self);
  return TRUE;
}

gint64
isr_journal_get_size (const IsrJournal *self)
{
  return self->size;
}

/* --- reading ------------------------------------------------------------- */

static gboolean
read_line (JsonParser *parser, const char *line, gsize length, IsrJournalFunc func, gpointer data)
{
  JsonNode *root;

  if (!json_parser_load_from_data (parser, line, (gssize) length, NULL))
    return FALSE;
  root = json_parser_get_root (parser);
  if (!root || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  func (json_node_get_object (root), data);
  return TRUE;
}

static guint
read_lines (const char *text, gsize size, IsrJournalFunc func, gpointer data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  const char *end = text + size;
  guint bad = 0;

  while (text < end) {
    const char *stop = memchr (text, '\n', (gsize) (end - text));
    gsize length = (gsize) ((stop ? stop : end) - text);

    bad += length && !read_line (parser, text, length, func, data);
    text += length + 1;
  }
  return bad;
}

gboolean
isr_journal_read (const char *path, gint64 from, IsrJournalFunc func, gpointer data, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) wrong = NULL;
  gsize size;
  guint bad;

  if (!g_file_get_contents (path, &text, &size, &wrong)) {
    if (g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return TRUE;
    g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "%s; labels and protection are in it: make it readable", wrong->message);
    return FALSE;
  }
  from = CLAMP (from, 0, (gint64) size);
  bad = read_lines (text + from, size - (gsize) from, func, data);
  if (bad)
    g_message ("%s: %u lines are damaged and were passed over", path, bad);
  return TRUE;
}
