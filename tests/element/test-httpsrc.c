/* SPDX-License-Identifier: MIT */
/* test-httpsrc.c - what isrhttpsrc makes of audio, and of connections that break: every byte
 * once, or a gap that is declared. */
#include "tests/element/httpsrc-helper.h"

/* --- passing through --- */

static void
test_passes_bytes_through (void)
{
  g_autoptr (Server) server = server_new (script_plain, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/live"), *detail = NULL, *caps = NULL, *headers = NULL;
  g_autoptr (Listener) l = listener_new (url, NULL);

  listener_assert_bytes (l, station, 50000);
  detail = listener_wait_stream (l, "connected");
  caps = listener_get_event (l, "caps", 0);
  headers = listener_get_event (l, "headers", 0);
  g_assert_cmpstr (caps, ==, "caps: audio/mpeg, mpegversion=(int)1");
  g_assert_nonnull (strstr (headers, "Content-Type"));
  g_assert_cmpuint (listener_count (l, "segment"), ==, 1);
  g_assert_cmpuint (listener_count (l, "eos"), ==, 0);
}

static void
script_typed (Client *client, gpointer type)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.0 200 OK\r\nContent-Type: %s\r\n\r\n", (char *) type);

  client_say (client, head);
  send_part (client, 0, 1000);
  client_wait_for_close (client);
}

static void
test_content_types_become_caps (void)
{
  static const struct {
    const char *type, *caps;
  } rows[] = {
    { "audio/mpeg; charset=utf-8", "caps: audio/mpeg, mpegversion=(int)1" },
    { "audio/aacp", "caps: audio/mpeg, mpegversion=(int)4, stream-format=(string)adts" },
    { "application/ogg", "caps: application/ogg" },
    { "audio/flac", "caps: audio/x-flac" },
    { "video/x-secret", "caps: application/octet-stream" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Server) server = server_new (script_typed, (gpointer) rows[i].type, FALSE);
    g_autofree char *url = server_get_url (server, "/"), *caps = NULL;
    g_autoptr (Listener) l = listener_new (url, NULL);

    listener_wait_bytes (l, 1000);
    caps = listener_get_event (l, "caps", 0);
    g_assert_cmpstr (caps, ==, rows[i].caps);
  }
}

static void
script_chunked (Client *client, gpointer data)
{
  client_say (client, CHUNKED "1388\r\n");
  send_part (client, 0, 2000);
  client_wait (client, 1); /* in the middle of a chunk */
  send_part (client, 2000, 5000);
  client_say (client, "\r\n3E8;extension=1\r\n");
  send_part (client, 5000, 6000);
  client_say (client, "\r\n");
  client_wait_for_close (client);
}

static void
test_chunks_are_taken_apart (void)
{
  g_autoptr (Server) server = server_new (script_chunked, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) l = listener_new (url, NULL);

  listener_assert_bytes (l, station, 2000);
  server_tick (server);
  listener_assert_bytes (l, station, 6000);
}

/* --- losing and rejoining --- */

typedef struct {
  gboolean reset;   /* RST, not FIN */
  gsize live, hole; /* live when the first connection ends; bytes until the next begins */
  gsize burst;
  const char *second; /* answer of the second connection */
} Drop;

static void
script_drop (Client *client, gpointer data)
{
  const Drop *drop = data;
  gsize live = drop->live + drop->hole;

  client_say (client, client->number && drop->second ? drop->second : MP3);
  if (client->number == 0) {
    send_part (client, 0, drop->live);
    client_wait (client, 1);
    if (drop->reset)
      client_reset (client);
    return;
  }
  send_part (client, live - drop->burst, live);
  send_part (client, live, live + 20000);
  client_wait_for_close (client);
}

