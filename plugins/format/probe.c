/* SPDX-License-Identifier: MIT */
/* probe.c - whose file is it, and what WAV and FLAC say about themselves. */
#include "plugins/format/probe-private.h"

#include <string.h>

#include "plugins/format/bext.h"
#include "plugins/format/bytes.h"
#include "plugins/format/flac-frame.h"
#include "plugins/format/flac-header.h"
#include "plugins/format/flac-tags.h"
#include "plugins/format/iso8601.h"
#include "plugins/format/wav-layout.h"

#define MAX_BLOCKS 1000
#define MAX_COMMENTS (1 << 20) /* bytes that are read of comments */
#define MAX_BEXT 65536
#define HEAD 8192
#define NO_OFFSET 1000000 /* s: an offset that no zone has */
#define TAIL (256 * 1024) /* at the end of a FLAC file without a total */

void
isr_probe_clear (IsrProbe *self)
{
  g_clear_pointer (&self->source, g_free);
}

gsize
isr_probe_read (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  gssize n = input->read (input, offset, buffer, size);

  return (gsize) MAX (n, 0);
}

guint64
isr_probe_skip_id3 (IsrInput *input)
{
  guint8 head[10];

  if (isr_probe_read (input, 0, head, sizeof head) != sizeof head || memcmp (head, "ID3", 3) != 0)
    return 0;
  return 10 + ((guint64) (head[6] & 127) << 21 | (guint64) (head[7] & 127) << 14 | (guint64) (head[8] & 127) << 7 | (head[9] & 127)) + (head[5] & 16 ? 10 : 0);
}

static const char *
get_value (const char *tag, const char *key)
{
  gsize length = strlen (key);

  return g_ascii_strncasecmp (tag, key, length) == 0 ? tag + length : NULL;
}

void
isr_probe_take_tags (IsrProbe *self, char *const *tags)
{
  const char *source = NULL, *date = NULL;

  for (; tags && *tags; tags++) {
    const char *encoder = get_value (*tags, "ENCODER=");

    source = get_value (*tags, "SOURCE=") ? get_value (*tags, "SOURCE=") : source;
    date = get_value (*tags, "DATE=") ? get_value (*tags, "DATE=") : date;
    if (encoder && g_ascii_strncasecmp (encoder, "isr", 3) == 0)
      self->ours = TRUE;
  }
  /* other programs write the year of the work there, or what they like */
  self->timed = self->ours && date && isr_iso8601_parse (date, &self->start_us, &self->utc_offset);
  if (self->ours)
    self->source = g_strdup (source);
}

/* --- walking -------------------------------------------------------------- */

static void
drop_bytes (IsrOutput *output, GBytes *bytes)
{
}

static void
drop_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
}

static void
drop_truncate (IsrOutput *output, guint64 size)
{
}

gboolean
isr_probe_walk (IsrInput *input, IsrRepairFunc repair, IsrProbe *probe, GError **error)
{
  IsrOutput nowhere = { drop_bytes, drop_patch, drop_truncate };
  IsrRepairResult result = { 0 };

  if (!repair (input, &nowhere, &result, error))
    return FALSE;
  probe->samples = result.samples;
  probe->rate = result.rate;
  return TRUE;
}

gboolean
isr_probe_adts (IsrInput *input, IsrProbe *probe, GError **error)
{
  return isr_probe_walk (input, isr_adts_repair, probe, error);
}

/* --- WAV ------------------------------------------------------------------ */

static void
read_bext (IsrInput *input, const IsrWavLayout *layout, IsrProbe *probe)
{
  gsize size = MIN (layout->bext_size, MAX_BEXT);
  g_autofree guint8 *data = g_malloc (MAX (size, 1));
  gsize n = isr_probe_read (input, layout->bext, data, size);

  probe->utc_offset = NO_OFFSET;
  probe->timed = isr_bext_get_start (data, n, layout->rate, &probe->start_us, &probe->utc_offset);
  probe->local = probe->timed && probe->utc_offset == NO_OFFSET;
  if (probe->local)
    probe->start_us += NO_OFFSET * G_TIME_SPAN_SECOND;
  if (probe->ours)
    probe->source = isr_bext_get_source (data, n);
}

gboolean
isr_probe_wav (IsrInput *input, IsrProbe *probe, GError **error)
{
  IsrWavLayout layout;
  guint64 room;

  if (!isr_wav_layout_read (&layout, input, error))
    return FALSE;
  room = input->size - MIN (input->size, layout.data);
  probe->rate = layout.rate;
  probe->channels = layout.channels;
  probe->ours = layout.ours;
  probe->samples = MIN (layout.data_size ? layout.data_size : room, room) / layout.block;
  if (layout.bext)
    read_bext (input, &layout, probe);
  return TRUE;
}

/* --- FLAC ----------------------------------------------------------------- */

static void
read_comments (IsrInput *input, guint64 offset, gsize size, IsrProbe *probe)
{
  g_autofree guint8 *data = g_malloc (MAX (MIN (size, MAX_COMMENTS), 1));
  gsize n = isr_probe_read (input, offset, data, MIN (size, MAX_COMMENTS));
  g_auto (GStrv) tags = isr_flac_tags_read (data, n, NULL);

  isr_probe_take_tags (probe, tags);
}

