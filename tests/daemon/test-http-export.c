/* SPDX-License-Identifier: MIT */
/* An export that is longer than a portion: whole, in order, each row once, whatever happens
 * meanwhile. */
#include <json-glib/json-glib.h>
#include <sqlite3.h>
#include <sys/socket.h>

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/labels.h"
#include "tests/daemon/house.h"

#define T0 (G_GINT64_CONSTANT (1706698800) * G_TIME_SPAN_SECOND) /* of NAME */
#define EVENTS 3000
#define LABELS 1200 /* every second one belongs to an event */

static void
note_event (Fixture *f, const char *source, gint64 at_us)
{
  g_autoptr (IsrEvent) event = isr_event_new (source);

  event->state = ISR_EVENT_ENDED;
  event->start_us = at_us;
  event->end_us = at_us + G_TIME_SPAN_SECOND;
  event->score = 2345;
  event->peak = -1234;
  event->floor = -6000;
  event->reason = g_strdup ("level");
  isr_catalog_note_event (f->catalog, event);
}

static void
put_label (Fixture *f, gint64 start_us)
{
  g_autoptr (IsrLabel) label = isr_label_new ("mic", start_us, start_us + G_TIME_SPAN_SECOND), now = NULL;

  label->label = g_strdup_printf ("at %" G_GINT64_FORMAT, start_us);
  now = isr_catalog_put_label (f->catalog, label, NULL);
  g_assert_nonnull (now);
}

/* Two sources that are loud at the same moments, three of which are one portion's end. */
static void
fill (Fixture *f)
{
  for (gint64 i = 0; i < EVENTS / 2; i++) {
    note_event (f, "mic", T0 + i * 10 * G_TIME_SPAN_SECOND);
    note_event (f, "roof", T0 + i * 10 * G_TIME_SPAN_SECOND);
  }
  for (gint64 i = 0; i < LABELS / 2; i++) {
    put_label (f, T0 + i * 10 * G_TIME_SPAN_SECOND);
    put_label (f, T0 + i * 10 * G_TIME_SPAN_SECOND + 5 * G_TIME_SPAN_SECOND);
  }
}

#define EXPORT "/api/export?from=2024-01-31&to=2024-02-03"

/* Until the end of the connection, which an old client takes for the end of the answer. */
static Answer *
ask_old (Fixture *f, const char *target, const char *headers)
{
  g_autofree char *text = g_strdup_printf ("GET %s HTTP/1.0\r\nHost: localhost\r\n%s\r\n", target, headers);
  g_autoptr (Client) client = client_begin (f->port, text);

  TEMP_WAIT_FOR (client->ended);
  return client_parse (client);
}

static char *
get_text (const Answer *answer)
{
  return g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
}

static guint
count (JsonObject *object, const char *name)
{
  return json_array_get_length (json_object_get_array_member (object, name));
}

static void
test_json (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (Answer) answer = NULL;
  g_autofree char *text = NULL;
  JsonObject *root;
  JsonArray *sections;

  fill (f);
  answer = ask_old (f, EXPORT "&format=json", "");
  text = get_text (answer);
  g_assert_cmpuint (strlen (text), >, 512 * 1024);
  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  root = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpuint (count (root, "sections"), ==, EVENTS);
  g_assert_cmpuint (count (root, "labels"), ==, LABELS / 2);
  sections = json_object_get_array_member (root, "sections");
  for (guint i = 0; i < EVENTS; i++)
    g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (sections, i), "start_us"), ==, T0 + i / 2 * 10 * G_TIME_SPAN_SECOND);
}

/* Lines that hold @text. */
static guint
count_lines (const char *body, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (body, "\r\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i]; i++)
    n += strstr (lines[i], text) != NULL;
  return n;
}

static void
test_csv (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = NULL, one = NULL;
  g_autofree char *text = NULL, *of_one = NULL;

  fill (f);
  answer = ask_old (f, EXPORT, "");
  text = get_text (answer);
  g_assert_cmpuint (count_lines (text, ",23.45,"), ==, EVENTS);
  g_assert_cmpuint (count_lines (text, "at 17"), ==, LABELS);
  one = ask_old (f, EXPORT "&source=roof", "");
  of_one = get_text (one);
  g_assert_cmpuint (count_lines (of_one, ",23.45,"), ==, EVENTS / 2);
  g_assert_cmpuint (count_lines (of_one, "at 17"), ==, 0);
}

static char *
unzip (GBytes *bytes)
{
  g_autoptr (GInputStream) zipped = g_memory_input_stream_new_from_bytes (bytes);
  g_autoptr (GConverter) converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GInputStream) plain = g_converter_input_stream_new (zipped, converter);
  GString *text = g_string_new (NULL);
  char piece[4096];
  gssize n;

  while ((n = g_input_stream_read (plain, piece, sizeof piece, NULL, NULL)) > 0)
    g_string_append_len (text, piece, n);
  g_assert_cmpint (n, ==, 0);
  return g_string_free (text, FALSE);
}

