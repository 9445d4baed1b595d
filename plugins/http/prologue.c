/* SPDX-License-Identifier: MIT */
/* prologue.c - a walk over the bytes: an Ogg page at a time (RFC 3533), or the length
 * of the head where the format is not Ogg.
 *
 * The head of an Ogg link ends before the first page on which a packet of audio ends
 * (its granule position is neither 0 nor "none"). Should it hold a page of audio, no
 * harm is done: that page is compared with what a server repeats like all others. */
#include "plugins/http/prologue.h"

#include "plugins/http/pages.h"

#include <string.h>

#define MAX_HEAD (1024 * 1024) /* a picture in the comments; what is larger is not remembered */
#define MAX_HEADS 8            /* links whose pages may still be in the history of a station that changes often */

typedef enum {
  WALK_START, /* what it is, is not known */
  WALK_PAGES, /* Ogg: between or inside pages */
  WALK_HEAD,  /* another format: inside its head */
  WALK_OTHER, /* audio without pages */
} Walk;

struct _IsrPrologue {
  GPtrArray *heads; /* GByteArray; the last one may still grow */
  Walk walk;
  GByteArray *held; /* bytes that do not yet tell */
  gsize left;       /* of the page or head whose beginning was seen */
  gboolean in_head; /* ... belongs to the last head */
  gboolean any;     /* serial and number are valid */
  guint32 serial, number;
};

static guint32
get_le32 (const guint8 *p)
{
  return (guint32) p[0] | (guint32) p[1] << 8 | (guint32) p[2] << 16 | (guint32) p[3] << 24;
}

static gsize
measure_id3 (const guint8 *data)
{
  return 10 + ((gsize) (data[6] & 127) << 21 | (data[7] & 127) << 14 | (data[8] & 127) << 7 | (data[9] & 127)) + (data[5] & 0x10 ? 10 : 0);
}

/* Size of a FLAC or ID3v2 head; 0: more is needed; -1: there is none. */
static gssize
measure_head (const guint8 *data, gsize size)
{
  gsize at = 4;

  if (memcmp (data, "ID3", MIN (size, 3)) == 0)
    return size < 10 ? 0 : (gssize) measure_id3 (data);
  if (memcmp (data, "fLaC", MIN (size, 4)) != 0)
    return -1;
  while (at + 4 <= size) {
    gsize block = (gsize) data[at + 1] << 16 | (gsize) data[at + 2] << 8 | data[at + 3];

    if (data[at] & 0x80)
      return (gssize) (at + 4 + block);
    at += 4 + block;
    if (at > MAX_HEAD)
      return -1;
  }
  return 0;
}

IsrPrologue *
isr_prologue_new (void)
{
  IsrPrologue *self = g_new0 (IsrPrologue, 1);

  self->heads = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  self->held = g_byte_array_new ();
  return self;
}

void
isr_prologue_free (IsrPrologue *self)
{
  g_ptr_array_unref (self->heads);
  g_byte_array_unref (self->held);
  g_free (self);
}

void
isr_prologue_restart (IsrPrologue *self)
{
  g_byte_array_set_size (self->held, 0);
  self->walk = WALK_START;
  self->left = 0;
  self->in_head = FALSE;
  self->any = FALSE;
}

static void
begin_head (IsrPrologue *self)
{
  if (self->heads->len == MAX_HEADS)
    g_ptr_array_remove_index (self->heads, 0);
  g_ptr_array_add (self->heads, g_byte_array_new ());
  self->in_head = TRUE;
}

static void
keep_head (IsrPrologue *self, const guint8 *data, gsize size)
{
  GByteArray *head = self->heads->pdata[self->heads->len - 1];

  if (head->len + size > MAX_HEAD) {
    g_ptr_array_remove_index (self->heads, self->heads->len - 1);
    self->in_head = FALSE;
  } else {
    g_byte_array_append (head, data, (guint) size);
  }
}

/* Takes what belongs to the page or head in hand; returns how much that was. */
static gsize
walk_on (IsrPrologue *self, const guint8 *data, gsize size)
{
  gsize n = MIN (self->left, size);

  if (self->in_head)
    keep_head (self, data, n);
  self->left -= n;
  if (self->left == 0 && self->walk == WALK_HEAD)
    self->walk = WALK_OTHER;
  return n;
}

static void
enter_page (IsrPrologue *self, const guint8 *page, gsize size)
{
  gboolean first = isr_page_get_flags (page) & ISR_PAGE_FIRST;

  self->walk = WALK_PAGES;
  self->left = size;
  self->serial = get_le32 (page + 14);
  self->number = get_le32 (page + 18);
  self->any = TRUE;
  if (first && !self->in_head)
    begin_head (self);
  else if (isr_page_has_audio (page))
    self->in_head = FALSE;
}

