/* SPDX-License-Identifier: MIT */
/* wire.c - polls for those who wait, and for the end of an idle connection.
 *
 * What it polls for is said anew before each turn of the loop, in place, which wakes
 * nobody; and the poll comes before anything of lower priority is checked, so that all
 * who look at the result see that of this turn. A socket of which nothing is wanted stays
 * where it is until poll() complains about it, or it settles: between two requests it would
 * come back at once, and its end is seen by whoever writes to it. */
#include "daemon/http/wire.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#define TLS_ALERT 0x15
#define TLS_DATA 0x17
#define TLS_GOODBYE 19 /* bytes of the record that ends a TLS 1.3 connection; no request is as short */

struct _IsrWire {
  GSource source;
  GSocket *socket; /* whose part it is */
  gboolean plain;
  GPollFD poll;
  gboolean polled; /* it is part of the source */
  guint readers, writers;
  IsrWireTurn turn; /* it is idle */
  gpointer data;
  gboolean hold;
  guint8 *held;
  gsize held_size, held_sent;
};

static G_DEFINE_QUARK (isr - wire, wire)

    static void poll_socket (IsrWire *self, gboolean polled)
{
  if (polled && !self->polled) {
    self->poll.revents = 0;
    g_source_add_poll (&self->source, &self->poll);
  } else if (!polled && self->polled) {
    g_source_remove_poll (&self->source, &self->poll);
  }
  self->polled = polled;
}

static gboolean
on_prepare (GSource *source, gint *timeout)
{
  IsrWire *self = (IsrWire *) source;

  *timeout = -1;
  if (g_socket_is_closed (self->socket)) {
    self->turn = NULL;
    poll_socket (self, FALSE);
    return FALSE;
  }
  self->poll.events = (gushort) ((self->readers ? POLLIN : 0) | (self->writers ? POLLOUT : 0) | (self->turn ? POLLIN | POLLRDHUP : 0));
  if (self->poll.events)
    poll_socket (self, TRUE);
  return FALSE;
}

typedef enum {
  NOTHING,
  REQUEST,
  END,
} Arrived;

/* What poll() says is not enough: it may see an end as something to read, and not yet as
 * an end. The goodbye of TLS libsoup would take for a request. */
