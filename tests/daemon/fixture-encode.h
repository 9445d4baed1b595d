/* SPDX-License-Identifier: MIT */
/* fixture-encode.h - the demo scene in every format that is recorded, and what
 * isrloudness says of such a file when it is decoded as a whole. */
#pragma once

#include <gst/gst.h>

typedef struct {
  const char *extension; /* of the recordings */
  const char *encode;    /* elements of gst-launch, from raw audio on */
  const char *decode;    /* the same, back to raw audio */
} FixtureFormat;

/* By extension; asserts that there is one. */
const FixtureFormat *fixture_format (const char *extension);
/* All its elements are installed. */
gboolean fixture_format_is_there (const FixtureFormat *self);

/* @seconds of the scene, 48 kHz mono, into @path. */
void fixture_encode (const FixtureFormat *self, guint seconds, const char *path);

/* (element-type gint16) level of every window. */
GArray *fixture_listen (const FixtureFormat *self, const char *path);

/* Sends no faster than it is heard, for what is fed beyond a megabyte would be left out. A gap may
 * swallow a second: it is not waited for without a limit. */
typedef struct {
  guint64 sent, allowed, a_second; /* bytes */
  GAsyncQueue *heard;              /* one a second; NULL: whether it is heard does not matter */
} FixturePace;

/* For the file at @path that plays so long. */
void fixture_pace_begin (FixturePace *self, const char *path, guint seconds);
void fixture_pace_end (FixturePace *self);
/* A second was heard. */
void fixture_pace_hear (FixturePace *self);
/* So many bytes are to be sent: waits until they may. */
void fixture_pace_send (FixturePace *self, gsize size);
