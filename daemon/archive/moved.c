/* SPDX-License-Identifier: MIT */
/* moved.c - size and time as the name of a file. Pure. */
#include "daemon/archive/moved.h"

typedef struct {
  guint64 bytes;
  gint64 mtime_us;
  gpointer entry;
  gboolean twice; /* nobody can tell which */
} Mark;

static guint
mark_hash (gconstpointer mark)
{
  return g_int64_hash (&((const Mark *) mark)->bytes) ^ g_int64_hash (&((const Mark *) mark)->mtime_us);
}

static gboolean
mark_equal (gconstpointer a, gconstpointer b)
{
  const Mark *one = a, *two = b;

  return one->bytes == two->bytes && one->mtime_us == two->mtime_us;
}

static void
add (GHashTable *marks, guint64 bytes, gint64 mtime_us, gpointer entry)
{
  Mark mark = { bytes, mtime_us, entry, FALSE };
  Mark *known = g_hash_table_lookup (marks, &mark);

  if (known)
    known->twice = TRUE;
  else if (bytes)
    g_hash_table_add (marks, g_memdup2 (&mark, sizeof mark));
}

static GHashTable *
mark_gone (GPtrArray *gone)
{
  GHashTable *marks = g_hash_table_new_full (mark_hash, mark_equal, g_free, NULL);

  for (guint i = 0; i < gone->len; i++) {
    IsrRecording *recording = gone->pdata[i];

    add (marks, recording->bytes, recording->mtime_us, recording);
  }
  return marks;
}

static GHashTable *
mark_fresh (GPtrArray *fresh)
{
  GHashTable *marks = g_hash_table_new_full (mark_hash, mark_equal, g_free, NULL);

  for (guint i = 0; i < fresh->len; i++) {
    IsrFound *file = fresh->pdata[i];

    add (marks, file->bytes, file->mtime_us, file);
  }
  return marks;
}

GHashTable *
isr_moved_find (GPtrArray *gone, GPtrArray *fresh)
{
  GHashTable *moved = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) old = NULL, new = NULL;
  GHashTableIter iter;
  gpointer mark;

  if (!gone->len || !fresh->len)
    return moved;
  old = mark_gone (gone);
  new = mark_fresh (fresh);
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, &mark, NULL)) {
    const Mark *was = mark, *is = g_hash_table_lookup (new, mark);

    if (is && !was->twice && !is->twice)
      g_hash_table_insert (moved, is->entry, was->entry);
  }
  return moved;
}
