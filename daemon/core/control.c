/* SPDX-License-Identifier: MIT */
/* control.c - the calls, also for a house where nothing records. */
#include "daemon/core/control.h"

#include "daemon/core/error.h"

typedef gboolean (*Verb) (gpointer self, const char *source, GError **error);

static gboolean
call (const IsrControl *self, Verb verb, const char *source, GError **error)
{
  if (verb)
    return verb (self->self, source, error);
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_READ_ONLY, "this process only shows the archive: start, stop and split are for the isr that records");
  return FALSE;
}

gboolean
isr_control_start (const IsrControl *self, const char *source, GError **error)
{
  return call (self, self->start, source, error);
}

gboolean
isr_control_stop (const IsrControl *self, const char *source, GError **error)
{
  return call (self, self->stop, source, error);
}

gboolean
isr_control_split (const IsrControl *self, const char *source, GError **error)
{
  return call (self, self->split, source, error);
}

GPtrArray *
isr_control_states (const IsrControl *self)
{
  if (self->states)
    return self->states (self->self);
  return g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_state_free);
}

gboolean
isr_control_says_same (GPtrArray *states, GPtrArray *others)
{
  gboolean same = states->len == others->len;

  for (guint i = 0; same && i < states->len; i++)
    same = isr_source_state_says_same (states->pdata[i], others->pdata[i]);
  return same;
}
