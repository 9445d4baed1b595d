/* SPDX-License-Identifier: MIT */
/* probe-mp4.c - MP4, M4A, MOV: the index of the first audio track.
 *
 *   ftyp
 *   moov  mvhd                     ticks per second of the whole
 *         trak  edts elst          which part of the track is played
 *               mdia  mdhd         ticks per second of the track, how many
 *                     hdlr         "soun"
 *                     minf stbl stsd  channels, rate
 *         mvex  mehd               the length of a file in fragments
 *
 * Boxes are followed by their sizes and nothing else of the file is read. A file in
 * fragments that does not say its length has none. */
#include "plugins/format/probe-private.h"

#include <string.h>

#include "plugins/format/bytes.h"

#define MAX_BOXES 4096 /* of all levels */
#define MAX_BOX 128    /* bytes that are looked at */

typedef struct {
  IsrInput *input;
  guint boxes;
  guint32 movie_scale;
  guint64 fragments; /* movie ticks */
  /* the track that is read: */
  gboolean sound;
  guint32 scale, rate;
  guint64 ticks;
  guint channels;
  gboolean edited;
  guint64 edit_ticks, edit_start; /* movie ticks; ticks */
  gboolean found;                 /* an audio track is read: the others are not */
} Movie;

typedef struct {
  guint32 type;
  guint64 body, end;
  guint8 data[MAX_BOX]; /* of the body */
  gsize size;
} Box;

#define TYPE(a, b, c, d) ((guint32) (a) << 24 | (b) << 16 | (c) << 8 | (d))

gboolean
isr_mp4_probe (const guint8 *head, gsize size)
{
  return size >= 12 && memcmp (head + 4, "ftyp", 4) == 0;
}

/* The box at @at, which ends at @limit at the latest. */
static gboolean
read_box (Movie *self, guint64 at, guint64 limit, Box *box)
{
  guint8 head[16];
  guint64 length, skip = 8;

  if (self->boxes++ >= MAX_BOXES || limit - at < 8 || isr_probe_read (self->input, at, head, 8) != 8)
    return FALSE;
  length = isr_get_be (head, 4);
  if (length == 1) {
    if (isr_probe_read (self->input, at + 8, head + 8, 8) != 8)
      return FALSE;
    length = isr_get_be (head + 8, 8);
    skip = 16;
  }
  if (length == 0) /* to the end */
    length = limit - at;
  if (length < skip || length > limit - at)
    return FALSE;
  box->type = (guint32) isr_get_be (head + 4, 4);
  box->body = at + skip;
  box->end = at + length;
  box->size = isr_probe_read (self->input, box->body, box->data, MIN (MAX_BOX, box->end - box->body));
  return TRUE;
}

/* Version 1 has times of 64 bits: @short_at and @long_at are where @n of them stand. */
static guint64
get_versioned (const Box *box, gsize short_at, gsize long_at)
{
  gboolean wide = box->size && box->data[0] == 1;
  gsize at = wide ? long_at : short_at, n = wide ? 8 : 4;

  return box->size >= at + n ? isr_get_be (box->data + at, n) : 0;
}

static guint32
get_scale (const Box *box)
{
  gsize at = box->size && box->data[0] == 1 ? 20 : 12;

  return box->size >= at + 4 ? (guint32) isr_get_be (box->data + at, 4) : 0;
}

/* An empty edit first (a pause), then the one that plays. */
static void
read_edits (Movie *self, const Box *box)
{
  gboolean wide = box->size && box->data[0] == 1;
  gsize entry = wide ? 20 : 12, n = wide ? 8 : 4;

  for (gsize at = 8; box->size >= at + entry && !self->edited; at += entry) {
    guint64 start = isr_get_be (box->data + at + n, n);

    self->edited = start != (wide ? G_MAXUINT64 : G_MAXUINT32);
    self->edit_ticks = isr_get_be (box->data + at, n);
    self->edit_start = start;
  }
}

