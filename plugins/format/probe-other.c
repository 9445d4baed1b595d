/* SPDX-License-Identifier: MIT */
/* probe-other.c - WMA (ASF), Matroska and WebM, WavPack, AMR. */
#include "plugins/format/probe-private.h"

#include <math.h>
#include <string.h>

#include "plugins/format/bytes.h"

#define MAX_ITEMS 10000
#define MAX_RATE 10000000
#define NS 1e9

/* --- ASF -------------------------------------------------------------------- */

static const guint8 asf_header[16] = { 0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c };
static const guint8 asf_file[16] = { 0xa1, 0xdc, 0xab, 0x8c, 0x47, 0xa9, 0xcf, 0x11, 0x8e, 0xe4, 0x00, 0xc0, 0x0c, 0x20, 0x53, 0x65 };
static const guint8 asf_stream[16] = { 0x91, 0x07, 0xdc, 0xb7, 0xb7, 0xa9, 0xcf, 0x11, 0x8e, 0xe6, 0x00, 0xc0, 0x0c, 0x20, 0x53, 0x65 };
static const guint8 asf_audio[16] = { 0x40, 0x9e, 0x69, 0xf8, 0x4d, 0x5b, 0xcf, 0x11, 0xa8, 0xfd, 0x00, 0x80, 0x5f, 0x5c, 0x44, 0x2b };

gboolean
isr_asf_probe (const guint8 *head, gsize size)
{
  return size >= 30 && memcmp (head, asf_header, 16) == 0;
}

static gboolean
fail (GError **error)
{
  g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "This file has no header of an audio track that could be read.");
  return FALSE;
}

static guint64
to_samples (double seconds, guint rate)
{
  return seconds > 0 && seconds < 1e9 ? (guint64) llround (seconds * rate) : 0;
}

/* Objects: a GUID and the size of all of it. Times are in 100 ns, what is buffered before the
 * first sample in ms. */
gboolean
isr_probe_asf (IsrInput *input, IsrProbe *probe, GError **error)
{
  double seconds = 0;
  guint8 object[104];
  guint64 at = 30;

  for (guint i = 0; i < 1000 && isr_probe_read (input, at, object, 24) == 24; i++) {
    guint64 size = isr_get_le (object + 16, 8);
    gsize n = isr_probe_read (input, at, object, sizeof object);

    if (memcmp (object, asf_file, 16) == 0 && n >= 88 && !(isr_get_le (object + 88, 4) & 1)) /* nobody is writing it */
      seconds = (double) isr_get_le (object + 64, 8) / 1e7 - (double) isr_get_le (object + 80, 8) / 1e3;
    if (memcmp (object, asf_stream, 16) == 0 && n >= 94 && memcmp (object + 24, asf_audio, 16) == 0 && !probe->rate) {
      probe->channels = (guint) isr_get_le (object + 80, 2);
      probe->rate = (guint) isr_get_le (object + 82, 4);
    }
    if (size < 24 || size > input->size - at)
      break;
    at += size;
  }
  if (!probe->rate || probe->rate > MAX_RATE)
    return fail (error);
  probe->samples = to_samples (seconds, probe->rate);
  return TRUE;
}

/* --- Matroska ---------------------------------------------------------------- */

typedef struct {
  IsrInput *input;
  IsrProbe *probe;
  guint items;
  guint64 scale; /* ns of a tick */
  double ticks;
  guint64 type; /* of the track that is read; 2: audio */
  double rate;
  guint channels;
} Matroska;

gboolean
isr_matroska_probe (const guint8 *head, gsize size)
{
  return size >= 8 && memcmp (head, "\x1a\x45\xdf\xa3", 4) == 0;
}

/* A number whose first bits say how long it is, @keep: with them (a name). All ones: a size
 * that is not known. Returns its bytes, or 0. */
static guint
read_number (IsrInput *input, guint64 at, gboolean keep, guint64 *value)
{
  guint8 data[8];
  gsize n = isr_probe_read (input, at, data, sizeof data);
  guint length = 1;

  if (n == 0 || data[0] == 0)
    return 0;
  while (!(data[0] & 0x80 >> (length - 1)))
    length++;
  if (n < length)
    return 0;
  *value = isr_get_be (data, length);
  if (!keep)
    *value &= (G_GUINT64_CONSTANT (1) << (7 * length)) - 1;
  if (!keep && *value == (G_GUINT64_CONSTANT (1) << (7 * length)) - 1)
    *value = G_MAXUINT64;
  return length;
}

static guint64
read_uint (Matroska *self, guint64 at, guint64 size)
{
  guint8 data[8];

  return size <= 8 && isr_probe_read (self->input, at, data, size) == size ? isr_get_be (data, (guint) size) : 0;
}

static double
read_float (Matroska *self, guint64 at, guint64 size)
{
  guint64 bits = read_uint (self, at, size);
  guint32 half = (guint32) bits;
  double value = 0;
  float single = 0;

  if (size == 8)
    memcpy (&value, &bits, 8);
  else if (size == 4)
    memcpy (&single, &half, 4);
  return size == 8 ? value : single;
}

static gboolean walk_matroska (Matroska *self, guint64 at, guint64 end, guint depth);

