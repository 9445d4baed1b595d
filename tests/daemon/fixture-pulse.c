/* SPDX-License-Identifier: MIT */
/* fixture-pulse.c - starts, asks and ends the private server, by its own handle. */
#include "tests/daemon/fixture-pulse.h"

#include <gio/gunixsocketaddress.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "tests/daemon/temp.h"

static gboolean
is_up (FixturePulse *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->server + strlen ("unix:"));
  g_autoptr (GSocketConnection) connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);

  return connection != NULL;
}

static gboolean
on_turn (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
set_environment (FixturePulse *self)
{
  g_autofree char *alsa = g_strdup_printf ("/usr/share/alsa/alsa.conf:%s/asound.conf", self->directory);

  g_setenv ("HOME", self->directory, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", self->directory, TRUE);
  g_setenv ("PULSE_RUNTIME_PATH", self->directory, TRUE);
  g_setenv ("PULSE_STATE_PATH", self->directory, TRUE);
  g_setenv ("PULSE_SERVER", self->server, TRUE);
  g_setenv ("ALSA_CONFIG_PATH", alsa, TRUE);
}

void
fixture_pulse_write_asound (FixturePulse *self, const char *asound)
{
  g_auto (GStrv) parts = g_strsplit (asound, "@SERVER@", -1);
  g_autofree char *text = g_strjoinv (self->server, parts);

  temp_write (self->directory, "asound.conf", text, -1);
}

static GPtrArray *
make_command (FixturePulse *self, const char *const *sinks)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  static const char *const fixed[] = {
    "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes", "--log-level=error", NULL
  };

  for (guint i = 0; fixed[i]; i++)
    g_ptr_array_add (argv, g_strdup (fixed[i]));
  g_ptr_array_add (argv, g_strdup ("-L"));
  g_ptr_array_add (argv, g_strdup_printf ("module-native-protocol-unix socket=%s auth-anonymous=1", self->server + strlen ("unix:")));
  for (; *sinks; sinks++) {
    g_ptr_array_add (argv, g_strdup ("-L"));
    g_ptr_array_add (argv, g_strdup_printf ("module-null-sink %s", *sinks));
  }
  g_ptr_array_add (argv, NULL);
  return argv;
}

static void
end_daemon (FixturePulse *self, int signal_number)
{
  if (!self->daemon)
    return;
  g_subprocess_send_signal (self->daemon, signal_number);
  g_subprocess_wait (self->daemon, NULL, NULL);
  g_clear_object (&self->daemon);
}

void
fixture_pulse_kill (FixturePulse *self)
{
  end_daemon (self, SIGKILL);
  g_remove (self->server + strlen ("unix:"));
}

/* In the child: a test that aborts leaves no server. */
static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
fixture_pulse_revive (FixturePulse *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  guint turn = g_timeout_add (20, on_turn, NULL);

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  self->daemon = g_subprocess_launcher_spawnv (launcher, (const char *const *) self->command->pdata, &error);
  g_assert_no_error (error);
  TEMP_WAIT_FOR (is_up (self));
  g_source_remove (turn);
}

FixturePulse *
fixture_pulse_start (const char *const *sinks, const char *asound)
{
  g_autofree char *program = g_find_program_in_path ("pulseaudio");
  FixturePulse *self;

  if (!program)
    return NULL;
  self = g_new0 (FixturePulse, 1);
  self->directory = temp_new ();
  self->server = g_strdup_printf ("unix:%s/sock", self->directory);
  set_environment (self);
  fixture_pulse_write_asound (self, asound);
  self->command = make_command (self, sinks);
  fixture_pulse_revive (self);
  return self;
}

void
fixture_pulse_stop (FixturePulse *self)
{
  end_daemon (self, SIGTERM);
  g_ptr_array_unref (self->command);
  temp_remove (self->directory);
  g_free (self->directory);
  g_free (self->server);
  g_free (self);
}

GSubprocess *
fixture_pulse_play (FixturePulse *self, const char *sink, guint rate, guint channels, const gint16 *samples, gsize n)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.raw", self->directory, sink);
  g_autofree char *rate_option = g_strdup_printf ("--rate=%u", rate), *channels_option = g_strdup_printf ("--channels=%u", channels);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  GSubprocess *player;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  g_assert_true (g_file_set_contents (path, (const char *) samples, n * sizeof *samples, NULL));
  player = g_subprocess_launcher_spawn (launcher, &error, "paplay", "--server", self->server, "-d", sink, "--raw", "--format=s16le",
      rate_option, channels_option, "--volume=65536", "--latency-msec=200", path, NULL);
  g_assert_no_error (error);
  return player;
}

void
fixture_pulse_ctl (FixturePulse *self, const char *const *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) ctl = NULL;

  g_ptr_array_add (argv, (gpointer) "pactl");
  for (; *arguments; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  ctl = g_subprocess_newv ((const char *const *) argv->pdata, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (ctl, NULL, &error));
}