static void
test_rejoins_without_a_seam (gconstpointer data)
{
  Drop drop = { GPOINTER_TO_INT (data), 100000, 15000, 65000, NULL };
  g_autoptr (Server) server = server_new (script_drop, &drop, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *dropped = NULL, *rejoined = NULL;
  g_autoptr (Listener) l = listener_new (url, NULL);

  listener_wait_bytes (l, 100000);
  server_tick (server);
  dropped = listener_wait_stream (l, "dropped");
  rejoined = listener_wait_stream (l, "rejoined");
  listener_assert_bytes (l, station, 135000);
  g_assert_cmpuint (listener_count (l, "segment"), ==, 1);
  g_assert_cmpuint (listener_count (l, "caps"), ==, 1);
  g_assert_cmpuint (listener_count (l, "gap"), ==, 0);
  g_assert_cmpuint (listener_count (l, "discont"), ==, 0);
  g_assert_cmpuint (listener_get_stat (l, "rejoined"), ==, 1);
  g_assert_cmpuint (listener_get_stat (l, "connections"), ==, 2);
}

static void
test_declares_a_gap (void)
{
  Drop drop = { FALSE, 60000, 50000, 30000, NULL };
  g_autoptr (Server) server = server_new (script_drop, &drop, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL, *gap = NULL, *discont = NULL;
  g_autoptr (Listener) l = listener_new (url, NULL);

  listener_wait_bytes (l, 60000);
  server_tick (server);
  detail = listener_wait_stream (l, "gap");
  listener_wait_bytes (l, 110000);
  gap = listener_get_event (l, "gap", 0);
  discont = listener_get_event (l, "discont", 0);
  g_assert_true (g_str_has_prefix (gap, "gap: disconnected @60000 "));
  g_assert_cmpstr (discont, ==, "discont @60000");
  g_assert_cmpuint (listener_count (l, "gap"), ==, 1);
  g_assert_cmpuint (listener_count (l, "eos"), ==, 0);
  g_assert_cmpmem (l->bytes->data, 60000, station, 60000);
  g_assert_cmpmem (l->bytes->data + 60000, l->bytes->len - 60000, station + 80000, 50000);
}

static void
test_another_format_is_a_gap_and_new_caps (void)
{
  Drop drop = { FALSE, 60000, 10000, 30000, "HTTP/1.0 200 OK\r\nContent-Type: audio/aac\r\n\r\n" };
  g_autoptr (Server) server = server_new (script_drop, &drop, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) l = listener_new (url, NULL);

  listener_wait_bytes (l, 60000);
  server_tick (server);
  listener_wait_bytes (l, 110000);
  g_assert_cmpuint (listener_count (l, "caps"), ==, 2);
  g_assert_cmpuint (listener_count (l, "gap: disconnected @60000"), ==, 1);
  g_assert_cmpuint (listener_count (l, "segment"), ==, 1);
}

/* @over (gint): the listener has lost its patience with what it got, not with a machine that answers late. */
static void
script_stall (Client *client, gpointer over)
{
  client_say (client, MP3);
  send_part (client, 0, g_atomic_int_get ((gint *) over) ? 40000 : 30000);
  client_wait_for_close (client);
}

static void
test_a_stall_closes_the_file_and_connects_again (void)
{
  gint over = FALSE;
  g_autoptr (Server) server = server_new (script_stall, &over, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *stalled = NULL, *rejoined = NULL;
  g_autoptr (Listener) l = listener_new (url, "stall-timeout", 200 * GST_MSECOND, NULL);

  listener_wait_event (l, "gap: stalled @30000");
  g_atomic_int_set (&over, TRUE);
  stalled = listener_wait_stream (l, "stalled");
  rejoined = listener_wait_stream (l, "rejoined");
  listener_wait_bytes (l, 40000);
  listener_assert_bytes (l, station, 40000);
}

/* Sends a second's audio in tenths until the low watermark is set, and a little more than what makes the kernel wake
 * anybody. @last_us (gint64): when the last of it was sent. */
static void
script_stall_below_the_mark (Client *client, gpointer last_us)
{
  const gsize tenth = 800;

  client_say (client, MP3);
  for (guint i = 0; i < 45; i++) {
    g_autoptr (GError) error = NULL;

    send_part (client, i * tenth, (i + 1) * tenth);
    g_socket_condition_timed_wait (client->socket, G_IO_IN, 100 * G_TIME_SPAN_MILLISECOND, NULL, &error);
  }
  send_part (client, 45 * tenth, 45 * tenth + 100);
  *(gint64 *) last_us = g_get_real_time ();
  client_wait_for_close (client);
}

static void
test_a_hole_begins_where_the_last_byte_came (void)
{
  gint64 last_us = 0, since_us;
  g_autoptr (Server) server = server_new (script_stall_below_the_mark, &last_us, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *gap = NULL;
  g_autoptr (Listener) l = listener_new (url, "stall-timeout", 2 * GST_SECOND, NULL);

  listener_wait_event (l, "gap: stalled @36100");
  gap = listener_get_event (l, "gap: stalled", 0);
  since_us = g_ascii_strtoll (strstr (gap, "since ") + strlen ("since "), NULL, 10);
  g_assert_cmpint (ABS (since_us - last_us), <, 200 * G_TIME_SPAN_MILLISECOND);
}

static void
script_trickle (Client *client, gpointer data)
{
  client_say (client, MP3);
  send_part (client, 0, 10000);
  if (client->number == 0)
    for (gsize i = 0; i < 5; i++) { /* no more than 5 bytes, at any pace */
      g_autoptr (GError) error = NULL;

      send_part (client, 10000 + i, 10001 + i);
      g_socket_condition_timed_wait (client->socket, G_IO_IN, 100 * G_TIME_SPAN_MILLISECOND, NULL, &error);
    }
  client_wait_for_close (client);
}

static void
test_a_trickle_is_a_stall (void)
{
  g_autoptr (Server) server = server_new (script_trickle, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) l = listener_new (url, "stall-timeout", 400 * GST_MSECOND, NULL);

  detail = listener_wait_stream (l, "stalled");
  g_assert_nonnull (strstr (detail, "too little came for 0.4 s"));
}

static void
script_bad_chunk (Client *client, gpointer data)
{
  client_say (client, CHUNKED);
  if (client->number == 0) {
    client_say (client, "2710\r\n");
    send_part (client, 0, 10000);
    client_say (client, "\r\nno number\r\n");
    return;
  }
  client_say (client, "4E20\r\n");
  send_part (client, 0, 20000);
  client_wait_for_close (client);
}

static void
test_a_wrong_chunk_size_is_a_drop (void)
{
  g_autoptr (Server) server = server_new (script_bad_chunk, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *dropped = NULL, *rejoined = NULL;
  g_autoptr (Listener) l = listener_new (url, NULL);

  dropped = listener_wait_stream (l, "dropped");
  rejoined = listener_wait_stream (l, "rejoined");
  listener_assert_bytes (l, station, 20000);
}

/* --- titles --- */

static void
script_icy (Client *client, gpointer data)
{
  char block[1 + 48] = { 3 };

  client_say (client, "ICY 200 OK\r\nContent-Type: audio/mpeg\r\nicy-name: Radio\r\nicy-metaint: 8000\r\n\r\n");
  for (gsize i = 0; i < 4; i++) {
    send_part (client, 8000 * i, 8000 * (i + 1));
    g_snprintf (block + 1, 48, "StreamTitle='Song %u';", (guint) i / 2); /* each one twice */
    client_send (client, block, sizeof block);
  }
  if (client->number == 0) {
    client_wait (client, 1);
    return;
  }
  send_part (client, 32000, 39000);
  client_wait_for_close (client);
}

static void
test_titles_are_taken_out_at_their_place (void)
{
  g_autoptr (Server) server = server_new (script_icy, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *first = NULL, *second = NULL, *station_name = NULL, *detail = NULL;
  g_autoptr (Listener) l = listener_new (url, NULL);

  listener_wait_event (l, "title: Song 1");
  first = listener_get_event (l, "title", 0);
  second = listener_get_event (l, "title", 1);
  station_name = listener_get_event (l, "station", 0);
  g_assert_cmpstr (first, ==, "title: Song 0 @8000");
  g_assert_cmpstr (second, ==, "title: Song 1 @24000");
  g_assert_cmpstr (station_name, ==, "station: Radio");
  listener_assert_bytes (l, station, 32000);
  server_tick (server);
  detail = listener_wait_stream (l, "rejoined");
  listener_assert_bytes (l, station, 39000);
}

static void
script_says_whether_titles_are_wanted (Client *client, gpointer data)
{
  client_say (client, MP3);
  client_say (client, strstr (client->request, "Icy-MetaData: 1") ? "titles" : "nothing");
  client_wait_for_close (client);
}

static void
test_titles_can_be_left_out (void)
{
  g_autoptr (Server) server = server_new (script_says_whether_titles_are_wanted, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) with = listener_new (url, NULL), without = listener_new (url, "icy", FALSE, NULL);

  listener_assert_bytes (with, "titles", 6);
  listener_assert_bytes (without, "nothing", 7);
}

/* --- stopping --- */

static void
script_more_on_tick (Client *client, gpointer data)
{
  client_say (client, MP3);
  send_part (client, 0, 10000);
  client_wait (client, 1);
  send_part (client, 10000, 90000);
  server_tick (client->server);
  client_wait_for_close (client);
}

/* The listener is stopped while audio that it has not read lies in the kernel. */
static void
test_stopping_delivers_what_has_arrived (void)
{
  g_autoptr (Server) server = server_new (script_more_on_tick, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) l = listener_new (url, NULL);
  Client self = { server };

  listener_wait_bytes (l, 10000);
  listener_hold (l);
  server_tick (server);
  client_wait (&self, 2); /* sent */
  g_assert_true (gst_element_send_event (l->pipeline, gst_event_new_eos ()));
  listener_release (l);
  listener_wait_event (l, "eos");
  listener_assert_bytes (l, station, 90000);
}

static void
test_stops_at_once_wherever_it_is (void)
{
  g_autoptr (Server) mute = server_new (script_answer, (gpointer) "", FALSE);
  g_autoptr (Server) stalled = server_new (script_plain, NULL, FALSE);
  g_autoptr (Server) closed = server_new (script_answer_and_close, (gpointer) "HTTP/1.0 404 Not Found\r\n\r\n", FALSE);
  g_autofree char *a = server_get_url (mute, "/"), *b = server_get_url (stalled, "/"), *c = server_get_url (closed, "/"), *detail = NULL, *reason = NULL;
  Listener *connecting = listener_new (a, "stall-timeout", 600 * GST_SECOND, NULL);
  Listener *receiving = listener_new (b, "stall-timeout", 600 * GST_SECOND, NULL);
  Listener *waiting = listener_new (c, "retry-delay", 3600 * GST_SECOND, NULL);

  reason = listener_wait_stream (connecting, "starting");
  listener_wait_bytes (receiving, 50000);
  detail = listener_wait_stream (waiting, "not-found");
  listener_free (connecting); /* each would take hours */
  listener_free (receiving);
  listener_free (waiting);
}

static void
test_ends_where_it_waits (void)
{
  g_autoptr (Server) closed = server_new (script_answer_and_close, (gpointer) "HTTP/1.0 404 Not Found\r\n\r\n", FALSE);
  g_autofree char *url = server_get_url (closed, "/"), *detail = NULL;
  g_autoptr (Listener) l = listener_new (url, "retry-delay", 3600 * GST_SECOND, NULL);

  detail = listener_wait_stream (l, "not-found");
  g_assert_true (gst_element_send_event (l->pipeline, gst_event_new_eos ()));
  listener_wait_event (l, "eos");
}

static void
test_starts_again_after_it_was_stopped (void)
{
  g_autoptr (Server) server = server_new (script_plain, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) l = listener_new (url, NULL);

  listener_assert_bytes (l, station, 50000);
  gst_element_set_state (l->pipeline, GST_STATE_READY);
  g_byte_array_set_size (l->bytes, 0);
  gst_element_set_state (l->pipeline, GST_STATE_PLAYING);
  listener_assert_bytes (l, station, 50000);
}

/* --- properties --- */

static void
test_defaults_are_true (void)
{
  g_autoptr (GstElement) e = gst_object_ref_sink (gst_element_factory_make ("isrhttpsrc", NULL));
  guint n = 0;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (e), &n);

  for (guint i = 0; i < n; i++) {
    g_auto (GValue) now = G_VALUE_INIT;

    if (specs[i]->owner_type != G_OBJECT_TYPE (e) || !(specs[i]->flags & G_PARAM_READABLE) || g_str_equal (specs[i]->name, "stats"))
      continue;
    g_object_get_property (G_OBJECT (e), specs[i]->name, &now);
    g_test_message ("%s", specs[i]->name);
    g_assert_true (g_param_value_defaults (specs[i], &now));
  }
}

static void
test_leaves_http_to_souphttpsrc (void)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find ("isrhttpsrc");

  g_assert_cmpuint (gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE (factory)), ==, GST_RANK_NONE);
}

int
main (int argc, char **argv)
{
  begin_tests (&argc, &argv);
  g_test_add_func ("/httpsrc/passes-bytes-through", test_passes_bytes_through);
  g_test_add_func ("/httpsrc/content-types-become-caps", test_content_types_become_caps);
  g_test_add_func ("/httpsrc/chunks-are-taken-apart", test_chunks_are_taken_apart);
  g_test_add_data_func ("/httpsrc/rejoins-without-a-seam/close", GINT_TO_POINTER (FALSE), test_rejoins_without_a_seam);
  g_test_add_data_func ("/httpsrc/rejoins-without-a-seam/reset", GINT_TO_POINTER (TRUE), test_rejoins_without_a_seam);
  g_test_add_func ("/httpsrc/declares-a-gap", test_declares_a_gap);
  g_test_add_func ("/httpsrc/another-format-is-a-gap-and-new-caps", test_another_format_is_a_gap_and_new_caps);
  g_test_add_func ("/httpsrc/a-stall-closes-the-file-and-connects-again", test_a_stall_closes_the_file_and_connects_again);
  g_test_add_func ("/httpsrc/a-hole-begins-where-the-last-byte-came", test_a_hole_begins_where_the_last_byte_came);
  g_test_add_func ("/httpsrc/a-trickle-is-a-stall", test_a_trickle_is_a_stall);
  g_test_add_func ("/httpsrc/a-wrong-chunk-size-is-a-drop", test_a_wrong_chunk_size_is_a_drop);
  g_test_add_func ("/httpsrc/titles-are-taken-out-at-their-place", test_titles_are_taken_out_at_their_place);
  g_test_add_func ("/httpsrc/titles-can-be-left-out", test_titles_can_be_left_out);
  g_test_add_func ("/httpsrc/stopping-delivers-what-has-arrived", test_stopping_delivers_what_has_arrived);
  g_test_add_func ("/httpsrc/stops-at-once-wherever-it-is", test_stops_at_once_wherever_it_is);
  g_test_add_func ("/httpsrc/ends-where-it-waits", test_ends_where_it_waits);
  g_test_add_func ("/httpsrc/starts-again-after-it-was-stopped", test_starts_again_after_it_was_stopped);
  g_test_add_func ("/httpsrc/defaults-are-true", test_defaults_are_true);
  g_test_add_func ("/httpsrc/leaves-http-to-souphttpsrc", test_leaves_http_to_souphttpsrc);
  return g_test_run ();
}
