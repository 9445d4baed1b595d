/* SPDX-License-Identifier: MIT */
/* conditions.h - "only if it changed", "only if it did not": RFC 9110, section 13. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What an answer is known by. */
typedef struct {
  const char *etag;     /* strong, with its quotes; NULL: the next answer may be another one */
  gint64 mtime;         /* seconds since the epoch; 0: has none */
  const char *modified; /* the same as HTTP writes it */
} IsrValidators;

/* The client has it already: 304. */
gboolean isr_conditions_is_unmodified (const IsrValidators *self, SoupMessageHeaders *request);
/* If-Range wants the same bytes: a strong tag, or the exact time. */
gboolean isr_conditions_may_be_partial (const IsrValidators *self, SoupMessageHeaders *request);

void isr_validators_put (const IsrValidators *self, SoupMessageHeaders *answer);

G_END_DECLS
