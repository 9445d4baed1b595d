/* SPDX-License-Identifier: MIT */
/* probe-mp3.c - how long an MPEG audio file plays.
 *
 *   1. the table in its first frame (Xing, Info, VBRI) says how many frames there are;
 *   2. the frames at four places have one bitrate: the size of the file says it;
 *   3. else all frames are counted. */
#include "plugins/format/probe-private.h"

#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/mp3-info.h"

#define WINDOW 65536
#define PLACES 4
#define MIN_FRAMES 3 /* in a row: it is audio */

typedef struct {
  guint8 *data; /* WINDOW bytes of the file */
  gsize size;
  guint64 from; /* where they lie */
} Window;

static void
load (Window *self, IsrInput *input, guint64 from)
{
  self->from = from;
  self->size = isr_probe_read (input, from, self->data, WINDOW);
}

/* How many frames follow each other from @at on, and whether they have one bitrate. */
static guint
count_frames (const Window *self, gsize at, gboolean *constant)
{
  IsrMp3Frame first, frame;
  guint n = 0;

  *constant = TRUE;
  while (at + ISR_MP3_HEADER_SIZE <= self->size && isr_mp3_frame_parse (&frame, self->data + at, self->size - at)) {
    if (n++ == 0)
      first = frame;
    if (isr_mp3_frame_get_key (&frame) != isr_mp3_frame_get_key (&first))
      break;
    *constant &= frame.bitrate == first.bitrate;
    at += frame.size;
  }
  return n;
}

/* The first frame that others follow; FALSE: there is none. */
static gboolean
find_frame (const Window *self, gsize *at, IsrMp3Frame *frame, gboolean *constant)
{
  for (*at = 0; *at + ISR_MP3_HEADER_SIZE <= self->size; ++*at) {
    if (self->data[*at] != 0xff || !isr_mp3_frame_parse (frame, self->data + *at, self->size - *at))
      continue;
    if (count_frames (self, *at, constant) >= MIN_FRAMES || self->size < WINDOW)
      return TRUE;
  }
  return FALSE;
}

static guint64
get_vbri_frames (const Window *self, gsize at, const IsrMp3Frame *frame)
{
  gsize vbri = at + ISR_MP3_HEADER_SIZE + 32;

  return vbri + 18 <= at + frame->size ? isr_get_be (self->data + vbri + 14, 4) : 0;
}

/* FALSE: no table says it. */
static gboolean
ask_table (const Window *self, gsize at, const IsrMp3Frame *frame, IsrProbe *probe)
{
  IsrMp3Info info;
  guint64 frames, skipped;

  if (at + frame->size > self->size || !isr_mp3_info_parse (&info, frame, self->data + at))
    return FALSE;
  probe->ours = info.ours;
  frames = info.vbri ? get_vbri_frames (self, at, frame) : info.frames;
  skipped = (guint64) info.skip + info.drop;
  probe->samples = frames * frame->samples - MIN (frames * frame->samples, skipped);
  return probe->samples > 0;
}

static guint64
get_end (IsrInput *input)
{
  char tag[3];

  if (input->size > 128 && isr_probe_read (input, input->size - 128, tag, 3) == 3 && memcmp (tag, "TAG", 3) == 0)
    return input->size - 128;
  return input->size;
}

/* One bitrate at the beginning and at some places behind it. */
static gboolean
is_constant (Window *window, IsrInput *input, guint64 begin, const IsrMp3Frame *like)
{
  for (guint i = 1; i < PLACES; i++) {
    IsrMp3Frame frame;
    gboolean constant;
    gsize at;

    load (window, input, begin + (input->size - begin) / PLACES * i);
    if (!find_frame (window, &at, &frame, &constant))
      return FALSE;
    if (!constant || frame.bitrate != like->bitrate || frame.rate != like->rate)
      return FALSE;
  }
  return TRUE;
}

static gboolean
probe_window (Window *window, IsrInput *input, IsrProbe *probe, GError **error)
{
  IsrMp3Frame frame;
  gboolean constant;
  gsize at;
  guint64 begin;

  load (window, input, isr_probe_skip_id3 (input));
  if (!find_frame (window, &at, &frame, &constant))
    return isr_probe_walk (input, isr_mp3_repair, probe, error);
  probe->rate = frame.rate;
  probe->channels = frame.channels;
  if (ask_table (window, at, &frame, probe))
    return TRUE;
  begin = window->from + at;
  if (!constant || window->size < WINDOW || !is_constant (window, input, begin, &frame))
    return isr_probe_walk (input, isr_mp3_repair, probe, error);
  probe->estimated = TRUE;
  probe->samples = (guint64) ((double) (get_end (input) - begin) * 8 / frame.bitrate * frame.rate);
  return TRUE;
}

gboolean
isr_probe_mp3 (IsrInput *input, IsrProbe *probe, GError **error)
{
  g_autofree guint8 *data = g_malloc (WINDOW);
  Window window = { .data = data };

  return probe_window (&window, input, probe, error);
}
