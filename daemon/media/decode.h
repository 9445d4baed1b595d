/* SPDX-License-Identifier: MIT */
/* decode.h - one file as samples, from any of them on. Blocks: for workers.
 *
 * Lossless files give what is in them (S16, S24, S32, F32), all others S16. What a
 * container declares as not to be played is left out: sample 0 is the first one
 * that is heard, and a file's last sample is followed by the next file's first. */
#pragma once

#include <gio/gio.h>

#include "plugins/format/format.h"

G_BEGIN_DECLS

typedef struct _IsrDecode IsrDecode;

typedef struct {
  void (*free) (IsrDecode *self);
  gboolean (*seek) (IsrDecode *self, guint64 sample, GError **error);
  /* Sample frames put into @data; less than @frames only at the end. */
  gsize (*read) (IsrDecode *self, guint8 *data, gsize frames, GError **error);
  void (*rest) (IsrDecode *self);
} IsrDecodeClass;

struct _IsrDecode {
  const IsrDecodeClass *klass;
  int fd;
  GCancellable *cancellable;
  IsrFile file;
  IsrPcm pcm;
  guint64 samples; /* so far, of a file that is being written */
};

/* Takes @fd. @name is for messages. @cancellable, or NULL, ends also what is being done at the
 * moment: between two packets, and another process is killed. ISR_MEDIA_ERROR, and G_IO_ERROR_CANCELLED. */
IsrDecode *isr_decode_open (int fd, const char *name, GCancellable *cancellable, GError **error);
/* The same of a file that nobody knows: decoded by another process, with limits. */
IsrDecode *isr_decode_open_foreign (int fd, const char *name, GCancellable *cancellable, GError **error);
void isr_decode_free (IsrDecode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDecode, isr_decode_free)

/* @self goes on where @before ends: what a decoder has to hear first may be taken from
 * there. @before must outlive it, and is read by it alone from then on. */
void isr_decode_set_before (IsrDecode *self, IsrDecode *before);

gboolean isr_decode_seek (IsrDecode *self, guint64 sample, GError **error);
gsize isr_decode_read (IsrDecode *self, guint8 *data, gsize frames, GError **error);
/* Lets go of decoder, or process, and does not come back before they are gone. The next
 * thing to do is to seek, which takes others. */
void isr_decode_rest (IsrDecode *self);

/* For the files of this room: */
IsrDecode *isr_decode_pcm_new (int fd, const char *name, GCancellable *cancellable, GError **error);
IsrDecode *isr_decode_packets_new (int fd, const char *name, GCancellable *cancellable, GError **error);
gboolean isr_decode_init (IsrDecode *self, const IsrDecodeClass *klass, int fd, const char *name, GCancellable *cancellable, GError **error);
gboolean isr_decode_fail (GError **error, int code, const char *name, const GError *reason);

G_END_DECLS
