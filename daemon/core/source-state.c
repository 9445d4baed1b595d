/* SPDX-License-Identifier: MIT */
/* source-state.c - a value: made, copied, freed, named. */
#include "daemon/core/source-state.h"

#include "daemon/core/levels.h"

static const char *const state_names[] = {
  [ISR_STATE_IDLE] = "idle",
  [ISR_STATE_CONNECTING] = "connecting",
  [ISR_STATE_RECORDING] = "recording",
  [ISR_STATE_WAITING_TO_RETRY] = "waiting-to-retry",
  [ISR_STATE_STOPPED] = "stopped",
  [ISR_STATE_FAILED] = "failed",
};

const char *
isr_state_to_string (IsrState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (state_names), NULL);

  return state_names[state];
}

IsrSourceState *
isr_source_state_new (const char *name, const char *type)
{
  IsrSourceState *self = g_new0 (IsrSourceState, 1);

  self->name = g_strdup (name);
  self->type = g_strdup (type);
  self->warnings = g_new0 (char *, 1);
  self->level = self->peak = self->floor = ISR_LEVELS_UNKNOWN;
  return self;
}

IsrSourceState *
isr_source_state_copy (const IsrSourceState *self)
{
  IsrSourceState *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->type = g_strdup (self->type);
  copy->reason = g_strdup (self->reason);
  copy->detail = g_strdup (self->detail);
  copy->warnings = g_strdupv (self->warnings);
  copy->file = g_strdup (self->file);
  return copy;
}

static gboolean
has_same_levels (const IsrSourceState *a, const IsrSourceState *b)
{
  return a->level == b->level && a->peak == b->peak && a->floor == b->floor;
}

static gboolean
has_same_words (const IsrSourceState *a, const IsrSourceState *b)
{
  return g_strcmp0 (a->reason, b->reason) == 0 && g_strcmp0 (a->detail, b->detail) == 0 && g_strcmp0 (a->file, b->file) == 0
         && g_strv_equal ((const char *const *) a->warnings, (const char *const *) b->warnings);
}

gboolean
isr_source_state_says_same (const IsrSourceState *a, const IsrSourceState *b)
{
  return a->state == b->state && a->since_us == b->since_us && a->retry_at_us == b->retry_at_us && a->retries == b->retries && a->disk_us == b->disk_us && has_same_levels (a, b)
         && g_str_equal (a->name, b->name) && g_str_equal (a->type, b->type) && has_same_words (a, b);
}

void
isr_source_state_free (IsrSourceState *self)
{
  g_free (self->name);
  g_free (self->type);
  g_free (self->reason);
  g_free (self->detail);
  g_strfreev (self->warnings);
  g_free (self->file);
  g_free (self);
}

gboolean
isr_source_state_warn (IsrSourceState *self, const char *code, gboolean on)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (g_strv_contains ((const char *const *) self->warnings, code) == on)
    return FALSE;
  for (guint i = 0; self->warnings[i]; i++)
    if (!g_str_equal (self->warnings[i], code))
      g_strv_builder_add (builder, self->warnings[i]);
  if (on)
    g_strv_builder_add (builder, code);
  g_strfreev (self->warnings);
  self->warnings = g_strv_builder_end (builder);
  return TRUE;
}
