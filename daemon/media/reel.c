/* SPDX-License-Identifier: MIT */
/* reel.c - every file is known; the one that is being read has a decoder. */
#include "daemon/media/reel.h"

#include <math.h>
#include <string.h>

#include "daemon/media/decode.h"
#include "daemon/media/media-error.h"

struct _IsrReel {
  const IsrSpan *span;
  GCancellable *cancellable; /* borrowed */
  GPtrArray *decodes;        /* of each part */
  GArray *pieces;
  IsrPcm pcm;
  guint frame_size;
  guint64 samples;
  gint live;    /* the file that has a decoder, or -1 */
  guint piece;  /* being read */
  guint64 done; /* samples of it */
  gboolean positioned;
};

/* --- what is asked, in pieces --------------------------------------------------- */

gboolean
isr_reel_fail_change (GError **error, const IsrSpanPart *part, const char *from, const char *to)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (part->recording->start_us / G_TIME_SPAN_SECOND);
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (part->recording->utc_offset);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);
  g_autofree char *when = g_date_time_format_iso8601 (local);

  g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT_CHANGE, "the format changes at %s from %s to %s (%s): ask for the two sides of that moment one by one", when, from, to, part->recording->name);
  return FALSE;
}

static gboolean
fail_not_yet (GError **error, const IsrReelFile *file)
{
  g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NOT_YET, "the end of this span is not on disk yet: %s has %.3f s now, and grows; ask again, or ask for less", file->about->name, (double) file->samples / file->rate);
  return FALSE;
}

static IsrTimelineFile *
lay (const IsrSpan *span, const IsrReelFile *files)
{
  IsrTimelineFile *laid = g_new (IsrTimelineFile, span->parts->len);

  for (guint i = 0; i < span->parts->len; i++)
    laid[i] = (IsrTimelineFile){ files[i].about->start_us, files[i].samples, 0 };
  isr_timeline_lay (laid, span->parts->len, span->anchor, files[span->anchor].rate);
  return laid;
}

GArray *
isr_reel_plan (const IsrSpan *span, const IsrReelFile *files, GError **error)
{
  g_autofree IsrTimelineFile *laid = lay (span, files);
  guint last = span->parts->len - 1;
  guint rate = files[span->anchor].rate;
  gint64 start = llround (span->start * rate);
  gint64 end = llround (span->end * rate);
  g_autoptr (GArray) pieces = NULL;
  gboolean missing;

  if (end > laid[last].offset + (gint64) files[last].samples && files[last].recording && !isr_span_is_open_ended (span)) {
    fail_not_yet (error, &files[last]);
    return NULL;
  }
  pieces = isr_timeline_cut (laid, span->parts->len, start, end);
  if (pieces->len)
    return g_steal_pointer (&pieces);
  missing = span->open && span->end_us > g_get_real_time () - ISR_SPAN_SLACK_US;
  g_set_error_literal (error, ISR_MEDIA_ERROR, missing ? ISR_MEDIA_ERROR_NOT_YET : ISR_MEDIA_ERROR_NOT_FOUND, missing ? "this moment is still to be recorded, or not on disk yet: ask again" : "nothing was recorded in that span");
  return NULL;
}

/* --- files ------------------------------------------------------------------------ */

static char *
describe (const IsrPcm *pcm)
{
  static const char *const names[] = { [ISR_SAMPLE_S16] = "16 bit", [ISR_SAMPLE_S24] = "24 bit", [ISR_SAMPLE_S24_32] = "24 bit", [ISR_SAMPLE_S32] = "32 bit", [ISR_SAMPLE_F32] = "float" };

  return g_strdup_printf ("%u Hz, %u channels, %s", pcm->rate, pcm->channels, names[pcm->format]);
}

static gboolean
check_same (const IsrPcm *a, const IsrPcm *b, const IsrSpanPart *part, GError **error)
{
  g_autofree char *from = describe (a);
  g_autofree char *to = describe (b);

  return g_str_equal (from, to) || isr_reel_fail_change (error, part, from, to);
}

static gboolean
open_part (IsrReel *self, const IsrSpanPart *part, GError **error)
{
  int fd = isr_span_part_open (part, error);
  IsrDecode *decode;

  if (fd < 0)
    return FALSE;
  decode = part->recording->adopted ? isr_decode_open_foreign (fd, part->recording->name, self->cancellable, error) : isr_decode_open (fd, part->recording->name, self->cancellable, error);
  if (!decode)
    return FALSE;
  g_ptr_array_add (self->decodes, decode);
  if (self->span->parts->len > 1)
    isr_decode_rest (decode);
  return self->decodes->len == 1 || check_same (&((IsrDecode *) self->decodes->pdata[0])->pcm, &decode->pcm, part, error);
}

