/* SPDX-License-Identifier: MIT */
/* block.h - memory for bytes that are on their way: read, taken apart, written, gone.
 *
 * A second of a stream is 16 to 40 KiB. Asked of malloc() by hundreds of threads, in turn and
 * at once, such pieces cost more than the bytes in them: one lock, holes that are joined and
 * torn again, and memory that is cold each time. Here the block that was given back last is
 * given out next. Whoever holds many bytes for long shall copy them: blocks are for those
 * who pass them on.
 *
 * Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_BLOCK_SIZE (44 * 1024) /* bytes: those of a read, and what was left of the one before; what is not used is never touched */

/* ISR_BLOCK_SIZE bytes, for isr_block_free() or isr_block_to_bytes(). */
guint8 *isr_block_new (void);
void isr_block_free (gpointer block);

/* Takes @block, of which the first @size bytes are used. Few bytes are copied, so that no
 * block is kept for them. */
GBytes *isr_block_to_bytes (guint8 *block, gsize size);

/* A slice that is kept for long becomes a copy, so that it does not hold what it is a slice of. */
void isr_bytes_settle (GBytes **bytes);

G_END_DECLS
