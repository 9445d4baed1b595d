/* SPDX-License-Identifier: MIT */
/* test-httpsrc-history.c - one isrhttpsrc ends, another one goes on: every byte once. */
#include "tests/element/httpsrc-helper.h"

typedef struct {
  gsize end, next, burst; /* the first connection ends here; the next one begins so far later, with so much */
  const char *answer;     /* of the next one; NULL: the same */
} Turn;

static void
script_turns (Client *client, gpointer data)
{
  const Turn *turn = data;
  gsize live = client->number ? turn->next : turn->end;

  client_say (client, client->number && turn->answer ? turn->answer : MP3);
  send_part (client, client->number ? live - turn->burst : 0, live);
  if (client->number)
    send_part (client, live, live + 20000);
  client_wait_for_close (client);
}

static GstStructure *
end_and_take (Listener *l)
{
  GstStructure *history = NULL;

  g_assert_true (gst_element_send_event (l->pipeline, gst_event_new_eos ()));
  listener_wait_event (l, "eos");
  gst_element_set_state (l->pipeline, GST_STATE_READY);
  g_object_get (l->source, "history", &history, NULL);
  return history;
}

/* One after the other; @change: what happens to the history between them. */
static Listener *
take_turns (const char *url, const Turn *turn, void (*change) (GstStructure *history))
{
  g_autoptr (Listener) one = listener_new (url, NULL);
  g_autoptr (GstStructure) history = NULL;

  listener_assert_bytes (one, station, turn->end);
  history = end_and_take (one);
  g_assert_nonnull (history);
  if (change)
    change (history);
  return listener_new (url, "history", history, NULL);
}

static void
test_goes_on_at_the_next_byte (void)
{
  Turn turn = { 100000, 115000, 65000, NULL };
  g_autoptr (Server) server = server_new (script_turns, &turn, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) two = take_turns (url, &turn, NULL);

  detail = listener_wait_stream (two, "rejoined");
  g_assert_nonnull (strstr (detail, "where the run before ended"));
  listener_assert_bytes (two, station + 100000, 35000);
  g_assert_cmpuint (listener_count (two, "resume: lead 65536 @0 since "), ==, 1);
  g_assert_cmpuint (listener_count (two, "gap"), ==, 0);
  g_assert_cmpuint (listener_count (two, "discont"), ==, 0);
  g_assert_cmpuint (listener_count (two, "caps"), ==, 1);
  g_assert_cmpuint (listener_get_stat (two, "rejoined"), ==, 1);
  g_assert_cmpuint (listener_get_stat (two, "connections"), ==, 1);
}

/* The burst does not reach back: all of it is passed on, and it is said why that is so. */
static void
test_what_the_burst_does_not_reach_is_missing (void)
{
  Turn turn = { 60000, 110000, 30000, NULL };
  g_autoptr (Server) server = server_new (script_turns, &turn, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) two = take_turns (url, &turn, NULL);

  detail = listener_wait_stream (two, "not-continued");
  g_assert_nonnull (strstr (detail, "does not continue the run before, which ended "));
  listener_assert_bytes (two, station + 80000, 50000);
  g_assert_cmpuint (listener_count (two, "resume"), ==, 0);
  g_assert_cmpuint (listener_count (two, "gap"), ==, 0);
}

static void
make_old (GstStructure *history)
{
  gint64 utc_us = 0, boot_us = 0;

  g_assert_true (gst_structure_get_int64 (history, "utc-us", &utc_us) && gst_structure_get_int64 (history, "boot-us", &boot_us));
  g_assert_cmpint (ABS (g_get_real_time () - utc_us), <, 60 * G_USEC_PER_SEC);
  gst_structure_set (history, "utc-us", G_TYPE_INT64, utc_us - 61 * G_USEC_PER_SEC, "boot-us", G_TYPE_INT64, (gint64) 0, NULL);
}

static void
make_malformed (GstStructure *history)
{
  gst_structure_remove_field (history, "bytes");
}

/* As if there had been none: the burst is new. */
static void
test_is_ignored (gconstpointer change)
{
  Turn turn = { 100000, 115000, 65000, NULL };
  g_autoptr (Server) server = server_new (script_turns, &turn, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) two = take_turns (url, &turn, (void (*) (GstStructure *)) change);

  listener_assert_bytes (two, station + 50000, 85000);
  g_assert_cmpuint (listener_count (two, "resume"), ==, 0);
}

static void
test_another_type_is_another_stream (void)
{
  Turn turn = { 100000, 115000, 65000, "HTTP/1.0 200 OK\r\nContent-Type: audio/aac\r\n\r\n" };
  g_autoptr (Server) server = server_new (script_turns, &turn, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) two = take_turns (url, &turn, NULL);

  listener_assert_bytes (two, station + 50000, 85000);
  g_assert_cmpuint (listener_count (two, "resume"), ==, 0);
}

