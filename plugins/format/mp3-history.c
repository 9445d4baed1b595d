/* SPDX-License-Identifier: MIT */
/* mp3-history.c - keeps the last main data and the last frames; makes the carrier. */
#include "plugins/format/mp3-history.h"

#include "plugins/format/block.h"

#include <string.h>

void
isr_mp3_history_init (IsrMp3History *self)
{
  *self = (IsrMp3History){ .main_data = g_byte_array_new () };
}

static void
history_forget_frames (IsrMp3History *self)
{
  for (guint i = 0; i < self->n_frames; i++)
    g_bytes_unref (self->frames[i]);
  self->n_frames = 0;
  self->areas = 0;
}

void
isr_mp3_history_forget (IsrMp3History *self)
{
  history_forget_frames (self);
  g_byte_array_set_size (self->main_data, 0);
  self->seen = 0;
}

void
isr_mp3_history_clear (IsrMp3History *self)
{
  history_forget_frames (self);
  g_clear_pointer (&self->main_data, g_byte_array_unref);
}

guint
isr_mp3_history_get_depth (const IsrMp3Frame *frame)
{
  return frame->layer == 3 && frame->version == 10 ? 1 : 2;
}

static gsize
history_area_size (GBytes *bytes)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  IsrMp3Frame frame;

  return isr_mp3_frame_parse (&frame, data, size) ? size - isr_mp3_frame_get_area (&frame) : 0;
}

static void
history_drop_first (IsrMp3History *self)
{
  self->areas -= history_area_size (self->frames[0]);
  g_bytes_unref (self->frames[0]);
  self->n_frames--;
  memmove (self->frames, self->frames + 1, self->n_frames * sizeof (self->frames[0]));
}

void
isr_mp3_history_add (IsrMp3History *self, const IsrMp3Frame *frame, GBytes *bytes)
{
  const guint8 *data = g_bytes_get_data (bytes, NULL);
  gsize area = isr_mp3_frame_get_area (frame);
  gsize keep;

  self->seen++;
  if (frame->layer != 3)
    return;
  if (isr_mp3_frame_get_main_data_begin (frame, data) > self->main_data->len) {
    history_forget_frames (self); /* nobody can decode it: it only carries main data */
  } else {
    if (self->n_frames == isr_mp3_history_get_depth (frame))
      history_drop_first (self);
    self->frames[self->n_frames++] = g_bytes_ref (bytes);
    self->areas += frame->size - area;
  }
  g_byte_array_append (self->main_data, data + area, frame->size - area);
  keep = ISR_MP3_MAX_RESERVOIR + self->areas;
  if (self->main_data->len > keep)
    g_byte_array_remove_range (self->main_data, 0, self->main_data->len - keep);
}

void
isr_mp3_history_settle (IsrMp3History *self)
{
  for (guint i = 0; i < self->n_frames; i++)
    isr_bytes_settle (&self->frames[i]);
}

gboolean
isr_mp3_history_append_carrier (GByteArray *primer, const IsrMp3Frame *like, const guint8 *data, gsize size)
{
  gsize begin = primer->len;
  IsrMp3Frame frame;

  if (!isr_mp3_frame_with_size (like, ISR_MP3_HEADER_SIZE + like->side_size + size, &frame))
    return FALSE;
  g_byte_array_set_size (primer, begin + frame.size);
  memset (primer->data + begin, 0, frame.size);
  isr_mp3_frame_put (&frame, primer->data + begin);
  if (size)
    memcpy (primer->data + primer->len - size, data, size);
  return TRUE;
}

guint
isr_mp3_history_get_primer (const IsrMp3History *self, const IsrMp3Frame *next, guint max_frames, GByteArray *primer)
{
  guint first = self->n_frames - MIN (max_frames, self->n_frames);
  gsize end = self->main_data->len;
  gsize begin;
  guint n = 0;

  for (guint i = first; i < self->n_frames; i++)
    end -= history_area_size (self->frames[i]);
  begin = end - MIN (end, next->version == 10 ? ISR_MP3_MAX_RESERVOIR : 255);
  if (end > begin && isr_mp3_history_append_carrier (primer, next, self->main_data->data + begin, end - begin))
    n++;
  for (guint i = first; i < self->n_frames; i++, n++) {
    gsize size = 0;
    const guint8 *data = g_bytes_get_data (self->frames[i], &size);

    g_byte_array_append (primer, data, size);
  }
  return n;
}
