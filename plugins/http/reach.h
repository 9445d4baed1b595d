/* SPDX-License-Identifier: MIT */
/* reach.h - from an address that somebody pasted to a body that may be audio: follows
 * redirects and playlists, at most 8 in all, and says so. */
#pragma once

#include "plugins/http/connection.h"
#include "plugins/http/trouble.h"

G_BEGIN_DECLS

#define ISR_REACH_HOPS 8

typedef struct {
  IsrHttpConnection *connection;
  char *where; /* the address that answers, without user and password */
  char *mime;  /* of the body, lower case, without parameters; NULL: not told */
} IsrReached;

void isr_reached_clear (IsrReached *self);

/* @reason: ISR_STREAM_REDIRECTED, ISR_STREAM_PLAYLIST. */
typedef void (*IsrReachNote) (const char *reason, const char *detail, gpointer data);

/* The address without user and password, for people; as it is where it can not be read. */
char *isr_reach_redact (const char *location);

/* @location: may hold user and password, which count when @request has none; they are
 * told to the server of @location only. NULL: reached; a trouble otherwise. */
IsrTrouble *isr_reach (IsrReached *self, const char *location, const IsrHttpRequest *request, GCancellable *cancellable, IsrReachNote note, gpointer data);

G_END_DECLS
