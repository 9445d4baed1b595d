/* SPDX-License-Identifier: MIT */
/* trouble.h - why there is no audio: a code and a sentence. Knows GIO's and libsoup's
 * errors and HTTP's numbers, no GStreamer. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  char *reason; /* ISR_STREAM_*, "http-<status>" */
  char *detail; /* what, where, why, what to do */
  guint status; /* of the answer; 0: there was none */
} IsrTrouble;

IsrTrouble *isr_trouble_new (const char *reason, const char *format, ...) G_GNUC_PRINTF (2, 3);
void isr_trouble_free (IsrTrouble *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrTrouble, isr_trouble_free)

/* @where: the address, without user and password. */
IsrTrouble *isr_trouble_from_error (const char *where, const GError *error);
IsrTrouble *isr_trouble_from_status (const char *where, guint status, const char *phrase);

G_END_DECLS