/* Follows a frame at the one before it. */
static gboolean
continues (const IsrFlacFrame *before, const IsrFlacFrame *frame)
{
  guint64 expected = before->number + (before->variable ? before->block : 1);

  return frame->variable == before->variable && frame->channels == before->channels && frame->number == expected;
}

/* The total that nobody wrote: by the number of the last frame that follows another. */
static guint64
count_by_last_frame (IsrInput *input, const IsrFlacInfo *info)
{
  g_autofree guint8 *tail = g_malloc (TAIL);
  guint64 from = input->size > TAIL ? input->size - TAIL : 0;
  gsize n = isr_probe_read (input, from, tail, TAIL);
  IsrFlacFrame last = { 0 };
  guint64 samples = 0;

  for (gsize i = 0; i + ISR_FLAC_FRAME_MAX_HEADER <= n; i++) {
    IsrFlacFrame frame;

    if (tail[i] != 0xff || !isr_flac_frame_parse (&frame, tail + i, n - i))
      continue;
    if (last.block && continues (&last, &frame))
      samples = (frame.variable ? frame.number : frame.number * last.block) + frame.block;
    else if (samples)
      continue; /* looks like one, amid the samples of another */
    last = frame;
  }
  return samples;
}

gboolean
isr_probe_flac (IsrInput *input, IsrProbe *probe, GError **error)
{
  guint64 at = isr_probe_skip_id3 (input) + 4;
  guint8 head[4], streaminfo[ISR_FLAC_STREAMINFO_SIZE];
  IsrFlacInfo info = { 0 };

  for (guint i = 0; i < MAX_BLOCKS && isr_probe_read (input, at, head, 4) == 4; i++) {
    gsize size = isr_get_be (head + 1, 3);
    guint type = head[0] & 127;

    if (type == ISR_FLAC_STREAMINFO && isr_probe_read (input, at + 4, streaminfo, sizeof streaminfo) == sizeof streaminfo)
      isr_flac_info_read (&info, streaminfo);
    if (type == ISR_FLAC_VORBIS_COMMENT)
      read_comments (input, at + 4, size, probe);
    at += 4 + size;
    if (head[0] & 128)
      break;
  }
  if (!info.rate) {
    g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "This FLAC file has no header that could be read.");
    return FALSE;
  }
  probe->rate = info.rate;
  probe->channels = info.channels;
  probe->samples = info.samples ? info.samples : count_by_last_frame (input, &info);
  return TRUE;
}

/* --- all ------------------------------------------------------------------ */

/* The first bytes are asked for again and again: they are read once. */
typedef struct {
  IsrInput parent;
  IsrInput *file;
  gsize size;
  guint8 head[HEAD];
} Cached;

static gssize
read_cached (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  Cached *self = (Cached *) input;
  gboolean all = self->size == input->size;

  if (offset > self->size || (!all && offset + size > self->size))
    return self->file->read (self->file, offset, buffer, size);
  size = MIN (size, self->size - offset);
  memcpy (buffer, self->head + offset, size);
  return (gssize) size;
}

static void
cached_init (Cached *self, IsrInput *file)
{
  self->parent = (IsrInput){ read_cached, file->size };
  self->file = file;
  self->size = isr_probe_read (file, 0, self->head, MIN (HEAD, file->size));
}

static const struct {
  gboolean (*knows) (const guint8 *head, gsize size);
  gboolean (*probe) (IsrInput *input, IsrProbe *probe, GError **error);
} formats[] = {
  { isr_wav_probe, isr_probe_wav },
  { isr_flac_probe, isr_probe_flac },
  { isr_ogg_probe, isr_probe_ogg },
  { isr_mp4_probe, isr_probe_mp4 },
  { isr_aiff_probe, isr_probe_aiff },
  { isr_w64_probe, isr_probe_w64 },
  { isr_caf_probe, isr_probe_caf },
  { isr_au_probe, isr_probe_au },
  { isr_asf_probe, isr_probe_asf },
  { isr_matroska_probe, isr_probe_matroska },
  { isr_wavpack_probe, isr_probe_wavpack },
  { isr_amr_probe, isr_probe_amr },
  { isr_mp3_probe, isr_probe_mp3 },
  { isr_adts_probe, isr_probe_adts },
};

static gboolean
probe_cached (IsrInput *input, IsrProbe *probe, GError **error)
{
  guint64 tag = isr_probe_skip_id3 (input);
  guint8 head[4096];
  gsize size;

  if (tag && isr_probe_read (input, tag, head, 4) == 4 && isr_flac_probe (head, 4))
    return isr_probe_flac (input, probe, error);
  size = isr_probe_read (input, 0, head, sizeof head);
  for (guint i = 0; size > 0 && i < G_N_ELEMENTS (formats); i++)
    if (formats[i].knows (head, size))
      return formats[i].probe (input, probe, error);
  g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED, size > 0 ? "This is no audio file of a kind that is known." : "This file is empty, or can not be read.");
  return FALSE;
}

gboolean
isr_probe (IsrInput *input, IsrProbe *probe, GError **error)
{
  Cached cached;

  *probe = (IsrProbe){ 0 };
  cached_init (&cached, input);
  if (probe_cached (&cached.parent, probe, error))
    return TRUE;
  isr_probe_clear (probe);
  *probe = (IsrProbe){ 0 }; /* half of what a file says is nothing */
  return FALSE;
}
