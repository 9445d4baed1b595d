/* SPDX-License-Identifier: MIT */
/* relay.h - packets that come from somewhere into one file, or into an endless stream
 * of the same shape: with headers, a primer, and time from 0 on. For cuts, and for
 * those who listen to what is being recorded. Pure. */
#pragma once

#include "plugins/format/unpack.h"

G_BEGIN_DECLS

typedef struct _IsrRelay IsrRelay;

/* Packets like those of @like, which is not kept. @endless: the output goes to somebody
 * who hears it now; nothing is patched, no table is put in front. @info must outlive it. */
IsrRelay *isr_relay_new (IsrUnpacker *like, gboolean endless, IsrOutput *output, const IsrFileInfo *info);
void isr_relay_free (IsrRelay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrRelay, isr_relay_free)

/* Can the packets of @other follow? */
gboolean isr_relay_accepts (IsrRelay *self, IsrUnpacker *other);

/* A packet before the first one: a decoder should have heard it. */
void isr_relay_remember (IsrRelay *self, const IsrUnpacked *packet);
void isr_relay_write (IsrRelay *self, const IsrUnpacked *packet);
gboolean isr_relay_has_begun (IsrRelay *self);
/* Something is missing here. */
void isr_relay_discont (IsrRelay *self);
/* What is still held back goes out, as far as it can. */
void isr_relay_flush (IsrRelay *self);
void isr_relay_close (IsrRelay *self, IsrFileTotals *totals);

G_END_DECLS
