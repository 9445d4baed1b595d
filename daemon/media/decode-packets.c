/* SPDX-License-Identifier: MIT */
/* decode-packets.c - MPEG audio, ADTS, Ogg as samples.
 *
 * Decoding begins some packets early, so that the decoder is right when it matters,
 * and what comes out before is thrown away by its place. Once the first sample
 * has its place, the others are counted. What AAC's band replication adds doubles the
 * rate: places are scaled by what the decoder turns out to give.
 *
 * Where a file follows another one of its run, the decoder hears the end of that one
 * first, and not what the file repeats of it: so nothing can be heard of the seam. */
#include "daemon/media/decode.h"

#include <string.h>

#include "daemon/media/decoder.h"
#include "daemon/media/media-error.h"

#define PACKETS_A_TIME 16
#define PATIENCE 500 /* pulls of 20 ms */

/* What has to be heard until every sample is the one of a decoder that heard it all. Opus' way
 * with music (CELT) forgets what was before in half a second; its ways with speech (SILK,
 * hybrid), and Speex, go on for seconds with what they heard. */
#define MUSIC_WARM_UP (48000 * 8 / 10)
#define SPEECH_SECONDS 4
#define SPEEX_SECONDS 8
#define FIRST_OF_MUSIC 16 /* configuration, RFC 6716, section 3.1 */

typedef struct _Packets Packets;

struct _Packets {
  IsrDecode parent;
  IsrUnpacker *unpacker;
  Packets *before;  /* the file that this one follows, or NULL */
  gboolean leading; /* it is heard first */
  gboolean turned;  /* to our own packets */
  IsrDecoder *decoder;
  guint scale;   /* samples that come out per sample of a packet */
  gint64 from;   /* the first sample that the decoder hears */
  gint64 wanted; /* the next sample that is asked for */
  gboolean placed;
  gboolean all_pushed, ended;
  GstBuffer *buffer; /* decoded, or NULL */
  gsize taken;       /* bytes of it */
  guint64 silence;   /* sample frames before it that could not be decoded */
};

static void
packets_rest (IsrDecode *decode)
{
  Packets *self = (Packets *) decode;

  gst_clear_buffer (&self->buffer);
  g_clear_pointer (&self->decoder, isr_decoder_free);
  self->silence = 0;
}

static void
packets_free (IsrDecode *decode)
{
  Packets *self = (Packets *) decode;

  packets_rest (decode);
  g_clear_pointer (&self->unpacker, isr_unpacker_free);
  g_free (self);
}

static void
seek_packets (Packets *self, gint64 at)
{
  self->leading = self->before && at < 0;
  self->turned = FALSE;
  if (self->leading)
    isr_unpacker_seek (self->before->unpacker, at + (gint64) isr_unpacker_get_samples (self->before->unpacker));
  isr_unpacker_seek (self->unpacker, self->leading ? 0 : at);
}

/* The next one, its place counted in this file. */
static gboolean
next_packet (Packets *self, IsrUnpacked *packet)
{
  if (self->leading && !self->turned && isr_unpacker_next (self->before->unpacker, packet)) {
    packet->position -= (gint64) isr_unpacker_get_samples (self->before->unpacker);
    return TRUE;
  }
  self->turned = TRUE;
  while (isr_unpacker_next (self->unpacker, packet)) {
    if (!self->leading || packet->position + (gint64) packet->samples > 0)
      return TRUE;
    isr_unpacked_clear (packet);
  }
  return FALSE;
}

static gboolean
is_music (const IsrUnpacked *packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet->bytes, &size);

  return size > 0 && data[0] >> 3 >= FIRST_OF_MUSIC;
}

static gint64
get_opus_warm_up (Packets *self, gint64 at)
{
  gint64 position = G_MININT64;
  gboolean music = TRUE;

  seek_packets (self, at - MUSIC_WARM_UP);
  while (music && position < at) {
    g_auto (IsrUnpacked) packet = { 0 };

    if (!next_packet (self, &packet))
      break;
    position = packet.position + (gint64) packet.samples;
    music = is_music (&packet);
  }
  return music ? MUSIC_WARM_UP : SPEECH_SECONDS * 48000;
}

