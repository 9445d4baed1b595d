/* SPDX-License-Identifier: MIT */
/* handover.h - what one life of a stream leaves for the next one, as a value: then it goes on at
 * the exact byte, be it after another configuration or in another process.
 *
 * Of a source that a person stopped nothing is left but that: what was sent meanwhile is not
 * wanted, whatever a server's burst brings of it. */
#pragma once

#include <gst/gst.h>

#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct {
  char *source;          /* name */
  char *stream;          /* which one: a digest of its address, which may hold a password */
  GstStructure *history; /* of isrhttpsrc (plugins/messages.h); NULL: a person stopped it */
  gint64 end_us;         /* UTC: where the last file ended */
} IsrHandover;

/* Takes @history. */
IsrHandover *isr_handover_new (const IsrSourceConfig *config, GstStructure *history, gint64 end_us);
void isr_handover_free (IsrHandover *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrHandover, isr_handover_free)

/* A person stopped it. */
gboolean isr_handover_is_stop (const IsrHandover *self);
/* It is of the stream that @config records, under the same name. */
gboolean isr_handover_is_for (const IsrHandover *self, const IsrSourceConfig *config);

/* Before the elements start; those that can not take it are let alone. @source may be NULL. */
void isr_handover_give (const IsrHandover *self, GstElement *source, GstElement *sink);
/* When they have stopped; NULL: it left nothing. */
GstStructure *isr_handover_take_history (GstElement *source);

/* A field of a history; @all: of GBytes. */
void isr_handover_put_array (GstStructure *history, const char *field, GPtrArray *all);

/* As bytes, for another process; NULL: these are none of ours. */
GBytes *isr_handover_serialize (const IsrHandover *self);
IsrHandover *isr_handover_deserialize (GBytes *bytes);

G_END_DECLS
