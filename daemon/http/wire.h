/* SPDX-License-Identifier: MIT */
/* wire.h - the socket of a connection, as the main loop sees it.
 *
 * One source polls it from its beginning to its end. libsoup makes a source for each
 * request, and GLib tells its own loop of every socket that such a source begins and ends
 * to poll, by four writes to a file descriptor; the sources that are made here poll
 * nothing, but look at what the one source saw.
 *
 * It is a part of the GSocket, and ends with it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _IsrWire IsrWire;

/* An idle connection is so no longer: a request comes, or its client is gone. */
typedef void (*IsrWireTurn) (gpointer data, gboolean gone);

/* On the loop of the thread that calls; all else must be done on that thread. @plain:
 * what comes and goes is HTTP, not TLS. Once for a socket. */
IsrWire *isr_wire_attach (GSocket *socket, gboolean plain);
/* NULL: it has none. */
IsrWire *isr_wire_of (GSocket *socket);
gboolean isr_wire_is_plain (const IsrWire *self);

/* From now on it is idle, until @turn is called, once, before anybody else sees what comes.
 * The goodbye of TLS is an end, too. NULL: it is not idle. */
void isr_wire_set_idle (IsrWire *self, IsrWireTurn turn, gpointer data);

/* Stops polling a socket of which nothing is wanted at the moment: call it now and then. */
void isr_wire_settle (IsrWire *self);

/* Ready when @condition, G_IO_IN or G_IO_OUT, is; its callback is a GPollableSourceFunc
 * and gets @stream. (transfer full) */
GSource *isr_wire_create_source (IsrWire *self, GObject *stream, GIOCondition condition);

/* What is sent next waits for what is sent after it, and both go out as one. */
void isr_wire_hold (IsrWire *self);
/* As send(), never waiting; -1: @error, which may be G_IO_ERROR_WOULD_BLOCK. */
gssize isr_wire_send (IsrWire *self, const void *data, gsize size, GError **error);
/* Sends what is still held. */
void isr_wire_release (IsrWire *self);

G_END_DECLS
