/* SPDX-License-Identifier: MIT */
/* cut-file.c - the files of a span are opened, counted, laid out and cut. */
#include "daemon/media/cut-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/media/media-error.h"
#include "daemon/media/reel.h"
#include "daemon/media/title.h"
#include "plugins/format/format.h"

#define RESERVE (1024 * 1024)

typedef struct {
  const IsrSpan *span;
  int *fds; /* of each part; -1: not open */
  IsrFile *files;
  IsrReelFile *counted;
  GArray *pieces;
  GArray *parts; /* IsrCutPart */
  guint gaps;
  guint64 gap_samples;
} Work;

static Work *
work_new (const IsrSpan *span)
{
  Work *self = g_new0 (Work, 1);
  guint n = span->parts->len;

  self->span = span;
  self->fds = g_new (int, n);
  self->files = g_new0 (IsrFile, n);
  self->counted = g_new0 (IsrReelFile, n);
  self->parts = g_array_new (FALSE, TRUE, sizeof (IsrCutPart));
  for (guint i = 0; i < n; i++)
    self->fds[i] = -1;
  return self;
}

static void
work_free (Work *self)
{
  for (guint i = 0; i < self->span->parts->len; i++)
    if (self->fds[i] >= 0)
      close (self->fds[i]);
  g_free (self->fds);
  g_free (self->files);
  g_free (self->counted);
  g_clear_pointer (&self->pieces, g_array_unref);
  g_array_unref (self->parts);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

/* --- what there is ---------------------------------------------------------------------- */

static gboolean
count_samples (IsrInput *input, IsrReelFile *counted, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (IsrPcmReader) reader = isr_pcm_reader_new (input, NULL);
  g_autoptr (IsrUnpacker) unpacker = reader ? NULL : isr_unpacker_new (input, &reason);

  if (reader) {
    counted->rate = isr_pcm_reader_get_pcm (reader)->rate;
    counted->samples = isr_pcm_reader_get_samples (reader);
  } else if (unpacker) {
    counted->rate = isr_unpacker_get_rate (unpacker);
    counted->samples = isr_unpacker_get_samples (unpacker);
  } else {
    g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "%s can not be cut without being encoded again: %s; ask for a clip", counted->about->name, reason->message);
    return FALSE;
  }
  return TRUE;
}

static gboolean
open_parts (Work *self, GError **error)
{
  for (guint i = 0; i < self->span->parts->len; i++) {
    const IsrSpanPart *part = self->span->parts->pdata[i];

    self->fds[i] = isr_span_part_open (part, error);
    if (self->fds[i] < 0)
      return FALSE;
    self->counted[i].about = part->recording;
    self->counted[i].recording = part->recording->recording;
    if (!isr_file_init (&self->files[i], self->fds[i]) || !count_samples (&self->files[i].input, &self->counted[i], error))
      return FALSE;
    if (self->counted[i].rate != self->counted[0].rate)
      return isr_reel_fail_change (error, part, "another sample rate", "this one");
  }
  return TRUE;
}

/* Pieces to parts: holes go; what is behind one, or begins in the middle, is not joined. */
static gboolean
plan (Work *self, GError **error)
{
  gboolean hole = TRUE;

  self->pieces = isr_reel_plan (self->span, self->counted, error);
  for (guint i = 0; self->pieces && i < self->pieces->len; i++) {
    const IsrTimelinePiece *piece = &g_array_index (self->pieces, IsrTimelinePiece, i);
    IsrCutPart part = { .start = piece->start, .samples = piece->samples, .joined = !hole && piece->start == 0 };

    hole = piece->file < 0;
    if (hole) {
      self->gaps++;
      self->gap_samples += piece->samples;
      continue;
    }
    part.input = &self->files[piece->file].input;
    g_array_append_val (self->parts, part);
  }
  return self->pieces != NULL;
}

/* --- where it goes ------------------------------------------------------------------------ */

static int
open_nameless (const char *directory)
{
  const char *places[] = { directory, g_getenv ("TMPDIR"), "/var/tmp", "/tmp" };
  int fd = -1;

  for (guint i = 0; fd < 0 && i < G_N_ELEMENTS (places); i++)
    if (places[i])
      fd = open (places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  return fd;
}

static guint64
estimate (Work *self)
{
  double bytes = 0;

  for (guint i = 0; i < self->pieces->len; i++) {
    const IsrTimelinePiece *piece = &g_array_index (self->pieces, IsrTimelinePiece, i);

    if (piece->file >= 0)
      bytes += (double) self->files[piece->file].input.size * ((double) piece->samples / (double) MAX (self->counted[piece->file].samples, 1));
  }
  return (guint64) bytes + RESERVE;
}

static gboolean
fail_no_space (GError **error, guint64 needed)
{
  g_autofree char *size = g_format_size (needed);

  g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NO_SPACE, "there is no room for this cut, which takes about %s for the time of the download: make room, ask for less, or download whole recordings", size);
  return FALSE;
}