static gboolean
open_parts (IsrReel *self, GError **error)
{
  for (guint i = 0; i < self->span->parts->len; i++)
    if (g_cancellable_set_error_if_cancelled (self->cancellable, error) || !open_part (self, self->span->parts->pdata[i], error))
      return FALSE;
  self->pcm = ((IsrDecode *) self->decodes->pdata[0])->pcm;
  self->frame_size = isr_pcm_get_frame_size (&self->pcm);
  return TRUE;
}

static gboolean
plan (IsrReel *self, GError **error)
{
  g_autofree IsrReelFile *files = g_new (IsrReelFile, self->decodes->len);

  for (guint i = 0; i < self->decodes->len; i++) {
    const IsrDecode *decode = self->decodes->pdata[i];
    const IsrSpanPart *part = self->span->parts->pdata[i];

    files[i] = (IsrReelFile){ decode->pcm.rate, decode->samples, part->recording->recording, part->recording };
  }
  self->pieces = isr_reel_plan (self->span, files, error);
  for (guint i = 0; self->pieces && i < self->pieces->len; i++)
    self->samples += g_array_index (self->pieces, IsrTimelinePiece, i).samples;
  return self->pieces != NULL;
}

/* Neighbours without a hole between them. */
static void
join (IsrReel *self)
{
  for (guint i = 1; i < self->decodes->len; i++) {
    const IsrRecording *a = ((IsrSpanPart *) self->span->parts->pdata[i - 1])->recording;
    const IsrRecording *b = ((IsrSpanPart *) self->span->parts->pdata[i])->recording;
    IsrDecode *before = self->decodes->pdata[i - 1];
    IsrTimelineFile files[] = { { a->start_us, before->samples, 0 }, { b->start_us, 0, 0 } };

    isr_timeline_lay (files, 2, 0, before->pcm.rate);
    if (files[1].offset == (gint64) before->samples && !a->adopted && !b->adopted)
      isr_decode_set_before (self->decodes->pdata[i], before);
  }
}

IsrReel *
isr_reel_open (const IsrSpan *span, GCancellable *cancellable, GError **error)
{
  g_autoptr (IsrReel) self = g_new0 (IsrReel, 1);

  self->span = span;
  self->live = span->parts->len == 1 ? 0 : -1;
  self->cancellable = cancellable;
  self->decodes = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_decode_free);
  if (!open_parts (self, error) || !plan (self, error))
    return NULL;
  join (self);
  return g_steal_pointer (&self);
}

void
isr_reel_free (IsrReel *self)
{
  g_ptr_array_unref (self->decodes);
  g_clear_pointer (&self->pieces, g_array_unref);
  g_free (self);
}

const IsrPcm *
isr_reel_get_pcm (IsrReel *self)
{
  return &self->pcm;
}

guint64
isr_reel_get_samples (IsrReel *self)
{
  return self->samples;
}

/* --- reading ------------------------------------------------------------------------ */

void
isr_reel_rest (IsrReel *self)
{
  if (self->live >= 0)
    isr_decode_rest (self->decodes->pdata[self->live]);
  self->live = -1;
  self->positioned = FALSE;
}

gboolean
isr_reel_seek (IsrReel *self, guint64 sample, GError **error)
{
  for (self->piece = 0; self->piece < self->pieces->len; self->piece++) {
    guint64 samples = g_array_index (self->pieces, IsrTimelinePiece, self->piece).samples;

    if (sample < samples)
      break;
    sample -= samples;
  }
  self->done = sample;
  self->positioned = FALSE;
  return TRUE;
}

static IsrDecode *
get_decode (IsrReel *self, const IsrTimelinePiece *piece)
{
  if (piece->file >= 0 && piece->file != self->live)
    isr_reel_rest (self);
  if (piece->file >= 0)
    self->live = piece->file;
  return piece->file >= 0 ? self->decodes->pdata[piece->file] : NULL;
}

/* Reads of the file, or silence. */
static gboolean
read_piece (IsrReel *self, const IsrTimelinePiece *piece, guint8 *data, gsize frames, GError **error)
{
  IsrDecode *decode = get_decode (self, piece);
  gsize got = 0;
  g_autoptr (GError) reason = NULL;

  if (decode && !self->positioned && !isr_decode_seek (decode, piece->start + self->done, &reason)) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }
  self->positioned = TRUE;
  if (decode)
    got = isr_decode_read (decode, data, frames, &reason);
  if (reason) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }
  memset (data + got * self->frame_size, 0, (frames - got) * self->frame_size);
  self->done += frames;
  return TRUE;
}

gsize
isr_reel_read (IsrReel *self, guint8 *data, gsize frames, GError **error)
{
  gsize total = 0;

  while (total < frames && self->piece < self->pieces->len) {
    const IsrTimelinePiece *piece = &g_array_index (self->pieces, IsrTimelinePiece, self->piece);
    gsize n = (gsize) MIN (frames - total, piece->samples - self->done);

    if (!read_piece (self, piece, data + total * self->frame_size, n, error))
      break;
    total += n;
    if (self->done == piece->samples) {
      self->piece++;
      self->done = 0;
      self->positioned = FALSE;
    }
  }
  return total;
}
