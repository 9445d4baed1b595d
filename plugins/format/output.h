/* SPDX-License-Identifier: MIT */
/* output.h - where a writer's bytes go: three verbs.
 *
 * A writer never sees a file. It appends; when a total or a table becomes known
 * it patches bytes that it appended before; a repair truncates what is torn.
 * The verbs are carried out in the order of the calls.
 *
 * They report nothing: behind them may be another thread, which meets a full
 * disk long after the call returned. The owner of the output asks it for its
 * errors; a writer could do nothing with them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrOutput IsrOutput;

struct _IsrOutput {
  void (*append) (IsrOutput *self, GBytes *bytes);
  void (*patch) (IsrOutput *self, guint64 offset, GBytes *bytes);
  void (*truncate) (IsrOutput *self, guint64 size);
};

void isr_output_append (IsrOutput *self, GBytes *bytes);
void isr_output_append_data (IsrOutput *self, const void *data, gsize size);
void isr_output_patch (IsrOutput *self, guint64 offset, GBytes *bytes);
void isr_output_patch_data (IsrOutput *self, guint64 offset, const void *data, gsize size);
void isr_output_truncate (IsrOutput *self, guint64 size);

/* An output that keeps everything in memory: for tests and for small things. */
typedef struct {
  IsrOutput parent;
  GByteArray *bytes;
} IsrMemoryOutput;

void isr_memory_output_init (IsrMemoryOutput *self);
void isr_memory_output_clear (IsrMemoryOutput *self);

G_END_DECLS
