/* SPDX-License-Identifier: MIT */
/* fixture-capture.h - an IsrCapture over a config text, in a directory of its own;
 * remembers every state and every file. */
#pragma once

#include "daemon/capture/capture.h"

#include "tests/daemon/temp.h"

typedef struct {
  char *directory; /* recordings lie in "rec" below it */
  IsrConfig *config;
  IsrCapture *capture;
  GPtrArray *states; /* "mic connecting starting", without repeats */
  GPtrArray *closed; /* IsrRecording */
  guint opened, lost;
} FixtureCapture;

/* @sources: sections, without [general]. The sources are not started. */
FixtureCapture *fixture_capture_new (const char *sources);
/* Stops everything and waits for it; asserts that no unfinished file is left. */
void fixture_capture_stop (FixtureCapture *self);
void fixture_capture_free (FixtureCapture *self);

/* Did @source pass these states, "STATE REASON", in this order, first to last,
 * with nothing between them? NULL-terminated. */
void fixture_capture_assert_states (FixtureCapture *self, const char *source, const char *const *states);
/* How many times so far. */
guint fixture_capture_count (FixtureCapture *self, const char *source, const char *state);

const IsrSourceState *fixture_capture_get (FixtureCapture *self, const char *source);
gboolean fixture_capture_is (FixtureCapture *self, const char *source, IsrState state);

/* The n-th finished file of @source; asserts that it is there. */
const IsrRecording *fixture_capture_get_closed (FixtureCapture *self, const char *source, guint n);
/* Its audio as S16, decoded by the flac program. (element-type gint16) */
GArray *fixture_capture_decode (FixtureCapture *self, const IsrRecording *recording);

/* Turns the main loop for a while: only to let audio come together, never to
 * decide anything. */
void fixture_capture_run (guint ms);
