/* SPDX-License-Identifier: MIT */
/* How bytes come and go: what is sent as one, to whom reads slowly, and who is let in when
 * that was impossible for a while. */
#include "daemon/http/wire.h"
#include "tests/daemon/house.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define MANY 40
#define HASTY 2000

static void
ask_for (Client *client, guint64 start, gsize length)
{
  g_autofree char *text = g_strdup_printf ("GET /stream/" NAME " HTTP/1.1\r\nHost: localhost\r\nRange: bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "\r\n\r\n", start, start + length - 1);

  client_send (client, text, strlen (text));
}

/* Both would be there also if they were sent one after the other, but not in one piece. */
static void
test_one_piece (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  static char buffer[1 << 16];

  for (guint i = 0; i < 3; i++) {
    gssize n = -1;

    ask_for (client, 1000 * i, 4096);
    TEMP_WAIT_FOR ((n = recv (g_socket_get_fd (client->socket), buffer, sizeof buffer, MSG_DONTWAIT)) > 0);
    g_assert_cmpint (memcmp (buffer, "HTTP/1.1 206", 12), ==, 0);
    g_assert_cmpint (n, >, 4096);
    g_assert_cmpint (memcmp (buffer + n - 4096, f->data + 1000 * i, 4096), ==, 0);
  }
}

/* The answer that begins @at has the bytes from @start on; where it ends. */
static gsize
check_answer (Fixture *f, const Client *client, gsize at, guint64 start, gsize length)
{
  const char *head = (const char *) client->in->data + at;
  const char *body = memmem (head, client->in->len - at, "\r\n\r\n", 4);

  g_assert_cmpint (memcmp (head, "HTTP/1.1 206", 12), ==, 0);
  g_assert_nonnull (body);
  body += 4;
  g_assert_cmpmem (body, length, f->data + start, length);
  return (gsize) (body - (const char *) client->in->data) + length;
}

/* Who asks for much and reads nothing yet: the socket takes a part of what is sent, at any place. */
static void
test_slow_reader (Fixture *f, gconstpointer data)
{
  static const gsize lengths[] = { 1, 200, 4096, 65536, 262144, 300000 };
  g_autoptr (Client) client = client_new (f->port);
  gsize total = 0, at = 0;

  for (guint i = 0; i < MANY; i++)
    ask_for (client, 100 * i, lengths[i % G_N_ELEMENTS (lengths)]);
  for (guint i = 0; i < 200; i++)
    g_main_context_iteration (NULL, FALSE);
  client_read (client);
  for (guint i = 0; i < MANY; i++)
    total += lengths[i % G_N_ELEMENTS (lengths)];
  TEMP_WAIT_FOR (client->in->len > total + MANY * 100);
  for (guint i = 0; i < MANY; i++)
    at = check_answer (f, client, at, 100 * i, lengths[i % G_N_ELEMENTS (lengths)]);
  g_assert_cmpuint (at, ==, client->in->len);
  g_assert_false (client->ended);
}

/* Everything that lies ready at @fd. */
static void
drain (int fd, GByteArray *all, gsize most)
{
  guint8 buffer[4096];
  gssize n;

  while (most && (n = recv (fd, buffer, MIN (most, sizeof buffer), MSG_DONTWAIT)) > 0) {
    g_byte_array_append (all, buffer, (guint) n);
    most -= (gsize) n;
  }
}

/* As libsoup sends: again what was not taken. Its bytes count up, so that a lost or doubled one is seen. */
static void
send_all (IsrWire *wire, int reader, GByteArray *all, guint8 *next, gsize size, gsize sip)
{
  g_autofree guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (*next)++;
  for (gsize sent = 0; sent < size;) {
    g_autoptr (GError) error = NULL;
    gssize n = isr_wire_send (wire, data + sent, size - sent, &error);

    if (n < 0)
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    else
      sent += (gsize) n;
    drain (reader, all, n < 0 ? sip : 0);
  }
}

/* The kernel takes a few bytes at a time, and breaks off within what was held, too. */
static void
test_narrow (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GSocket) socket = NULL;
  IsrWire *wire;
  guint8 next = 0;
  int pair[2], small = 1;
  gsize total = 0;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_cmpint (setsockopt (pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), ==, 0);
  socket = g_socket_new_from_fd (pair[0], NULL);
  wire = isr_wire_attach (socket, TRUE);
  for (guint i = 1; i <= 200; i++) {
    isr_wire_hold (wire);
    send_all (wire, pair[1], all, &next, 10 * i, i);
    send_all (wire, pair[1], all, &next, 7 * i, i);
    isr_wire_release (wire);
    total += 17 * i;
  }
  drain (pair[1], all, G_MAXSIZE);
  g_assert_cmpuint (all->len, ==, total);
  for (guint i = 0; i < all->len; i++)
    g_assert_cmpuint (all->data[i], ==, (guint8) i);
  close (pair[1]);
}

