/* SPDX-License-Identifier: MIT */
/* leaving.h - does the client still wait for an answer that takes a while?
 *
 * While a message is paused libsoup does not look at its socket, and would learn only with the
 * first byte that nobody wants it. A client that only closes its half of the connection, and
 * listens still, is asked for, and served. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Until the source is destroyed (which must be when @message is finished): a client that leaves
 * finishes it. NULL: there is no socket any more. (transfer full) */
GSource *isr_leaving_watch (SoupServerMessage *message);

/* Ends an answer that can not be given to its end: the client sees that its connection was cut, and
 * @message is finished soon. */
void isr_leaving_cut (SoupServerMessage *message);

G_END_DECLS
