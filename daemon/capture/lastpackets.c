/* SPDX-License-Identifier: MIT */
/* lastpackets.c - the reader of finished files reads one that was torn, too. */
#include "daemon/capture/lastpackets.h"

#define KEPT (128 * 1024) /* bytes: more joins no better */

void
isr_last_packets_init (IsrLastPackets *self)
{
  self->packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

void
isr_last_packets_clear (IsrLastPackets *self)
{
  g_ptr_array_unref (self->packets);
  g_ptr_array_unref (self->headers);
}

static void
take_headers (IsrLastPackets *self, GPtrArray *headers)
{
  g_ptr_array_set_size (self->headers, 0);
  for (guint i = 0; i < headers->len; i++)
    g_ptr_array_add (self->headers, g_bytes_ref (headers->pdata[i]));
}

/* Packets before the first sample of a file: of the end of the one before, again; or what a link
 * begins with. In a file without one before they may be the first packet twice. */
static gboolean
is_primer (const IsrLastPackets *self, const GPtrArray *first)
{
  guint n = self->packets->len;

  if (n == 0)
    return TRUE;
  for (guint i = 0; i < first->len; i++)
    if (first->len > n || !g_bytes_equal (first->pdata[i], self->packets->pdata[n - first->len + i]))
      return FALSE;
  return TRUE;
}

static void
take_first (IsrLastPackets *self, GPtrArray *first)
{
  if (!is_primer (self, first))
    for (guint i = 0; i < first->len; i++)
      g_ptr_array_add (self->packets, g_bytes_ref (first->pdata[i]));
  g_ptr_array_set_size (first, 0);
}

/* Returns where the last one ends. */
static gint64
take_all (IsrLastPackets *self, IsrUnpacker *unpacker)
{
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_auto (IsrUnpacked) packet = { 0 };
  gint64 end = 0;

  for (; isr_unpacker_next (unpacker, &packet); isr_unpacked_clear (&packet)) {
    end = packet.position + (gint64) (packet.samples - packet.trim);
    if (end <= 0) {
      g_ptr_array_add (first, g_bytes_ref (packet.bytes));
      continue;
    }
    take_first (self, first);
    g_ptr_array_add (self->packets, g_bytes_ref (packet.bytes));
  }
  return end;
}

guint64
isr_last_packets_read (IsrLastPackets *self, IsrInput *input, guint64 span)
{
  g_autoptr (IsrUnpacker) unpacker = isr_unpacker_new (input, NULL);
  GPtrArray *headers = unpacker ? isr_unpacker_get_headers (unpacker) : NULL;
  guint64 samples;
  gint64 end;

  if (!headers)
    return 0;
  take_headers (self, headers);
  samples = isr_unpacker_get_samples (unpacker);
  if (samples > span)
    g_ptr_array_set_size (self->packets, 0);
  isr_unpacker_seek (unpacker, samples > span ? (gint64) (samples - span) : G_MININT64);
  end = take_all (self, unpacker);
  return end > 0 ? (guint64) end : 0;
}

void
isr_last_packets_shorten (IsrLastPackets *self)
{
  gsize size = 0;
  guint i;

  for (i = self->packets->len; i > 0 && size < KEPT; i--)
    size += g_bytes_get_size (self->packets->pdata[i - 1]);
  if (i > 0)
    g_ptr_array_remove_range (self->packets, 0, i);
}
