/* SPDX-License-Identifier: MIT */
/* flac-source.h - FLAC as a parser hands it out: headers, then frame by frame,
 * straight from libFLAC. */
#pragma once

#include "tests/unit/format/flac-support.h"

#include <FLAC/stream_encoder.h>

#include "plugins/format/flac-frame.h"

typedef struct {
  GPtrArray *headers; /* GBytes: "fLaC", STREAMINFO, ... as libFLAC writes them */
  GPtrArray *frames;  /* GBytes */
  GArray *samples;    /* gint32, what went in */
} TestSource;

static inline FLAC__StreamEncoderWriteStatus
test_source_on_write (const FLAC__StreamEncoder *e, const FLAC__byte *data, size_t size, uint32_t samples, uint32_t frame, void *user_data)
{
  TestSource *self = user_data;

  g_ptr_array_add (samples ? self->frames : self->headers, g_bytes_new (data, size));
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static inline void
test_source_init (TestSource *self)
{
  self->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->samples = g_array_new (FALSE, FALSE, 4);
}

/* Appends a track of @n sample frames in blocks of @block. */
static inline void
test_source_add (TestSource *self, guint n, guint block, guint rate, guint channels, guint bits)
{
  FLAC__StreamEncoder *e = FLAC__stream_encoder_new ();
  guint start = self->samples->len;

  for (guint i = 0; i < n * channels; i++) {
    gint32 sample = (gint32) ((start + i) * 2654435761u) >> (32 - bits + 3);

    g_array_append_val (self->samples, sample);
  }
  FLAC__stream_encoder_set_channels (e, channels);
  FLAC__stream_encoder_set_sample_rate (e, rate);
  FLAC__stream_encoder_set_bits_per_sample (e, bits);
  FLAC__stream_encoder_set_blocksize (e, block);
  FLAC__stream_encoder_set_streamable_subset (e, FALSE);
  g_assert_cmpint (FLAC__stream_encoder_init_stream (e, test_source_on_write, NULL, NULL, NULL, self), ==, FLAC__STREAM_ENCODER_INIT_STATUS_OK);
  g_assert_true (FLAC__stream_encoder_process_interleaved (e, &g_array_index (self->samples, gint32, start), n));
  g_assert_true (FLAC__stream_encoder_finish (e));
  FLAC__stream_encoder_delete (e);
}

/* Makes the frames those of a stream of variable block size. */
static inline void
test_source_make_variable (TestSource *self, guint64 from)
{
  for (guint i = 0; i < self->frames->len; i++) {
    GBytes *old = self->frames->pdata[i];
    gsize size = 0;
    const guint8 *data = g_bytes_get_data (old, &size);
    IsrFlacFrame frame;

    g_assert_true (isr_flac_frame_parse (&frame, data, size));
    self->frames->pdata[i] = isr_flac_frame_renumber (&frame, data, size, TRUE, from);
    g_bytes_unref (old);
    from += frame.block;
  }
}

static inline void
test_source_clear (TestSource *self)
{
  g_ptr_array_unref (self->headers);
  g_ptr_array_unref (self->frames);
  g_array_unref (self->samples);
}
