/* SPDX-License-Identifier: MIT */
/* even.h - frames of one bitrate: where the n-th one is, without counting.
 *
 *     start |f0|f1|f2| ...                      |f n-1| end
 *
 * A frame has a whole number of bytes, and one more (padding) as often as the bitrate asks
 * for it: frame k begins within some bytes of start + k * (end - start) / n. A frame that is
 * found near its place is that one and no other, for its neighbours are hundreds of bytes
 * away. Pure. For plugins/format only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 start, bytes;
  guint64 frames; /* 0: they are not even */
  gsize size;     /* of a frame without padding */
} IsrEven;

/* As many bytes as there may be of so many frames of that size? */
gboolean isr_even_is_possible (const IsrEven *self);
/* Where about frame @k begins. */
guint64 isr_even_guess (const IsrEven *self, guint64 k);
/* The frame that begins at @offset; FALSE: none may begin there. */
gboolean isr_even_find (const IsrEven *self, guint64 offset, guint64 *k);

G_END_DECLS
