/* SPDX-License-Identifier: MIT */
/* watch-pulse.c - a connection that only listens.
 *
 *   no server -> [its socket appears, or the pause is over] -> connected: news
 *       ^                                                          |
 *       '---------------- connection lost <----- a new source: news'
 *
 * A socket is there a moment before anybody listens on it: from 100 ms on the pause
 * doubles. Where there is a socket to be watched it becomes long, and costs nothing;
 * a server across the network is asked every two seconds. */
#include "daemon/capture/watch-pulse.h"

#include <pulse/glib-mainloop.h>
#include <pulse/pulseaudio.h>
#include <string.h>

#define PAUSE_FIRST 100 /* ms */
#define PAUSE_SOCKET 30000
#define PAUSE_NETWORK 2000

struct _IsrWatchPulse {
  char *server;
  IsrWatchFunc appeared;
  gpointer data;

  pa_glib_mainloop *loop;
  pa_context *context; /* NULL: in a pause */
  IsrWatchPath *path;  /* of its socket; NULL: it has none that we know */
  guint pause;         /* ms */
  guint timer;
};

/* The socket of the first server in @server ("{machine}unix:/path /path tcp:..."). */
static char *
get_socket (const char *server)
{
  const char *address = server ? server : g_getenv ("PULSE_SERVER");
  const char *runtime = g_getenv ("PULSE_RUNTIME_PATH"), *user = g_getenv ("XDG_RUNTIME_DIR");

  if (!address || !*address)
    return runtime ? g_build_filename (runtime, "native", NULL) : user ? g_build_filename (user, "pulse", "native", NULL)
                                                                       : NULL;
  if (*address == '{' && strchr (address, '}'))
    address = strchr (address, '}') + 1;
  if (g_str_has_prefix (address, "unix:"))
    address += strlen ("unix:");
  return *address == '/' ? g_strndup (address, strcspn (address, " ")) : NULL;
}

static void pulse_connect (IsrWatchPulse *self);

static gboolean
on_pause_over (gpointer data)
{
  IsrWatchPulse *self = data;

  self->timer = 0;
  pulse_connect (self);
  return G_SOURCE_REMOVE;
}

static void
pulse_disconnect (IsrWatchPulse *self)
{
  pa_context *context = g_steal_pointer (&self->context);

  if (!context)
    return;
  pa_context_set_state_callback (context, NULL, NULL);
  pa_context_set_subscribe_callback (context, NULL, NULL);
  pa_context_disconnect (context);
  pa_context_unref (context);
}

static void
pulse_pause (IsrWatchPulse *self)
{
  pulse_disconnect (self);
  if (!self->timer)
    self->timer = g_timeout_add (self->pause, on_pause_over, self);
  self->pause = MIN (self->pause * 2, self->path ? PAUSE_SOCKET : PAUSE_NETWORK);
}

static void
on_news (pa_context *context, pa_subscription_event_type_t event, uint32_t index, void *data)
{
  IsrWatchPulse *self = data;
  unsigned int what = event & PA_SUBSCRIPTION_EVENT_FACILITY_MASK, how = event & PA_SUBSCRIPTION_EVENT_TYPE_MASK;
  gboolean source = what == PA_SUBSCRIPTION_EVENT_SOURCE && how == PA_SUBSCRIPTION_EVENT_NEW;
  gboolean server = what == PA_SUBSCRIPTION_EVENT_SERVER; /* another default */

  if (source || server)
    self->appeared (self->data);
}

static void
pulse_subscribe (IsrWatchPulse *self)
{
  pa_operation *operation;

  pa_context_set_subscribe_callback (self->context, on_news, self);
  operation = pa_context_subscribe (self->context, PA_SUBSCRIPTION_MASK_SOURCE | PA_SUBSCRIPTION_MASK_SERVER, NULL, NULL);
  if (operation)
    pa_operation_unref (operation);
}

static void
on_state (pa_context *context, void *data)
{
  IsrWatchPulse *self = data;
  pa_context_state_t state = pa_context_get_state (context);

  if (state == PA_CONTEXT_READY) {
    self->pause = PAUSE_FIRST;
    pulse_subscribe (self);
    self->appeared (self->data);
  } else if (!PA_CONTEXT_IS_GOOD (state)) {
    pulse_pause (self);
  }
}

static void
pulse_connect (IsrWatchPulse *self)
{
  self->context = pa_context_new (pa_glib_mainloop_get_api (self->loop), "isr");
  pa_context_set_state_callback (self->context, on_state, self);
  if (pa_context_connect (self->context, self->server, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0 && self->context)
    pulse_pause (self);
}

static void
on_socket (gpointer data)
{
  IsrWatchPulse *self = data;

  self->pause = PAUSE_FIRST;
  if (self->context && pa_context_get_state (self->context) == PA_CONTEXT_READY)
    return;
  pulse_disconnect (self);
  g_clear_handle_id (&self->timer, g_source_remove);
  pulse_connect (self);
}

IsrWatchPulse *
isr_watch_pulse_new (const char *server, IsrWatchFunc appeared, gpointer data)
{
  IsrWatchPulse *self = g_new0 (IsrWatchPulse, 1);
  g_autofree char *socket = get_socket (server);
  g_autofree char *directory = socket ? g_path_get_dirname (socket) : NULL;
  g_autofree char *name = socket ? g_path_get_basename (socket) : NULL;

  self->server = g_strdup (server);
  self->appeared = appeared;
  self->data = data;
  self->loop = pa_glib_mainloop_new (NULL);
  self->pause = PAUSE_FIRST;
  self->path = socket ? isr_watch_path_new (directory, name, on_socket, self) : NULL;
  pulse_connect (self);
  return self;
}

void
isr_watch_pulse_free (IsrWatchPulse *self)
{
  g_clear_pointer (&self->path, isr_watch_path_free);
  g_clear_handle_id (&self->timer, g_source_remove);
  pulse_disconnect (self);
  pa_glib_mainloop_free (self->loop);
  g_free (self->server);
  g_free (self);
}
