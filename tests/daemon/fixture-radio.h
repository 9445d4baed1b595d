/* SPDX-License-Identifier: MIT */
/* fixture-radio.h - a small radio station on loopback, in the test's own main loop.
 *
 *     /live.mp3    MP3 of silence, 128 kb/s, a burst of 3 s, then in real time
 *     /secret.mp3  the same for "me" with "pass word"
 *     /page        HTML with status 200
 *     /404, /503   that status
 *     /silent      headers, then nothing */
#pragma once

#include <libsoup/soup.h>

typedef struct {
  SoupServer *server;
  guint port;
  guint timer;
  GPtrArray *listeners; /* SoupServerMessage */
  guint requests;
  gsize sent;    /* bytes, to all of them */
  gboolean mute; /* listeners stay connected and get nothing more */
} FixtureRadio;

FixtureRadio *fixture_radio_new (guint port); /* 0: any */
void fixture_radio_free (FixtureRadio *self); /* nothing listens at its port any more */

/* Ends the stream of all listeners, properly. */
void fixture_radio_drop (FixtureRadio *self);

/* Holds a port of loopback (0: any): nothing listens there, and nobody else gets it. */
GSocket *fixture_radio_hold (guint port);
guint fixture_radio_get_port (GSocket *held);
