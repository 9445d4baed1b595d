/* SPDX-License-Identifier: MIT */
/* unpack.h - a file of packets, read again: MPEG audio, ADTS, Ogg, native FLAC.
 *
 *     IsrInput ---> IsrUnpacker ---> packets, each with its place in the file's time
 *
 * The counterpart of the writers: what they declare as not to be played (primers,
 * an encoder's delay) has a place before 0. A file that still grows can be
 * read on: raise the input's size and ask for the next packet again.
 *
 * Pure; not thread-safe. Only what one of our writers makes is understood: one
 * stream, one link, one kind of frames. */
#pragma once

#include "plugins/format/input.h"
#include "plugins/format/stream.h"

G_BEGIN_DECLS

typedef enum {
  ISR_CODEC_MPEG, /* all three layers */
  ISR_CODEC_AAC,
  ISR_CODEC_OPUS,
  ISR_CODEC_VORBIS,
  ISR_CODEC_OGG_FLAC,
  ISR_CODEC_SPEEX,
  ISR_CODEC_FLAC, /* native; only to be followed: seeking finds the last half megabyte and the first frame */
} IsrCodec;

typedef struct {
  GBytes *bytes;
  gint64 position; /* of the first sample that a decoder gives for it; 0: the first one that is played */
  guint64 samples; /* that a decoder gives for it */
  guint64 trim;    /* of these, not to be played at their end */
} IsrUnpacked;

void isr_unpacked_clear (IsrUnpacked *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IsrUnpacked, isr_unpacked_clear)

typedef struct _IsrUnpacker IsrUnpacker;

/* @input must outlive it. ISR_FORMAT_ERROR when it is no file of packets. */
IsrUnpacker *isr_unpacker_new (IsrInput *input, GError **error);
void isr_unpacker_free (IsrUnpacker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrUnpacker, isr_unpacker_free)

IsrCodec isr_unpacker_get_codec (IsrUnpacker *self);
guint isr_unpacker_get_layer (IsrUnpacker *self); /* MPEG: 1-3 */
guint isr_unpacker_get_rate (IsrUnpacker *self);
guint isr_unpacker_get_channels (IsrUnpacker *self);     /* 0: only a decoder knows */
GPtrArray *isr_unpacker_get_headers (IsrUnpacker *self); /* (element-type GBytes) header packets of Ogg; else NULL */
GBytes *isr_unpacker_get_header (IsrUnpacker *self);     /* of native FLAC; else NULL */
const char *isr_unpacker_get_extension (IsrUnpacker *self);

/* Samples that the file plays. The end of an Ogg file says it; frames are counted, once, by a
 * walk through all of them, unless they are of one size and their number is announced. */
guint64 isr_unpacker_get_samples (IsrUnpacker *self);

/* Samples that a decoder has to hear before it is right. */
guint isr_unpacker_get_warm_up (IsrUnpacker *self);

/* Makes a packet the next one behind which, or in which, @position lies: the last
 * such packet, or (Ogg) one a page before it. Before the first: the first. */
void isr_unpacker_seek (IsrUnpacker *self, gint64 position);

/* Makes the very first packet the next one. */
void isr_unpacker_seek_start (IsrUnpacker *self);

/* FALSE: there is no further whole packet. To be cleared. */
gboolean isr_unpacker_next (IsrUnpacker *self, IsrUnpacked *packet);

G_END_DECLS