/* Nobody there: what was given is handed on as it is. */
static void
test_is_handed_on (void)
{
  Turn turn = { 100000, 115000, 65000, NULL };
  g_autoptr (Server) server = server_new (script_turns, &turn, FALSE), closed = server_new (script_answer_and_close, (gpointer) "HTTP/1.0 404 Not Found\r\n\r\n", FALSE);
  g_autofree char *url = server_get_url (server, "/"), *nowhere = server_get_url (closed, "/"), *reason = NULL;
  g_autoptr (Listener) one = listener_new (url, NULL), between = NULL, two = NULL;
  g_autoptr (GstStructure) first = NULL, second = NULL;

  listener_assert_bytes (one, station, 100000);
  first = end_and_take (one);
  between = listener_new (nowhere, "history", first, NULL);
  reason = listener_wait_stream (between, "not-found");
  second = end_and_take (between);
  g_assert_true (gst_structure_is_equal (first, second));
  two = listener_new (url, "history", second, NULL);
  listener_assert_bytes (two, station + 100000, 35000);
}

/* An application keeps the structure how it likes: only the fields count. */
static void
test_is_made_by_hand (void)
{
  Turn turn = { 100000, 115000, 65000, NULL };
  g_autoptr (Server) server = server_new (script_turns, &turn, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) one = listener_new (url, NULL), two = NULL;
  g_autoptr (GBytes) tail = g_bytes_new (station + 95000, 5000);
  g_autoptr (GstStructure) history = gst_structure_new ("isr-history", "bytes", G_TYPE_BYTES, tail, "media-type", G_TYPE_STRING, "audio/mpeg, mpegversion=(int)1",
      "utc-us", G_TYPE_INT64, g_get_real_time (), NULL);

  listener_assert_bytes (one, station, 100000);
  two = listener_new (url, "history", history, NULL);
  listener_assert_bytes (two, station + 100000, 35000);
  g_assert_cmpuint (listener_count (two, "resume: lead 5000 @0"), ==, 1);
}

/* --- titles --- */

#define ICY "ICY 200 OK\r\nContent-Type: audio/mpeg\r\nicy-metaint: 4000\r\n\r\n"

/* A title each 4000 bytes of the station, another one each 8000: the burst has them again. */
static void
send_with_titles (Client *client, gsize from, gsize to)
{
  for (gsize at = from; at < to; at += 4000) {
    char block[1 + 48] = { 3 };

    send_part (client, at, at + 4000);
    g_snprintf (block + 1, 48, "StreamTitle='Song %u';", (guint) ((at + 4000) / 8000));
    client_send (client, block, sizeof block);
  }
}

static void
script_titles (Client *client, gpointer data)
{
  client_say (client, ICY);
  send_with_titles (client, client->number ? 40000 : 0, client->number ? 120000 : 80000);
  client_wait (client, client->number + 1);
}

static void
assert_titles (Listener *l, guint first, guint last, gsize from)
{
  g_assert_cmpuint (listener_count (l, "title"), ==, last - first + 1);
  for (guint i = first; i <= last; i++) {
    gsize at = MAX (MAX (i * 8000, 4000), from) - from;
    g_autofree char *expected = g_strdup_printf ("title: Song %u @%" G_GSIZE_FORMAT, i, at);
    g_autofree char *title = listener_get_event (l, "title", i - first);

    g_assert_cmpstr (title, ==, expected);
  }
}

static void
test_titles_of_a_burst_are_where_they_were (void)
{
  g_autoptr (Server) server = server_new (script_titles, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) l = listener_new (url, NULL);

  listener_wait_event (l, "title: Song 10");
  server_tick (server);
  detail = listener_wait_stream (l, "rejoined");
  listener_wait_event (l, "title: Song 15");
  listener_assert_bytes (l, station, 120000);
  assert_titles (l, 0, 15, 0);
}

/* Who goes on begins with the one that is in force. */
static void
test_titles_of_the_run_before_are_not_told_again (void)
{
  g_autoptr (Server) server = server_new (script_titles, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/");
  g_autoptr (Listener) one = listener_new (url, NULL), two = NULL;
  g_autoptr (GstStructure) history = NULL;

  listener_wait_event (one, "title: Song 10");
  history = end_and_take (one);
  two = listener_new (url, "history", history, NULL);
  listener_wait_event (two, "title: Song 15");
  listener_assert_bytes (two, station + 80000, 40000);
  assert_titles (two, 10, 15, 80000);
  server_tick (server);
  server_tick (server);
}

int
main (int argc, char **argv)
{
  begin_tests (&argc, &argv);
  g_test_add_func ("/httpsrc/history/goes-on-at-the-next-byte", test_goes_on_at_the_next_byte);
  g_test_add_func ("/httpsrc/history/what-the-burst-does-not-reach-is-missing", test_what_the_burst_does_not_reach_is_missing);
  g_test_add_data_func ("/httpsrc/history/is-ignored/old", (gconstpointer) make_old, test_is_ignored);
  g_test_add_data_func ("/httpsrc/history/is-ignored/malformed", (gconstpointer) make_malformed, test_is_ignored);
  g_test_add_func ("/httpsrc/history/another-type-is-another-stream", test_another_type_is_another_stream);
  g_test_add_func ("/httpsrc/history/is-handed-on", test_is_handed_on);
  g_test_add_func ("/httpsrc/history/is-made-by-hand", test_is_made_by_hand);
  g_test_add_func ("/httpsrc/history/titles-of-a-burst-are-where-they-were", test_titles_of_a_burst_are_where_they_were);
  g_test_add_func ("/httpsrc/history/titles-of-the-run-before-are-not-told-again", test_titles_of_the_run_before_are_not_told_again);
  return g_test_run ();
}