static Arrived
look (const IsrWire *self)
{
  guint8 head[5] = { 0 };
  gssize n = recv (self->poll.fd, head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
  gboolean goodbye = head[0] == TLS_ALERT || (head[0] == TLS_DATA && head[3] * 256 + head[4] <= TLS_GOODBYE);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return self->poll.revents & (POLLERR | POLLHUP) ? END : NOTHING;
  return n <= 0 || (n == sizeof head && !self->plain && goodbye) ? END : REQUEST;
}

/* Of an idle connection. TRUE: it has ended. */
static gboolean
has_ended (IsrWire *self)
{
  const Arrived arrived = look (self);

  if (arrived == REQUEST || (arrived == NOTHING && !self->plain))
    g_steal_pointer (&self->turn) (self->data, FALSE);
  else
    self->poll.revents = 0; /* libsoup shall not look: the end may come between the two looks */
  return arrived == END;
}

static gboolean
on_check (GSource *source)
{
  IsrWire *self = (IsrWire *) source;

  if (!self->polled || !self->poll.revents)
    return FALSE;
  if (!self->poll.events)
    poll_socket (self, FALSE);
  return self->poll.events && self->turn && has_ended (self);
}

static gboolean
on_ending (GSource *source, GSourceFunc unused, gpointer data)
{
  IsrWire *self = (IsrWire *) source;
  IsrWireTurn turn = g_steal_pointer (&self->turn);

  poll_socket (self, FALSE);
  if (turn)
    turn (self->data, TRUE);
  return G_SOURCE_CONTINUE;
}

static void
on_finalize (GSource *source)
{
  g_free (((IsrWire *) source)->held);
}

static void
detach (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

IsrWire *
isr_wire_attach (GSocket *socket, gboolean plain)
{
  static GSourceFuncs funcs = { on_prepare, on_check, on_ending, on_finalize };
  IsrWire *self = (IsrWire *) g_source_new (&funcs, sizeof *self);

  self->socket = socket;
  self->plain = plain;
  self->poll.fd = g_socket_get_fd (socket);
  g_source_set_static_name (&self->source, "isr-wire");
  g_source_set_priority (&self->source, G_PRIORITY_HIGH);
  g_source_set_can_recurse (&self->source, TRUE);
  g_source_attach (&self->source, g_main_context_get_thread_default ());
  g_object_set_qdata_full (G_OBJECT (socket), wire_quark (), self, detach);
  return self;
}

IsrWire *
isr_wire_of (GSocket *socket)
{
  return g_object_get_qdata (G_OBJECT (socket), wire_quark ());
}

gboolean
isr_wire_is_plain (const IsrWire *self)
{
  return self->plain;
}

void
isr_wire_set_idle (IsrWire *self, IsrWireTurn turn, gpointer data)
{
  self->turn = turn;
  self->data = data;
}

void
isr_wire_settle (IsrWire *self)
{
  if (!self->poll.events)
    poll_socket (self, FALSE);
}

/* --- those who wait -------------------------------------------------------- */

typedef struct {
  GSource source;
  GObject *stream;
  GSocket *socket;
  IsrWire *wire; /* as long as the socket */
  GIOCondition condition;
} Waiting;

static guint *
count_of (Waiting *self)
{
  return self->condition == G_IO_IN ? &self->wire->readers : &self->wire->writers;
}

static gboolean
is_never_ready_yet (GSource *source, gint *timeout)
{
  *timeout = -1;
  return FALSE;
}

static gboolean
is_ready (GSource *source)
{
  Waiting *self = (Waiting *) source;
  IsrWire *wire = self->wire;

  return g_socket_is_closed (self->socket) || (wire->polled && wire->poll.revents & (self->condition | G_IO_HUP | G_IO_ERR | G_IO_NVAL));
}

static gboolean
on_ready (GSource *source, GSourceFunc callback, gpointer data)
{
  return ((GPollableSourceFunc) (GCallback) callback) (((Waiting *) source)->stream, data);
}

static void
stop_waiting (GSource *source)
{
  Waiting *self = (Waiting *) source;

  --*count_of (self);
  g_object_unref (self->stream);
  g_object_unref (self->socket);
}

/* For a closure that is set where a GPollableSourceFunc could be; GLib itself does so. */
static gboolean
call_closure (GObject *stream, gpointer closure)
{
  g_auto (GValue) result = G_VALUE_INIT, argument = G_VALUE_INIT;

  g_value_init (&result, G_TYPE_BOOLEAN);
  g_value_init (&argument, G_TYPE_OBJECT);
  g_value_set_object (&argument, stream);
  g_closure_invoke (closure, &result, 1, &argument, NULL);
  return g_value_get_boolean (&result);
}

GSource *
isr_wire_create_source (IsrWire *self, GObject *stream, GIOCondition condition)
{
  static GSourceFuncs funcs = { is_never_ready_yet, is_ready, on_ready, stop_waiting, G_SOURCE_FUNC (call_closure) };
  Waiting *waiting = (Waiting *) g_source_new (&funcs, sizeof *waiting);

  waiting->stream = g_object_ref (stream);
  waiting->socket = g_object_ref (self->socket);
  waiting->wire = self;
  waiting->condition = condition;
  ++*count_of (waiting);
  return &waiting->source;
}

/* --- sending ---------------------------------------------------------------- */

void
isr_wire_hold (IsrWire *self)
{
  self->hold = self->plain;
}

static void
drop_held (IsrWire *self)
{
  g_clear_pointer (&self->held, g_free);
  self->held_size = self->held_sent = 0;
}

static gssize
send_both (IsrWire *self, const void *data, gsize size)
{
  struct iovec parts[] = { { self->held + self->held_sent, self->held_size - self->held_sent }, { (void *) data, size } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = G_N_ELEMENTS (parts) };

  return sendmsg (self->poll.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static gssize
send_now (IsrWire *self, const void *data, gsize size)
{
  gssize n;

  do
    n = self->held ? send_both (self, data, size) : send (self->poll.fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  return n;
}

/* Of the @n bytes that were sent, those that were not held. */
static gsize
count_new (IsrWire *self, gsize n)
{
  gsize held = MIN (n, self->held_size - self->held_sent);

  self->held_sent += held;
  if (self->held_sent == self->held_size)
    drop_held (self);
  return n - held;
}

static gssize
fail (int reason, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (reason), g_strerror (reason));
  return -1;
}

gssize
isr_wire_send (IsrWire *self, const void *data, gsize size, GError **error)
{
  gssize n;

  if (g_socket_is_closed (self->socket))
    return fail (EPIPE, error);
  if (self->hold && !self->held) {
    self->hold = FALSE;
    self->held = g_memdup2 (data, size);
    self->held_size = size;
    return (gssize) size;
  }
  n = send_now (self, data, size);
  if (n < 0)
    return fail (errno, error);
  n = (gssize) count_new (self, (gsize) n);
  return n == 0 && size > 0 ? fail (EAGAIN, error) : n;
}

void
isr_wire_release (IsrWire *self)
{
  gssize n;

  self->hold = FALSE;
  if (!self->held || g_socket_is_closed (self->socket))
    return;
  n = send_now (self, NULL, 0);
  if (n > 0)
    count_new (self, (gsize) n);
}
