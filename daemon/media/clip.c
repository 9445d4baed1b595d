/* SPDX-License-Identifier: MIT */
/* clip.c - the header, then samples out of the reel, as they are asked for. */
#include "daemon/media/clip.h"

#include <math.h>
#include <string.h>

#include "daemon/media/media-error.h"
#include "daemon/media/reel.h"
#include "daemon/media/title.h"
#include "daemon/media/workers.h"

struct _IsrClip {
  IsrSpan *span;
  GCancellable *cancellable;
  IsrReel *reel; /* of the step that runs, if one does */
  GBytes *header;
  char *name;
  guint frame_size;
  guint64 data_size; /* of the samples */
  guint64 offset;    /* of the next byte */
  gboolean moved;    /* the reel stands elsewhere */
};

static void
clip_clear (gpointer data)
{
  IsrClip *self = data;

  g_clear_pointer (&self->reel, isr_reel_free);
  g_clear_pointer (&self->header, g_bytes_unref);
  isr_span_free (self->span);
  g_object_unref (self->cancellable);
  g_free (self->name);
}

IsrClip *
isr_clip_new (IsrSpan *span)
{
  IsrClip *self = g_atomic_rc_box_new0 (IsrClip);

  self->span = span;
  self->cancellable = g_cancellable_new ();
  return self;
}

IsrClip *
isr_clip_ref (IsrClip *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
isr_clip_unref (IsrClip *self)
{
  g_atomic_rc_box_release_full (self, clip_clear);
}

void
isr_clip_cancel (IsrClip *self)
{
  g_cancellable_cancel (self->cancellable);
}

static GTask *
make_task (IsrClip *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, self->cancellable, callback, data);

  g_task_set_task_data (task, isr_clip_ref (self), (GDestroyNotify) isr_clip_unref);
  return task;
}

/* --- opening ------------------------------------------------------------------- */

static gboolean
check_length (const IsrSpan *span, GError **error)
{
  if (span->end > span->start && (span->end - span->start <= ISR_CLIP_MAX_SECONDS || isr_span_is_open_ended (span)))
    return TRUE;
  g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_USAGE, "a clip is longer than nothing and at most %d s long: ask for less, or for a cut, which may be of any length", ISR_CLIP_MAX_SECONDS);
  return FALSE;
}

static void
make_header (IsrClip *self)
{
  const IsrPcm *pcm = isr_reel_get_pcm (self->reel);
  const IsrRecording *anchor = isr_span_get_anchor (self->span);
  guint64 samples = isr_reel_get_samples (self->reel);
  IsrFileInfo info = { .source = *anchor->source ? anchor->source : NULL, .software = "isr " ISR_VERSION, .start_us = self->span->start_us, .utc_offset = anchor->utc_offset, .expected_samples = samples };

  self->header = isr_wav_header_new (pcm, samples, &info);
  self->frame_size = isr_pcm_get_frame_size (pcm);
  self->data_size = samples * self->frame_size;
  self->name = isr_media_title (self->span, (double) samples / pcm->rate, "wav");
}

static gboolean
check_samples (IsrClip *self, GError **error)
{
  const IsrPcm *pcm = isr_reel_get_pcm (self->reel);

  if (isr_reel_get_samples (self->reel) <= (guint64) ISR_CLIP_MAX_SECONDS * pcm->rate)
    return TRUE;
  g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_USAGE, "a clip is at most %d s long, and the file is longer: say start and end", ISR_CLIP_MAX_SECONDS);
  return FALSE;
}

static void
open_reel (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  IsrClip *self = data;
  GError *error = NULL;

  if (check_length (self->span, &error))
    self->reel = isr_reel_open (self->span, &error);
  if (self->reel && check_samples (self, &error)) {
    make_header (self);
    self->moved = TRUE;
  }
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
isr_clip_open_async (IsrClip *self, GAsyncReadyCallback callback, gpointer data)
{
  isr_workers_run (make_task (self, callback, data), open_reel);
}

gboolean
isr_clip_open_finish (IsrClip *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

guint64
isr_clip_get_size (IsrClip *self)
{
  return g_bytes_get_size (self->header) + self->data_size + (self->data_size & 1);
}

const char *
isr_clip_get_name (IsrClip *self)
{
  return self->name;
}

/* --- reading ------------------------------------------------------------------- */

void
isr_clip_seek (IsrClip *self, guint64 offset)
{
  self->offset = offset;
  self->moved = TRUE;
}

/* Whole sample frames from the one on that holds the byte @at of the samples. */
static gboolean
append_samples (IsrClip *self, GByteArray *out, guint64 at, gsize size, GError **error)
{
  guint64 first = at / self->frame_size;
  gsize skip = (gsize) (at % self->frame_size);
  gsize frames = (skip + size + self->frame_size - 1) / self->frame_size;
  guint begin = out->len;
  gsize got;

  if (self->moved && !isr_reel_seek (self->reel, first, error))
    return FALSE;
  g_byte_array_set_size (out, begin + (guint) (frames * self->frame_size));
  got = isr_reel_read (self->reel, out->data + begin, frames, error);
  self->moved = (skip + size) % self->frame_size != 0;
  if (got < frames)
    return FALSE;
  g_byte_array_remove_range (out, begin, (guint) skip);
  g_byte_array_set_size (out, begin + (guint) size);
  return TRUE;
}

static void
read_portion (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  IsrClip *self = data;
  gsize wanted = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (task), "size"));
  g_autoptr (GByteArray) out = g_byte_array_sized_new ((guint) wanted + 64);
  gsize header = g_bytes_get_size (self->header);
  GError *error = NULL;
  guint64 end = MIN (self->offset + wanted, isr_clip_get_size (self));

  if (self->offset < header)
    g_byte_array_append (out, (const guint8 *) g_bytes_get_data (self->header, NULL) + self->offset, (guint) (MIN (header, end) - self->offset));
  if (end > header && self->offset < header + self->data_size) {
    guint64 from = MAX (self->offset, header) - header;

    append_samples (self, out, from, (gsize) (MIN (end - header, self->data_size) - from), &error);
  }
  if (end > header + self->data_size)
    g_byte_array_append (out, (const guint8 *) "", 1);
  self->offset = end;
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&out)), (GDestroyNotify) g_bytes_unref);
}

void
isr_clip_read_async (IsrClip *self, gsize size, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = make_task (self, callback, data);

  g_object_set_data (G_OBJECT (task), "size", GSIZE_TO_POINTER (size));
  isr_workers_run (task, read_portion);
}

GBytes *
isr_clip_read_finish (IsrClip *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
