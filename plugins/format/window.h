/* SPDX-License-Identifier: MIT */
/* window.h - a stretch of an input in memory, for those who walk through it.
 * For plugins/format only. */
#pragma once

#include "plugins/format/input.h"

G_BEGIN_DECLS

typedef struct {
  IsrInput *input;
  guint8 *data;
  guint64 base;
  gsize length;
} IsrWindow;

void isr_window_init (IsrWindow *self, IsrInput *input);
void isr_window_clear (IsrWindow *self);

/* The bytes from @offset on: @size of them, or (@got) what the input has. Valid until
 * the next call. */
const guint8 *isr_window_look (IsrWindow *self, guint64 offset, gsize size, gsize *got);

G_END_DECLS
