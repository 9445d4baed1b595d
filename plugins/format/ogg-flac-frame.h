/* SPDX-License-Identifier: MIT */
/* ogg-flac-frame.h - what of a FLAC frame concerns a container. For the ogg-*.c files only. */
#pragma once

#include <glib.h>

typedef struct {
  guint samples;     /* block size */
  guint number_size; /* bytes of the frame or sample number */
  guint extra_size;  /* bytes of block size and rate behind it */
} IsrOggFlacFrame;

/* FALSE: no frame header. */
gboolean isr_ogg_flac_frame_parse (const guint8 *data, gsize size, IsrOggFlacFrame *frame);

/* The frame as one that begins at @sample of its file (less than 2^36); a damaged
 * one, which CRCs tell, is returned as it is, so that it stays known as damaged. */
GBytes *isr_ogg_flac_frame_renumber (GBytes *packet, guint64 sample);