/* The first sample entry; that of QuickTime is the same up to here. */
static void
read_description (Movie *self, const Box *box)
{
  if (box->size < 8 + 36)
    return;
  self->channels = (guint) isr_get_be (box->data + 8 + 24, 2);
  self->rate = (guint32) isr_get_be (box->data + 8 + 32, 2);
}

static void walk (Movie *self, guint64 from, guint64 to, guint depth);

static void
read_track (Movie *self, const Box *box, guint depth)
{
  if (self->found)
    return;
  self->sound = self->edited = FALSE;
  self->scale = self->rate = 0;
  self->channels = 0;
  walk (self, box->body, box->end, depth + 1);
  self->found = self->sound && self->scale;
}

static void
visit (Movie *self, const Box *box, guint depth)
{
  switch (box->type) {
    case TYPE ('m', 'o', 'o', 'v'):
    case TYPE ('m', 'v', 'e', 'x'):
    case TYPE ('e', 'd', 't', 's'):
    case TYPE ('m', 'd', 'i', 'a'):
    case TYPE ('m', 'i', 'n', 'f'):
    case TYPE ('s', 't', 'b', 'l'):
      walk (self, box->body, box->end, depth + 1);
      break;
    case TYPE ('t', 'r', 'a', 'k'):
      read_track (self, box, depth);
      break;
    case TYPE ('m', 'v', 'h', 'd'):
      self->movie_scale = get_scale (box);
      break;
    case TYPE ('m', 'e', 'h', 'd'):
      self->fragments = get_versioned (box, 4, 4);
      break;
    case TYPE ('m', 'd', 'h', 'd'):
      self->scale = get_scale (box);
      self->ticks = get_versioned (box, 16, 24);
      break;
    case TYPE ('h', 'd', 'l', 'r'):
      self->sound |= box->size >= 12 && memcmp (box->data + 8, "soun", 4) == 0;
      break;
    case TYPE ('e', 'l', 's', 't'):
      read_edits (self, box);
      break;
    case TYPE ('s', 't', 's', 'd'):
      read_description (self, box);
      break;
    default:
      break;
  }
}

static void
walk (Movie *self, guint64 from, guint64 to, guint depth)
{
  Box box;

  if (depth > 8)
    return;
  for (guint64 at = from; at < to && read_box (self, at, to, &box); at = box.end)
    visit (self, &box, depth);
}

static guint64
scale (guint64 value, guint64 to, guint64 from)
{
  return from ? (guint64) ((double) value * (double) to / (double) from + 0.5) : 0;
}

/* What is played of the track, in its ticks. A movie's ticks are coarse: they say only that
 * something is cut off at the end when it is more than one of them. */
static guint64
get_ticks (const Movie *self)
{
  guint64 ticks = self->ticks ? self->ticks : scale (self->fragments, self->scale, self->movie_scale);
  guint64 part;

  if (!self->edited || !self->ticks)
    return ticks;
  ticks -= MIN (ticks, self->edit_start);
  part = scale (self->edit_ticks, self->scale, self->movie_scale);
  return part && part + scale (1, self->scale, self->movie_scale) < ticks ? part : ticks;
}

/* The description has no room for more than 65535 Hz, and says half of it for some AAC: ticks
 * of audio are its samples. */
gboolean
isr_probe_mp4 (IsrInput *input, IsrProbe *probe, GError **error)
{
  Movie movie = { .input = input };
  guint64 ticks;

  walk (&movie, 0, input->size, 0);
  if (!movie.found) {
    g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "This MP4 file has no index of an audio track.");
    return FALSE;
  }
  ticks = get_ticks (&movie);
  probe->rate = movie.scale >= 8000 || !movie.rate ? movie.scale : movie.rate;
  probe->samples = scale (ticks, probe->rate, movie.scale);
  probe->channels = movie.channels;
  return TRUE;
}
