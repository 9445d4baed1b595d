/* SPDX-License-Identifier: MIT */
/* unpack-frames.c - MPEG audio and ADTS: frame after frame, found by their headers.
 *
 *     ID3v2 | Info | carrier f-1 | f0 f1 f2 ...
 *           ^ not a packet        ^ 0
 *
 * What the Info frame says is skipped lies before 0. Behind garbage a frame
 * is believed only if another one follows it.
 *
 * To know how many there are, and which one is where, takes a walk along all of them, which
 * is a walk through all bytes of the file. It is spared where the Info frame announces their
 * number, they are of one bitrate, and so are those that are looked at: even.h. */
#include "plugins/format/adts-frame.h"
#include "plugins/format/even.h"
#include "plugins/format/framer.h"
#include "plugins/format/mp3-info.h"
#include "plugins/format/unpack-private.h"

#include <string.h>

#define FRAMES_A_MARK 64
#define GROUP 8 /* frames: a decoder's sums come in the same order after so many, to the last bit */
#define MAX_SEARCH (64 * 1024)
#define HEADER 8
#define UNEVEN 64              /* frames at the beginning that may be of any size: carrier, primer */
#define LOOKS 16               /* places where even frames are looked for */
#define LONG (4 * 1024 * 1024) /* bytes; through less a walk is as fast */
#define WARM_UP_FRAMES 24      /* the reservoir of the lowest bitrates, and the overlap */

typedef struct {
  IsrUnpacker parent;
  IsrFrameMeasure measure;
  guint32 key;
  guint frame_samples;
  guint64 at; /* of the next frame */
  gint64 position;
  gint64 walked_position;
  guint64 walked_frames;
  guint drop;                         /* samples that are not played at the end */
  guint64 announced, announced_bytes; /* by the Info frame: frames, and where they end */
  IsrEven even;
  guint64 even_first;    /* number of its first frame */
  gint64 first_position; /* of frame 0 */
} Frames;

/* Size of the frame at @at, if it is there and one of ours; 0: it is not. */
static gsize
size_at (Frames *self, guint64 at)
{
  gsize got;
  const guint8 *data = isr_window_look (&self->parent.window, at, HEADER, &got);
  guint32 key = 0;
  gsize size = got >= HEADER ? self->measure (data, got, &key) : 0;

  return size && key == self->key && at + size <= self->parent.window.input->size ? size : 0;
}

/* Moves *at to the next frame. 0: there is none. */
static gsize
find (Frames *self, guint64 *at)
{
  gsize size = size_at (self, *at);
  guint64 p = *at;

  while (!size && ++p < *at + MAX_SEARCH && p + HEADER <= self->parent.window.input->size) {
    size = size_at (self, p);
    if (size && !size_at (self, p + size))
      size = 0;
  }
  if (size)
    *at = p;
  return size;
}

/* --- frame after frame --------------------------------------------------------- */

static gboolean
walk_one (Frames *self)
{
  IsrUnpacker *unpacker = &self->parent;
  gsize size = find (self, &unpacker->walked);

  if (!size)
    return FALSE;
  if (self->walked_frames++ % FRAMES_A_MARK == 0)
    isr_unpacker_mark (unpacker, self->walked_position, unpacker->walked);
  unpacker->walked += size;
  self->walked_position += self->frame_samples;
  return TRUE;
}

/* --- even ones -------------------------------------------------------------------- */

/* A whole frame at @at or behind it, and another one behind that. */
static gboolean
land (Frames *self, guint64 at, guint64 *found)
{
  for (guint64 p = at; p < at + MAX_SEARCH; p++) {
    gsize size = size_at (self, p);

    if ((size == self->even.size || size == self->even.size + 1) && size_at (self, p + size)) {
      *found = p;
      return TRUE;
    }
  }
  return FALSE;
}

