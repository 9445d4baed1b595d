/* SPDX-License-Identifier: MIT */
/* loud-http.h - a server over an archive with one recording whose levels are known. */
#pragma once

#include "tests/daemon/house.h"
#include "tests/daemon/loud.h"

#include "daemon/archive/labels.h"
#include "daemon/http/read-json.h"

#define T0 G_GINT64_CONSTANT (1706740000000000) /* 2024-01-31 23:26:40 in Berlin */
#define RATE 8000
#define N 1200 /* windows: two minutes */
#define LOUD_FILE "mic/loud.flac"

typedef struct {
  Fixture base;
  IsrAnalysis *analysis;
} House;

static inline void
add_loud_file (House *h)
{
  g_autoptr (IsrRecording) recording = loud_recording ("mic", LOUD_FILE, T0, 0, N * RATE / 10, RATE);
  g_autofree gint16 *levels = g_new (gint16, N);

  for (guint i = 0; i < N; i++)
    levels[i] = i >= 400 && i < 410 ? -3000 : i >= 800 && i < 805 ? -2000
                                                                  : -6000;
  isr_catalog_finish (h->base.catalog, recording);
  isr_analysis_file_opened (h->analysis, recording);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, N);
  isr_analysis_file_closed (h->analysis, recording);
  isr_analysis_close (h->analysis);
  g_object_unref (h->analysis);
  h->analysis = isr_analysis_new (&h->base.config, h->base.catalog, TRUE);
  isr_analysis_set_program (h->analysis, g_getenv ("ISR_PROGRAM"));
  isr_http_set_analysis (h->base.http, h->analysis);
}

static inline void
note_event (House *h, guint start, guint end, int score)
{
  g_autoptr (IsrEvent) event = isr_event_new ("mic");

  event->state = ISR_EVENT_ENDED;
  event->start_us = T0 + start * LOUD_WINDOW_US;
  event->end_us = T0 + end * LOUD_WINDOW_US;
  event->score = score;
  event->peak = -1234;
  event->floor = -6000;
  event->reason = g_strdup ("level");
  isr_catalog_note_event (h->base.catalog, event);
}

static inline void
set_up_house (House *h, gconstpointer data)
{
  set_up (&h->base, NULL);
  h->analysis = isr_analysis_new (&h->base.config, h->base.catalog, TRUE);
  add_loud_file (h);
}

static inline void
tear_down_house (House *h, gconstpointer data)
{
  isr_http_set_analysis (h->base.http, NULL);
  isr_analysis_close (h->analysis);
  TEMP_WAIT_FOR ((g_main_context_wakeup (NULL), G_OBJECT (h->analysis)->ref_count == 1)); /* its workers have answered */
  g_assert_finalize_object (h->analysis);
  tear_down (&h->base, NULL);
}

/* --- asking --- */

static inline JsonObject *
ask_json (House *h, const char *method, const char *target, guint status)
{
  g_autoptr (Answer) answer = ask (h->base.port, method, target, NULL);
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *body = g_bytes_get_data (answer->body, &size);
  JsonObject *object = isr_read_json (body, size, &error);

  g_assert_no_error (error);
  if (answer->status != status)
    g_error ("%s %s: %u instead of %u: %.*s", method, target, answer->status, status, (int) size, body);
  return object;
}

static inline void
assert_error (House *h, const char *method, const char *target, guint status, const char *code)
{
  g_autoptr (JsonObject) object = ask_json (h, method, target, status);

  g_assert_cmpstr (json_object_get_string_member (object, "error"), ==, code);
  g_assert_cmpuint (strlen (json_object_get_string_member (object, "message")), >, 10);
}

static inline JsonObject *
section (JsonObject *answer, guint i)
{
  return json_array_get_object_element (json_object_get_array_member (answer, "sections"), i);
}

static inline guint
count (JsonObject *answer, const char *name)
{
  return json_array_get_length (json_object_get_array_member (answer, name));
}

#define assert_number(object, name, value) g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, name), value, 1e-9)
#define assert_int(object, name, value) g_assert_cmpint (json_object_get_int_member (object, name), ==, value)
#define assert_text(object, name, value) g_assert_cmpstr (json_object_get_string_member (object, name), ==, value)
