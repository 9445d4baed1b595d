/* SPDX-License-Identifier: MIT */
/* ogg-trace.h - the packets of an Ogg stream that comes, beside those that were recorded of it.
 *
 *     sent      [page  a b c | page  d e f | page ...]    serial, numbers, granules of the server
 *     recorded  [page  b c d e | page ...]                those of our own file
 *
 * Pages say nothing here: what a writer makes is paged anew. Packets are the same, byte for byte,
 * but for the number in a FLAC frame. Each packet that came has its place among the bytes, so
 * that they can be parted at the page on which it ends. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  GBytes *bytes;    /* in the shape in which it is compared */
  gint64 length_us; /* of what a decoder gives for it */
  gsize head;       /* offset at which the head of its link begins */
  gsize page;       /* ... the page on which it ends */
  gsize behind;     /* ... what follows that page */
  guint before;     /* packets that end on that page before it does */
  gboolean alike;   /* a decoder of what was recorded can go on with it */
} IsrOggTraced;

typedef struct _IsrOggTrace IsrOggTrace;

/* @headers (GBytes): header packets of what was recorded; NULL: they are of no codec that is known. */
IsrOggTrace *isr_ogg_trace_new (GPtrArray *headers);
void isr_ogg_trace_free (IsrOggTrace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrOggTrace, isr_ogg_trace_free)

/* A packet that was recorded, in the shape in which it is compared. */
GBytes *isr_ogg_trace_shape (IsrOggTrace *self, GBytes *packet);

/* Another connection: nothing has come yet. */
void isr_ogg_trace_restart (IsrOggTrace *self);
void isr_ogg_trace_push (IsrOggTrace *self, const guint8 *data, gsize size);

/* (element-type IsrOggTraced): all that came as a whole, oldest first. Borrowed, like the next. */
const GArray *isr_ogg_trace_get_packets (IsrOggTrace *self);
const GByteArray *isr_ogg_trace_get_bytes (IsrOggTrace *self);

G_END_DECLS
