/* SPDX-License-Identifier: MIT */
/* sse.h - GET /api/events: Server-Sent Events.
 *
 *     id: 65b8f1c2-17
 *     event: file
 *     data: {"name":"mic/2024-01-31/mic_20240131T120000+0100.flac"}
 *
 * Kinds: status, gap, title, section, label (name of a source), file (name of a
 * recording), job (its id), trash and storage (no name). They say what to ask again,
 * never the news itself; an empty name stands for all of a kind. Who
 * comes back with Last-Event-ID is sent what it missed, or, when that is too long
 * ago or of another run of the daemon, one event of each kind with an empty name:
 * ask everything again.
 *
 * What is only of the moment, levels, comes without an id and is not kept; who is
 * slow is not sent it. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define ISR_SSE_MAX_LISTENERS 1024
#define ISR_SSE_HISTORY 256            /* events that can be caught up with */
#define ISR_SSE_MAX_UNSENT (64 * 1024) /* bytes; a slower client is let go, and comes back */
#define ISR_SSE_COMMENT 15             /* seconds between signs of life */

typedef struct _IsrSse IsrSse;

IsrSse *isr_sse_new (void);
/* Lets all listeners go. */
void isr_sse_free (IsrSse *self);

/* What is published several times within 50 ms is sent once. */
void isr_sse_publish (IsrSse *self, const char *kind, const char *name);

/* Somebody listens. */
gboolean isr_sse_is_heard (const IsrSse *self);
/* Sends @data at once, one line, to whom can take it, without an id. */
void isr_sse_send (IsrSse *self, const char *kind, const char *data);

/* Answers @message; @last_id: its Last-Event-ID or NULL. FALSE: too many listen. */
gboolean isr_sse_listen (IsrSse *self, SoupServerMessage *message, const char *last_id);

G_END_DECLS