static gint64
get_warm_up (Packets *self, gint64 at)
{
  switch (isr_unpacker_get_codec (self->unpacker)) {
    case ISR_CODEC_OPUS:
      return get_opus_warm_up (self, at);
    case ISR_CODEC_SPEEX:
      return SPEEX_SECONDS * (gint64) isr_unpacker_get_rate (self->unpacker);
    default:
      return (gint64) isr_unpacker_get_warm_up (self->unpacker);
  }
}

/* A decoder that was used holds what it has decoded since. */
static gboolean
begin (Packets *self, gint64 sample, GError **error)
{
  gint64 at = sample / (gint64) self->scale;

  packets_rest (&self->parent);
  self->decoder = isr_decoder_new (self->unpacker, error);
  if (!self->decoder)
    return FALSE;
  self->from = at - get_warm_up (self, at);
  seek_packets (self, self->from);
  self->wanted = sample;
  self->placed = self->all_pushed = self->ended = FALSE;
  self->taken = 0;
  return TRUE;
}

/* Reading begins with a whole page, or a group of frames: of a page, what need not be heard is
 * left out. */
static gboolean
first_packet (Packets *self, IsrUnpacked *packet)
{
  gboolean pages = isr_unpacker_get_headers (self->unpacker) != NULL;

  while (next_packet (self, packet)) {
    if (!pages || packet->position + (gint64) packet->samples > self->from)
      return TRUE;
    isr_unpacked_clear (packet);
  }
  return FALSE;
}

static void
push_some (Packets *self, gboolean first)
{
  for (guint i = 0; i < PACKETS_A_TIME && !self->all_pushed; i++) {
    g_auto (IsrUnpacked) packet = { 0 };

    if (!(first && i == 0 ? first_packet (self, &packet) : next_packet (self, &packet))) {
      isr_decoder_end (self->decoder);
      self->all_pushed = TRUE;
      break;
    }
    if (first && i == 0)
      isr_decoder_begin (self->decoder, packet.position);
    isr_decoder_push (self->decoder, &packet);
  }
}

static guint
frame_size (Packets *self)
{
  return 2 * MAX (isr_decoder_get_channels (self->decoder), 1);
}

/* The first buffer that reaches what is wanted says where we are. */
static gboolean
place (Packets *self, gint64 position)
{
  gint64 frames = (gint64) (gst_buffer_get_size (self->buffer) / frame_size (self));
  gint64 skip = self->wanted - position * (gint64) self->scale;

  if (skip >= frames) {
    gst_clear_buffer (&self->buffer);
    return FALSE;
  }
  self->placed = TRUE;
  self->taken = skip > 0 ? (gsize) skip * frame_size (self) : 0;
  self->silence = skip < 0 ? (guint64) -skip : 0;
  return TRUE;
}

/* Gets the next buffer. FALSE: there is none any more, or nobody wants it. */
static gboolean
fill (Packets *self)
{
  guint patience = PATIENCE; /* nobody decodes for ten seconds without a word */

  while (!self->buffer && !self->ended && patience > 0 && !g_cancellable_is_cancelled (self->parent.cancellable)) {
    gint64 position = 0;

    gboolean wait = self->all_pushed || isr_decoder_get_backlog (self->decoder) >= PACKETS_A_TIME;

    self->buffer = isr_decoder_pull (self->decoder, wait ? 20 : 0, &position, &self->ended);
    self->taken = 0;
    if (self->buffer && !self->placed)
      place (self, position);
    else if (!self->buffer && !wait)
      push_some (self, FALSE);
    else if (!self->buffer)
      patience--;
  }
  return self->buffer != NULL;
}

