/* SPDX-License-Identifier: MIT */
/* clip-bench.c - the least that a clip of FLAC can cost: libFLAC in this process.
 *
 *     clip-bench FILE SECONDS START...    SECONDS from each START on, as 16 bit in memory
 *
 * Each time the file is opened, its sample sought, and decoded until the last one is there.
 * Prints the milliseconds of each. */
#include <FLAC/stream_decoder.h>
#include <glib.h>
#include <stdio.h>

#define RATE 48000 /* what media.py makes */
#define CHANNELS 2

typedef struct {
  gint16 *samples;
  gsize wanted, done; /* frames */
} Clip;

static FLAC__StreamDecoderWriteStatus
on_frame (const FLAC__StreamDecoder *decoder, const FLAC__Frame *frame, const FLAC__int32 *const channels[], void *data)
{
  Clip *self = data;
  guint n = (guint) MIN (frame->header.blocksize, self->wanted - self->done);

  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < CHANNELS; c++)
      self->samples[(self->done + i) * CHANNELS + c] = (gint16) channels[c][i];
  self->done += n;
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void
on_error (const FLAC__StreamDecoder *decoder, FLAC__StreamDecoderErrorStatus status, void *data)
{
  g_error ("%s", FLAC__StreamDecoderErrorStatusString[status]);
}

static void
decode (const char *path, double start, double seconds)
{
  FLAC__StreamDecoder *decoder = FLAC__stream_decoder_new ();
  Clip clip = { 0 };

  if (FLAC__stream_decoder_init_file (decoder, path, on_frame, NULL, on_error, &clip) != FLAC__STREAM_DECODER_INIT_STATUS_OK || !FLAC__stream_decoder_process_until_end_of_metadata (decoder))
    g_error ("%s is no FLAC file", path);
  clip.wanted = (gsize) (seconds * RATE);
  clip.samples = g_new (gint16, clip.wanted * CHANNELS);
  if (!FLAC__stream_decoder_seek_absolute (decoder, (FLAC__uint64) (start * RATE)))
    g_error ("%s: second %g can not be sought", path, start);
  while (clip.done < clip.wanted && FLAC__stream_decoder_get_state (decoder) != FLAC__STREAM_DECODER_END_OF_STREAM && FLAC__stream_decoder_process_single (decoder))
    ;
  FLAC__stream_decoder_delete (decoder);
  g_free (clip.samples);
}

int
main (int argc, char **argv)
{
  if (argc < 4) {
    g_printerr ("clip-bench FILE SECONDS START...\n");
    return 2;
  }
  for (int i = 3; i < argc; i++) {
    gint64 begun = g_get_monotonic_time ();

    decode (argv[1], g_ascii_strtod (argv[i], NULL), g_ascii_strtod (argv[2], NULL));
    printf ("%.3f\n", (double) (g_get_monotonic_time () - begun) / 1e3);
  }
  return 0;
}
