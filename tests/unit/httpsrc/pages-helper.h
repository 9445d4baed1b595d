/* SPDX-License-Identifier: MIT */
/* pages-helper.h - stations of Ogg pages. */
#pragma once

#include "tests/unit/httpsrc/rejoin-helper.h"

/* --- stations of pages --- */

static inline void
put_le32 (guint8 *p, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (p, &value, 4);
}

/* Pages as Icecast sends them; the checksum is any number that no other page has. */
static inline void
add_page (GRand *rand, GByteArray *stream, guint8 flags, guint64 granule, guint32 serial, guint32 number, gsize body)
{
  guint n = (guint) body / 255 + 1;
  guint8 header[27 + 255] = { 'O', 'g', 'g', 'S', 0, flags };
  guint64 le = GUINT64_TO_LE (granule);

  memcpy (header + 6, &le, 8);
  put_le32 (header + 14, serial);
  put_le32 (header + 18, number);
  put_le32 (header + 22, g_rand_int (rand));
  header[26] = (guint8) n;
  memset (header + 27, 255, n - 1);
  header[27 + n - 1] = (guint8) (body % 255);
  g_byte_array_append (stream, header, 27 + n);
  for (gsize i = 0; i < body; i++) {
    guint8 byte = (guint8) g_rand_int (rand);

    g_byte_array_append (stream, &byte, 1);
  }
}

static inline void
add_link (GRand *rand, GByteArray *stream, guint32 serial, gsize size)
{
  gsize end = stream->len + size;

  add_page (rand, stream, 2, 0, serial, 0, 19);
  add_page (rand, stream, 0, 0, serial, 1, 600);
  add_page (rand, stream, 0, 0, serial, 2, 4000);
  for (guint i = 0; stream->len < end; i++)
    add_page (rand, stream, 0, 960 * (i + 1), serial, i + 3, (gsize) g_rand_int_range (rand, 50, 5000));
}

static inline gsize
page_size (const guint8 *page)
{
  gsize size = 27 + page[26];

  for (guint i = 0; i < page[26]; i++)
    size += page[27 + i];
  return size;
}

static inline gsize
ogg_head (GByteArray *stream)
{
  gsize at = 0;

  for (guint i = 0; i < 3; i++)
    at += page_size (stream->data + at);
  return at;
}

/* The first page that begins in the burst. */
static inline gsize
burst_of_pages (GByteArray *stream, gsize live)
{
  gsize at = 0;

  while (at + BURST < live)
    at += page_size (stream->data + at);
  return at;
}

/* What Icecast sends is whole pages. */
static inline gsize
page_before (GByteArray *stream, gsize live)
{
  gsize at = 0;

  while (at + page_size (stream->data + at) <= live)
    at += page_size (stream->data + at);
  return at;
}
