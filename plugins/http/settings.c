/* SPDX-License-Identifier: MIT */
/* settings.c - owned strings and plain numbers. */
#include "plugins/http/settings.h"

void
isr_receiver_settings_copy (IsrReceiverSettings *self, const IsrReceiverSettings *from)
{
  *self = *from;
  self->location = g_strdup (from->location);
  self->user_agent = g_strdup (from->user_agent);
  self->user = g_strdup (from->user);
  self->password = g_strdup (from->password);
}

void
isr_receiver_settings_clear (IsrReceiverSettings *self)
{
  g_free (self->location);
  g_free (self->user_agent);
  g_free (self->user);
  g_free (self->password);
  *self = (IsrReceiverSettings){ 0 };
}
