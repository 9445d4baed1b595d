/* SPDX-License-Identifier: MIT */
/* /api/analyze, /api/levels, /api/jobs over a real server. */
#include "tests/daemon/loud-http.h"

/* --- /api/analyze --- */

static void
test_analyze (House *h, gconstpointer data)
{
  g_autoptr (JsonObject) answer = ask_json (h, "GET", "/api/analyze?file=" LOUD_FILE, 200);
  JsonArray *rms = json_object_get_array_member (answer, "rms_display");
  JsonObject *first = section (answer, 0);

  assert_text (answer, "file", LOUD_FILE);
  assert_text (answer, "source", "mic");
  assert_text (answer, "mode", "adaptive");
  assert_text (answer, "start", "2024-01-31T23:26:40.000000+01:00");
  assert_int (answer, "start_us", T0);
  assert_number (answer, "duration", 120);
  assert_number (answer, "margin", 12);
  assert_number (answer, "min_gap", 2);
  g_assert_true (json_object_get_boolean_member (answer, "final"));
  g_assert_cmpuint (json_array_get_length (rms), ==, 800);
  g_assert_cmpuint (count (answer, "peak_display"), ==, 800);
  g_assert_cmpuint (count (answer, "floor_display"), ==, 800);
  g_assert_cmpfloat_with_epsilon (json_array_get_double_element (rms, 0), -60, 1e-9);
  g_assert_cmpfloat_with_epsilon (json_array_get_double_element (rms, 270), -30, 1e-9);
  g_assert_cmpuint (count (answer, "sections"), ==, 2);
  assert_text (first, "file", LOUD_FILE);
  assert_text (first, "source", "mic");
  assert_number (first, "start", 40);
  assert_number (first, "end", 41);
  assert_text (first, "start_at", "2024-01-31T23:27:20.000000+01:00");
  assert_int (first, "start_us", T0 + 40000000);
  assert_int (first, "end_us", T0 + 41000000);
  assert_number (first, "score", 30);
  assert_number (first, "peak", -30);
  assert_number (first, "floor", -60);
  assert_text (first, "reason", "level");
  g_assert_true (json_object_get_boolean_member (first, "final"));
  g_assert_true (json_object_get_null_member (first, "verdict"));
  assert_number (section (answer, 1), "score", 40);
}

static void
test_analyze_anew (House *h, gconstpointer data)
{
  g_autoptr (JsonObject) high = ask_json (h, "GET", "/api/analyze?file=" LOUD_FILE "&margin=35&min_gap=0.5", 200);
  g_autoptr (JsonObject) wide = ask_json (h, "GET", "/api/analyze?file=" LOUD_FILE "&min_gap=60", 200);
  g_autoptr (JsonObject) old = ask_json (h, "GET", "/api/analyze?file=" LOUD_FILE "&mode=blocks", 200);

  g_assert_cmpuint (count (high, "sections"), ==, 1);
  assert_number (high, "margin", 35);
  assert_number (high, "min_gap", 0.5);
  g_assert_cmpuint (count (wide, "sections"), ==, 1);
  assert_number (section (wide, 0), "end", 80.5);
  assert_text (old, "mode", "blocks");
  g_assert_cmpuint (count (old, "sections"), ==, 2);
}

/* What a person said comes with the section, also when it was said of a part of it. */
static void
test_label (House *h, gconstpointer data)
{
  g_autoptr (IsrLabel) label = isr_label_new ("mic", T0 + 40100000, T0 + 40900000);
  g_autoptr (IsrLabel) kept = NULL;
  g_autoptr (JsonObject) answer = NULL;

  label->verdict = g_strdup ("kept");
  label->label = g_strdup ("owl");
  kept = isr_catalog_put_label (h->base.catalog, label, NULL);
  g_assert_nonnull (kept);
  answer = ask_json (h, "GET", "/api/analyze?file=" LOUD_FILE, 200);
  assert_text (section (answer, 0), "verdict", "kept");
  assert_text (section (answer, 0), "label", "owl");
  g_assert_true (json_object_get_null_member (section (answer, 0), "note"));
  g_assert_true (json_object_get_null_member (section (answer, 1), "label"));
}

