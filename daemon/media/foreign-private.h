/* SPDX-License-Identifier: MIT */
/* foreign-private.h - what the two processes say to each other: structs, as they are
 * the same program. For the foreign files of this room only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_FOREIGN_FD 3
#define ISR_FOREIGN_MAGIC 0x49535246u

typedef struct {
  guint32 magic;
  guint32 error; /* of IsrMediaError, 1 more; 0: none */
  guint32 format, rate, channels, unused;
  guint64 samples;
  char message[512];
} IsrForeignHello;

typedef struct {
  guint64 sample;
  guint32 frames, unused;
} IsrForeignRequest;

typedef struct {
  guint32 error;  /* as in hello; then */
  guint32 frames; /* none follow, and */
  char message[248];
} IsrForeignAnswer;

/* All of it, or FALSE. */
gboolean isr_foreign_write (int fd, const void *data, gsize size);
/* @timeout_ms: that may pass without a byte; -1: any. Anything to be read of @stop (-1: nothing) ends it, too. */
gboolean isr_foreign_read (int fd, void *data, gsize size, int timeout_ms, int stop);

G_END_DECLS
