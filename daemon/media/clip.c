/* SPDX-License-Identifier: MIT */
/* clip.c - the header, then samples out of the reel, as they are asked for: step by step,
 * in its turn. */
#include "daemon/media/clip.h"

#include <math.h>
#include <string.h>

#include "daemon/media/media-error.h"
#include "daemon/media/reel.h"
#include "daemon/media/title.h"
#include "daemon/media/turns.h"
#include "daemon/media/workers.h"

#define OF_TURN(p) ((IsrClip *) (void *) ((char *) (p) -G_STRUCT_OFFSET (IsrClip, turn)))

/* What is done in a worker: bytes are put into @out. */
typedef gboolean (*Step) (IsrClip *self, GByteArray *out, GError **error);

struct _IsrClip {
  IsrTurn turn;
  GTask *asked; /* by the owner; NULL: nothing is to be done */
  Step step;    /* for that */
  gsize wanted; /* bytes */
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

static void
unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, clip_clear);
}

/* --- steps --------------------------------------------------------------------- */

static void
run_step (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  IsrClip *self = data;
  g_autoptr (GByteArray) out = g_byte_array_sized_new ((guint) self->wanted + 64);
  GError *error = NULL;

  if (self->step (self, out, &error))
    g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&out)), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
answer (IsrClip *self, GBytes *out, GError *error)
{
  g_autoptr (GTask) asked = g_steal_pointer (&self->asked);

  if (out)
    g_task_return_pointer (asked, out, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (asked, error);
}

static void
on_stepped (GObject *object, GAsyncResult *result, gpointer unused)
{
  IsrClip *self = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;
  GBytes *out = g_task_propagate_pointer (G_TASK (result), &error);

  isr_turn_rest (&self->turn);
  answer (self, out, error);
}

static void
run (IsrClip *self, GCancellable *cancellable, GTaskThreadFunc function, GAsyncReadyCallback callback)
{
  GTask *task = g_task_new (NULL, cancellable, callback, NULL);

  g_task_set_task_data (task, g_atomic_rc_box_acquire (self), unref);
  isr_workers_run_turn (task, function);
}

static void
begin (IsrTurn *turn)
{
  IsrClip *self = OF_TURN (turn);

  run (self, self->cancellable, run_step, on_stepped);
}

/* What is opened stays so: when the turn comes again, it goes on where it was. */
static void
rest (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  IsrClip *self = data;

  if (self->reel)
    isr_reel_rest (self->reel);
  self->moved = TRUE;
  g_task_return_boolean (task, TRUE);
}

static void
on_rested (GObject *object, GAsyncResult *result, gpointer unused)
{
  IsrClip *self = g_task_get_task_data (G_TASK (result));

  isr_turn_ended (&self->turn);
}

static void
let_go (IsrTurn *turn)
{
  run (OF_TURN (turn), NULL, rest, on_rested);
}

static void
ask (IsrClip *self, Step step, gsize wanted, GAsyncReadyCallback callback, gpointer data)
{
  self->asked = g_task_new (NULL, self->cancellable, callback, data);
  self->step = step;
  self->wanted = wanted;
  isr_turn_ask (&self->turn);
}

IsrClip *
isr_clip_new (IsrSpan *span)
{
  static const IsrTurnClass klass = { begin, let_go };
  IsrClip *self = g_atomic_rc_box_new0 (IsrClip);

  self->turn.klass = &klass;
  self->span = span;
  self->cancellable = g_cancellable_new ();
  return self;
}

void
isr_clip_end (IsrClip *self)
{
  g_cancellable_cancel (self->cancellable);
  isr_turn_leave (&self->turn);
  if (self->asked && self->turn.state != ISR_TURN_WORKING)
    answer (self, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "nobody wants it any more"));
}

void
isr_clip_free (IsrClip *self)
{
  isr_clip_end (self);
  unref (self);
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

static gboolean
open_reel (IsrClip *self, GByteArray *unused, GError **error)
{
  if (!check_length (self->span, error))
    return FALSE;
  self->reel = isr_reel_open (self->span, self->cancellable, error);
  if (!self->reel || !check_samples (self, error))
    return FALSE;
  make_header (self);
  self->moved = TRUE;
  return TRUE;
}

void
isr_clip_open_async (IsrClip *self, GAsyncReadyCallback callback, gpointer data)
{
  ask (self, open_reel, 0, callback, data);
}

gboolean
isr_clip_open_finish (IsrClip *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GBytes) nothing = g_task_propagate_pointer (G_TASK (result), error);

  return nothing != NULL;
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

/* The end of what is read next: where a sample frame ends, so that the next portion begins with one. */
static guint64
get_end (IsrClip *self)
{
  gsize header = g_bytes_get_size (self->header);
  guint64 end = MIN (self->offset + self->wanted, isr_clip_get_size (self));
  guint64 rest = end > header && end < header + self->data_size ? (end - header) % self->frame_size : 0;

  return end - rest > self->offset ? end - rest : end;
}

static gboolean
read_portion (IsrClip *self, GByteArray *out, GError **error)
{
  gsize header = g_bytes_get_size (self->header);
  guint64 end = get_end (self);

  if (self->offset < header)
    g_byte_array_append (out, (const guint8 *) g_bytes_get_data (self->header, NULL) + self->offset, (guint) (MIN (header, end) - self->offset));
  if (end > header && self->offset < header + self->data_size) {
    guint64 from = MAX (self->offset, header) - header;

    if (!append_samples (self, out, from, (gsize) (MIN (end - header, self->data_size) - from), error))
      return FALSE;
  }
  if (end > header + self->data_size)
    g_byte_array_append (out, (const guint8 *) "", 1);
  self->offset = end;
  return TRUE;
}

void
isr_clip_read_async (IsrClip *self, gsize size, GAsyncReadyCallback callback, gpointer data)
{
  ask (self, read_portion, size, callback, data);
}

GBytes *
isr_clip_read_finish (IsrClip *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
