/* SPDX-License-Identifier: MIT */
/* flac-support.h - decoding FLAC in memory with libFLAC, the strict judge. */
#pragma once

#include "tests/unit/format/support.h"

#include <FLAC/stream_decoder.h>

typedef struct {
  const guint8 *data;
  gsize size;
  gsize at;
  GArray *samples; /* gint32, interleaved */
  guint64 total;   /* of STREAMINFO */
  guint rate, channels, bits;
  guint points, used_points; /* of SEEKTABLE */
  guint errors;
} TestFlac;

static inline FLAC__StreamDecoderReadStatus
test_flac_on_read (const FLAC__StreamDecoder *d, FLAC__byte buffer[], size_t *bytes, void *user_data)
{
  TestFlac *self = user_data;

  *bytes = MIN (*bytes, self->size - self->at);
  if (*bytes)
    memcpy (buffer, self->data + self->at, *bytes);
  self->at += *bytes;
  return *bytes ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

static inline FLAC__StreamDecoderSeekStatus
test_flac_on_seek (const FLAC__StreamDecoder *d, FLAC__uint64 offset, void *user_data)
{
  TestFlac *self = user_data;

  if (offset > self->size)
    return FLAC__STREAM_DECODER_SEEK_STATUS_ERROR;
  self->at = offset;
  return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
}

static inline FLAC__StreamDecoderTellStatus
test_flac_on_tell (const FLAC__StreamDecoder *d, FLAC__uint64 *offset, void *user_data)
{
  *offset = ((TestFlac *) user_data)->at;
  return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

static inline FLAC__StreamDecoderLengthStatus
test_flac_on_length (const FLAC__StreamDecoder *d, FLAC__uint64 *length, void *user_data)
{
  *length = ((TestFlac *) user_data)->size;
  return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
}

static inline FLAC__bool
test_flac_on_eof (const FLAC__StreamDecoder *d, void *user_data)
{
  TestFlac *self = user_data;

  return self->at == self->size;
}

static inline FLAC__StreamDecoderWriteStatus
test_flac_on_write (const FLAC__StreamDecoder *d, const FLAC__Frame *frame, const FLAC__int32 *const channels[], void *user_data)
{
  TestFlac *self = user_data;

  for (guint i = 0; i < frame->header.blocksize; i++)
    for (guint c = 0; c < frame->header.channels; c++)
      g_array_append_val (self->samples, channels[c][i]);
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static inline void
test_flac_on_metadata (const FLAC__StreamDecoder *d, const FLAC__StreamMetadata *metadata, void *user_data)
{
  TestFlac *self = user_data;

  if (metadata->type == FLAC__METADATA_TYPE_STREAMINFO) {
    self->total = metadata->data.stream_info.total_samples;
    self->rate = metadata->data.stream_info.sample_rate;
    self->channels = metadata->data.stream_info.channels;
    self->bits = metadata->data.stream_info.bits_per_sample;
  } else if (metadata->type == FLAC__METADATA_TYPE_SEEKTABLE) {
    self->points = metadata->data.seek_table.num_points;
    g_assert_true (FLAC__format_seektable_is_legal (&metadata->data.seek_table));
    for (guint i = 0; i < self->points; i++)
      self->used_points += metadata->data.seek_table.points[i].sample_number != FLAC__STREAM_METADATA_SEEKPOINT_PLACEHOLDER;
  }
}

static inline void
test_flac_on_error (const FLAC__StreamDecoder *d, FLAC__StreamDecoderErrorStatus status, void *user_data)
{
  ((TestFlac *) user_data)->errors++;
}

static inline FLAC__StreamDecoder *
test_flac_open (TestFlac *self, const void *data, gsize size)
{
  FLAC__StreamDecoder *d = FLAC__stream_decoder_new ();

  *self = (TestFlac){ data, size, .samples = g_array_new (FALSE, FALSE, 4) };
  FLAC__stream_decoder_set_md5_checking (d, TRUE);
  FLAC__stream_decoder_set_metadata_respond_all (d);
  g_assert_cmpint (FLAC__stream_decoder_init_stream (d, test_flac_on_read, test_flac_on_seek, test_flac_on_tell, test_flac_on_length,
                       test_flac_on_eof, test_flac_on_write, test_flac_on_metadata, test_flac_on_error, self),
      ==, FLAC__STREAM_DECODER_INIT_STATUS_OK);
  return d;
}

/* Decodes a whole file: no error, MD5 right (where there is one), total true. */
static inline GArray *
test_flac_decode (TestFlac *self, const void *data, gsize size)
{
  FLAC__StreamDecoder *d = test_flac_open (self, data, size);

  g_assert_true (FLAC__stream_decoder_process_until_end_of_stream (d));
  g_assert_true (FLAC__stream_decoder_finish (d));
  FLAC__stream_decoder_delete (d);
  g_assert_cmpuint (self->errors, ==, 0);
  g_assert_cmpuint (self->samples->len, ==, self->total * self->channels);
  return self->samples;
}

/* Seeks to random samples: what comes is what stands there in @expected. */
static inline void
test_flac_assert_seeks (const void *data, gsize size, GArray *expected, guint32 seed)
{
  TestFlac flac;
  FLAC__StreamDecoder *d = test_flac_open (&flac, data, size);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_assert_true (FLAC__stream_decoder_process_until_end_of_metadata (d));
  for (guint i = 0; i < 20 && flac.total > 1; i++) {
    guint64 to = g_rand_int_range (rand, 0, flac.total);

    g_array_set_size (flac.samples, 0);
    g_assert_true (FLAC__stream_decoder_seek_absolute (d, to));
    g_assert_cmpuint (flac.samples->len, >, 0);
    g_assert_true (memcmp (flac.samples->data, &g_array_index (expected, gint32, to * flac.channels), flac.samples->len * 4) == 0);
  }
  FLAC__stream_decoder_delete (d);
  g_array_unref (flac.samples);
}