static void
test_zipped (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) plain = NULL, zipped = NULL;
  g_autofree char *text = NULL, *unzipped = NULL, *coding = NULL;

  fill (f);
  plain = ask_old (f, EXPORT "&format=raven", "");
  zipped = ask_old (f, EXPORT "&format=raven", "Accept-Encoding: gzip\r\n");
  coding = answer_header (zipped, "Content-Encoding");
  g_assert_cmpstr (coding, ==, "gzip");
  text = get_text (plain);
  unzipped = unzip (zipped->body);
  g_assert_cmpstr (unzipped, ==, text);
}

/* Short ones have a length, and those in JSON a tag; long ones come in chunks. */
static void
test_headers (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) little = NULL, again = NULL, large = NULL, head = NULL;
  g_autofree char *length = NULL, *etag = NULL, *condition = NULL, *encoding = NULL, *name = NULL;

  note_event (f, "mic", T0);
  little = ask (f->port, "GET", EXPORT "&format=json", NULL);
  length = answer_header (little, "Content-Length");
  etag = answer_header (little, "ETag");
  g_assert_nonnull (length);
  condition = g_strdup_printf ("If-None-Match: %s\r\n", etag);
  again = ask (f->port, "GET", EXPORT "&format=json", condition);
  g_assert_cmpuint (again->status, ==, 304);
  fill (f);
  large = ask (f->port, "GET", EXPORT "&format=json", NULL);
  encoding = answer_header (large, "Transfer-Encoding");
  name = answer_header (large, "Content-Disposition");
  g_assert_cmpstr (encoding, ==, "chunked");
  g_assert_cmpstr (name, ==, "attachment; filename=\"sections_all_span.json\"");
  head = ask (f->port, "HEAD", EXPORT "&format=json", NULL);
  g_assert_cmpuint (head->status, ==, 200);
  g_assert_cmpuint (g_bytes_get_size (head->body), ==, 0);
}

/* Who takes nothing is waited for; who leaves is forgotten; others are answered. */
static void
test_leaves (Fixture *f, gconstpointer data)
{
  static const char request[] = "GET " EXPORT "&format=json HTTP/1.1\r\nHost: localhost\r\n\r\n";
  Client *clients[5];
  g_autoptr (Answer) again = NULL;

  fill (f);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++) {
    clients[i] = client_begin (f->port, request);
    TEMP_WAIT_FOR (client_has (clients[i], "200 OK"));
    g_source_destroy (clients[i]->watch);
  }
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Answer) answer = ask (f->port, "GET", "/api/files", NULL);

    g_assert_cmpuint (answer->status, ==, 200);
  }
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    client_free (clients[i]);
  again = ask_old (f, EXPORT, "");
  g_assert_cmpuint (again->status, ==, 200);
}

static void
drop_events (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->directory, "isr.db", NULL);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 10000);
  g_assert_cmpint (sqlite3_exec (db, "DROP TABLE events", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* Behind the first portion nothing can be said any more: that it is not whole must be seen. */
static void
test_fails (Fixture *f, gconstpointer data)
{
  static const char request[] = "GET " EXPORT "&format=json HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autoptr (Client) client = client_new (f->port);

  fill (f);
  isr_writer_flush (f->catalog->writer);
  g_assert_true (g_socket_set_option (client->socket, SOL_SOCKET, SO_RCVBUF, 4096, NULL));
  client_send (client, request, strlen (request));
  TEMP_WAIT_FOR (g_socket_condition_check (client->socket, G_IO_IN)); /* the first one is on its way */
  drop_events (f);
  g_test_expect_message ("isr-http", G_LOG_LEVEL_WARNING, "*the connection that was told the rest is cut");
  client_read (client);
  TEMP_WAIT_FOR (client->ended);
  g_test_assert_expected_messages ();
  g_assert_true (client_has (client, "HTTP/1.1 200 OK"));
  g_assert_true (client_has (client, "Transfer-Encoding: chunked"));
  g_assert_false (client->in->len >= 5 && memcmp (client->in->data + client->in->len - 5, "0\r\n\r\n", 5) == 0);
}

#define ADD(name, test) g_test_add ("/http-export/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("json", test_json);
  ADD ("csv", test_csv);
  ADD ("zipped", test_zipped);
  ADD ("headers", test_headers);
  ADD ("leaves", test_leaves);
  ADD ("fails", test_fails);
  return g_test_run ();
}
