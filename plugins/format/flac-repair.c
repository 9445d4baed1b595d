/* SPDX-License-Identifier: MIT */
/* flac-repair.c - totals and seek points for FLAC files that never got them.
 *
 * All frames are found (flac-scan.h), what follows the last whole one is cut,
 * STREAMINFO is made true, and a SEEKTABLE that is there is filled. The MD5 of a
 * file that lost its end is gone: zero, "unknown". */
#include "plugins/format/repair-private.h"

#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/flac-scan.h"

#define POINT 18 /* bytes of a seek point */

typedef struct {
  IsrFlacInfo was;  /* STREAMINFO as it stands in the file */
  IsrFlacInfo now;  /* as the frames make it */
  guint64 first;    /* offset of the first frame */
  guint64 end;      /* behind the last whole frame */
  guint64 table_at; /* payload of SEEKTABLE, 0: none */
  guint table_points;
  gboolean table_filled; /* with points that lead somewhere */
  IsrFlacSeekTable table;
} FlacFile;

gboolean
isr_flac_probe (const guint8 *head, gsize size)
{
  return size >= 4 && memcmp (head, "fLaC", 4) == 0;
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "This FLAC file can not be mended: %s.", what);
  return FALSE;
}

/* --- metadata -------------------------------------------------------------------- */

/* Filled: its first point is one, and a second one leads past the first frame. */
static void
read_table (FlacFile *self, IsrInput *input, guint64 offset, guint size)
{
  guint8 points[2 * POINT];
  gssize n = input->read (input, offset, points, MIN (size, sizeof points));

  self->table_at = offset;
  self->table_points = size / POINT;
  if (n < POINT || isr_get_be (points, 8) == G_MAXUINT64)
    return;
  self->table_filled = n < 2 * POINT || isr_get_be (points + POINT, 8) == G_MAXUINT64 || isr_get_be (points + POINT + 8, 8) > 0;
}

static gboolean
read_metadata (FlacFile *self, IsrInput *input, GError **error)
{
  guint64 at = 4;
  guint8 head[4];
  guint8 info[ISR_FLAC_STREAMINFO_SIZE];

  do {
    guint size = 0;

    if (input->read (input, at, head, 4) != 4)
      return fail (error, "it ends before its first frame");
    size = isr_get_be (head + 1, 3);
    if (at == 4 && ((head[0] & 0x7f) != ISR_FLAC_STREAMINFO || size != sizeof info || input->read (input, at + 4, info, sizeof info) != sizeof info))
      return fail (error, "it does not begin with STREAMINFO");
    if ((head[0] & 0x7f) == ISR_FLAC_SEEKTABLE)
      read_table (self, input, at + 4, size);
    at += 4 + size;
  } while (!(head[0] & 0x80));
  isr_flac_info_read (&self->was, info);
  self->first = at;
  return self->was.rate ? TRUE : fail (error, "its STREAMINFO has a sample rate of zero");
}

/* --- frames ------------------------------------------------------------------------ */

/* The place of a frame by its number; a number that goes back (a track appended
 * to another) is not believed. */
static guint64
place_of (const FlacFile *self, const IsrFlacFrame *frame, const IsrFlacFrame *first)
{
  guint64 number = frame->number - MIN (frame->number, first->number);
  guint64 place = frame->variable ? number : number * first->block;

  return MAX (place, self->now.samples);
}

static void
count_frame (FlacFile *self, const IsrFlacFrame *frame, const IsrFlacFrame *first, guint64 start, guint64 end)
{
  guint64 place = place_of (self, frame, first);

  isr_flac_seek_table_add (&self->table, place, start - self->first, frame->block);
  isr_flac_info_count_frame (&self->now, end - start);
  self->now.samples = place + frame->block;
  self->now.max_block = MAX (self->now.max_block, frame->block);
  if (frame->variable && self->now.min_block == self->now.max_block)
    self->now.min_block = 16;
  self->end = end;
}

/* FALSE when reading failed: nothing may be cut by what was seen so far. */
static gboolean
find_frames (FlacFile *self, IsrInput *input)
{
  IsrFlacScan scan;
  IsrFlacFrame frame;
  IsrFlacFrame first = { 0 };
  guint64 start = 0, end = 0;

  self->now = self->was;
  self->now.samples = 0;
  self->now.min_frame = self->now.max_frame = 0;
  isr_flac_scan_init (&scan, input, &self->was, self->first);
  while (isr_flac_scan_next (&scan, &frame, &start, &end)) {
    if (!first.block)
      first = frame;
    count_frame (self, &frame, &first, start, end);
  }
  isr_flac_scan_clear (&scan);
  return !scan.failed;
}

/* --- the verdict --------------------------------------------------------------------- */

/* A MD5 is written when a file is finished: then bytes behind the last frame are
 * somebody's tags. */
static gboolean
is_complete (const FlacFile *self, IsrInput *input)
{
  static const guint8 none[16] = { 0 };
  gboolean finished = memcmp (self->was.md5, none, 16) != 0;

  return self->was.samples == self->now.samples && (self->end == input->size || finished)
         && (finished || !self->table_points || self->table_filled);
}

static void
mend (FlacFile *self, IsrInput *input, IsrOutput *output)
{
  if (self->end < input->size)
    isr_output_truncate (output, self->end);
  if (self->table_points) {
    g_autoptr (GBytes) points = isr_flac_seek_table_build (&self->table);

    isr_output_patch (output, self->table_at, points);
  }
  if (self->was.samples != self->now.samples)
    memset (self->now.md5, 0, 16);
  isr_flac_info_patch (&self->now, output);
}

static gboolean
repair (FlacFile *self, IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  gboolean complete = FALSE;

  if (!find_frames (self, input))
    return fail (error, "reading it failed, so it was left as it is");
  if (!self->end) {
    g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_EMPTY, "This FLAC file can not be mended: there is no whole frame in it.");
    return FALSE;
  }
  complete = is_complete (self, input);
  if (!complete)
    mend (self, input, output);
  *result = (IsrRepairResult){ self->now.samples, self->was.rate, complete ? input->size : self->end, !complete };
  return TRUE;
}

gboolean
isr_flac_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  FlacFile self = { 0 };
  gboolean ok = FALSE;

  if (!read_metadata (&self, input, error))
    return FALSE;
  isr_flac_seek_table_init_capacity (&self.table, self.table_points, self.was.rate);
  ok = repair (&self, input, output, result, error);
  isr_flac_seek_table_clear (&self.table);
  return ok;
}
