/* SPDX-License-Identifier: MIT */
/* flac-length.c - the length of one frame, by having libFLAC decode it. */
#include "plugins/format/flac-scan.h"

#include <FLAC/stream_decoder.h>
#include <string.h>

#define HEADER (ISR_FLAC_STREAMINFO_OFFSET + ISR_FLAC_STREAMINFO_SIZE)

/* A file of one frame: a header of its own, then the caller's bytes. */
typedef struct {
  guint8 header[HEADER];
  const guint8 *data;
  gsize size;
  gsize at;
  guint frames;
  guint errors;
} OneFrame;

static FLAC__StreamDecoderReadStatus
on_read (const FLAC__StreamDecoder *decoder, FLAC__byte buffer[], size_t *bytes, void *user_data)
{
  OneFrame *self = user_data;
  const guint8 *from = self->at < HEADER ? self->header + self->at : self->data + (self->at - HEADER);
  gsize left = self->at < HEADER ? HEADER - self->at : self->size - (self->at - HEADER);

  *bytes = MIN (*bytes, left);
  if (*bytes)
    memcpy (buffer, from, *bytes);
  self->at += *bytes;
  return *bytes ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

static FLAC__StreamDecoderTellStatus
on_tell (const FLAC__StreamDecoder *decoder, FLAC__uint64 *offset, void *user_data)
{
  *offset = ((OneFrame *) user_data)->at;
  return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

static FLAC__StreamDecoderWriteStatus
on_write (const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame, const FLAC__int32 *const channels[], void *user_data)
{
  ((OneFrame *) user_data)->frames++;
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void
on_error (const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *user_data)
{
  ((OneFrame *) user_data)->errors++;
}

gsize
isr_flac_decode_length (const IsrFlacInfo *info, const guint8 *data, gsize size)
{
  OneFrame self = { "fLaC\x80\x00\x00\x22", data, size };
  FLAC__StreamDecoder *decoder = FLAC__stream_decoder_new ();
  FLAC__uint64 end = 0;

  isr_flac_info_write (info, self.header + ISR_FLAC_STREAMINFO_OFFSET);
  if (FLAC__stream_decoder_init_stream (decoder, on_read, NULL, on_tell, NULL, NULL, on_write, NULL, on_error, &self) == FLAC__STREAM_DECODER_INIT_STATUS_OK
      && FLAC__stream_decoder_process_until_end_of_metadata (decoder) && FLAC__stream_decoder_process_single (decoder)
      && self.frames == 1 && !self.errors)
    FLAC__stream_decoder_get_decode_position (decoder, &end);
  FLAC__stream_decoder_delete (decoder);
  return end > HEADER ? end - HEADER : 0;
}
