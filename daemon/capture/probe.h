/* SPDX-License-Identifier: MIT */
/* probe.h - why does a server not answer?
 *
 * souphttpsrc reports a refused connection, an unknown name and a broken TLS
 * handshake with the same "Internal data stream error". So the connection is
 * tried once more, without a request, only to hear the reason. */
#pragma once

#include <gio/gio.h>

#include "daemon/capture/words.h"

G_BEGIN_DECLS

/* @fault: why no connection can be made; NULL: it can. (transfer full) */
typedef void (*IsrProbeFunc) (IsrFault *fault, gpointer data);

/* Calls @func once on the main loop, after @timeout_s at most, unless
 * @cancellable is cancelled before: then never. */
void isr_probe_url (const char *url, guint timeout_s, GCancellable *cancellable, IsrProbeFunc func, gpointer data);

G_END_DECLS