/* FALSE: the bytes held do not tell yet. */
static gboolean
enter (IsrPrologue *self)
{
  gssize size = isr_page_measure (self->held->data, self->held->len);

  if (size > 0)
    enter_page (self, self->held->data, (gsize) size);
  if (size >= 0)
    return size > 0;
  self->any = FALSE;
  size = self->walk == WALK_START ? measure_head (self->held->data, self->held->len) : -1;
  if (size > 0) {
    self->walk = WALK_HEAD;
    self->left = (gsize) size;
    begin_head (self);
  } else if (size < 0) {
    self->walk = WALK_OTHER;
  }
  return size != 0;
}

void
isr_prologue_learn (IsrPrologue *self, const guint8 *data, gsize size)
{
  while (size > 0 && self->walk != WALK_OTHER) {
    gsize n;

    if (self->left > 0) {
      n = walk_on (self, data, size);
    } else {
      gsize before = self->held->len;

      /* a page header at a time, or all there is of another head */
      n = self->walk == WALK_PAGES ? MIN (size, ISR_PAGE_HEADER + 255 - MIN (before, ISR_PAGE_HEADER + 254)) : size;
      g_byte_array_append (self->held, data, (guint) n);
      if (enter (self)) {
        g_autoptr (GByteArray) held = g_steal_pointer (&self->held);
        gsize used = walk_on (self, held->data, held->len);

        self->held = g_byte_array_new ();
        if (used < held->len)
          isr_prologue_learn (self, held->data + used, held->len - used);
      }
    }
    data += n;
    size -= n;
  }
}

/* --- what another one learnt --- */

static gboolean
has_pages (const IsrPast *past)
{
  for (guint i = 0; i < past->heads->len; i++)
    if (isr_page_measure (g_bytes_get_data (past->heads->pdata[i], NULL), g_bytes_get_size (past->heads->pdata[i])) > 0)
      return TRUE;
  return FALSE;
}

void
isr_prologue_resume (IsrPrologue *self, const IsrPast *past)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (past->bytes, &size);
  gssize page = has_pages (past) ? isr_page_find (data, size) : -1;

  for (guint i = past->heads->len - MIN (past->heads->len, MAX_HEADS); i < past->heads->len; i++) {
    begin_head (self);
    keep_head (self, g_bytes_get_data (past->heads->pdata[i], NULL), g_bytes_get_size (past->heads->pdata[i]));
  }
  isr_prologue_restart (self);
  if (page >= 0)
    isr_prologue_learn (self, data + page, size - (gsize) page);
  else
    self->walk = WALK_OTHER;
}

GPtrArray *
isr_prologue_dup_heads (IsrPrologue *self)
{
  GPtrArray *heads = isr_past_heads_new ();

  for (guint i = 0; i < self->heads->len; i++) {
    const GByteArray *head = self->heads->pdata[i];

    g_ptr_array_add (heads, g_bytes_new (head->data, head->len));
  }
  return heads;
}

/* --- what a server repeats --- */

/* Whole pages of @head that @data repeats, which has its first @same bytes. */
static gsize
count_pages (const GByteArray *head, gsize same)
{
  gsize at = 0;

  while (at < head->len) {
    gssize page = isr_page_measure (head->data + at, head->len - at);

    if (page <= 0 || at + (gsize) page > same)
      break;
    at += (gsize) page;
  }
  return at;
}

gssize
isr_prologue_measure (IsrPrologue *self, const guint8 *data, gsize size)
{
  gssize best = 0;

  for (guint i = 0; i < self->heads->len; i++) {
    const GByteArray *head = self->heads->pdata[i];
    gsize limit = MIN (head->len, size), same = 0;

    while (same < limit && head->data[same] == data[same])
      same++;
    if (same == size && same < head->len)
      return -1;
    if (same >= 4 && memcmp (head->data, "OggS", 4) == 0)
      best = MAX (best, (gssize) count_pages (head, same));
    else if (same == head->len)
      best = MAX (best, (gssize) same);
  }
  return best;
}

gboolean
isr_prologue_is_next (IsrPrologue *self, const guint8 *data, gsize size)
{
  return self->walk == WALK_PAGES && self->any && self->left == 0 && self->held->len == 0 && size >= ISR_PAGE_HEADER && memcmp (data, "OggS", 4) == 0 && get_le32 (data + 14) == self->serial && get_le32 (data + 18) == self->number + 1;
}
