/* SPDX-License-Identifier: MIT */
/* catalog-live.c - how far a source is recorded that is being recorded now: to where audio is on
 * the disk, and to where nobody knows better yet.
 *
 *   files     #####|#######....|          the one being written reaches as far as it is written
 *   notes                  disk ------->  ... and while the disk does not take it, the hole begins there
 *   span      <---------------------> now
 *
 * Between two files, and behind what is written, nothing is missing yet: the span ends there,
 * unless a note says why nothing comes. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/status-file.h"
#include "daemon/archive/status-news.h"
#include "daemon/archive/survey.h"

#include <sys/stat.h>

#define NO_ID G_MININT64                    /* of a note that is in no table */
#define NEXT_FILE (15 * G_TIME_SPAN_SECOND) /* to make a file and its directories takes no longer */
#define TRIED_AFTER (500 * G_TIME_SPAN_MILLISECOND)
#define TRIED_AGAIN (5 * G_TIME_SPAN_SECOND) /* since the last attempt: it is made every second */

/* Files of which the catalog says that they are being written are so only while
 * there is somebody who writes. */
static gboolean
is_recorded (IsrCatalog *self)
{
  g_autofree char *status = self->writable ? NULL : isr_status_file_read (self->state_directory, ISR_STATUS_NEWS_AGE);

  return self->writable || status;
}

static int
by_start (gconstpointer a, gconstpointer b)
{
  const IsrRecording *one = *(IsrRecording *const *) a, *two = *(IsrRecording *const *) b;

  return (one->start_us > two->start_us) - (one->start_us < two->start_us);
}

/* What another process can not note, for the disk is full. */
static void
append_news (IsrCatalog *self, const char *source, GArray *notes)
{
  gint64 since_us = isr_status_news_find_disk (&self->news, self->state_directory, source);
  const IsrGap note = { .id = NO_ID, .start_us = since_us, .end_us = G_MAXINT64, .cause = ISR_CAUSE_DISK };

  if (since_us)
    g_array_append_val (notes, note);
}

GArray *
isr_catalog_list_given (IsrCatalog *self, const char *source)
{
  GArray *given = g_array_new (FALSE, FALSE, sizeof (IsrGap));

  if (self->ledger)
    isr_ledger_append_given (self->ledger, source, given);
  else if (!self->writable)
    append_news (self, source, given);
  return given;
}

/* A row with the same id is an older form of a note. */
static void
lay_over (GArray *notes, const GArray *given)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < given->len; i++)
    g_hash_table_add (ids, &g_array_index (given, IsrGap, i).id);
  for (guint i = notes->len; i-- > 0;)
    if (g_hash_table_contains (ids, &g_array_index (notes, IsrGap, i).id))
      g_array_remove_index_fast (notes, i);
  g_array_append_vals (notes, given->data, given->len);
}

gboolean
isr_catalog_read_notes (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GArray *notes, GError **error)
{
  g_autoptr (GArray) given = isr_catalog_list_given (self, source);

  if (!isr_survey_notes (self->db, source, from_us, to_us, notes, error))
    return FALSE;
  lay_over (notes, given);
  return TRUE;
}

static GArray *
read_open_notes (IsrCatalog *self, const char *source, GError **error)
{
  g_autoptr (GArray) given = isr_catalog_list_given (self, source), notes = g_array_new (FALSE, FALSE, sizeof (IsrGap));

  if (!isr_survey_open_notes (self->db, source, notes, error))
    return NULL;
  lay_over (notes, given);
  for (guint i = notes->len; i-- > 0;)
    if (g_array_index (notes, IsrGap, i).end_us != G_MAXINT64)
      g_array_remove_index_fast (notes, i);
  return g_steal_pointer (&notes);
}

/* Where the audio ends that is on the disk, while it does not take more of the file being
 * written, which began at @start_us; G_MAXINT64: it takes all. */
static gint64
find_written (const GArray *open, gint64 start_us)
{
  gint64 written_us = G_MAXINT64;

  for (guint i = 0; i < open->len; i++) {
    const IsrGap *note = &g_array_index (open, IsrGap, i);

    if (note->start_us >= start_us && g_str_equal (note->cause, ISR_CAUSE_DISK))
      written_us = MIN (written_us, note->start_us);
  }
  return written_us;
}