/* A file that is written: all that is known so far. */
static void
test_growing (House *h, gconstpointer data)
{
  g_autoptr (IsrRecording) live = loud_recording ("mic", "mic/live.flac", T0 + 300000000, 0, 0, RATE);
  g_autofree gint16 *levels = g_new (gint16, 500);
  g_autoptr (JsonObject) answer = NULL;

  for (guint i = 0; i < 500; i++)
    levels[i] = i >= 480 && i < 490 ? -3000 : -6000;
  live->recording = TRUE;
  isr_catalog_begin (h->base.catalog, live);
  temp_write (h->base.directory, "mic/live.flac.part", "", 0);
  isr_analysis_file_opened (h->analysis, live);
  loud_tell (h->analysis, "mic", live->start_us, 0, levels, 0, 500);
  do {
    g_clear_pointer (&answer, json_object_unref);
    answer = ask_json (h, "GET", "/api/analyze?file=mic/live.flac", 200);
  } while (count (answer, "sections") == 0);
  g_assert_false (json_object_get_boolean_member (answer, "final"));
  g_assert_false (json_object_get_boolean_member (section (answer, 0), "final"));
  assert_number (section (answer, 0), "start", 48);
}

static void
test_analyze_errors (House *h, gconstpointer data)
{
  assert_error (h, "GET", "/api/analyze", 400, "bad-request");
  assert_error (h, "GET", "/api/analyze?file=nothing.flac", 404, "not-found");
  assert_error (h, "GET", "/api/analyze?file=../isr.db", 404, "not-found");
  assert_error (h, "GET", "/api/analyze?file=" LOUD_FILE "&margin=0.5", 400, "bad-request");
  assert_error (h, "GET", "/api/analyze?file=" LOUD_FILE "&margin=x", 400, "bad-request");
  assert_error (h, "GET", "/api/analyze?file=" LOUD_FILE "&margin=", 400, "bad-request");
  assert_error (h, "GET", "/api/analyze?file=" LOUD_FILE "&margin=nan", 400, "bad-request");
  assert_error (h, "GET", "/api/analyze?file=" LOUD_FILE "&min_gap=1e9", 400, "bad-request");
  assert_error (h, "GET", "/api/analyze?file=" LOUD_FILE "&mode=other", 400, "bad-request");
  assert_error (h, "POST", "/api/analyze?file=" LOUD_FILE, 405, "method");
}

/* --- /api/levels --- */

static void
test_levels (House *h, gconstpointer data)
{
  g_autofree char *target = g_strdup_printf ("/api/levels?source=mic&from=%" G_GINT64_FORMAT "&to=%" G_GINT64_FORMAT "&points=4", T0 - 60000000, T0 + 180000000);
  g_autoptr (JsonObject) answer = ask_json (h, "GET", target, 200);
  JsonArray *max = json_object_get_array_member (answer, "max"), *min = json_object_get_array_member (answer, "min");

  assert_text (answer, "source", "mic");
  assert_int (answer, "from_us", T0 - 60000000);
  assert_int (answer, "to_us", T0 + 180000000);
  assert_int (answer, "points", 4);
  g_assert_cmpuint (json_array_get_length (max), ==, 4);
  g_assert_true (json_array_get_null_element (max, 0));
  g_assert_cmpfloat_with_epsilon (json_array_get_double_element (max, 1), -30, 1e-9);
  g_assert_cmpfloat_with_epsilon (json_array_get_double_element (min, 1), -60, 1e-9);
  g_assert_cmpfloat_with_epsilon (json_array_get_double_element (max, 2), -20, 1e-9);
  g_assert_true (json_array_get_null_element (max, 3));
  g_assert_cmpuint (count (answer, "mean"), ==, 4);
  g_assert_cmpuint (count (answer, "peak"), ==, 4);
  g_assert_cmpuint (count (answer, "floor"), ==, 4);
}

static void
test_levels_errors (House *h, gconstpointer data)
{
  assert_error (h, "GET", "/api/levels?from=1&to=2", 400, "bad-request");
  assert_error (h, "GET", "/api/levels?source=mic&from=1", 400, "bad-request");
  assert_error (h, "GET", "/api/levels?source=mic&from=2&to=2", 400, "bad-request");
  assert_error (h, "GET", "/api/levels?source=mic&from=1&to=2&points=0", 400, "bad-request");
  assert_error (h, "GET", "/api/levels?source=mic&from=1&to=2&points=100000", 400, "bad-request");
  assert_error (h, "GET", "/api/levels?source=mic&from=yesterday&to=2", 400, "bad-request");
}

