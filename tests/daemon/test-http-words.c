/* SPDX-License-Identifier: MIT */
/* What the headers of /stream and /download say: kept from one range to the next, and true. */
#include "tests/daemon/house.h"

#define STREAM "/stream/mic/2024-01-31/mic_20240131T120000+0100.flac"

static char *
ask_header (Fixture *f, const char *target, const char *name)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", target, "Range: bytes=0-0\r\n");

  g_assert_cmpuint (answer->status, ==, 206);
  return answer_header (answer, name);
}

/* What the headers say of a file is kept for the next range of it: not for the next file, and not
 * for what the file is by then. */
static void
test_words (Fixture *f, gconstpointer data)
{
  g_autofree char *first = NULL, *other = NULL, *again = NULL, *changed = NULL, *attached = NULL, *played = NULL;

  add (f, "one.wav", 1000, "1", 1);
  add (f, "two.wav", 1001, "22", 2);
  first = ask_header (f, "/stream/one.wav", "ETag");
  other = ask_header (f, "/stream/two.wav", "ETag");
  again = ask_header (f, "/stream/one.wav", "ETag");
  temp_write (f->directory, "one.wav", "333", 3);
  changed = ask_header (f, "/stream/one.wav", "ETag");
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, other);
  g_assert_cmpstr (first, !=, changed);
  attached = ask_header (f, "/download/one.wav", "Content-Disposition");
  played = ask_header (f, "/stream/one.wav", "Content-Disposition");
  g_assert_cmpstr (attached, ==, "attachment; filename=\"one.wav\"; filename*=UTF-8''one.wav");
  g_assert_cmpstr (played, ==, "inline; filename=\"one.wav\"; filename*=UTF-8''one.wav");
}

/* Sound is no page, and stays sound whatever is in it. */
static void
test_security (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) whole = ask (f->port, "GET", STREAM, NULL);
  g_autoptr (Answer) part = ask (f->port, "GET", STREAM, "Range: bytes=0-9\r\n");
  g_autoptr (Answer) none = ask (f->port, "GET", "/stream/none.wav", NULL);
  const Answer *all[] = { whole, part, none };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    assert_header (all[i], "X-Content-Type-Options", "nosniff");
    assert_header (all[i], "Cross-Origin-Resource-Policy", "same-origin");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-words/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("kept", test_words);
  ADD ("security", test_security);
  return g_test_run ();
}