static void
take_track (Matroska *self, guint64 at, guint64 end, guint depth)
{
  self->type = 0;
  self->rate = 8000; /* of one that does not say */
  self->channels = 1;
  walk_matroska (self, at, end, depth);
  if (self->type != 2 || self->probe->rate || !(self->rate >= 1 && self->rate <= MAX_RATE))
    return;
  self->probe->rate = (guint) lround (self->rate);
  self->probe->channels = self->channels;
}

/* FALSE: nothing of interest follows. */
static gboolean
visit (Matroska *self, guint64 id, guint64 at, guint64 size, guint64 end, guint depth)
{
  switch (id) {
    case 0x18538067: /* Segment */
    case 0x1549a966: /* Info */
    case 0x1654ae6b: /* Tracks */
    case 0xe1:       /* Audio */
      return walk_matroska (self, at, end, depth + 1);
    case 0xae: /* TrackEntry */
      take_track (self, at, end, depth + 1);
      break;
    case 0x2ad7b1:
      self->scale = read_uint (self, at, size);
      break;
    case 0x4489:
      self->ticks = read_float (self, at, size);
      break;
    case 0x83:
      self->type = read_uint (self, at, size);
      break;
    case 0xb5:
      self->rate = read_float (self, at, size);
      break;
    case 0x9f:
      self->channels = (guint) read_uint (self, at, size);
      break;
    case 0x1f43b675: /* Cluster: here is the audio */
      return FALSE;
    default:
      break;
  }
  return TRUE;
}

static gboolean
walk_matroska (Matroska *self, guint64 at, guint64 end, guint depth)
{
  while (at < end && depth < 8 && self->items++ < MAX_ITEMS) {
    guint64 id, size;
    guint name = read_number (self->input, at, TRUE, &id), length = name ? read_number (self->input, at + name, FALSE, &size) : 0;

    if (!length)
      return FALSE;
    at += name + length;
    if (at > end)
      return FALSE;
    size = MIN (size, end - at);
    if (!visit (self, id, at, size, at + size, depth))
      return FALSE;
    at += size;
  }
  return TRUE;
}

/* One that was written without going back says no length, and has none. */
gboolean
isr_probe_matroska (IsrInput *input, IsrProbe *probe, GError **error)
{
  Matroska matroska = { .input = input, .probe = probe, .scale = 1000000 };

  walk_matroska (&matroska, 0, input->size, 0);
  if (!probe->rate)
    return fail (error);
  probe->samples = to_samples (matroska.ticks * (double) matroska.scale / NS, probe->rate);
  return TRUE;
}

/* --- WavPack ------------------------------------------------------------------ */

gboolean
isr_wavpack_probe (const guint8 *head, gsize size)
{
  return size >= 32 && memcmp (head, "wvpk", 4) == 0;
}

/* The first block; of a file with more than two channels the first block has but two. */
gboolean
isr_probe_wavpack (IsrInput *input, IsrProbe *probe, GError **error)
{
  static const guint rates[] = { 6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 192000 };
  guint8 head[32];
  guint32 flags;

  if (isr_probe_read (input, 0, head, sizeof head) != sizeof head)
    return fail (error);
  flags = (guint32) isr_get_le (head + 24, 4);
  if ((flags >> 23 & 15) >= G_N_ELEMENTS (rates) || flags & 1u << 31) /* another rate, or DSD */
    return fail (error);
  probe->rate = rates[flags >> 23 & 15];
  probe->channels = (flags & 0x1800) == 0x1800 ? flags & 4 ? 1 : 2 : 0;
  if (isr_get_le (head + 12, 4) != G_MAXUINT32)
    probe->samples = isr_get_le (head + 12, 4) + ((guint64) head[11] << 32) - head[11];
  return TRUE;
}

/* --- AMR ---------------------------------------------------------------------- */

#define AMR_PIECE 65536

gboolean
isr_amr_probe (const guint8 *head, gsize size)
{
  return (size >= 6 && memcmp (head, "#!AMR\n", 6) == 0) || (size >= 9 && memcmp (head, "#!AMR-WB\n", 9) == 0);
}

/* Frames of 20 ms, whose first byte says how long they are: 0 is none. */
static guint64
count_amr (IsrInput *input, guint64 at, const guint8 sizes[16])
{
  g_autofree guint8 *piece = g_malloc (AMR_PIECE);
  guint64 from = 0, frames = 0;
  gsize n = 0;

  while (at < input->size) {
    guint size;

    if (at >= from + n) {
      from = at;
      n = isr_probe_read (input, at, piece, AMR_PIECE);
    }
    size = n ? sizes[piece[at - from] >> 3 & 15] : 0;
    if (!size || size > input->size - at)
      break;
    at += size;
    frames++;
  }
  return frames;
}

gboolean
isr_probe_amr (IsrInput *input, IsrProbe *probe, GError **error)
{
  static const guint8 narrow[16] = { 13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1 };
  static const guint8 wide[16] = { 18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1 };
  guint8 head[9] = { 0 };
  gboolean is_wide;

  isr_probe_read (input, 0, head, sizeof head);
  is_wide = head[5] == '-';
  probe->rate = is_wide ? 16000 : 8000;
  probe->channels = 1;
  probe->samples = count_amr (input, is_wide ? 9 : 6, is_wide ? wide : narrow) * probe->rate / 50;
  return TRUE;
}
