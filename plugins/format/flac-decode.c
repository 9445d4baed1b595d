/* SPDX-License-Identifier: MIT */
/* flac-decode.c - libFLAC over an IsrInput.
 *
 * libFLAC calls back with one frame per step. After a seek the frame that holds the
 * sample comes at once, cut at its front: where its bytes begin is then not known.
 * A broken frame is told by an error and, further on, a jump of the numbers. */
#include "plugins/format/flac-decode.h"

#include <FLAC/stream_decoder.h>
#include <string.h>

#include "plugins/format/bytes.h"

struct _IsrFlacDecode {
  IsrInput *input;
  FLAC__StreamDecoder *decoder;
  IsrFlacInfo info;
  guint64 at;      /* of the next read */
  guint64 reached; /* where the last frame ended; 0: not known */
  gint32 *samples[FLAC__MAX_CHANNELS];
  guint room;
  guint length; /* samples at hand; 0: none */
};

static FLAC__StreamDecoderReadStatus
on_read (const FLAC__StreamDecoder *decoder, FLAC__byte buffer[], size_t *bytes, void *data)
{
  IsrFlacDecode *self = data;
  gssize n = self->input->read (self->input, self->at, buffer, MIN (*bytes, self->input->size - MIN (self->at, self->input->size)));

  *bytes = (gsize) MAX (n, 0);
  self->at += *bytes;
  if (n < 0)
    return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
  return n ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

static FLAC__StreamDecoderSeekStatus
on_seek (const FLAC__StreamDecoder *decoder, FLAC__uint64 offset, void *data)
{
  ((IsrFlacDecode *) data)->at = offset;
  return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
}

static FLAC__StreamDecoderTellStatus
on_tell (const FLAC__StreamDecoder *decoder, FLAC__uint64 *offset, void *data)
{
  *offset = ((IsrFlacDecode *) data)->at;
  return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

static FLAC__StreamDecoderLengthStatus
on_length (const FLAC__StreamDecoder *decoder, FLAC__uint64 *length, void *data)
{
  *length = ((IsrFlacDecode *) data)->input->size;
  return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
}

static FLAC__bool
on_eof (const FLAC__StreamDecoder *decoder, void *data)
{
  IsrFlacDecode *self = data;

  return self->at >= self->input->size;
}

static FLAC__StreamDecoderWriteStatus
on_write (const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame, const FLAC__int32 *const channels[], void *data)
{
  IsrFlacDecode *self = data;

  if (frame->header.channels != self->info.channels)
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
  self->length = frame->header.blocksize;
  if (self->length > self->room) {
    self->room = self->length;
    for (guint i = 0; i < self->info.channels; i++)
      self->samples[i] = g_renew (gint32, self->samples[i], self->room);
  }
  for (guint i = 0; i < self->info.channels; i++)
    memcpy (self->samples[i], channels[i], self->length * sizeof (gint32));
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void
on_error (const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *data)
{
  ((IsrFlacDecode *) data)->reached = 0;
}

static gboolean
read_info (IsrFlacDecode *self)
{
  guint8 head[ISR_FLAC_STREAMINFO_OFFSET + ISR_FLAC_STREAMINFO_SIZE];

  if (self->input->read (self->input, 0, head, sizeof head) != sizeof head || memcmp (head, "fLaC", 4) != 0)
    return FALSE;
  isr_flac_info_read (&self->info, head + ISR_FLAC_STREAMINFO_OFFSET);
  return self->info.rate > 0;
}

IsrFlacDecode *
isr_flac_decode_new (IsrInput *input)
{
  g_autoptr (IsrFlacDecode) self = g_new0 (IsrFlacDecode, 1);

  FLAC__uint64 first = 0;

  self->input = input;
  self->decoder = FLAC__stream_decoder_new ();
  if (!read_info (self) || FLAC__stream_decoder_init_stream (self->decoder, on_read, on_seek, on_tell, on_length, on_eof, on_write, NULL, on_error, self) != FLAC__STREAM_DECODER_INIT_STATUS_OK)
    return NULL;
  if (!FLAC__stream_decoder_process_until_end_of_metadata (self->decoder))
    return NULL;
  if (FLAC__stream_decoder_get_decode_position (self->decoder, &first))
    self->reached = first;
  return g_steal_pointer (&self);
}

void
isr_flac_decode_free (IsrFlacDecode *self)
{
  FLAC__stream_decoder_delete (self->decoder);
  for (guint i = 0; i < FLAC__MAX_CHANNELS; i++)
    g_free (self->samples[i]);
  g_free (self);
}

const IsrFlacInfo *
isr_flac_decode_get_info (IsrFlacDecode *self)
{
  return &self->info;
}

gboolean
isr_flac_decode_seek (IsrFlacDecode *self, guint64 sample)
{
  self->length = 0;
  self->reached = 0;
  if (FLAC__stream_decoder_seek_absolute (self->decoder, sample))
    return TRUE;
  if (FLAC__stream_decoder_get_state (self->decoder) == FLAC__STREAM_DECODER_SEEK_ERROR)
    FLAC__stream_decoder_flush (self->decoder);
  self->length = 0;
  return FALSE;
}

gboolean
isr_flac_decode_next (IsrFlacDecode *self, IsrFlacBlock *block)
{
  guint64 start = self->length ? 0 : self->reached;
  FLAC__uint64 position = 0;

  while (!self->length)
    if (!FLAC__stream_decoder_process_single (self->decoder) || (!self->length && FLAC__stream_decoder_get_state (self->decoder) >= FLAC__STREAM_DECODER_END_OF_STREAM))
      return FALSE;
  if (!FLAC__stream_decoder_get_decode_position (self->decoder, &position))
    position = 0;
  *block = (IsrFlacBlock){ (const gint32 *const *) self->samples, self->length, start, start ? position : 0 };
  self->reached = position;
  self->length = 0;
  return TRUE;
}
