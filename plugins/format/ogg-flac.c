/* SPDX-License-Identifier: MIT */
/* ogg-flac.c - FLAC in Ogg (the Ogg FLAC mapping 1.0; RFC 9639, section 10.1).
 *
 *     7F "FLAC" 1 0 | u16 further headers | "fLaC" | block header | STREAMINFO (34)
 *     0             5                     7        9              13           17
 *
 * The first packet is always 51 bytes. A file that holds a part of the stream
 * can not claim the whole's MD5, frame sizes and total: MD5 and sizes become 0
 * (not known), the total is patched when the file is closed. Of the other
 * blocks only the comments are kept: a SEEKTABLE would point elsewhere. */
#include "plugins/format/ogg-codec.h"
#include "plugins/format/flac-frame.h"

#include <string.h>

#define HEAD_SIZE 51
#define STREAMINFO 17

static gboolean
read_head (IsrOggLink *link, GBytes *packet, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  const guint8 *info;

  if (size != HEAD_SIZE || data[5] != 1 || memcmp (data + 9, "fLaC", 4) != 0 || (data[13] & 0x7f) != 0)
    return isr_ogg_link_bad_header (link, "no STREAMINFO of mapping 1.0", error);
  info = data + STREAMINFO;
  link->rate = info[10] << 12 | info[11] << 4 | info[12] >> 4;
  if (link->rate == 0)
    return isr_ogg_link_bad_header (link, "sample rate 0", error);
  link->n_headers = data[7] << 8 | data[8];
  link->ready = data[13] & 0x80 && link->n_headers == 0;
  return TRUE;
}

/* The count is not to be relied on: GStreamer's flacenc promises one more than it
 * sends. The flag of the last block, or the first frame, ends the headers, too. */
static gboolean
read_header (IsrOggLink *link, GBytes *packet, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  if (link->headers->len == 1)
    return read_head (link, packet, error);
  if (size < 4)
    return isr_ogg_link_bad_header (link, "no metadata block", error);
  if ((data[0] & 0x7f) == 4)
    isr_ogg_link_take_comments (link, packet, 4);
  link->ready = data[0] >> 7 || (link->n_headers && link->headers->len > link->n_headers);
  return TRUE;
}

/* No metadata block begins with FF. */
static gboolean
starts_audio (GBytes *packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  return size > 0 && data[0] == 0xff;
}

/* Block sizes; rate, channels and bits without the total that shares a byte with them. */
static gboolean
same_setup (IsrOggLink *a, IsrOggLink *b)
{
  const guint8 *info_a = (const guint8 *) g_bytes_get_data (a->headers->pdata[0], NULL) + STREAMINFO;
  const guint8 *info_b = (const guint8 *) g_bytes_get_data (b->headers->pdata[0], NULL) + STREAMINFO;

  return memcmp (info_a, info_b, 4) == 0 && memcmp (info_a + 10, info_b + 10, 3) == 0 && info_a[13] >> 4 == info_b[13] >> 4;
}

static guint64
get_duration (IsrOggLink *link, GBytes *before, GBytes *packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  IsrFlacFrame frame;

  return isr_flac_frame_parse (&frame, data, size) ? frame.block : 0;
}

/* Seeking goes by the number in the frame's header, so it begins at 0 in each
 * file. It becomes the number of the frame's first sample, never that of the
 * frame: where two links are joined a short block stands between long ones, and
 * only samples still count right. A damaged frame is left as it is, so that it
 * stays known as damaged. */
static GBytes *
renumber (GBytes *packet, guint64 sample)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  IsrFlacFrame frame;

  if (sample >> 36 || !isr_flac_frame_parse (&frame, data, size) || size < frame.header_size + 2 || isr_flac_crc16 (0, data, size) != 0)
    return g_bytes_ref (packet);
  return isr_flac_frame_renumber (&frame, data, size, TRUE, sample);
}

void
isr_ogg_flac_set_total (guint8 *head, guint64 samples)
{
  guint8 *info = head + STREAMINFO;

  if (samples >> 36)
    samples = 0;
  info[13] = (info[13] & 0xf0) | samples >> 32;
  for (guint i = 0; i < 4; i++)
    info[14 + i] = samples >> (24 - 8 * i);
  memset (info + 18, 0, 16);
}

static GBytes *
make_head (IsrOggLink *link, guint64 skip, guint64 samples)
{
  guint8 *head = g_memdup2 (g_bytes_get_data (link->headers->pdata[0], NULL), HEAD_SIZE);

  head[7] = 0;
  head[8] = 1;
  head[13] &= 0x7f;
  memset (head + STREAMINFO + 4, 0, 6);
  isr_ogg_flac_set_total (head, samples);
  return g_bytes_new_take (head, HEAD_SIZE);
}

/* The last metadata block. Its size fits 24 bits: ogg-comments.c sees to that. */
static GBytes *
wrap_comments (IsrOggLink *link, GByteArray *comments)
{
  gsize size = comments->len;
  guint8 header[4] = { 0x84, size >> 16, size >> 8, size };

  g_byte_array_prepend (comments, header, 4);
  return g_byte_array_free_to_bytes (comments);
}

const IsrOggCodec isr_ogg_flac = {
  .name = "FLAC",
  .magic = "\x7f"
           "FLAC",
  .magic_size = 5,
  .extension = "oga",
  .untrimmed = TRUE,
  .total_in_header = TRUE,
  .read_header = read_header,
  .starts_audio = starts_audio,
  .same_setup = same_setup,
  .get_duration = get_duration,
  .make_head = make_head,
  .renumber = renumber,
  .wrap_comments = wrap_comments,
};