/* Another process writes @file, and can not note on the full disk that it is full: each attempt
 * of isrsplitsink changes the file, and leaves it the time of its last whole write. */
static gboolean
is_tried_in_vain (IsrCatalog *self, const IsrRecording *file, gint64 now_us)
{
  g_autofree char *path = self->ledger ? NULL : isr_catalog_get_path (self, file);
  struct stat st;
  gint64 tried_us;

  if (!path || !g_str_has_suffix (path, ".part") || lstat (path, &st) < 0)
    return FALSE;
  tried_us = st.st_ctim.tv_sec * G_TIME_SPAN_SECOND + st.st_ctim.tv_nsec / 1000;
  return tried_us - file->end_us > TRIED_AFTER && now_us - tried_us < TRIED_AGAIN;
}

/* The last of them ends where its audio on the disk does, and what it has in memory is
 * missing as long as it is only there: the span goes on. */
static void
add_last (IsrCatalog *self, const GArray *open, const IsrRecording *file, IsrStretch *last, gint64 *end_us)
{
  gint64 written_us = find_written (open, last->start_us);

  if (is_tried_in_vain (self, file, *end_us))
    last->after = ISR_CAUSE_DISK;
  else if (written_us == G_MAXINT64 && is_recorded (self))
    *end_us = last->end_us;
  last->end_us = MIN (last->end_us, written_us);
}

/* Between two files: the one has ended so that the other goes on, and that is not known yet. */
static void
end_between (IsrCatalog *self, const GArray *open, const GArray *stretches, gint64 last_us, gint64 *end_us)
{
  if (open->len || !is_recorded (self))
    return;
  for (guint i = 0; i < stretches->len; i++) {
    const IsrStretch *stretch = &g_array_index (stretches, IsrStretch, i);

    if (stretch->end_us == last_us && !stretch->after)
      *end_us = MIN (*end_us, last_us);
  }
}

/* How far @file reaches that is not the last one: to @next, for it is just being closed. But not
 * where a driver hangs and holds the run that was to close it, while another one goes on. */
static gint64
find_end (const IsrRecording *file, const IsrRecording *next)
{
  return next->start_us - file->end_us <= NEXT_FILE ? next->start_us : file->end_us;
}

/* Adds the files being written. Moves @end_us to the end of the last one while
 * somebody writes it. */
static void
add_live (IsrCatalog *self, const GArray *open, GPtrArray *live, GArray *stretches, gint64 *end_us)
{
  gboolean recorded = live->len > 1 && is_recorded (self);

  g_ptr_array_sort (live, by_start);
  for (guint i = 0; i < live->len; i++) {
    IsrRecording *file = live->pdata[i];
    IsrRecording *next = i + 1 < live->len ? live->pdata[i + 1] : NULL;
    IsrStretch stretch = { .start_us = file->start_us, .uncertainty_us = isr_clock_get_uncertainty (file->clock) };

    isr_catalog_refresh (self, file);
    stretch.end_us = recorded && next ? find_end (file, next) : file->end_us;
    stretch.after = recorded && next ? ISR_CAUSE_STALLED : ISR_CAUSE_NOT_RUNNING;
    g_array_append_val (stretches, stretch);
  }
  add_last (self, open, live->pdata[live->len - 1], &g_array_index (stretches, IsrStretch, stretches->len - 1), end_us);
}

gboolean
isr_catalog_add_live (IsrCatalog *self, const char *source, GPtrArray *live, GArray *stretches, gint64 last_us, gint64 *end_us, GError **error)
{
  g_autoptr (GArray) open = NULL;

  if (!live->len && last_us < *end_us - NEXT_FILE) /* nothing is being recorded */
    return TRUE;
  open = read_open_notes (self, source, error);
  if (!open)
    return FALSE;
  if (live->len)
    add_live (self, open, live, stretches, end_us);
  else
    end_between (self, open, stretches, last_us, end_us);
  return TRUE;
}
