/* SPDX-License-Identifier: MIT */
/* pages.c - four letters, and a table of lengths. */
#include "plugins/http/pages.h"

#include <string.h>

gssize
isr_page_measure (const guint8 *data, gsize size)
{
  gsize body = 0;

  if (memcmp (data, "OggS", MIN (size, 4)) != 0)
    return -1;
  if (size < ISR_PAGE_HEADER || size < (gsize) ISR_PAGE_HEADER + data[26])
    return 0;
  for (guint i = 0; i < data[26]; i++)
    body += data[ISR_PAGE_HEADER + i];
  return ISR_PAGE_HEADER + data[26] + (gssize) body;
}

guint8
isr_page_get_flags (const guint8 *page)
{
  return page[5];
}

/* The granule position of a head is 0, that of a page on which no packet ends "none". */
gboolean
isr_page_has_audio (const guint8 *page)
{
  static const guint8 zero[8] = { 0 }, none[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };

  return memcmp (page + 6, zero, 8) != 0 && memcmp (page + 6, none, 8) != 0;
}

/* Four letters may stand anywhere in audio; two pages in a row do not. */
static gboolean
is_page (const guint8 *data, gsize size)
{
  gssize page = isr_page_measure (data, size);

  if (page <= 0)
    return FALSE;
  return (gsize) page >= size || isr_page_measure (data + page, size - (gsize) page) >= 0;
}

gssize
isr_page_find (const guint8 *data, gsize size)
{
  for (gsize at = 0; at < size; at++) {
    const guint8 *letter = memchr (data + at, 'O', size - at);

    if (!letter)
      return -1;
    at = (gsize) (letter - data);
    if (is_page (letter, size - at))
      return (gssize) at;
  }
  return -1;
}
