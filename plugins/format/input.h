/* SPDX-License-Identifier: MIT */
/* input.h - where bytes are read from: one verb, at any offset.
 *
 * The counterpart of output.h, for code that looks into files without knowing
 * files: repair, probing. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrInput IsrInput;

struct _IsrInput {
  /* Bytes read, less than @size only at the end; -1 and errno when reading failed. */
  gssize (*read) (IsrInput *self, guint64 offset, void *buffer, gsize size);
  guint64 size;
};

/* An input over bytes in memory, which must outlive it. */
typedef struct {
  IsrInput parent;
  const guint8 *data;
} IsrMemoryInput;

void isr_memory_input_init (IsrMemoryInput *self, const void *data, gsize size);

G_END_DECLS
