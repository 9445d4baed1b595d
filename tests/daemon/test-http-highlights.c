/* SPDX-License-Identifier: MIT */
/* /api/highlights and /api/export over a real server. */
#include "tests/daemon/loud-http.h"

/* --- /api/highlights --- */

static void
test_highlights (House *h, gconstpointer data)
{
  g_autoptr (JsonObject) answer = NULL, one = NULL, anew = NULL, nothing = NULL;

  note_event (h, 400, 410, 2800); /* not what the levels say: to know which of both is asked */
  note_event (h, 800, 805, 3900);
  note_event (h, 30000, 30001, 5000); /* of the next day */
  answer = ask_json (h, "GET", "/api/highlights?day=2024-01-31", 200);
  assert_text (answer, "day", "2024-01-31");
  assert_int (answer, "total", 2);
  assert_int (answer, "unanalysed", 1); /* the one of the fixture */
  g_assert_true (json_object_get_null_member (answer, "job"));
  assert_number (section (answer, 0), "score", 39);
  assert_number (section (answer, 0), "start", 80);
  assert_text (section (answer, 0), "file", LOUD_FILE);
  assert_number (section (answer, 1), "score", 28);
  one = ask_json (h, "GET", "/api/highlights?day=2024-01-31&limit=1&source=mic", 200);
  assert_int (one, "total", 2);
  g_assert_cmpuint (count (one, "sections"), ==, 1);
  anew = ask_json (h, "GET", "/api/highlights?day=2024-01-31&margin=12", 200);
  assert_int (anew, "total", 2);
  assert_number (section (anew, 0), "score", 40);
  nothing = ask_json (h, "GET", "/api/highlights?day=2024-01-30", 200);
  assert_int (nothing, "total", 0);
  assert_error (h, "GET", "/api/highlights", 400, "bad-request");
  assert_error (h, "GET", "/api/highlights?day=31.1.2024", 400, "bad-request");
  assert_error (h, "GET", "/api/highlights?day=2024-01-31&margin=99", 400, "bad-request");
  assert_error (h, "GET", "/api/highlights?day=2024-01-31&limit=0", 400, "bad-request");
}

/* A section whose recording is gone is still told, without a file. */
static void
test_highlight_without_file (House *h, gconstpointer data)
{
  g_autoptr (JsonObject) answer = NULL;

  note_event (h, 3000, 3001, 2800);
  answer = ask_json (h, "GET", "/api/highlights?day=2024-01-31", 200);
  g_assert_true (json_object_get_null_member (section (answer, 0), "file"));
  g_assert_true (json_object_get_null_member (section (answer, 0), "start"));
}

/* --- /api/export --- */

static char *
export_text (House *h, const char *format, const char *type)
{
  g_autofree char *target = g_strconcat ("/api/export?day=2024-01-31&source=mic&format=", format, NULL), *got = NULL, *disposition = NULL;
  g_autoptr (Answer) answer = ask (h->base.port, "GET", target, NULL);
  gsize size;
  const char *body = g_bytes_get_data (answer->body, &size);

  g_assert_cmpuint (answer->status, ==, 200);
  got = answer_header (answer, "Content-Type");
  disposition = answer_header (answer, "Content-Disposition");
  g_assert_true (g_str_has_prefix (got, type));
  g_assert_true (g_str_has_prefix (disposition, "attachment; filename=\"sections_mic_2024-01-31."));
  return g_strndup (body, size);
}

static void
say (House *h, guint start, guint end, const char *label, const char *note)
{
  g_autoptr (IsrLabel) said = isr_label_new ("mic", T0 + start * LOUD_WINDOW_US, T0 + end * LOUD_WINDOW_US);
  g_autoptr (IsrLabel) now = NULL;

  said->verdict = g_strdup ("kept");
  said->label = g_strdup (label);
  said->note = g_strdup (note);
  now = isr_catalog_put_label (h->base.catalog, said, NULL);
  g_assert_nonnull (now);
}

/* A section with a label, one without, a label without a section; in every format. */
static void
test_export (House *h, gconstpointer data)
{
  g_autofree char *csv = NULL, *audacity = NULL, *raven = NULL;
  g_autoptr (JsonObject) json = NULL, anew = NULL;

  note_event (h, 400, 410, 2800);
  note_event (h, 800, 805, 3900);
  say (h, 400, 410, "owl, \"big\"\tone", "line\nline");
  say (h, 600, 610, "rain", NULL);
  csv = export_text (h, "csv", "text/csv");
  g_assert_cmpstr (csv, ==,
      "source,file,start,end,start_at,end_at,score,peak,floor,reason,verdict,label,note\r\n"
      "mic,mic/loud.flac,40.000,41.000,2024-01-31T23:27:20.000000+01:00,2024-01-31T23:27:21.000000+01:00,28.00,-12.34,-60.00,level,kept,\"owl, \"\"big\"\"\tone\",\"line\nline\"\r\n"
      "mic,mic/loud.flac,80.000,80.500,2024-01-31T23:28:00.000000+01:00,2024-01-31T23:28:00.500000+01:00,39.00,-12.34,-60.00,level,,,\r\n"
      "mic,mic/loud.flac,60.000,61.000,2024-01-31T23:27:40.000000+01:00,2024-01-31T23:27:41.000000+01:00,,,,,kept,rain,\r\n");
  audacity = export_text (h, "audacity", "text/plain");
  g_assert_cmpstr (audacity, ==, /* the day began 84400 s before the file */
      "84440.000000\t84441.000000\towl, \"big\" one\n"
      "84480.000000\t84480.500000\t39.0 dB\n"
      "84460.000000\t84461.000000\train\n");
  raven = export_text (h, "raven", "text/tab-separated-values");
  g_assert_true (g_str_has_prefix (raven, "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"));
  g_assert_nonnull (strstr (raven, "\n1\tWaveform 1\t1\t84440.000000\t84441.000000\t0\t20000\tmic/loud.flac\t28.00\t-12.34\towl, \"big\" one\n"));
  json = ask_json (h, "GET", "/api/export?day=2024-01-31&format=json", 200);
  g_assert_cmpuint (count (json, "sections"), ==, 2);
  g_assert_cmpuint (count (json, "labels"), ==, 1);
  assert_text (section (json, 0), "note", "line\nline");
  anew = ask_json (h, "GET", "/api/export?day=2024-01-31&format=json&margin=35", 200);
  g_assert_cmpuint (count (anew, "sections"), ==, 1);
  g_assert_cmpuint (count (anew, "labels"), ==, 2);
  assert_error (h, "GET", "/api/export?format=csv", 400, "bad-request");
  assert_error (h, "GET", "/api/export?day=2024-01-31&format=pdf", 400, "bad-request");
  assert_error (h, "GET", "/api/export?day=2024-01-31&margin=0", 400, "bad-request");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http/analyze/" path, House, NULL, set_up_house, func, tear_down_house)
  ADD ("highlights", test_highlights);
  ADD ("highlight-without-file", test_highlight_without_file);
  ADD ("export", test_export);
  return g_test_run ();
}
