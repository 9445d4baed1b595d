/* SPDX-License-Identifier: MIT */
/* notify.c - one timer: the status, and the watchdog.
 *
 * sd_notify() waits while the socket is full: with a supervisor that reads nothing the main loop
 * would stand, and with it everything that it does. Here it is never waited for: what finds no room
 * is said again a little later. */
#include "daemon/ops/notify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/core/log.h"
#include "daemon/ops/alive.h"

#define STATUS_SECONDS 10
#define AGAIN 250 /* ms */
#define MOST 4096 /* bytes that wait to be said: nobody listens */

struct _IsrNotify {
  const IsrControl *control;
  gint64 silence_us;
  guint timer;
  char *told;      /* the last STATUS= */
  char *hung;      /* who hangs, said once */
  gboolean fed;    /* there is a watchdog */
  GString *unsaid; /* what the socket had no room for, a line each */
  guint again;     /* timer */
};

/* --- saying ---------------------------------------------------------------- */

/* Of NOTIFY_SOCKET: a path, or (@) a name that is none. 0: there is none that we can speak to. */
static socklen_t
read_address (struct sockaddr_un *address)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  gsize n = path ? strlen (path) : 0;

  if (n < 2 || n >= sizeof address->sun_path || (*path != '/' && *path != '@'))
    return 0;
  *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  memcpy (address->sun_path, path, n);
  if (*path == '@')
    address->sun_path[0] = '\0';
  return (socklen_t) (offsetof (struct sockaddr_un, sun_path) + n);
}

/* FALSE: there is no room now. */
static gboolean
send_text (const char *text)
{
  struct sockaddr_un address;
  socklen_t size = read_address (&address);
  int fd = size ? socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
  gboolean full;

  if (fd < 0)
    return TRUE;
  full = sendto (fd, text, strlen (text), MSG_NOSIGNAL, (struct sockaddr *) &address, size) < 0 && errno == EAGAIN;
  close (fd);
  return !full;
}

static gboolean
on_again (gpointer data)
{
  IsrNotify *self = data;

  if (!send_text (self->unsaid->str))
    return G_SOURCE_CONTINUE;
  g_string_truncate (self->unsaid, 0);
  self->again = 0;
  return G_SOURCE_REMOVE;
}

/* In the order in which it is said. */
static void
say (IsrNotify *self, const char *text)
{
  if (!self->again && send_text (text))
    return;
  if (self->unsaid->len + strlen (text) < MOST)
    g_string_append_printf (self->unsaid, "%s%s", self->unsaid->len ? "\n" : "", text);
  if (!self->again)
    self->again = g_timeout_add (AGAIN, on_again, self);
}

/* --- what ------------------------------------------------------------------- */

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
    say (self, "WATCHDOG=1");
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
  say (self, text);
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

  self->unsaid = g_string_new (NULL);
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
  g_clear_handle_id (&self->again, g_source_remove);
  g_string_free (self->unsaid, TRUE);
  g_free (self->told);
  g_free (self->hung);
  g_free (self);
}

void
isr_notify_ready (IsrNotify *self)
{
  say (self, "READY=1");
  on_timer (self);
}

void
isr_notify_reloading (IsrNotify *self)
{
  g_autofree char *text = g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());

  say (self, text);
}

void
isr_notify_stopping (IsrNotify *self)
{
  say (self, "STOPPING=1\nSTATUS=finishing the open files");
}
