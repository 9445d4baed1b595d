/* SPDX-License-Identifier: MIT */
/* ogg-speex.c - Speex in Ogg (the Speex manual, section 5; RFC 5574 for the codec).
 *
 * Every packet holds the same number of frames. The encoder's look-ahead is
 * taken off the beginning by a first granule that is too small.
 *
 * The decoder remembers long: against an uncut decode the error falls to about a
 * tenth within 0.3 s and is small after 0.5 s. A primer could only be marked by
 * granules below 0, which players show as a beginning before 0: so there is none,
 * and the 500 ms are reported as warm-up. */
#include "plugins/format/ogg-codec.h"

#include <string.h>

static guint32
get_u32 (const guint8 *data)
{
  return data[0] | data[1] << 8 | data[2] << 16 | (guint32) data[3] << 24;
}

static gboolean
read_head (IsrOggLink *link, GBytes *packet, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  guint32 rate, frame, frames, extra;

  if (size < 80)
    return isr_ogg_link_bad_header (link, "shorter than 80 bytes", error);
  rate = get_u32 (data + 36);
  frame = get_u32 (data + 56);
  frames = MAX (get_u32 (data + 64), 1);
  extra = get_u32 (data + 68);
  if (rate < 1000 || rate > 192000 || frame == 0 || frame > 2000 || frames > 100 || extra > 16)
    return isr_ogg_link_bad_header (link, "numbers out of range", error);
  link->rate = rate;
  link->packet_samples = (guint64) frame * frames;
  link->n_headers = 2 + extra;
  return TRUE;
}

static gboolean
read_header (IsrOggLink *link, GBytes *packet, GError **error)
{
  if (link->headers->len == 1)
    return read_head (link, packet, error);
  if (link->headers->len == 2)
    isr_ogg_link_take_comments (link, packet, 0);
  link->ready = link->headers->len == link->n_headers;
  return TRUE;
}

/* The 80 bytes that count, but not the encoder's version, its bit rate and
 * whether that varies: a decoder sees these from each packet. */
static gboolean
same_setup (IsrOggLink *a, IsrOggLink *b)
{
  const guint8 *data_a = g_bytes_get_data (a->headers->pdata[0], NULL);
  const guint8 *data_b = g_bytes_get_data (b->headers->pdata[0], NULL);

  return memcmp (data_a + 28, data_b + 28, 24) == 0 && memcmp (data_a + 56, data_b + 56, 4) == 0 && memcmp (data_a + 64, data_b + 64, 8) == 0;
}

static guint64
get_duration (IsrOggLink *link, GBytes *before, GBytes *packet)
{
  return link->packet_samples;
}

static GBytes *
make_head (IsrOggLink *link, guint64 skip, guint64 samples)
{
  return g_bytes_ref (link->headers->pdata[0]);
}

static GBytes *
wrap_comments (IsrOggLink *link, GByteArray *comments)
{
  return g_byte_array_free_to_bytes (comments);
}

const IsrOggCodec isr_ogg_speex = {
  .name = "Speex",
  .magic = "Speex   ",
  .magic_size = 8,
  .extension = "spx",
  .keeps_headers = TRUE,
  .convergence = 500,
  .read_header = read_header,
  .same_setup = same_setup,
  .get_duration = get_duration,
  .make_head = make_head,
  .wrap_comments = wrap_comments,
};
