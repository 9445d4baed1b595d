/* SPDX-License-Identifier: MIT */
/* prologue.h - what a server repeats at the beginning of each connection: the header
 * pages of an Ogg link, the header of native FLAC, an ID3v2 tag.
 *
 *     first connection    | head | page 1 | page 2 | ...
 *     next one            | head | page 57 | page 58 | ...
 *
 * The heads that were passed on are remembered, and where in the chain of Ogg pages
 * (serial, number) the bytes stand. Pure. */
#pragma once

#include "plugins/http/past.h"

G_BEGIN_DECLS

typedef struct _IsrPrologue IsrPrologue;

IsrPrologue *isr_prologue_new (void);
void isr_prologue_free (IsrPrologue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrPrologue, isr_prologue_free)

/* @data is passed on, behind all that was learnt before. */
void isr_prologue_learn (IsrPrologue *self, const guint8 *data, gsize size);

/* What is learnt next does not continue what was learnt before. */
void isr_prologue_restart (IsrPrologue *self);

/* Before anything else: @past is what another one learnt. */
void isr_prologue_resume (IsrPrologue *self, const IsrPast *past);
/* GBytes: all heads that are remembered, oldest first. */
GPtrArray *isr_prologue_dup_heads (IsrPrologue *self);

/* How many bytes at the beginning of a connection are a head that is known; -1: more
 * than @size bytes are needed to say. */
gssize isr_prologue_measure (IsrPrologue *self, const guint8 *data, gsize size);

/* All that was passed on was whole Ogg pages, and @data begins with the next one. */
gboolean isr_prologue_is_next (IsrPrologue *self, const guint8 *data, gsize size);

G_END_DECLS