static gboolean
check_room (int fd, guint64 needed, GError **error)
{
  struct statvfs fs;

  return fstatvfs (fd, &fs) < 0 || (guint64) fs.f_bavail * fs.f_frsize >= needed || fail_no_space (error, needed);
}

/* --- cutting --------------------------------------------------------------------------------- */

typedef struct {
  IsrFile *out;
  GCancellable *cancellable;
} Watch;

static gboolean
go_on (gpointer data)
{
  Watch *self = data;

  return !self->out->error && !g_cancellable_is_cancelled (self->cancellable);
}

static const IsrSpanPart *
find_part (Work *self, guint index)
{
  const IsrCutPart *part = &g_array_index (self->parts, IsrCutPart, index);

  for (guint i = 0; i < self->span->parts->len; i++)
    if (part->input == &self->files[i].input)
      return self->span->parts->pdata[i];
  return self->span->parts->pdata[0];
}

static gboolean
fail_cut (Work *self, const IsrCut *cut, const IsrFile *out, const GError *reason, GError **error)
{
  if (out->error == ENOSPC || out->error == EDQUOT || out->error == EFBIG)
    return fail_no_space (error, estimate (self));
  if (cut->changed)
    return isr_reel_fail_change (error, find_part (self, cut->changed), "what was before", "something else");
  g_set_error (error, ISR_MEDIA_ERROR, out->error ? ISR_MEDIA_ERROR_FAILED : ISR_MEDIA_ERROR_FORMAT, "the cut failed: %s", out->error ? g_strerror (out->error) : reason->message);
  return FALSE;
}

static void
cut_file_clear (gpointer data)
{
  IsrCutFile *self = data;

  if (self->fd >= 0)
    close (self->fd);
  g_free (self->name);
}

static void
describe (IsrCutFile *self, const Work *work, const IsrCut *cut)
{
  self->size = cut->totals.bytes;
  self->start_us = cut->info.start_us;
  self->name = isr_media_title (work->span, (double) cut->totals.samples / cut->rate, cut->extension);
  self->gaps = work->gaps;
  self->gap_seconds = (double) work->gap_samples / cut->rate;
}

/* The first piece may be a hole: what is cut then begins later. */
static gint64
get_start (Work *self)
{
  const IsrTimelinePiece *first = &g_array_index (self->pieces, IsrTimelinePiece, 0);

  return self->span->start_us + (first->file < 0 ? (gint64) (first->samples * 1000000 / self->counted[0].rate) : 0);
}

static gboolean
write_cut (IsrCutFile *self, Work *work, GCancellable *cancellable, GError **error)
{
  const IsrRecording *anchor = isr_span_get_anchor (work->span);
  IsrFile out;
  Watch watch = { &out, cancellable };
  IsrCut cut = { (const IsrCutPart *) work->parts->data, work->parts->len, &out.output, .go_on = go_on, .data = &watch };
  g_autoptr (GError) reason = NULL;

  if (!isr_file_init (&out, self->fd))
    return fail_no_space (error, 0);
  cut.info = (IsrFileInfo){ *anchor->source ? anchor->source : NULL, "isr " ISR_VERSION, get_start (work), anchor->utc_offset, 0 };
  for (guint i = 0; i < work->parts->len; i++)
    cut.info.expected_samples += g_array_index (work->parts, IsrCutPart, i).samples;
  if (!isr_cut (&cut, &reason) || out.error)
    return fail_cut (work, &cut, &out, reason, error);
  describe (self, work, &cut);
  return TRUE;
}

IsrCutFile *
isr_cut_file_new (const IsrSpan *span, const char *directory, GCancellable *cancellable, GError **error)
{
  g_autoptr (Work) work = work_new (span);
  g_autoptr (IsrCutFile) self = g_atomic_rc_box_new0 (IsrCutFile);

  self->fd = -1;
  if (!open_parts (work, error) || !plan (work, error))
    return NULL;
  self->fd = open_nameless (directory);
  if (self->fd < 0) {
    fail_no_space (error, estimate (work));
    return NULL;
  }
  if (!check_room (self->fd, estimate (work), error) || !write_cut (self, work, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

IsrCutFile *
isr_cut_file_ref (IsrCutFile *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
isr_cut_file_unref (IsrCutFile *self)
{
  g_atomic_rc_box_release_full (self, cut_file_clear);
}
