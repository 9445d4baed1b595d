/* SPDX-License-Identifier: MIT */
/* receiver-private.h - the receiver from the inside: for receiver.c, its states, and
 * receiver-body.c, which takes in what a connection brings. */
#pragma once

#include "plugins/format/icy.h"
#include "plugins/http/history.h"
#include "plugins/http/pace.h"
#include "plugins/http/reach.h"
#include "plugins/http/receiver.h"
#include "plugins/http/rejoin.h"
#include "plugins/http/trouble.h"

G_BEGIN_DECLS

typedef enum {
  STATE_CONNECT, /* ask the server */
  STATE_JOIN,    /* receive; where it belongs is not clear yet */
  STATE_STREAM,  /* receive */
  STATE_WAIT,    /* until retry_at */
  STATE_FAILED,  /* given up */
} IsrReceiverState;

struct _IsrReceiver {
  GstBaseSrc *owner; /* not referenced: it owns us */
  IsrReceiverSettings settings;
  IsrReceiverStats *stats; /* object lock of owner */
  IsrOutlet *outlet;
  GCancellable *cancellable;
  GPollFD cancelled; /* held, else each wait would open and close one */
  gint finishing;    /* atomic */

  IsrReceiverState state;
  IsrReached reached; /* JOIN, STREAM */
  IsrIcy *icy;
  GQueue titles;   /* of what may be swallowed */
  guint64 brought; /* bytes of audio, by this connection */
  IsrRejoin *rejoin;
  IsrPace pace;
  IsrHistory history;  /* what another one left, until it is joined or not */
  GstStructure *given; /* the same, until downstream has taken something */
  gboolean dry;        /* all that was there is taken: nothing comes without waiting */
  gboolean drained;    /* finishing: all that was there is in the outlet */

  guint failures;       /* in a row */
  guint connections;    /* that brought audio */
  gint64 retry_at;      /* WAIT */
  gint64 flowing_since; /* audio of this connection; 0: none yet */
  gint64 arrived;       /* the last byte that was read, monotonic */
  gboolean joined;      /* this connection goes on where the last one ended */
  gboolean gone;        /* the server said since the last one that it has no such stream */
  const char *cause;    /* ISR_GAP_*: why the last connection ended */
};

/* For the low watermark, µs; then what is there is taken. */
gint64 isr_receiver_get_longest_wait (const IsrReceiver *self);
/* Posts isr-stream. */
void isr_receiver_tell (IsrReceiver *self, const char *state, const char *reason, const char *detail, gint64 retry_us);
/* The connection is closed; the next try is due, or there is none. Takes @trouble. */
void isr_receiver_fail (IsrReceiver *self, IsrTrouble *trouble);

/* receiver-body.c: a connection begins; titles that the last one left are forgotten. */
void isr_receiver_begin_body (IsrReceiver *self);
/* Takes in what is there. TRUE: there was something, or the body has ended. */
gboolean isr_receiver_read (IsrReceiver *self);
/* The connection is lost, or as good as that. Takes @trouble. */
void isr_receiver_lose (IsrReceiver *self, const char *cause, IsrTrouble *trouble);
/* The body ended; @error: why, NULL: the server says so. */
void isr_receiver_end_body (IsrReceiver *self, const GError *error);
/* A burst that was gathered is decided by what there is of it. */
void isr_receiver_decide (IsrReceiver *self);

G_END_DECLS
