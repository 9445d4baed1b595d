/* SPDX-License-Identifier: MIT */
/* cuts.c - entries by question: being made, with those who wait; or made. */
#include "daemon/media/cuts.h"

#include "daemon/media/workers.h"

#define KEEP_SECONDS 60
#define MAX_KEPT 16

struct _IsrCuts {
  char *directory;
  GHashTable *entries; /* key -> Entry */
};

typedef struct {
  gatomicrefcount refs;
  IsrCuts *cuts; /* NULL: nobody wants it any more */
  char *key;
  char *directory;
  IsrSpan *span;
  GCancellable *cancellable;
  GPtrArray *waiting; /* GTask */
  IsrCutFile *file;   /* NULL: being made */
  guint timeout;
  gint64 used;
} Entry;

static Entry *
entry_ref (Entry *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
entry_unref (gpointer data)
{
  Entry *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->waiting);
  g_clear_pointer (&self->file, isr_cut_file_unref);
  g_clear_pointer (&self->span, isr_span_free);
  g_object_unref (self->cancellable);
  g_free (self->directory);
  g_free (self->key);
  g_free (self);
}

/* Leaves the table; a step that runs is told. */
static void
entry_drop (gpointer data)
{
  Entry *self = data;

  self->cuts = NULL;
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  entry_unref (self);
}

IsrCuts *
isr_cuts_new (const char *directory)
{
  IsrCuts *self = g_new0 (IsrCuts, 1);

  self->directory = g_strdup (directory);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_drop);
  return self;
}

void
isr_cuts_free (IsrCuts *self)
{
  g_hash_table_unref (self->entries);
  g_free (self->directory);
  g_free (self);
}

char *
isr_span_make_key (const IsrSpan *span)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *stretch = g_strdup_printf ("%u %.9f %.9f", span->anchor, span->start, span->end);

  g_checksum_update (sum, (const guchar *) stretch, -1);
  for (guint i = 0; i < span->parts->len; i++) {
    const IsrRecording *recording = ((IsrSpanPart *) span->parts->pdata[i])->recording;
    g_autofree char *part = g_strdup_printf ("\n%s %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT, recording->name, recording->start_us, recording->recording ? 0 : recording->bytes, recording->recording ? 0 : recording->mtime_us);

    g_checksum_update (sum, (const guchar *) part, -1);
  }
  return g_strndup (g_checksum_get_string (sum), 32);
}

/* --- making -------------------------------------------------------------------------- */

static void
make (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Entry *entry = data;
  GError *error = NULL;
  IsrCutFile *file = isr_cut_file_new (entry->span, entry->directory, cancellable, &error);

  if (file)
    g_task_return_pointer (task, file, (GDestroyNotify) isr_cut_file_unref);
  else
    g_task_return_error (task, error);
}

static gboolean
on_timeout (gpointer data)
{
  Entry *entry = data;

  entry->timeout = 0;
  g_hash_table_remove (entry->cuts->entries, entry->key);
  return G_SOURCE_REMOVE;
}

static void
use (Entry *entry)
{
  g_clear_handle_id (&entry->timeout, g_source_remove);
  entry->timeout = g_timeout_add_seconds (KEEP_SECONDS, on_timeout, entry);
  entry->used = g_get_monotonic_time ();
}

/* The one that was made and not asked for longest goes. */
static void
make_room (IsrCuts *self)
{
  Entry *oldest = NULL, *entry;
  GHashTableIter iter;

  if (g_hash_table_size (self->entries) <= MAX_KEPT)
    return;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
    if (entry->file && (!oldest || entry->used < oldest->used))
      oldest = entry;
  if (oldest)
    g_hash_table_remove (self->entries, oldest->key);
}

static void
on_made (GObject *object, GAsyncResult *result, gpointer data)
{
  Entry *entry = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&entry->waiting);

  entry->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  entry->file = g_task_propagate_pointer (G_TASK (result), &error);
  for (guint i = 0; i < waiting->len; i++) {
    if (entry->file)
      g_task_return_pointer (waiting->pdata[i], isr_cut_file_ref (entry->file), (GDestroyNotify) isr_cut_file_unref);
    else
      g_task_return_error (waiting->pdata[i], g_error_copy (error));
  }
  if (entry->cuts && entry->file) {
    use (entry);
    make_room (entry->cuts);
  } else if (entry->cuts) {
    g_hash_table_remove (entry->cuts->entries, entry->key);
  }
  entry_unref (entry);
}

static Entry *
entry_new (IsrCuts *cuts, IsrSpan *span, char *key)
{
  Entry *self = g_new0 (Entry, 1);
  GTask *task;

  g_atomic_ref_count_init (&self->refs);
  self->cuts = cuts;
  self->key = key;
  self->directory = g_strdup (cuts->directory);
  self->span = span;
  self->cancellable = g_cancellable_new ();
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_insert (cuts->entries, self->key, self);
  task = g_task_new (NULL, self->cancellable, on_made, entry_ref (self));
  g_task_set_task_data (task, entry_ref (self), entry_unref);
  isr_workers_run (task, make);
  return self;
}

/* --- asking ---------------------------------------------------------------------------- */

/* Nobody waits any more: the making is given up. */
static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Entry *entry = data;
  gboolean wanted = FALSE;

  for (guint i = 0; i < entry->waiting->len; i++)
    wanted |= !g_cancellable_is_cancelled (g_task_get_cancellable (entry->waiting->pdata[i]));
  if (!wanted && !entry->file && entry->cuts)
    g_hash_table_remove (entry->cuts->entries, entry->key);
  return G_SOURCE_REMOVE;
}

static void
unwatch (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

static void
watch (Entry *entry, GTask *task)
{
  g_autoptr (GSource) source = g_cancellable_source_new (g_task_get_cancellable (task));

  g_source_set_callback (source, G_SOURCE_FUNC (on_cancelled), entry_ref (entry), entry_unref);
  g_source_attach (source, NULL);
  g_task_set_task_data (task, g_steal_pointer (&source), unwatch);
}

void
isr_cuts_get_async (IsrCuts *self, IsrSpan *span, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  char *key = isr_span_make_key (span);
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry && entry->file) {
    use (entry);
    g_task_return_pointer (task, isr_cut_file_ref (entry->file), (GDestroyNotify) isr_cut_file_unref);
    g_object_unref (task);
  }
  if (entry) {
    g_free (key);
    isr_span_free (span);
  } else {
    entry = entry_new (self, span, key);
  }
  if (entry->file)
    return;
  watch (entry, task);
  g_ptr_array_add (entry->waiting, task);
}

IsrCutFile *
isr_cuts_get_finish (IsrCuts *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
