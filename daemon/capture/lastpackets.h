/* SPDX-License-Identifier: MIT */
/* lastpackets.h - what came last of an Ogg stream, out of the files that a process left.
 *
 *     file        ...[page | page | pa      torn
 *     next file   head, primer [page]       or nothing yet
 *
 * Only what is whole on the disk counts: a packet of which a byte is missing was never recorded. */
#pragma once

#include "plugins/format/format.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray *packets; /* GBytes, oldest first */
  GPtrArray *headers; /* GBytes, header packets of the file */
} IsrLastPackets;

void isr_last_packets_init (IsrLastPackets *self);
void isr_last_packets_clear (IsrLastPackets *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IsrLastPackets, isr_last_packets_clear)

/* Those of the last @span samples of @input, and some before them, behind what is there already,
 * if nothing is left out in between:
 * the primer of a file that goes on where another one ended is left out. Returns the samples up to
 * the end of the last one, by what the pages say; 0: there is none. */
guint64 isr_last_packets_read (IsrLastPackets *self, IsrInput *input, guint64 span);

/* The last 128 KiB of them. */
void isr_last_packets_shorten (IsrLastPackets *self);

G_END_DECLS