/* What was held and is followed by nothing goes out, too. */
static void
test_held_alone (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  socket = g_socket_new_from_fd (pair[0], NULL);
  isr_wire_hold (isr_wire_attach (socket, TRUE));
  g_assert_cmpint (isr_wire_send (isr_wire_of (socket), "alone", 5, &error), ==, 5);
  drain (pair[1], all, G_MAXSIZE);
  g_assert_cmpuint (all->len, ==, 0);
  isr_wire_release (isr_wire_of (socket));
  drain (pair[1], all, G_MAXSIZE);
  g_assert_cmpmem (all->data, all->len, "alone", 5);
  g_socket_close (socket, NULL);
  g_assert_cmpint (isr_wire_send (isr_wire_of (socket), "late", 4, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  close (pair[1]);
}

/* He is gone before the answer: nothing is left behind, and others are served. */
static void
test_gone_before (Fixture *f, gconstpointer data)
{
  guint before = temp_count_open_files ();

  for (guint i = 0; i < MANY; i++) {
    Client *client = client_new (f->port);
    struct linger linger = { .l_onoff = i % 2 };

    ask_for (client, i, 4096);
    g_assert_cmpint (setsockopt (g_socket_get_fd (client->socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger), ==, 0);
    client_free (client);
  }
  TEMP_WAIT_FOR (temp_count_open_files () <= before);
  {
    g_autoptr (Answer) answer = ask (f->port, "GET", "/healthz", NULL);

    g_assert_cmpuint (answer->status, ==, 200);
  }
}

typedef struct {
  guint port, answered;
  gint over;
} Hasty;

/* On a thread of its own, so that the end comes while the server is still busy with the answer. */
static gpointer
come_and_go (gpointer data)
{
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  Hasty *self = data;

  for (guint i = 0; i < HASTY; i++) {
    Client *client = client_new (self->port);
    char buffer[4096];

    client_send (client, request, strlen (request));
    self->answered += g_socket_receive (client->socket, buffer, sizeof buffer, NULL, NULL) > 0;
    client_free (client);
  }
  g_atomic_int_set (&self->over, TRUE);
  return NULL;
}

/* Of many that end at once poll() sees some as something to read, or none: all are answered and taken
 * away. What is made of each order of events is proved of the wire alone (test-wire.c). */
static void
test_hasty (Fixture *f, gconstpointer data)
{
  guint before = temp_count_open_files ();
  Hasty hasty = { .port = f->port };
  GThread *thread = g_thread_new ("hasty", come_and_go, &hasty);

  TEMP_WAIT_FOR (g_atomic_int_get (&hasty.over));
  g_thread_join (thread);
  g_assert_cmpuint (hasty.answered, ==, HASTY);
  TEMP_WAIT_FOR (temp_count_open_files () <= before);
}

static void
limit_open_files (rlim_t soft)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = soft;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

/* While too many files are open nobody can be let in; who waits is, as soon as it is possible. */
static void
test_too_many_files (Fixture *f, gconstpointer data)
{
  struct rlimit limit;
  g_autoptr (Client) client = client_begin (f->port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  int next = fcntl (0, F_DUPFD_CLOEXEC, 3);

  close (next);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit_open_files ((rlim_t) next);
  g_test_expect_message ("isr-http", G_LOG_LEVEL_WARNING, "a connection can not be accepted:*open files*");
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  limit_open_files (limit.rlim_cur);
  g_test_assert_expected_messages ();
  TEMP_WAIT_FOR (client_has (client, "HTTP/1.1 200"));
}

/* However many come, half of the files are left for the recordings. */
static void
test_share (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  struct rlimit limit;
  guint ended = 0;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  isr_http_free (f->http);
  limit_open_files (60);
  start_server (f);
  limit_open_files (limit.rlim_cur);
  for (guint i = 0; i < MANY; i++) {
    g_ptr_array_add (clients, client_begin (f->port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    TEMP_WAIT_FOR (client_has (clients->pdata[i], "HTTP/1.1 200"));
  }
  for (guint i = 0; i < MANY; i++)
    ended += ((Client *) clients->pdata[i])->ended;
  g_assert_cmpuint (ended, ==, MANY - 30);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-wire/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("one-piece", test_one_piece);
  ADD ("slow-reader", test_slow_reader);
  ADD ("narrow", test_narrow);
  ADD ("held-alone", test_held_alone);
  ADD ("gone-before", test_gone_before);
  ADD ("hasty", test_hasty);
  ADD ("too-many-files", test_too_many_files);
  ADD ("share", test_share);
  return g_test_run ();
}
