/* SPDX-License-Identifier: MIT */
/* intake.h - the body of a request, as far as we take one.
 *
 * Nothing here needs a large one: what is longer than the limit is not kept. And where a
 * body ends has to be certain: a proxy in front of us that saw another end would take the
 * rest for a request of its own, or of somebody else. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define ISR_INTAKE_MAX (64 * 1024)        /* bytes of a body that are kept */
#define ISR_INTAKE_PATIENCE (1024 * 1024) /* bytes that are read to the end, only to be told that they are too many */

typedef enum {
  ISR_INTAKE_WHOLE,
  ISR_INTAKE_TOO_LONG,
  ISR_INTAKE_CUT_OFF, /* the client went away before its end */
} IsrIntakeResult;

/* From the early handler: collects what comes with @message. */
void isr_intake_watch (SoupServerMessage *message);
/* Its Content-Length can not be, or contradicts itself or its Transfer-Encoding: nothing
 * more of it was read, and it is to be refused. */
gboolean isr_intake_is_doubtful (SoupServerMessage *message);
/* What came, when it is whole; empty when there was nothing. */
IsrIntakeResult isr_intake_get (SoupServerMessage *message, GBytes **body);

G_END_DECLS
