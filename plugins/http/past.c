/* SPDX-License-Identifier: MIT */
/* past.c - fields. */
#include "plugins/http/past.h"

IsrPast *
isr_past_new (GBytes *bytes, GPtrArray *heads)
{
  IsrPast *self = g_new (IsrPast, 1);

  *self = (IsrPast){ bytes, heads };
  return self;
}

IsrPast *
isr_past_new_recorded (GPtrArray *packets, GPtrArray *headers, guint rate)
{
  IsrPast *self = isr_past_new (g_bytes_new (NULL, 0), headers);

  self->packets = packets;
  self->rate = rate;
  return self;
}

void
isr_past_free (IsrPast *self)
{
  g_bytes_unref (self->bytes);
  g_ptr_array_unref (self->heads);
  g_clear_pointer (&self->packets, g_ptr_array_unref);
  g_free (self);
}

GPtrArray *
isr_past_heads_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}
