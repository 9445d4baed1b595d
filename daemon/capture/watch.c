/* SPDX-License-Identifier: MIT */
/* watch.c - several watches, one short pause. */
#include "daemon/capture/watch.h"

#include "daemon/capture/devices.h"
#include "daemon/capture/watch-pulse.h"

#define PAUSE 100 /* ms: a card comes as several files, a server with several sources */

struct _IsrWatch {
  IsrWatchFunc appeared;
  gpointer data;
  IsrWatchPath *cards;
  GPtrArray *servers; /* IsrWatchPulse */
  guint pause;
};

static gboolean
on_pause_over (gpointer data)
{
  IsrWatch *self = data;

  self->pause = 0;
  self->appeared (self->data);
  return G_SOURCE_REMOVE;
}

static void
on_appeared (gpointer data)
{
  IsrWatch *self = data;

  if (!self->pause)
    self->pause = g_timeout_add (PAUSE, on_pause_over, self);
}

static gboolean
needs_watch (const IsrConfig *config)
{
  for (guint i = 0; i < config->sources->len; i++)
    if (((IsrSourceConfig *) config->sources->pdata[i])->type == ISR_SOURCE_SOUNDCARD)
      return TRUE;
  return FALSE;
}

/* Servers that PCMs of asound.conf lead to, each once. */
static GPtrArray *
find_servers (const IsrConfig *config)
{
  GPtrArray *servers = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < config->sources->len; i++) {
    const IsrSourceConfig *source = config->sources->pdata[i];
    g_autofree char *server = source->type == ISR_SOURCE_SOUNDCARD && source->device ? isr_devices_get_server (source->device) : NULL;

    if (server && !g_ptr_array_find_with_equal_func (servers, server, g_str_equal, NULL))
      g_ptr_array_add (servers, g_steal_pointer (&server));
  }
  return servers;
}

static void
add_server (IsrWatch *self, const char *server)
{
  g_ptr_array_add (self->servers, isr_watch_pulse_new (server, on_appeared, self));
}

IsrWatch *
isr_watch_new (const IsrConfig *config, IsrWatchFunc appeared, gpointer data)
{
  g_autoptr (GPtrArray) servers = NULL;
  IsrWatch *self;

  if (!needs_watch (config))
    return NULL;
  self = g_new0 (IsrWatch, 1);
  self->appeared = appeared;
  self->data = data;
  self->cards = isr_watch_path_new ("/dev/snd", NULL, on_appeared, self);
  self->servers = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_watch_pulse_free);
  servers = find_servers (config);
  add_server (self, NULL);
  for (guint i = 0; i < servers->len; i++)
    if (g_strcmp0 (servers->pdata[i], g_getenv ("PULSE_SERVER")) != 0)
      add_server (self, servers->pdata[i]);
  return self;
}

void
isr_watch_free (IsrWatch *self)
{
  g_clear_handle_id (&self->pause, g_source_remove);
  g_ptr_array_unref (self->servers);
  isr_watch_path_free (self->cards);
  g_free (self);
}
