/* SPDX-License-Identifier: MIT */
/* The wire alone: who is told first of what comes, and that an end is never taken for a request,
 * whatever poll() says of it. What poll() says is said by the test. */
#include "daemon/http/wire.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURNS 10 /* of the loop: all that can happen happens in three */

static gushort added, hidden; /* of what poll() says of our socket */
static int ours = -1;

static gint
say_of_ours (GPollFD *fds, guint n, gint timeout)
{
  gint found = poll ((struct pollfd *) fds, n, 0);

  for (guint i = 0; i < n; i++)
    if (fds[i].fd == ours)
      fds[i].revents = (gushort) ((fds[i].revents | (added & fds[i].events)) & ~hidden);
  return MAX (found, 1);
}

typedef struct {
  GMainContext *context;
  GSocket *socket;
  IsrWire *wire;
  GSource *reader; /* as libsoup has one while a connection is idle */
  int peer;
  guint requests, ends, reads;
} Fixture;

static void
drop_reader (Fixture *f)
{
  if (!f->reader)
    return;
  g_source_destroy (f->reader);
  g_clear_pointer (&f->reader, g_source_unref);
}

/* The server takes a connection away that is gone. */
static void
on_turn (gpointer data, gboolean gone)
{
  Fixture *f = data;

  g_assert_cmpuint (f->reads, ==, 0); /* before anybody else */
  if (gone)
    drop_reader (f);
  f->requests += !gone;
  f->ends += gone;
}

static gboolean
on_readable (GObject *stream, gpointer data)
{
  Fixture *f = data;

  f->reads++;
  drop_reader (f);
  return G_SOURCE_REMOVE;
}

static void
set_up (Fixture *f, gconstpointer plain)
{
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  f->context = g_main_context_new ();
  g_main_context_push_thread_default (f->context);
  g_main_context_set_poll_func (f->context, say_of_ours);
  f->socket = g_socket_new_from_fd (pair[0], NULL);
  f->peer = pair[1];
  f->wire = isr_wire_attach (f->socket, GPOINTER_TO_INT (plain));
  f->reader = isr_wire_create_source (f->wire, G_OBJECT (f->socket), G_IO_IN);
  g_source_set_callback (f->reader, G_SOURCE_FUNC (on_readable), f, NULL);
  g_source_attach (f->reader, f->context);
  isr_wire_set_idle (f->wire, on_turn, f);
  ours = pair[0];
  added = hidden = 0;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  drop_reader (f);
  if (f->peer >= 0)
    close (f->peer);
  g_object_unref (f->socket);
  g_main_context_pop_thread_default (f->context);
  g_main_context_unref (f->context);
}

static void
turn (Fixture *f)
{
  for (guint i = 0; i < TURNS; i++)
    g_main_context_iteration (f->context, FALSE);
}

static void
hang_up (Fixture *f)
{
  close (f->peer);
  f->peer = -1;
}

static void
say (Fixture *f, const char *text, gsize size)
{
  g_assert_cmpint (send (f->peer, text, size, 0), ==, (gssize) size);
}

static void
assert_met (Fixture *f, guint requests, guint ends, guint reads)
{
  turn (f);
  g_assert_cmpuint (f->requests, ==, requests);
  g_assert_cmpuint (f->ends, ==, ends);
  g_assert_cmpuint (f->reads, ==, reads);
}

/* poll() sees something to read, and not yet that it is the end. */
static void
test_end_as_data (Fixture *f, gconstpointer data)
{
  hidden = POLLRDHUP | POLLHUP;
  assert_met (f, 0, 0, 0);
  hang_up (f);
  assert_met (f, 0, 1, 0);
}

/* The same of who closes his half only. */
static void
test_half_as_data (Fixture *f, gconstpointer data)
{
  hidden = POLLRDHUP | POLLHUP;
  g_assert_cmpint (shutdown (f->peer, SHUT_WR), ==, 0);
  assert_met (f, 0, 1, 0);
}

/* poll() sees something to read where nothing is yet: who waits to read is not let at it, for the
 * end may come before he looks. */
static void
test_data_that_is_not_there (Fixture *f, gconstpointer plain)
{
  added = POLLIN;
  assert_met (f, 0, 0, 0);
  added = 0;
  hang_up (f);
  assert_met (f, 0, 1, 0);
}

static void
test_end (Fixture *f, gconstpointer data)
{
  hang_up (f);
  assert_met (f, 0, 1, 0);
}

static void
test_request (Fixture *f, gconstpointer data)
{
  say (f, "GET / HTTP/1.1\r\n", 16);
  assert_met (f, 1, 0, 1);
}

/* A request, and the end behind it: the request first. */
static void
test_request_and_end (Fixture *f, gconstpointer data)
{
  say (f, "G", 1);
  hang_up (f);
  assert_met (f, 1, 0, 1);
}

/* TLS: the record that ends a connection is one, as an alert and under the cover of data. */
static void
test_goodbye (Fixture *f, gconstpointer data)
{
  say (f, "\x15\x03\x03\x00\x13 and so on", 15);
  assert_met (f, 0, 1, 0);
}

static void
test_covered_goodbye (Fixture *f, gconstpointer data)
{
  say (f, "\x17\x03\x03\x00\x13 and so on", 15);
  assert_met (f, 0, 1, 0);
}

static void
test_covered_request (Fixture *f, gconstpointer data)
{
  say (f, "\x17\x03\x03\x01\x13 and so on", 15);
  assert_met (f, 1, 0, 1);
}

int
main (int argc, char **argv)
{
  gpointer plain = GINT_TO_POINTER (TRUE);

  g_test_init (&argc, &argv, NULL);
#define ADD(path, is_plain, func) g_test_add ("/wire/" path, Fixture, is_plain, set_up, func, tear_down)
  ADD ("end-as-data", plain, test_end_as_data);
  ADD ("half-as-data", plain, test_half_as_data);
  ADD ("data-that-is-not-there", plain, test_data_that_is_not_there);
  ADD ("end", plain, test_end);
  ADD ("request", plain, test_request);
  ADD ("request-and-end", plain, test_request_and_end);
  ADD ("tls/end-as-data", NULL, test_end_as_data);
  ADD ("tls/goodbye", NULL, test_goodbye);
  ADD ("tls/covered-goodbye", NULL, test_covered_goodbye);
  ADD ("tls/covered-request", NULL, test_covered_request);
  return g_test_run ();
}
