/* SPDX-License-Identifier: MIT */
/* lead.c - Ogg is taken up at a page with which a packet begins, behind the last head;
 * everything else anywhere. */
#include "plugins/http/lead.h"

#include "plugins/http/pages.h"

#include <string.h>

static GBytes *
get_last_head (const IsrPast *past)
{
  return past->heads->len ? past->heads->pdata[past->heads->len - 1] : NULL;
}

static gboolean
has_letters (GBytes *head, const char *letters)
{
  return head && g_bytes_get_size (head) >= 4 && memcmp (g_bytes_get_data (head, NULL), letters, 4) == 0;
}

/* Where a head begins that lies wholly in the bytes: nothing before it counts then. */
typedef struct {
  gsize at;
  gboolean head; /* it begins with one */
} Start;

static Start
find_page (const guint8 *data, gsize size)
{
  gssize first = isr_page_find (data, size), page;
  gsize at = first < 0 ? size : (gsize) first;
  Start start = { at, FALSE };
  gboolean heads = FALSE; /* the page before began a stream */

  while (at < size && (page = isr_page_measure (data + at, size - at)) > 0) {
    guint8 flags = isr_page_get_flags (data + at);

    if ((flags & ISR_PAGE_FIRST) && !heads)
      start = (Start){ at, TRUE };
    else if (isr_page_has_audio (data + at) && !(flags & ISR_PAGE_CONTINUED) && size - at >= ISR_LEAD_SIZE)
      start = (Start){ at, FALSE };
    heads = flags & ISR_PAGE_FIRST;
    at += (gsize) page;
  }
  return start;
}

static Start
find_start (const guint8 *data, gsize size, GBytes *head)
{
  gsize head_size = head ? g_bytes_get_size (head) : 0;

  if (has_letters (head, "OggS"))
    return find_page (data, size);
  if (has_letters (head, "fLaC") && size >= head_size && size < ISR_LEAD_SIZE && memcmp (data, g_bytes_get_data (head, NULL), head_size) == 0)
    return (Start){ 0, TRUE };
  return (Start){ size - MIN (size, ISR_LEAD_SIZE), FALSE };
}

GBytes *
isr_lead_new (const IsrPast *past)
{
  GBytes *head = get_last_head (past);
  gsize size, head_size = 0;
  const guint8 *data = g_bytes_get_data (past->bytes, &size);
  Start start = find_start (data, size, head);
  GByteArray *lead = g_byte_array_new ();

  if (!start.head && (has_letters (head, "OggS") || has_letters (head, "fLaC"))) {
    const guint8 *head_data = g_bytes_get_data (head, &head_size);

    g_byte_array_append (lead, head_data, (guint) head_size);
  }
  g_byte_array_append (lead, data + start.at, (guint) (size - start.at));
  return g_byte_array_free_to_bytes (lead);
}
