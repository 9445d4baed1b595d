/* SPDX-License-Identifier: MIT */
/* body.c - pulls portions as the socket takes them.
 *
 *   start: append, append      wrote-chunk: append one more      last: complete
 *
 * pread is done here, on the main loop; the kernel is told of the stretch that
 * follows, so that it lies in memory when its turn comes. A file that turns out
 * shorter than promised can not be mended within an answer whose length is said:
 * the connection is cut, which the client sees as what it is. */
#define G_LOG_DOMAIN "isr-body"

#include "daemon/http/body.h"

#include "daemon/http/leaving.h"
#include "daemon/http/tcp.h"
#include "daemon/http/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PORTION (256 * 1024)
#define IN_FLIGHT 2
#define SMALL PORTION /* read at once; headers and body are one packet, if they fit */

typedef struct {
  GBytes *bytes; /* NULL: of the file */
  guint64 start, length;
} Piece;

struct _IsrBody {
  int fd;
  gboolean owned; /* the descriptor */
  GQueue pieces;
  guint64 length;
};

static void
piece_free (gpointer data)
{
  Piece *piece = data;

  g_clear_pointer (&piece->bytes, g_bytes_unref);
  g_free (piece);
}

IsrBody *
isr_body_new (int fd)
{
  IsrBody *self = g_new0 (IsrBody, 1);

  self->fd = fd;
  g_queue_init (&self->pieces);
  return self;
}

void
isr_body_free (IsrBody *self)
{
  g_queue_clear_full (&self->pieces, piece_free);
  if (self->owned)
    close (self->fd);
  g_free (self);
}

static void
add (IsrBody *self, GBytes *bytes, guint64 start, guint64 length)
{
  Piece *piece = g_new (Piece, 1);

  piece->bytes = bytes;
  piece->start = start;
  piece->length = length;
  self->length += length;
  g_queue_push_tail (&self->pieces, piece);
}

void
isr_body_add_bytes (IsrBody *self, GBytes *bytes)
{
  if (g_bytes_get_size (bytes))
    add (self, bytes, 0, g_bytes_get_size (bytes));
  else
    g_bytes_unref (bytes);
}

void
isr_body_add_text (IsrBody *self, char *text)
{
  isr_body_add_bytes (self, g_bytes_new_take (text, strlen (text)));
}

void
isr_body_add_range (IsrBody *self, guint64 start, guint64 length)
{
  if (length)
    add (self, NULL, start, length);
}

static gboolean
read_into (IsrBody *self, guint8 *data, guint64 start, gsize length)
{
  gsize have = 0;
  gssize n;

  while (have < length) {
    n = pread (self->fd, data + have, length - have, (off_t) (start + have));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    have += (gsize) n;
  }
  return TRUE;
}

static GBytes *
read_file (IsrBody *self, guint64 start, gsize length)
{
  g_autofree guint8 *data = g_malloc (length);

  if (!read_into (self, data, start, length))
    return NULL;
  posix_fadvise (self->fd, (off_t) (start + length), PORTION, POSIX_FADV_WILLNEED);
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

/* FALSE: the file does not hold what was promised. @portion NULL: nothing is left. */
static gboolean
take_portion (IsrBody *self, GBytes **portion)
{
  Piece *piece = g_queue_peek_head (&self->pieces);
  gsize length;

  *portion = NULL;
  if (!piece)
    return TRUE;
  length = (gsize) MIN (piece->length, PORTION);
  *portion = piece->bytes ? g_bytes_new_from_bytes (piece->bytes, (gsize) piece->start, length) : read_file (self, piece->start, length);
  piece->start += length;
  piece->length -= length;
  if (!piece->length)
    piece_free (g_queue_pop_head (&self->pieces));
  return *portion != NULL;
}

static void
cut_off (SoupServerMessage *message)
{
  g_message ("a file became shorter while it was sent; the connection is cut");
  isr_leaving_cut (message);
}

static void
append_portion (SoupServerMessage *message, IsrBody *self)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  g_autoptr (GBytes) portion = NULL;

  if (!take_portion (self, &portion)) {
    cut_off (message);
  } else if (portion) {
    soup_message_body_append_bytes (body, portion);
    if (g_queue_is_empty (&self->pieces))
      soup_message_body_complete (body);
  }
}

/* SoupServer writes the headers by themselves: they wait for the body. */
static void
hold_headers (SoupServerMessage *message)
{
  GSocket *socket = isr_tcp_get_socket (message);
  IsrWire *wire = socket ? isr_wire_of (socket) : NULL;

  if (wire)
    isr_wire_hold (wire);
}

static gboolean
read_piece (IsrBody *self, const Piece *piece, guint8 *data)
{
  if (!piece->bytes)
    return read_into (self, data, piece->start, (gsize) piece->length);
  memcpy (data, g_bytes_get_data (piece->bytes, NULL), (gsize) piece->length);
  return TRUE;
}

/* All of it at once, in one piece. */
static void
send_small (IsrBody *self, SoupServerMessage *message)
{
  guint8 *data = g_malloc (self->length), *p = data;
  gboolean whole = TRUE;

  for (GList *item = self->pieces.head; item && whole; item = item->next) {
    whole = read_piece (self, item->data, p);
    p += ((Piece *) item->data)->length;
  }
  if (whole)
    hold_headers (message);
  soup_message_body_append_take (soup_server_message_get_response_body (message), data, (gsize) (p - data));
  if (!whole)
    cut_off (message);
}

static void
on_finished (SoupServerMessage *message, IsrBody *self)
{
  g_signal_handlers_disconnect_by_data (message, self);
  isr_body_free (self);
}

/* The file is needed for longer than this call. */
static gboolean
keep_file (IsrBody *self)
{
  self->fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);
  self->owned = self->fd >= 0;
  return self->owned;
}

static void
send_large (IsrBody *self, SoupServerMessage *message)
{
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (append_portion), self);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), self);
  for (int i = 0; i < IN_FLIGHT; i++)
    append_portion (message, self);
}

gboolean
isr_body_send (IsrBody *self, SoupServerMessage *message, gboolean head)
{
  gboolean empty = head || !self->length, small = self->length <= SMALL;

  if (!empty && !small && !keep_file (self)) {
    isr_body_free (self);
    return FALSE;
  }
  soup_message_headers_set_content_length (soup_server_message_get_response_headers (message), (goffset) self->length);
  if (!empty && !small) {
    send_large (self, message);
    return TRUE;
  }
  if (empty)
    soup_message_body_complete (soup_server_message_get_response_body (message));
  else
    send_small (self, message);
  isr_body_free (self);
  return TRUE;
}
