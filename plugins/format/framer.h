/* SPDX-License-Identifier: MIT */
/* framer.h - whole frames out of bytes: for formats whose every frame begins
 * with a sync word and says how long it is (MPEG audio, ADTS).
 *
 * The usual input is one frame a push, which passes through uncopied. But a
 * push may as well hold half a frame or ten, tags and garbage between them:
 * ID3v2 tags are stepped over, and behind garbage a header is believed only if
 * another one of the same kind follows where it says, or the bytes end there.
 *
 * A whole file is judged more strictly, for repair cuts it by the verdict and
 * then has to come to the same one: whatever is believed because of some bytes
 * must be believed without those that are cut. So in a file the first frame is
 * believed if it stands at the very start, any other one behind garbage only
 * if the one that follows is whole, too.
 *
 * For plugins/format only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Length of the frame that begins at @data (@size is at least header_size), 0 if
 * none does. @key: what frames of one stream have in common. */
typedef gsize (*IsrFrameMeasure) (const guint8 *data, gsize size, guint32 *key);

typedef struct {
  IsrFrameMeasure measure;
  gsize header_size;

  GBytes *chunk;   /* bytes not yet taken apart, or NULL */
  gsize pos;       /* how far we are in chunk */
  guint64 skip;    /* bytes of an ID3v2 tag still to come */
  gboolean locked; /* a frame ends at pos */
  gboolean file;   /* judge strictly */
  gboolean first;  /* in a file: nothing but tags so far */
  gboolean ended;  /* in a file: all bytes are here */
  guint32 key;     /* of that frame */

  guint64 offset;  /* of pos in the input */
  guint64 dropped; /* garbage since the last frame, tags not counted */
  guint64 garbage; /* all of it */
} IsrFramer;

void isr_framer_init (IsrFramer *self, IsrFrameMeasure measure, gsize header_size);
void isr_framer_clear (IsrFramer *self);

/* What is pushed is a file from its first byte on (before the first push), and
 * ends here (after the last one): what waited for more is judged now. */
void isr_framer_begin_file (IsrFramer *self);
void isr_framer_end_file (IsrFramer *self);

void isr_framer_push (IsrFramer *self, GBytes *bytes);

/* The next whole frame, which begins at @offset (may be NULL) of the input, to be unref'd;
 * NULL: push more. */
GBytes *isr_framer_next (IsrFramer *self, guint64 *offset);

/* Forgets bytes that do not make a frame yet: what comes next begins anew. */
void isr_framer_flush (IsrFramer *self);

G_END_DECLS
