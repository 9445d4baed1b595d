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