/* Are the frames in all parts of it where they should be? */
static gboolean
check_even (Frames *self)
{
  for (guint64 i = 1; i < LOOKS; i++) {
    guint64 at, k;

    if (!land (self, self->even.start + self->even.bytes / LOOKS * i, &at) || !isr_even_find (&self->even, at, &k))
      return FALSE;
  }
  return TRUE;
}

static gsize
get_plain_size (Frames *self)
{
  gsize got;
  const guint8 *data = isr_window_look (&self->parent.window, self->parent.walked, HEADER, &got);
  IsrMp3Frame frame;

  return isr_mp3_frame_parse (&frame, data, got) && frame.layer == 3 ? frame.size - (data[2] >> 1 & 1) : 0;
}

/* Past the even ones, if they are. */
static void
skip_even (Frames *self)
{
  IsrUnpacker *unpacker = &self->parent;
  guint64 frames = self->announced - self->walked_frames;

  if (self->announced <= self->walked_frames || self->announced_bytes > unpacker->window.input->size || self->announced_bytes < unpacker->walked + LONG)
    return;
  self->even = (IsrEven){ unpacker->walked, self->announced_bytes - unpacker->walked, frames, get_plain_size (self) };
  if (!isr_even_is_possible (&self->even) || !check_even (self)) {
    self->even.frames = 0;
    return;
  }
  self->even_first = self->walked_frames;
  self->walked_frames += frames;
  self->walked_position += (gint64) (frames * self->frame_samples);
  unpacker->walked = self->announced_bytes;
  isr_unpacker_mark (unpacker, self->walked_position, unpacker->walked);
}

static void
frames_measure (IsrUnpacker *unpacker)
{
  Frames *self = (Frames *) unpacker;
  gint64 end;

  while (walk_one (self))
    if (self->walked_frames == UNEVEN && !self->even.frames)
      skip_even (self);
  end = self->walked_position - (self->walked_frames == self->announced ? self->drop : 0);
  unpacker->samples = (guint64) MAX (end, 0);
}

/* They are not even after all: all of them are walked along. */
static void
give_up_even (Frames *self)
{
  IsrUnpacker *unpacker = &self->parent;

  self->even.frames = 0;
  self->announced_bytes = 0;
  unpacker->walked = self->even.start;
  self->walked_frames = self->even_first;
  self->walked_position = self->first_position + (gint64) (self->even_first * self->frame_samples);
  for (guint i = unpacker->marks->len; i > 0 && g_array_index (unpacker->marks, IsrMark, i - 1).offset >= unpacker->walked; i--)
    g_array_set_size (unpacker->marks, i - 1);
  frames_measure (unpacker);
}

/* FALSE: @position lies before the even ones, or behind them. */
static gboolean
seek_even (Frames *self, gint64 position)
{
  gint64 number = (position - self->first_position) / (gint64) self->frame_samples - (gint64) self->even_first;
  gint64 last = (gint64) self->even.frames - 1;
  guint64 wanted, at, k;

  if (self->walked_frames == self->even_first + self->even.frames) /* nothing is behind them */
    number = MIN (number, last);
  if (position < self->first_position || number < GROUP || number > last)
    return FALSE;
  wanted = (guint64) number / GROUP * GROUP;
  if (!land (self, isr_even_guess (&self->even, wanted) - self->even.size / 2, &at) || !isr_even_find (&self->even, at, &k) || k != wanted) {
    give_up_even (self);
    return FALSE;
  }
  self->at = at;
  self->position = self->first_position + (gint64) ((self->even_first + k) * self->frame_samples);
  return TRUE;
}

static void
frames_seek (IsrUnpacker *unpacker, gint64 position)
{
  Frames *self = (Frames *) unpacker;

  if (!self->even.frames || !seek_even (self, position))
    isr_unpacker_seek_mark (unpacker, position);
}

static void
frames_go (IsrUnpacker *unpacker, gint64 position, guint64 offset)
{
  Frames *self = (Frames *) unpacker;

  self->at = offset;
  self->position = position;
}

