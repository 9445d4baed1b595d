/* SPDX-License-Identifier: MIT */
/* notify.c - one timer: the status, and the watchdog. */
#include "daemon/ops/notify.h"

#include <systemd/sd-daemon.h>

#include "daemon/core/log.h"
#include "daemon/ops/alive.h"

#define STATUS_SECONDS 10

struct _IsrNotify {
  const IsrControl *control;
  gint64 silence_us;
  guint timer;
  char *told;   /* the last STATUS= */
  char *hung;   /* who hangs, said once */
  gboolean fed; /* there is a watchdog */
};

static gboolean
feed (IsrNotify *self, GPtrArray *states)
{
  g_autofree char *hung = isr_alive_find_hung (states, self->silence_us, g_get_real_time ());

  if (hung && !self->hung)
    isr_log_critical (NULL, "%s: the watchdog is not fed any more", hung);
  else if (!hung && self->hung)
    isr_log_info (NULL, "every source delivers or waits again: the watchdog is fed");
  g_free (self->hung);
  self->hung = g_steal_pointer (&hung);
  if (!self->hung)
    sd_notify (0, "WATCHDOG=1");
  return self->hung == NULL;
}

static void
tell_status (IsrNotify *self, GPtrArray *states)
{
  g_autofree char *text = NULL;
  guint n = 0;

  for (guint i = 0; i < states->len; i++)
    n += ((IsrSourceState *) states->pdata[i])->state == ISR_STATE_RECORDING;
  text = g_strdup_printf ("STATUS=%u of %u sources record", n, states->len);
  if (g_strcmp0 (text, self->told) == 0)
    return;
  sd_notify (0, text);
  g_free (self->told);
  self->told = g_steal_pointer (&text);
}

static gboolean
on_timer (gpointer data)
{
  IsrNotify *self = data;
  g_autoptr (GPtrArray) states = isr_control_states (self->control);

  tell_status (self, states);
  if (self->fed)
    feed (self, states);
  return G_SOURCE_CONTINUE;
}

void
isr_notify_configure (IsrNotify *self, const IsrConfig *config)
{
  self->silence_us = ISR_ALIVE_SILENCE;
  for (guint i = 0; i < config->sources->len; i++) {
    const IsrSourceConfig *source = config->sources->pdata[i];

    self->silence_us = MAX (self->silence_us, source->stall / 1000 + ISR_ALIVE_SILENCE);
  }
}

void
isr_notify_set_silence (IsrNotify *self, gint64 silence_us)
{
  self->silence_us = silence_us;
}

IsrNotify *
isr_notify_new (const IsrConfig *config, const IsrControl *control)
{
  IsrNotify *self = g_new0 (IsrNotify, 1);
  guint64 watchdog_us = 0;

  self->control = control;
  isr_notify_configure (self, config);
  self->fed = sd_watchdog_enabled (0, &watchdog_us) > 0;
  if (g_getenv ("NOTIFY_SOCKET"))
    self->timer = g_timeout_add (self->fed ? (guint) CLAMP (watchdog_us / 2000, 100, STATUS_SECONDS * 1000) : STATUS_SECONDS * 1000, on_timer, self);
  return self;
}

void
isr_notify_free (IsrNotify *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_free (self->told);
  g_free (self->hung);
  g_free (self);
}

void
isr_notify_ready (IsrNotify *self)
{
  sd_notify (0, "READY=1");
  on_timer (self);
}

void
isr_notify_reloading (IsrNotify *self)
{
  sd_notifyf (0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());
}

void
isr_notify_stopping (IsrNotify *self)
{
  sd_notify (0, "STOPPING=1\nSTATUS=finishing the open files");
}
