/* SPDX-License-Identifier: MIT */
/* settings.h - what isrhttpsrc was told to receive, and how. The element has one under its
 * lock; what runs has a copy. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *location, *user_agent, *user, *password;
  gint64 stall, retry_delay; /* µs */
  gint64 low_watermark;      /* µs of audio; 0: none */
  guint max_retries;         /* 0: for ever */
  gboolean icy, strict;
} IsrReceiverSettings;

/* @self: nothing in it is freed. */
void isr_receiver_settings_copy (IsrReceiverSettings *self, const IsrReceiverSettings *from);
void isr_receiver_settings_clear (IsrReceiverSettings *self);

G_END_DECLS
