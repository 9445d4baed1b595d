/* SPDX-License-Identifier: MIT */
/* What systemd hears, over a socket as systemd has one. */
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

#include "daemon/ops/notify.h"
#include "tests/daemon/temp.h"

typedef struct {
  char *directory;
  GSocket *socket;
  IsrConfig config;
  IsrControl control;
  gboolean hung; /* of the source */
} Fixture;

static GPtrArray *
control_states (gpointer self)
{
  Fixture *f = self;
  GPtrArray *states = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_state_free);
  IsrSourceState *state = isr_source_state_new ("mic", "test");

  state->state = ISR_STATE_RECORDING;
  state->since_us = 1;
  state->heard_us = f->hung ? 1 : g_get_real_time ();
  g_ptr_array_add (states, state);
  return states;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  f->directory = temp_new ();
  path = g_build_filename (f->directory, "notify", NULL);
  address = g_unix_socket_address_new (path);
  f->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (f->socket, address, FALSE, &error));
  g_socket_set_timeout (f->socket, 20);
  g_assert_true (g_setenv ("NOTIFY_SOCKET", path, TRUE));
  g_assert_true (g_setenv ("WATCHDOG_USEC", "400000", TRUE));
  f->config.sources = g_ptr_array_new ();
  f->control = (IsrControl){ .states = control_states, .self = f };
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unsetenv ("NOTIFY_SOCKET");
  g_unsetenv ("WATCHDOG_USEC");
  g_ptr_array_unref (f->config.sources);
  g_object_unref (f->socket);
  temp_remove (f->directory);
  g_free (f->directory);
}

/* The next thing that is said, while the main loop turns. */
static char *
hear (Fixture *f)
{
  char text[256];
  gssize n;

  while (!(g_socket_condition_check (f->socket, G_IO_IN) & G_IO_IN))
    g_main_context_iteration (NULL, TRUE);
  n = g_socket_receive (f->socket, text, sizeof text - 1, NULL, NULL);
  g_assert_cmpint (n, >, 0);
  return g_strndup (text, (gsize) n);
}

static void
assert_heard (Fixture *f, const char *prefix)
{
  g_autofree char *text = hear (f);

  g_assert_true (g_str_has_prefix (text, prefix));
}

static void
test_story (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrNotify) notify = isr_notify_new (&f->config, &f->control);

  isr_notify_ready (notify);
  assert_heard (f, "READY=1");
  assert_heard (f, "STATUS=1 of 1 sources record");
  for (int i = 0; i < 3; i++)
    assert_heard (f, "WATCHDOG=1");
  isr_notify_reloading (notify);
  assert_heard (f, "RELOADING=1\nMONOTONIC_USEC=");
  isr_notify_stopping (notify);
  assert_heard (f, "STOPPING=1");
}

static gboolean
on_turns (gpointer data)
{
  return --*(int *) data > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Its timer comes round several times, and nothing is said; then the source delivers again. */
static void
test_hung (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrNotify) notify = isr_notify_new (&f->config, &f->control);
  int turns = 6;

  f->hung = TRUE;
  isr_notify_ready (notify);
  assert_heard (f, "READY=1");
  assert_heard (f, "STATUS=");
  g_timeout_add (200, on_turns, &turns);
  while (turns > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (g_socket_condition_check (f->socket, G_IO_IN) & G_IO_IN);
  f->hung = FALSE;
  assert_heard (f, "WATCHDOG=1");
}

/* Until the socket, which nobody reads, takes no more. */
static guint
fill (Fixture *f)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (g_getenv ("NOTIFY_SOCKET"));
  guint n = 0;

  g_socket_set_blocking (socket, FALSE);
  while (g_socket_send_to (socket, address, "X=1", 3, NULL, NULL) > 0)
    n++;
  return n;
}

/* It waits for nobody, and says it all when somebody listens. */
static void
test_nobody_reads (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrNotify) notify = NULL;
  guint n = fill (f);

  g_assert_cmpuint (n, >, 0);
  notify = isr_notify_new (&f->config, &f->control);
  isr_notify_ready (notify);
  isr_notify_reloading (notify);
  for (guint i = 0; i < n; i++)
    assert_heard (f, "X=1");
  assert_heard (f, "READY=1\nSTATUS=1 of 1 sources record\nWATCHDOG=1\nRELOADING=1\nMONOTONIC_USEC=");
  assert_heard (f, "WATCHDOG=1");
  fill (f);
  isr_notify_stopping (notify);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ops/notify/story", Fixture, NULL, set_up, test_story, tear_down);
  g_test_add ("/ops/notify/hung", Fixture, NULL, set_up, test_hung, tear_down);
  g_test_add ("/ops/notify/nobody-reads", Fixture, NULL, set_up, test_nobody_reads, tear_down);
  return g_test_run ();
}
