/* SPDX-License-Identifier: MIT */
/* ogg-demux.h - bytes to pages to links to packets. For the ogg-*.c files only. */
#pragma once

#include "plugins/format/ogg-codec.h"

#include <ogg/ogg.h>

G_BEGIN_DECLS

/* ogg_sync_pageseek(); with @last nothing is waited for: rubbish that looks like a
 * page's beginning, or a torn page, is passed over, and what lies behind is found. */
long isr_ogg_seek_page (ogg_sync_state *sync, gboolean last, ogg_page *page);

/* A packet with all that a cut before it has to know. */
typedef struct {
  IsrPacket packet;
  IsrOggLink *link;
  guint64 duration; /* samples that a decoder gives */
  guint64 skip;     /* samples, from this packet's first on, that the beginning of the link takes off */
  gboolean fresh;   /* nothing that came before may stand in front of this packet */
  gboolean whole;   /* of a fresh packet: it is the first one that was encoded, a decoder is right at once */
} IsrOggItem;

void isr_ogg_item_free (IsrOggItem *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrOggItem, isr_ogg_item_free)

typedef struct _IsrOggDemux IsrOggDemux;

IsrOggDemux *isr_ogg_demux_new (void);
/* One that takes pages up in the middle of the link that @other is in. */
IsrOggDemux *isr_ogg_demux_new_alike (IsrOggDemux *other);
void isr_ogg_demux_free (IsrOggDemux *self);

void isr_ogg_demux_push (IsrOggDemux *self, GBytes *bytes);

/* The next packet, to be freed; NULL without an error: push more. */
IsrOggItem *isr_ogg_demux_next (IsrOggDemux *self, GError **error);

/* No more bytes will come. */
void isr_ogg_demux_drain (IsrOggDemux *self);

/* Would the last page, were it marked as the end, still be played to its end?
 * Not if its granule says less than its packets. */
gboolean isr_ogg_demux_may_end (IsrOggDemux *self);

/* The input is interrupted; headers that were complete stay in force. */
void isr_ogg_demux_discont (IsrOggDemux *self);

G_END_DECLS
