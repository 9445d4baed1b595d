/* SPDX-License-Identifier: MIT */
/* cut-packets.c - MPEG audio, ADTS and Ogg: packets from file to file.
 *
 * The packets before the cut are remembered, so that the file can be given a primer.
 * Packets that lie before 0 in a later file stood in the file before it, too: they
 * are passed over. */
#include "plugins/format/cut-private.h"
#include "plugins/format/relay.h"

#define PACKETS_A_LOOK 1024

typedef struct {
  IsrCut *cut;
  IsrRelay *relay;
  gboolean frames; /* not Ogg: whole packets only */
  guint rate;
  guint seen;
} Cutter;

static void
write_packet (Cutter *self, IsrUnpacked *packet, gboolean last_part)
{
  if (!isr_relay_has_begun (self->relay)) {
    gint64 begin = self->frames ? packet->position : MAX (packet->position, 0);

    isr_cut_begin_early (self->cut, (guint64) MAX ((gint64) self->cut->parts[0].start - begin, 0), self->rate);
  }
  if (!last_part)
    packet->trim = 0;
  isr_relay_write (self->relay, packet);
}

static gboolean
take_part (Cutter *self, guint index, IsrUnpacker *unpacker, GError **error)
{
  const IsrCutPart *part = &self->cut->parts[index];
  gint64 start = (gint64) part->start;
  gint64 end = start + (gint64) part->samples;
  IsrUnpacked packet = { 0 };

  if (index > 0 && !part->joined)
    isr_relay_discont (self->relay);
  isr_unpacker_seek (unpacker, index ? start : start - (gint64) isr_unpacker_get_warm_up (unpacker));
  for (; isr_unpacker_next (unpacker, &packet) && packet.position < end; isr_unpacked_clear (&packet)) {
    if (packet.position + (gint64) packet.samples > start)
      write_packet (self, &packet, index + 1 == self->cut->n);
    else if (index == 0)
      isr_relay_remember (self->relay, &packet);
    if (++self->seen % PACKETS_A_LOOK == 0 && !isr_cut_go_on (self->cut, error)) {
      isr_unpacked_clear (&packet);
      return FALSE;
    }
  }
  isr_unpacked_clear (&packet);
  return isr_relay_has_begun (self->relay) || isr_cut_fail_damaged (index, error);
}

static gboolean
take_parts (Cutter *self, GError **error)
{
  for (guint i = 0; i < self->cut->n; i++) {
    g_autoptr (IsrUnpacker) unpacker = isr_unpacker_new (self->cut->parts[i].input, NULL);

    if (!unpacker || !isr_relay_accepts (self->relay, unpacker))
      return isr_cut_fail_change (self->cut, i, error);
    if (!take_part (self, i, unpacker, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
isr_cut_packets (IsrCut *cut, GError **error)
{
  g_autoptr (IsrUnpacker) like = isr_unpacker_new (cut->parts[0].input, error);
  g_autoptr (IsrRelay) relay = NULL;
  Cutter self = { .cut = cut };
  gboolean ok;

  if (!like)
    return FALSE;
  self.relay = relay = isr_relay_new (like, FALSE, cut->output, &cut->info);
  self.frames = isr_unpacker_get_headers (like) == NULL;
  self.rate = isr_unpacker_get_rate (like);
  ok = take_parts (&self, error);
  isr_relay_close (relay, &cut->totals);
  cut->extension = isr_unpacker_get_extension (like);
  return ok;
}
