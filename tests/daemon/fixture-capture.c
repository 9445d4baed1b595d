/* SPDX-License-Identifier: MIT */
/* fixture-capture.c - see fixture-capture.h */
#include "tests/daemon/fixture-capture.h"

#include <string.h>

#include "plugins/elements.h"

static void
on_state (IsrCapture *capture, IsrSourceState *state, gpointer data)
{
  FixtureCapture *self = data;
  g_autofree char *line = g_strdup_printf ("%s %s %s", state->name, isr_state_to_string (state->state), state->reason);

  for (guint i = self->states->len; i-- > 0;) {
    const char *last = self->states->pdata[i];
    gsize n = strlen (state->name);

    if (strncmp (last, state->name, n) != 0 || last[n] != ' ')
      continue;
    if (g_str_equal (last, line))
      return;
    break;
  }
  g_ptr_array_add (self->states, g_steal_pointer (&line));
}

static void
on_opened (IsrCapture *capture, IsrRecording *recording, gpointer data)
{
  g_assert_true (recording->recording);
  g_assert_false (g_path_is_absolute (recording->name));
  ((FixtureCapture *) data)->opened++;
}

static void
on_closed (IsrCapture *capture, IsrRecording *recording, gpointer data)
{
  g_assert_false (recording->recording);
  g_ptr_array_add (((FixtureCapture *) data)->closed, isr_recording_copy (recording));
}

static void
on_lost (IsrCapture *capture, const char *name, gpointer data)
{
  ((FixtureCapture *) data)->lost++;
}

FixtureCapture *
fixture_capture_new (const char *sources)
{
  FixtureCapture *self = g_new0 (FixtureCapture, 1);
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autofree char *path = NULL, *text = NULL;

  g_assert_true (isr_elements_register (NULL));
#ifdef ISR_WITH_HTTP
  g_assert_true (isr_http_elements_register (NULL));
#endif
  self->directory = temp_new ();
  path = g_build_filename (self->directory, "config.ini", NULL);
  text = g_strdup_printf ("[general]\noutput_directory = %s/rec\nhttp_source = souphttpsrc\nretry_delay_seconds = 0.3\n%s", self->directory, sources);
  temp_write (self->directory, "config.ini", text, -1);
  self->config = isr_config_load (path, NULL, NULL, problems);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", ((IsrConfigProblem *) problems->pdata[i])->text);
  g_assert_nonnull (self->config);
  self->states = g_ptr_array_new_with_free_func (g_free);
  self->closed = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free);
  self->capture = isr_capture_new (self->config, NULL);
  g_signal_connect (self->capture, "state-changed", G_CALLBACK (on_state), self);
  g_signal_connect (self->capture, "file-opened", G_CALLBACK (on_opened), self);
  g_signal_connect (self->capture, "file-closed", G_CALLBACK (on_closed), self);
  g_signal_connect (self->capture, "file-lost", G_CALLBACK (on_lost), self);
  return self;
}

static void
on_stopped (GObject *capture, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_capture_stop_finish (ISR_CAPTURE (capture), result, &error));
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
assert_no_part (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert_false (g_str_has_suffix (path, ".part"));
  while (directory && (name = g_dir_read_name (directory))) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    assert_no_part (child);
  }
}

void
fixture_capture_stop (FixtureCapture *self)
{
  gboolean stopped = FALSE;

  isr_capture_stop_async (self->capture, on_stopped, &stopped);
  TEMP_WAIT_FOR (stopped);
  assert_no_part (self->directory);
  g_assert_cmpuint (self->closed->len, ==, self->opened);
  g_assert_cmpuint (self->lost, ==, 0);
}

void
fixture_capture_free (FixtureCapture *self)
{
  g_assert_finalize_object (self->capture);
  isr_config_unref (self->config);
  g_ptr_array_unref (self->states);
  g_ptr_array_unref (self->closed);
  temp_remove (self->directory);
  g_free (self->directory);
  g_free (self);
}

static GPtrArray *
get_states (FixtureCapture *self, const char *source)
{
  GPtrArray *own = g_ptr_array_new ();
  gsize n = strlen (source);

  for (guint i = 0; i < self->states->len; i++) {
    char *line = self->states->pdata[i];

    if (strncmp (line, source, n) == 0 && line[n] == ' ')
      g_ptr_array_add (own, line + n + 1);
  }
  return own;
}

void
fixture_capture_assert_states (FixtureCapture *self, const char *source, const char *const *states)
{
  g_autoptr (GPtrArray) own = get_states (self, source);
  guint i;

  for (i = 0; i < own->len; i++)
    g_test_message ("%s: %s", source, (char *) own->pdata[i]);
  for (i = 0; states[i]; i++) {
    g_assert_cmpuint (i, <, own->len);
    g_assert_cmpstr (own->pdata[i], ==, states[i]);
  }
  g_assert_cmpuint (i, ==, own->len);
}

guint
fixture_capture_count (FixtureCapture *self, const char *source, const char *state)
{
  g_autoptr (GPtrArray) own = get_states (self, source);
  guint n = 0;

  for (guint i = 0; i < own->len; i++)
    n += g_str_equal (own->pdata[i], state);
  return n;
}

const IsrSourceState *
fixture_capture_get (FixtureCapture *self, const char *source)
{
  static IsrSourceState *last;
  g_autoptr (GPtrArray) states = isr_control_states (isr_capture_get_control (self->capture));

  for (guint i = 0; i < states->len; i++)
    if (g_str_equal (((IsrSourceState *) states->pdata[i])->name, source)) {
      g_clear_pointer (&last, isr_source_state_free);
      last = isr_source_state_copy (states->pdata[i]);
      return last;
    }
  g_error ("no source %s", source);
}

gboolean
fixture_capture_is (FixtureCapture *self, const char *source, IsrState state)
{
  return fixture_capture_get (self, source)->state == state;
}

const IsrRecording *
fixture_capture_get_closed (FixtureCapture *self, const char *source, guint n)
{
  for (guint i = 0; i < self->closed->len; i++) {
    const IsrRecording *recording = self->closed->pdata[i];

    if (g_str_equal (recording->source, source) && n-- == 0)
      return recording;
  }
  g_error ("%s has no such file", source);
}

GArray *
fixture_capture_decode (FixtureCapture *self, const IsrRecording *recording)
{
  g_autofree char *path = g_build_filename (self->directory, "rec", recording->name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) flac = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "flac", "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed", path, NULL);
  g_autoptr (GBytes) bytes = NULL;
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (gint16));

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate (flac, NULL, NULL, &bytes, NULL, &error));
  g_assert_true (g_subprocess_get_successful (flac));
  g_array_append_vals (samples, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes) / sizeof (gint16));
  return samples;
}

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
fixture_capture_run (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}