static gsize
take (Packets *self, guint8 *data, gsize frames)
{
  guint size = frame_size (self);
  gsize n;

  if (self->silence) {
    n = MIN (frames, self->silence);
    memset (data, 0, n * size);
    self->silence -= n;
    return n;
  }
  n = MIN (frames, (gst_buffer_get_size (self->buffer) - self->taken) / size);
  gst_buffer_extract (self->buffer, self->taken, data, n * size);
  self->taken += n * size;
  if (self->taken + size > gst_buffer_get_size (self->buffer))
    gst_clear_buffer (&self->buffer);
  return n;
}

static gsize
packets_read (IsrDecode *decode, guint8 *data, gsize frames, GError **error)
{
  Packets *self = (Packets *) decode;
  gsize done = 0;

  while (done < frames && (self->silence || fill (self))) {
    gsize n = take (self, data + done * frame_size (self), frames - done);

    done += n;
    self->wanted += (gint64) n;
  }
  g_cancellable_set_error_if_cancelled (decode->cancellable, error);
  return done;
}

static gboolean
packets_seek (IsrDecode *decode, guint64 sample, GError **error)
{
  Packets *self = (Packets *) decode;

  if (!begin (self, (gint64) sample, error))
    return FALSE;
  push_some (self, TRUE);
  if (!self->all_pushed || isr_unpacker_get_samples (self->unpacker) > 0)
    return TRUE;
  g_set_error_literal (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "no packet of the file can be read");
  return FALSE;
}

/* What rate and channels are, the first samples tell. */
static gboolean
probe (Packets *self, const char *name, GError **error)
{
  IsrDecode *decode = &self->parent;

  self->scale = 1;
  if (isr_unpacker_get_codec (self->unpacker) == ISR_CODEC_AAC) {
    if (!begin (self, 0, error))
      return FALSE;
    push_some (self, TRUE);
    if (!fill (self)) {
      if (!g_cancellable_set_error_if_cancelled (decode->cancellable, error))
        g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "%s can not be decoded: the decoder gives nothing for its first frames", name);
      return FALSE;
    }
    self->scale = MAX (isr_decoder_get_rate (self->decoder) / isr_unpacker_get_rate (self->unpacker), 1);
    decode->pcm = (IsrPcm){ ISR_SAMPLE_S16, isr_decoder_get_rate (self->decoder), isr_decoder_get_channels (self->decoder), 0 };
  } else {
    decode->pcm = (IsrPcm){ ISR_SAMPLE_S16, isr_unpacker_get_rate (self->unpacker), isr_unpacker_get_channels (self->unpacker), 0 };
  }
  decode->samples = isr_unpacker_get_samples (self->unpacker) * self->scale;
  return TRUE;
}

static const IsrDecodeClass packets_class = { packets_free, packets_seek, packets_read, packets_rest };

void
isr_decode_set_before (IsrDecode *self, IsrDecode *before)
{
  if (self->klass == &packets_class && before->klass == &packets_class && isr_unpacker_get_codec (((Packets *) self)->unpacker) == isr_unpacker_get_codec (((Packets *) before)->unpacker))
    ((Packets *) self)->before = (Packets *) before;
}

IsrDecode *
isr_decode_packets_new (int fd, const char *name, GCancellable *cancellable, GError **error)
{
  Packets *self = g_new0 (Packets, 1);
  g_autoptr (IsrDecode) decode = &self->parent;
  g_autoptr (GError) reason = NULL;

  if (!isr_decode_init (decode, &packets_class, fd, name, cancellable, error))
    return NULL;
  self->unpacker = isr_unpacker_new (&decode->file.input, &reason);
  if (!self->unpacker) {
    isr_decode_fail (error, ISR_MEDIA_ERROR_FORMAT, name, reason);
    return NULL;
  }
  if (!isr_decoder_check (self->unpacker, error) || !probe (self, name, error))
    return NULL;
  return g_steal_pointer (&decode);
}
