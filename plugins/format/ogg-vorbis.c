/* SPDX-License-Identifier: MIT */
/* ogg-vorbis.c - Vorbis in Ogg (Vorbis I specification, section A.2).
 *
 * A packet is one windowed block; what comes out of a decoder is the overlap of
 * two neighbours: a quarter of the sum of both block sizes, and nothing after
 * the first packet. The last packet before a cut, repeated in front of a file,
 * therefore gives exactly the samples that an uncut decode has: it costs no
 * samples itself. Where two links meet within a file their packets overlap like
 * any others, and the decoder blends a quarter of both blocks that neither link
 * has by itself; only links with the same codebooks, byte for byte, may meet.
 *
 * How long a block is stands in the modes of the set-up header: libvorbis reads
 * it. */
#include "plugins/format/ogg-codec.h"

#include <string.h>
#include <vorbis/codec.h>

typedef struct {
  vorbis_info info;
  vorbis_comment comment;
} Setup;

static gboolean
read_header (IsrOggLink *link, GBytes *packet, GError **error)
{
  ogg_packet header = { .b_o_s = link->headers->len == 1, .packetno = link->headers->len - 1 };
  gsize size;
  Setup *setup = link->setup;

  if (!setup) {
    link->setup = setup = g_new0 (Setup, 1);
    vorbis_info_init (&setup->info);
    vorbis_comment_init (&setup->comment);
  }
  header.packet = (guint8 *) g_bytes_get_data (packet, &size);
  header.bytes = size;
  if (vorbis_synthesis_headerin (&setup->info, &setup->comment, &header) != 0 || setup->info.rate <= 0)
    return isr_ogg_link_bad_header (link, "libvorbis refuses it", error);
  link->rate = setup->info.rate;
  if (link->headers->len == 2)
    isr_ogg_link_take_comments (link, packet, 7);
  link->ready = link->headers->len == 3;
  return TRUE;
}

static gboolean
same_setup (IsrOggLink *a, IsrOggLink *b)
{
  return isr_ogg_link_same_header (a, b, 0) && isr_ogg_link_same_header (a, b, 2);
}

/* Empty packets and stray headers are passed over by decoders. */
static gboolean
is_audio (GBytes *packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  return size > 0 && (data[0] & 1) == 0;
}

/* 0: no audio in this packet. */
static long
get_block_size (IsrOggLink *link, GBytes *packet)
{
  gsize size;
  ogg_packet raw = { .packet = (guint8 *) g_bytes_get_data (packet, &size) };
  Setup *setup = link->setup;
  long block;

  raw.bytes = size;
  block = is_audio (packet) ? vorbis_packet_blocksize (&setup->info, &raw) : 0;
  return MAX (block, 0);
}

static guint64
get_duration (IsrOggLink *link, GBytes *before, GBytes *packet)
{
  long last = before ? get_block_size (link, before) : 0;
  long now = get_block_size (link, packet);

  return last && now ? (last + now) / 4 : 0;
}

static GBytes *
make_head (IsrOggLink *link, guint64 skip, guint64 samples)
{
  return g_bytes_ref (link->headers->pdata[0]);
}

static GBytes *
wrap_comments (IsrOggLink *link, GByteArray *comments)
{
  g_byte_array_prepend (comments, (const guint8 *) "\x03vorbis", 7);
  g_byte_array_append (comments, (const guint8 *) "\x01", 1);
  return g_byte_array_free_to_bytes (comments);
}

static void
free_setup (IsrOggLink *link)
{
  Setup *setup = link->setup;

  if (!setup)
    return;
  vorbis_comment_clear (&setup->comment);
  vorbis_info_clear (&setup->info);
  g_free (setup);
}

const IsrOggCodec isr_ogg_vorbis = {
  .name = "Vorbis",
  .magic = "\x01vorbis",
  .magic_size = 7,
  .extension = "ogg",
  .overlaps = TRUE,
  .keeps_headers = TRUE,
  .primer = 1,
  .is_audio = is_audio,
  .read_header = read_header,
  .same_setup = same_setup,
  .get_duration = get_duration,
  .make_head = make_head,
  .wrap_comments = wrap_comments,
  .free_setup = free_setup,
};
