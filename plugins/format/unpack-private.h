/* SPDX-License-Identifier: MIT */
/* unpack-private.h - what a kind of file has to provide. For plugins/format only. */
#pragma once

#include "plugins/format/ogg-codec.h"
#include "plugins/format/unpack.h"
#include "plugins/format/window.h"

G_BEGIN_DECLS

typedef struct {
  void (*free) (IsrUnpacker *self);
  void (*measure) (IsrUnpacker *self); /* from walked on to the end of what is there: samples, and marks if it has any */
  void (*seek) (IsrUnpacker *self, gint64 position);
  /* With marks. The next packet is the one at the mark. */
  void (*go) (IsrUnpacker *self, gint64 position, guint64 offset);
  gboolean (*next) (IsrUnpacker *self, IsrUnpacked *packet);
} IsrUnpackerClass;

/* A place where reading can begin. */
typedef struct {
  gint64 position;
  guint64 offset;
} IsrMark;

struct _IsrUnpacker {
  const IsrUnpackerClass *klass;
  IsrWindow window;
  IsrCodec codec;
  guint layer, rate, channels, warm_up;
  const char *extension;
  IsrOggLink *link; /* Ogg */
  GBytes *header;   /* FLAC */
  GArray *marks;    /* IsrMark */
  guint64 walked;   /* offset up to which it is measured */
  guint64 samples;
};

/* NULL: not this kind of file (no error), or a damaged one. */
IsrUnpacker *isr_unpacker_new_frames (IsrInput *input);
IsrUnpacker *isr_unpacker_new_flac (IsrInput *input);
IsrUnpacker *isr_unpacker_new_ogg (IsrInput *input, GError **error);

void isr_unpacker_init (IsrUnpacker *self, const IsrUnpackerClass *klass, IsrInput *input);
void isr_unpacker_mark (IsrUnpacker *self, gint64 position, guint64 offset);
/* As the verb, by the marks alone. */
void isr_unpacker_seek_mark (IsrUnpacker *self, gint64 position);

G_END_DECLS
