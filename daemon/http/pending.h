/* SPDX-License-Identifier: MIT */
/* pending.h - a request that is answered later.
 *
 * A handler whose answer is made by a worker holds the request, returns, and answers
 * when the worker is done, if the client is still there. */
#pragma once

#include "daemon/http/request.h"

G_BEGIN_DECLS

typedef struct _IsrPending IsrPending;

/* The connection waits from now on. */
IsrPending *isr_pending_new (const IsrRequest *request);
/* What the isr_reply_*() take; without query and rest. NULL: the client, or the whole
 * house, is gone, and nothing may be answered. */
const IsrRequest *isr_pending_get_request (IsrPending *self);
/* Cancelled when the client goes. */
GCancellable *isr_pending_get_cancellable (IsrPending *self);
/* The answer, if any, is sent. */
void isr_pending_free (IsrPending *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrPending, isr_pending_free)

G_END_DECLS