/* --- rows and jobs --- */

static void
test_rows (House *h, gconstpointer data)
{
  g_autoptr (JsonObject) answer = ask_json (h, "GET", "/api/files?q=loud", 200);
  g_autoptr (JsonObject) other = ask_json (h, "GET", "/api/files?q=T120000", 200);

  g_assert_true (json_object_get_boolean_member (json_array_get_object_element (json_object_get_array_member (answer, "files"), 0), "analysed"));
  g_assert_false (json_object_get_boolean_member (json_array_get_object_element (json_object_get_array_member (other, "files"), 0), "analysed"));
}

static char *
job_state (House *h, gint64 id)
{
  g_autoptr (JsonObject) answer = ask_json (h, "GET", "/api/jobs", 200);
  JsonArray *jobs = json_object_get_array_member (answer, "jobs");

  for (guint i = 0; i < json_array_get_length (jobs); i++) {
    JsonObject *job = json_array_get_object_element (jobs, i);

    if (json_object_get_int_member (job, "id") == id)
      return g_strdup (json_object_get_string_member (job, "state"));
  }
  g_assert_not_reached ();
}

static void
wait_for_state (House *h, gint64 id, const char *expected)
{
  g_autofree char *state = NULL;

  do {
    g_free (state);
    state = job_state (h, id);
  } while (g_str_equal (state, "waiting") || g_str_equal (state, "running"));
  g_assert_cmpstr (state, ==, expected);
}

/* The fixture's file is noise that no decoder takes. */
static void
test_failing_job (House *h, gconstpointer data)
{
  g_autofree char *target = g_strdup_printf ("/api/analyze?file=%s", NAME), *waiting = g_strconcat (target, "&wait=1", NULL);
  g_autofree char *escaped = g_uri_escape_string (NAME, "/", FALSE), *post = g_strconcat ("/api/jobs?kind=analyze&file=", escaped, NULL);
  g_autoptr (JsonObject) accepted = ask_json (h, "GET", target, 202);
  g_autoptr (JsonObject) again = ask_json (h, "POST", post, 202);

  assert_int (again, "job", json_object_get_int_member (accepted, "job"));
  g_assert_true (json_object_has_member (accepted, "progress"));
  wait_for_state (h, json_object_get_int_member (accepted, "job"), "failed");
  assert_error (h, "GET", waiting, 415, "format");
  g_assert_false (isr_analysis_has_levels (h->analysis, NAME));
}

static void
test_job_errors (House *h, gconstpointer data)
{
  assert_error (h, "POST", "/api/jobs", 400, "bad-request");
  assert_error (h, "POST", "/api/jobs?kind=sing&file=" LOUD_FILE, 400, "bad-request");
  assert_error (h, "POST", "/api/jobs?kind=analyze", 400, "bad-request");
  assert_error (h, "POST", "/api/jobs?kind=analyze&file=none.flac", 404, "not-found");
  assert_error (h, "DELETE", "/api/jobs/77", 404, "not-found");
  assert_error (h, "DELETE", "/api/jobs/x", 404, "not-found");
}

/* Bytes of a WAV file: ten seconds at 8 kHz, quiet but for half a second. */
static GByteArray *
make_wav (void)
{
  static const guint8 head[44] = "RIFF\x24\x71\x02\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\x71\x02";
  GByteArray *wav = g_byte_array_new ();

  g_byte_array_append (wav, head, sizeof head);
  for (guint i = 0; i < 80000; i++) {
    gint16 loud = i >= 48000 && i < 52000 ? 8000 : 33;
    gint16 sample = GINT16_TO_LE (i % 2 ? loud : (gint16) -loud);

    g_byte_array_append (wav, (guint8 *) &sample, 2);
  }
  return wav;
}

static void
add_wav (House *h, const char *name, gint64 start_us)
{
  g_autoptr (GByteArray) wav = make_wav ();
  g_autoptr (IsrRecording) recording = loud_recording ("roof", name, start_us, 0, 80000, 8000);

  temp_write (h->base.directory, name, wav->data, wav->len);
  recording->bytes = wav->len;
  recording->adopted = TRUE;
  isr_catalog_finish (h->base.catalog, recording);
}

