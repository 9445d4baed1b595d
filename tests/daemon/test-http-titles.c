/* SPDX-License-Identifier: MIT */
/* /api/titles and /api/cue, and the event that says when to ask again. */
#include "tests/daemon/house.h"

#include <json-glib/json-glib.h>

#define START G_GINT64_CONSTANT (1706698800) /* of NAME */

static void
note (Fixture *f, const char *source, double at, const char *text, const char *artist)
{
  g_autoptr (IsrTitle) title = isr_title_new (source, (gint64) (at * G_TIME_SPAN_SECOND), text, artist);

  isr_catalog_note_title (f->catalog, title);
}

static void
assert_answer (Fixture *f, const char *target, guint status, const char *type, const char *body)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", target, NULL);
  gsize size;
  const char *data = g_bytes_get_data (answer->body, &size);
  g_autofree char *text = g_strndup (data, size);

  g_assert_cmpuint (answer->status, ==, status);
  assert_header (answer, "Content-Type", type);
  assert_header (answer, "Cache-Control", status == 200 && g_str_has_prefix (type, "application/json") ? "private, no-cache" : "no-store");
  g_assert_cmpstr (text, ==, body);
}

#define assert_json(f, target, body) assert_answer ((f), (target), 200, "application/json; charset=utf-8", (body))
#define assert_text(f, target, body) assert_answer ((f), (target), 200, "text/plain; charset=utf-8", (body))

static void
test_titles (Fixture *f, gconstpointer data)
{
  assert_json (f, "/api/titles", "{\"titles\":[],\"next\":null}");
  note (f, "mic", START + 90.5, "Tür \"1\"';", "Ä");
  note (f, "mic", START + 4000, "later", NULL);
  assert_json (f, "/api/titles",
      "{\"titles\":["
      "{\"source\":\"mic\",\"at\":\"2024-01-31T13:06:40.000000+01:00\",\"at_us\":1706702800000000,\"title\":\"later\",\"artist\":null,\"file\":null,\"offset\":null},"
      "{\"source\":\"mic\",\"at\":\"2024-01-31T12:01:30.500000+01:00\",\"at_us\":1706698890500000,\"title\":\"Tür \\\"1\\\"';\",\"artist\":\"Ä\",\"file\":\"" NAME "\",\"offset\":90.5}"
      "],\"next\":null}");
}

static guint
count_titles (Fixture *f, const char *target, char **next)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", target, NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize size;
  const char *text = g_bytes_get_data (answer->body, &size);
  JsonObject *object;

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (json_parser_load_from_data (parser, text, (gssize) size, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  if (next)
    *next = g_strdup (json_object_get_string_member_with_default (object, "next", NULL));
  return json_array_get_length (json_object_get_array_member (object, "titles"));
}

static void
test_query (Fixture *f, gconstpointer data)
{
  g_autofree char *next = NULL, *target = NULL;

  note (f, "mic", START, "one+two", NULL);
  note (f, "radio", START + 86400, "Über alles", NULL);
  note (f, "radio", START + 86401, "three", "Über");
  g_assert_cmpuint (count_titles (f, "/api/titles?source=radio", NULL), ==, 2);
  g_assert_cmpuint (count_titles (f, "/api/titles?q=%C3%BCBER", NULL), ==, 2);
  g_assert_cmpuint (count_titles (f, "/api/titles?q=one+two", NULL), ==, 1);
  g_assert_cmpuint (count_titles (f, "/api/titles?day=2024-01-31", NULL), ==, 1);
  g_assert_cmpuint (count_titles (f, "/api/titles?from=1706785200000000&to=1706785200000001", NULL), ==, 1);
  g_assert_cmpuint (count_titles (f, "/api/titles?limit=2", &next), ==, 2);
  target = g_strdup_printf ("/api/titles?limit=2&cursor=%s", next);
  g_assert_cmpuint (count_titles (f, target, NULL), ==, 1);
}

static void
test_errors (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *target;
    guint status;
  } rows[] = {
    { "/api/titles?limit=0", 400 },
    { "/api/titles?from=now", 400 },
    { "/api/titles?cursor=1", 400 },
    { "/api/titles?source=nobody", 404 },
    { "/api/cue", 400 },
    { "/api/cue?file=", 404 },
    { "/api/cue?file=../isr.db", 404 },
    { "/api/cue?file=isr.db", 404 },
  };

  isr_http_set_ready (f->http, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Answer) answer = ask (f->port, "GET", rows[i].target, NULL);

    g_assert_cmpuint (answer->status, ==, rows[i].status);
    assert_header (answer, "Content-Type", "application/json; charset=utf-8");
  }
}

static void
test_cue (Fixture *f, gconstpointer data)
{
  assert_text (f, "/api/cue?file=" NAME, "FILE \"mic_20240131T120000+0100.flac\" WAVE\n  TRACK 01 AUDIO\n    TITLE \"mic\"\n    INDEX 01 00:00:00\n");
  note (f, "mic", START - 100, "Artist - before", NULL);
  note (f, "mic", START + 90.5, "\"Tür\"", NULL);
  note (f, "mic", START + 3600, "after", NULL);
  assert_text (f, "/api/cue?file=" NAME,
      "FILE \"mic_20240131T120000+0100.flac\" WAVE\n"
      "  TRACK 01 AUDIO\n    TITLE \"before\"\n    PERFORMER \"Artist\"\n    INDEX 01 00:00:00\n"
      "  TRACK 02 AUDIO\n    TITLE \"'Tür'\"\n    INDEX 01 01:30:37\n");
}

static void
test_event (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  static const char request[] = "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n";

  client_send (client, request, strlen (request));
  client_read (client);
  TEMP_WAIT_FOR (client_has (client, "retry: 2000\n\n"));
  note (f, "mic", START, "a", NULL);
  TEMP_WAIT_FOR (client_has (client, "event: title\ndata: {\"name\":\"mic\"}\n\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http/titles/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("list", test_titles);
  ADD ("query", test_query);
  ADD ("errors", test_errors);
  ADD ("cue", test_cue);
  ADD ("event", test_event);
  return g_test_run ();
}
