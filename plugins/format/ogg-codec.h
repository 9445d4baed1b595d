/* SPDX-License-Identifier: MIT */
/* ogg-codec.h - what differs between the codecs that live in Ogg.
 *
 *     page page page | page page page page | page ...
 *     `--- link ----'  `----- link -------'
 *
 * An Ogg stream is a chain of links; a link is one codec's headers and then its
 * packets. IsrOggLink holds what the headers said, IsrOggCodec is one row of a
 * table: how headers are read, how long a packet lasts, what a file that begins
 * between two packets needs. Everything else (pages, granules, cuts) is common.
 * For the ogg-*.c files only. */
#pragma once

#include "plugins/format/stream-private.h"

G_BEGIN_DECLS

typedef struct _IsrOggCodec IsrOggCodec;
typedef struct _IsrOggLink IsrOggLink;

struct _IsrOggLink {
  const IsrOggCodec *codec;
  GPtrArray *headers;     /* GBytes, the header packets as they came */
  gboolean ready;         /* all headers are there */
  guint rate;             /* granules per second, Hz */
  guint64 pre_skip;       /* Opus: samples that the header takes off the beginning */
  guint64 packet_samples; /* Speex: duration of each packet */
  guint n_headers;        /* Speex, FLAC: how many there are; 0 = FLAC does not say */
  GBytes *comments;       /* vendor and comments, without the codec's frame round them */
  char **tags;            /* "KEY=value", valid UTF-8; NULL without any */
  gpointer setup;         /* Vorbis: what libvorbis read from the headers */
};

struct _IsrOggCodec {
  const char *name;
  const char *magic; /* first bytes of the first packet */
  gsize magic_size;
  const char *extension;
  gboolean overlaps;        /* a packet's samples need the packet before it (Vorbis) */
  gboolean skip_in_header;  /* samples taken off the beginning are declared in the header, and
                            * granules count them; otherwise the first granule is too small */
  gboolean untrimmed;       /* decoders play every sample of every packet, whatever granules say (FLAC) */
  gboolean keeps_headers;   /* the headers after the comments belong into each file */
  gboolean total_in_header; /* make_head() wants the file's samples */
  guint64 primer;           /* samples of packets that are repeated in front of a file; one packet at least, 0: none */
  guint convergence;        /* ms until a decoder without a primer is right again; 0: at once */

  /* Does a decoder take this packet into its state? NULL: any. */
  gboolean (*is_audio) (GBytes *packet);
  /* Takes the next header packet, sets ready with the last. */
  gboolean (*read_header) (IsrOggLink *link, GBytes *packet, GError **error);
  /* Is this surely audio, even if headers should still come? NULL: trust the headers. */
  gboolean (*starts_audio) (GBytes *packet);
  /* Can a decoder that was set up for @a go on with the packets of @b? */
  gboolean (*same_setup) (IsrOggLink *a, IsrOggLink *b);
  /* Samples that @packet gives after @before (NULL: none, or not known). */
  guint64 (*get_duration) (IsrOggLink *link, GBytes *before, GBytes *packet);
  /* First header of a file; @skip as in skip_in_header, @samples 0 = not known yet. */
  GBytes *(*make_head) (IsrOggLink *link, guint64 skip, guint64 samples);
  /* The codec's frame round a comment block. */
  GBytes *(*wrap_comments) (IsrOggLink *link, GByteArray *comments);
  /* The packet as one that begins at @sample of its file; NULL: it does not say. */
  GBytes *(*renumber) (GBytes *packet, guint64 sample);
  void (*free_setup) (IsrOggLink *link); /* NULL: nothing to free */
};

extern const IsrOggCodec isr_ogg_opus;
extern const IsrOggCodec isr_ogg_vorbis;
extern const IsrOggCodec isr_ogg_flac;
extern const IsrOggCodec isr_ogg_speex;

/* In an Ogg FLAC head packet of 51 bytes: the total, and no MD5. */
void isr_ogg_flac_set_total (guint8 *head, guint64 samples);

/* The codec whose stream begins with this packet, or NULL. */
const IsrOggCodec *isr_ogg_codec_find (const guint8 *data, gsize size);

IsrOggLink *isr_ogg_link_new (const IsrOggCodec *codec);
IsrOggLink *isr_ogg_link_ref (IsrOggLink *self);
void isr_ogg_link_unref (IsrOggLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrOggLink, isr_ogg_link_unref)

/* Hands the next header packet to the codec. FALSE: the header is damaged. */
gboolean isr_ogg_link_read_header (IsrOggLink *self, GBytes *packet, GError **error);

/* Keeps the comment block of @packet, which begins at @offset. */
void isr_ogg_link_take_comments (IsrOggLink *self, GBytes *packet, gsize offset);

/* Reports a header packet that is not what it should be. */
gboolean isr_ogg_link_bad_header (IsrOggLink *self, const char *why, GError **error);

/* Are the header packets @index of both the same bytes? */
gboolean isr_ogg_link_same_header (IsrOggLink *a, IsrOggLink *b, guint index);

/* Makes @packet the one that the next packet's duration is counted from; one
 * without audio changes nothing in a decoder that overlaps. */
void isr_ogg_link_set_before (IsrOggLink *self, GBytes **before, GBytes *packet);

/* Do both say the same words? */
gboolean isr_ogg_link_same_tags (IsrOggLink *a, IsrOggLink *b);

G_END_DECLS
