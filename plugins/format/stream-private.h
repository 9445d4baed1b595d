/* SPDX-License-Identifier: MIT */
/* stream-private.h - what a format has to provide. For plugins/format only. */
#pragma once

#include "plugins/format/stream.h"

G_BEGIN_DECLS

typedef struct {
  void (*free) (IsrStream *self);
  void (*push) (IsrStream *self, GBytes *bytes);
  gboolean (*next) (IsrStream *self, IsrPacket *packet, GError **error);
  IsrStream *(*new_alike) (IsrStream *self); /* NULL: it needs to know nothing */
  void (*drain) (IsrStream *self);           /* NULL: nothing is held back */
  void (*discont) (IsrStream *self);         /* NULL: nothing to forget */
  const char *(*get_extension) (IsrStream *self);
  const char *const *(*get_tags) (IsrStream *self); /* NULL: the format has none */
  IsrWriter *(*open) (IsrStream *self, IsrOutput *output, const IsrFileInfo *info);
} IsrStreamClass;

struct _IsrStream {
  const IsrStreamClass *klass;
  guint rate;
  guint frame_size;
  guint channels; /* 0: not found out */
  guint unplayed; /* see isr_stream_get_unplayed() */
};

typedef struct {
  void (*write) (IsrWriter *self, const IsrPacket *packet); /* may change played */
  void (*refresh) (IsrWriter *self);                        /* NULL: the format needs none */
  void (*close) (IsrWriter *self, IsrFileTotals *totals);   /* frees */
} IsrWriterClass;

struct _IsrWriter {
  const IsrWriterClass *klass;
  IsrOutput *output;
  guint64 warm_up;
  guint64 played; /* what isr_writer_write() returns; the packet's samples unless write() says else */
};

G_END_DECLS
