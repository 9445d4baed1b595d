/* SPDX-License-Identifier: MIT */
/* fixture-decoder.h - stands in for mpg123audiodec: fails, sleeps, or gives silence.
 *
 * Registered under the name of the true one, which is put away meanwhile. */
#pragma once

#include <gst/gst.h>

typedef enum {
  FIXTURE_DECODER_FAILS,  /* an error at the tenth frame */
  FIXTURE_DECODER_SLEEPS, /* until it is woken; then digital silence */
} FixtureDecoderMode;

void fixture_decoder_install (FixtureDecoderMode mode);
void fixture_decoder_wake (void);
/* How many there have been. */
guint fixture_decoder_count (void);
void fixture_decoder_remove (void);

/* Takes the elements, separated by blanks, out of the registry of this process; those
 * that are not there are left out. To be given back. */
GList *fixture_decoder_hide (const char *factories);
void fixture_decoder_show (GList *hidden);
