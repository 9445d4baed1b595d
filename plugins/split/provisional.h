/* SPDX-License-Identifier: MIT */
/* provisional.h - the files of a time when the clock was not set.
 *
 * A machine without a battery clock boots in 1970. What it records until the
 * network tells the time is named by a clock that is wrong by a constant; when time
 * arrives that constant is known, and with it their true times.
 *
 * Streaming thread only. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_PROVISIONAL_MAX 1000 /* the latest of them are kept in mind */

typedef struct {
  guint number;          /* of isr_io_thread_open() */
  const char *extension; /* static */
  gint64 start_us, end_us;
} IsrProvisionalFile;

typedef struct {
  GArray *files; /* of IsrProvisionalFile, oldest first */
} IsrProvisional;

void isr_provisional_init (IsrProvisional *self);
void isr_provisional_clear (IsrProvisional *self);

void isr_provisional_add (IsrProvisional *self, const IsrProvisionalFile *file);

/* The clock was set by @step_us: so much later was everything so far. */
void isr_provisional_shift (IsrProvisional *self, gint64 step_us);

/* All of them, for good: (transfer full), of IsrProvisionalFile. */
GArray *isr_provisional_take (IsrProvisional *self);

G_END_DECLS