static gboolean
frames_next (IsrUnpacker *unpacker, IsrUnpacked *packet)
{
  Frames *self = (Frames *) unpacker;
  gsize size = find (self, &self->at);
  gsize got;
  const guint8 *data;

  if (!size)
    return FALSE;
  data = isr_window_look (&unpacker->window, self->at, size, &got);
  if (got < size)
    return FALSE;
  *packet = (IsrUnpacked){ g_bytes_new (data, size), self->position, self->frame_samples, 0 };
  self->at += size;
  self->position += self->frame_samples;
  return TRUE;
}

static void
frames_free (IsrUnpacker *unpacker)
{
  g_free (unpacker);
}

/* --- what kind it is ------------------------------------------------------- */

static guint64
skip_id3 (IsrWindow *window)
{
  guint64 at = 0;

  for (guint i = 0; i < 8; i++) {
    gsize got;
    const guint8 *data = isr_window_look (window, at, 10, &got);

    if (got < 10 || memcmp (data, "ID3", 3) != 0)
      break;
    at += 10 + ((guint64) (data[6] & 0x7f) << 21 | (guint64) (data[7] & 0x7f) << 14 | (guint64) (data[8] & 0x7f) << 7 | (data[9] & 0x7f)) + (data[5] & 0x10 ? 10 : 0);
  }
  return at;
}

static gboolean
begin_mpeg (Frames *self, const guint8 *data, gsize size)
{
  IsrMp3Frame frame;
  IsrMp3Info info;

  if (!isr_mp3_frame_parse (&frame, data, size))
    return FALSE;
  self->measure = isr_mp3_frame_measure;
  self->key = isr_mp3_frame_get_key (&frame);
  self->frame_samples = frame.samples;
  self->parent.codec = ISR_CODEC_MPEG;
  self->parent.layer = frame.layer;
  self->parent.rate = frame.rate;
  self->parent.channels = frame.channels;
  self->parent.extension = frame.layer == 3 ? "mp3" : frame.layer == 2 ? "mp2"
                                                                       : "mp1";
  if (frame.size <= size && isr_mp3_info_parse (&info, &frame, data)) {
    self->parent.walked += frame.size;
    self->position = -(gint64) info.skip;
    self->drop = info.drop;
    self->announced = info.gapless ? info.frames : 0;
    self->announced_bytes = info.vbri ? 0 : self->parent.walked - frame.size + info.bytes;
  }
  return TRUE;
}

static gboolean
begin_adts (Frames *self, const guint8 *data, gsize size)
{
  IsrAdtsFrame frame;

  if (!isr_adts_frame_parse (&frame, data, size))
    return FALSE;
  self->measure = isr_adts_frame_measure;
  self->key = frame.key;
  self->frame_samples = frame.samples;
  self->parent.codec = ISR_CODEC_AAC;
  self->parent.rate = frame.rate;
  self->parent.channels = frame.channels == 7 ? 8 : frame.channels;
  self->parent.extension = "aac";
  return TRUE;
}

IsrUnpacker *
isr_unpacker_new_frames (IsrInput *input)
{
  static const IsrUnpackerClass klass = { frames_free, frames_measure, frames_seek, frames_go, frames_next };
  Frames *self = g_new0 (Frames, 1);
  guint64 first;
  gsize got;
  const guint8 *data;

  isr_unpacker_init (&self->parent, &klass, input);
  first = skip_id3 (&self->parent.window);
  self->parent.walked = first;
  data = isr_window_look (&self->parent.window, first, 8192, &got);
  if (!begin_mpeg (self, data, got) && !begin_adts (self, data, got)) {
    isr_unpacker_free (&self->parent);
    return NULL;
  }
  self->at = self->parent.walked;
  self->walked_position = self->first_position = self->position;
  self->parent.warm_up = WARM_UP_FRAMES * self->frame_samples;
  return &self->parent;
}
