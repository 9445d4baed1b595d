/* SPDX-License-Identifier: MIT */
/* ogg-opus.c - Opus in Ogg (RFC 7845).
 *
 * Time is counted at 48 kHz, whatever was encoded. A packet says its own
 * duration in its first bytes (RFC 6716, section 3.1). The decoder needs about
 * 80 ms to converge, and the header's pre-skip takes any number of samples off
 * the beginning: a file that begins in the middle repeats the packets of the
 * 80 ms before it and declares exactly these as pre-skip. */
#include "plugins/format/ogg-codec.h"

#include <string.h>

static gboolean
read_header (IsrOggLink *link, GBytes *packet, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  if (link->headers->len == 1) {
    if (size < 19 || data[8] >> 4 != 0 || data[9] == 0)
      return isr_ogg_link_bad_header (link, "no OpusHead of version 1", error);
    link->rate = 48000;
    link->pre_skip = data[10] | data[11] << 8;
    return TRUE;
  }
  if (size < 8 || memcmp (data, "OpusTags", 8) != 0)
    return isr_ogg_link_bad_header (link, "no OpusTags", error);
  isr_ogg_link_take_comments (link, packet, 8);
  link->ready = TRUE;
  return TRUE;
}

/* All of OpusHead but the pre-skip, which belongs to the beginning alone, and the
 * rate of what was encoded, which is a note for people. */
static gboolean
same_setup (IsrOggLink *a, IsrOggLink *b)
{
  gsize size_a, size_b;
  const guint8 *data_a = g_bytes_get_data (a->headers->pdata[0], &size_a);
  const guint8 *data_b = g_bytes_get_data (b->headers->pdata[0], &size_b);

  return size_a == size_b && memcmp (data_a, data_b, 10) == 0 && memcmp (data_a + 16, data_b + 16, size_a - 16) == 0;
}

/* Samples of one frame, by the configuration number in the first byte. */
static guint
get_frame_samples (guint8 toc)
{
  static const guint silk[] = { 480, 960, 1920, 2880 };
  guint config = toc >> 3;

  if (config < 12)
    return silk[config & 3];
  if (config < 16)
    return config & 1 ? 960 : 480;
  return 120 << (config & 3);
}

static guint64
get_duration (IsrOggLink *link, GBytes *before, GBytes *packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  guint frames;

  if (size == 0)
    return 0;
  frames = (data[0] & 3) == 0 ? 1 : 2;
  if ((data[0] & 3) == 3)
    frames = size > 1 ? data[1] & 63 : 0;
  frames *= get_frame_samples (data[0]);
  return frames <= 5760 ? frames : 0;
}

static GBytes *
make_head (IsrOggLink *link, guint64 skip, guint64 samples)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (link->headers->pdata[0], &size);
  guint8 *head = g_memdup2 (data, size);

  head[10] = skip & 0xff;
  head[11] = skip >> 8;
  return g_bytes_new_take (head, size);
}

static GBytes *
wrap_comments (IsrOggLink *link, GByteArray *comments)
{
  g_byte_array_prepend (comments, (const guint8 *) "OpusTags", 8);
  return g_byte_array_free_to_bytes (comments);
}

const IsrOggCodec isr_ogg_opus = {
  .name = "Opus",
  .magic = "OpusHead",
  .magic_size = 8,
  .extension = "opus",
  .skip_in_header = TRUE,
  .primer = 3840,
  .convergence = 80,
  .read_header = read_header,
  .same_setup = same_setup,
  .get_duration = get_duration,
  .make_head = make_head,
  .wrap_comments = wrap_comments,
};
