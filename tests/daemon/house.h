/* SPDX-License-Identifier: MIT */
/* house.h - a catalog with one recording, a control that notes what it is asked,
 * and a server in front of them. */
#pragma once

#include "daemon/core/error.h"
#include "daemon/http/server.h"
#include "tests/daemon/client.h"

#define NAME "mic/2024-01-31/mic_20240131T120000+0100.flac"
#define SIZE 700001

typedef struct {
  char *directory;
  IsrCatalog *catalog;
  IsrControl control;
  char *asked; /* of control: "verb source" */
  IsrConfig config;
  IsrHttp *http;
  guint port;
  guint8 *data; /* of NAME */
} Fixture;

static inline gboolean
note_call (Fixture *f, const char *verb, const char *source, GError **error)
{
  g_free (f->asked);
  f->asked = g_strdup_printf ("%s %s", verb, source);
  if (g_str_equal (source, "mic") || g_str_equal (source, "a/b c+d"))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "there is no source “%s”", source);
  return FALSE;
}

static inline gboolean
control_start (gpointer self, const char *source, GError **error)
{
  return note_call (self, "start", source, error);
}

static inline gboolean
control_stop (gpointer self, const char *source, GError **error)
{
  return note_call (self, "stop", source, error);
}

static inline gboolean
control_split (gpointer self, const char *source, GError **error)
{
  return note_call (self, "split", source, error);
}

static inline GPtrArray *
control_states (gpointer self)
{
  GPtrArray *states = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_state_free);
  IsrSourceState *state = isr_source_state_new ("mic", "soundcard");

  state->state = ISR_STATE_WAITING_TO_RETRY;
  state->reason = g_strdup ("busy");
  state->since_us = G_GINT64_CONSTANT (1706700000123456);
  state->retry_at_us = G_GINT64_CONSTANT (1706700005000000);
  g_strfreev (state->warnings);
  state->warnings = g_strsplit ("clipping,overruns", ",", -1);
  state->level = -2345;
  state->peak = -100;
  g_ptr_array_add (states, state);
  return states;
}

static inline IsrRecording *
make (const char *name, gint64 start_s, gint64 seconds, guint64 bytes)
{
  IsrRecording *recording = isr_recording_new ();

  recording->source = g_strdup ("mic");
  recording->name = g_strdup (name);
  recording->start_us = start_s * G_TIME_SPAN_SECOND;
  recording->end_us = (start_s + seconds) * G_TIME_SPAN_SECOND;
  recording->utc_offset = 3600;
  recording->bytes = bytes;
  return recording;
}

static inline void
add (Fixture *f, const char *name, gint64 start_s, const void *data, gsize size)
{
  g_autoptr (IsrRecording) recording = make (name, start_s, 3600, size);

  temp_write (f->directory, name, data, (gssize) size);
  isr_catalog_finish (f->catalog, recording);
}

static inline void
start_server (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->http = isr_http_new (&f->config, f->catalog, &f->control, &error);
  g_assert_no_error (error);
  f->port = isr_http_get_port (f->http);
}

static inline void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GError) error = NULL;

  f->directory = temp_new ();
  f->catalog = isr_catalog_open (f->directory, f->directory, TRUE, &error);
  g_assert_no_error (error);
  f->control = (IsrControl){ control_start, control_stop, control_split, control_states, f };
  f->config.listen_host = g_strdup ("127.0.0.1");
  f->config.timezone = g_strdup ("Europe/Berlin");
  f->config.allow_origins = g_strsplit ("https://radio.example", ",", -1);
  f->data = g_malloc (SIZE);
  for (gsize i = 0; i < SIZE; i++)
    f->data[i] = (guint8) g_rand_int (random);
  add (f, NAME, 1706698800, f->data, SIZE);
  start_server (f);
}

static inline void
tear_down (Fixture *f, gconstpointer data)
{
  isr_http_free (f->http);
  isr_catalog_close (f->catalog);
  g_object_add_weak_pointer (G_OBJECT (f->catalog), (gpointer *) &f->catalog);
  g_object_unref (f->catalog);
  TEMP_WAIT_FOR (!f->catalog); /* a worker's answer may be on its way still */
  g_free (f->config.listen_host);
  g_free (f->config.timezone);
  g_free (f->config.web_password_file);
  g_strfreev (f->config.allow_origins);
  g_free (f->asked);
  g_free (f->data);
  temp_remove (f->directory);
  g_free (f->directory);
}

static inline void
assert_header (const Answer *answer, const char *name, const char *value)
{
  g_autofree char *got = answer_header (answer, name);

  g_assert_cmpstr (got, ==, value);
}