static void
test_job (House *h, gconstpointer data)
{
  g_autoptr (JsonObject) started = NULL, highlights = NULL, answer = NULL;

  add_wav (h, "roof/1.wav", T0 + 600000000);
  add_wav (h, "roof/2.wav", T0 + 700000000);
  started = ask_json (h, "POST", "/api/jobs?kind=analyze&day=2024-01-31&source=roof", 202);
  wait_for_state (h, json_object_get_int_member (started, "job"), "done");
  TEMP_WAIT_FOR ((g_main_context_wakeup (NULL), isr_catalog_count_events (h->base.catalog, "roof", 0, G_MAXINT64) == 2));
  highlights = ask_json (h, "GET", "/api/highlights?day=2024-01-31&source=roof", 200);
  assert_int (highlights, "total", 2);
  assert_int (highlights, "unanalysed", 0);
  assert_number (section (highlights, 0), "start", 6);
  assert_number (section (highlights, 0), "end", 6.5);
  answer = ask_json (h, "GET", "/api/analyze?file=roof/1.wav&wait=1", 200);
  g_assert_cmpuint (count (answer, "sections"), ==, 1);
}

static void
test_wait (House *h, gconstpointer data)
{
  g_autoptr (JsonObject) answer = NULL;

  add_wav (h, "roof/1.wav", T0 + 600000000);
  answer = ask_json (h, "GET", "/api/analyze?file=roof/1.wav&wait=1", 200);
  g_assert_cmpuint (count (answer, "sections"), ==, 1);
  g_assert_true (json_object_get_boolean_member (answer, "final"));
}

/* What is cancelled leaves nothing, and the next one is made as if it had never been. */
static void
test_cancel (House *h, gconstpointer data)
{
  g_autoptr (JsonObject) started = NULL, cancelled = NULL, answer = NULL;
  g_autofree char *target = NULL;

  add_wav (h, "roof/1.wav", T0 + 600000000);
  started = ask_json (h, "POST", "/api/jobs?kind=analyze&file=roof/1.wav", 202);
  target = g_strdup_printf ("/api/jobs/%" G_GINT64_FORMAT, json_object_get_int_member (started, "job"));
  isr_analysis_set_program (h->analysis, "/bin/cat"); /* never ends, says nothing */
  cancelled = ask_json (h, "DELETE", target, 200);
  wait_for_state (h, json_object_get_int_member (started, "job"), "cancelled");
  g_assert_false (isr_analysis_has_levels (h->analysis, "roof/1.wav"));
  isr_analysis_set_program (h->analysis, g_getenv ("ISR_PROGRAM"));
  answer = ask_json (h, "GET", "/api/analyze?file=roof/1.wav&wait=1", 200);
  g_assert_cmpuint (count (answer, "sections"), ==, 1);
}

/* A house without analysis says so wherever one is needed, and answers all else. */
static void
test_without_analysis (House *h, gconstpointer data)
{
  isr_http_set_analysis (h->base.http, NULL);
  assert_error (h, "GET", "/api/analyze?file=" LOUD_FILE, 503, "unavailable");
  assert_error (h, "GET", "/api/levels?source=mic&from=1&to=2", 503, "unavailable");
  assert_error (h, "POST", "/api/jobs?kind=analyze&day=2024-01-31", 503, "unavailable");
  assert_error (h, "DELETE", "/api/jobs/1", 404, "not-found");
  json_object_unref (ask_json (h, "GET", "/api/jobs", 200));
  json_object_unref (ask_json (h, "GET", "/api/highlights?day=2024-01-31&margin=20", 200));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http/analyze/" path, House, NULL, set_up_house, func, tear_down_house)
  ADD ("analyze", test_analyze);
  ADD ("anew", test_analyze_anew);
  ADD ("label", test_label);
  ADD ("growing", test_growing);
  ADD ("analyze-errors", test_analyze_errors);
  ADD ("levels", test_levels);
  ADD ("levels-errors", test_levels_errors);
  ADD ("rows", test_rows);
  ADD ("failing-job", test_failing_job);
  ADD ("job-errors", test_job_errors);
  ADD ("job", test_job);
  ADD ("wait", test_wait);
  ADD ("cancel", test_cancel);
  ADD ("without-analysis", test_without_analysis);
  return g_test_run ();
}
