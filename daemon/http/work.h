/* SPDX-License-Identifier: MIT */
/* work.h - an answer that a worker makes whole: what takes long does not hold the main loop. */
#pragma once

#include "daemon/http/pending.h"

G_BEGIN_DECLS

/* In a worker: the body (transfer full), from @snapshot, which is asked as the catalog is. */
typedef char *(*IsrWorkFunc) (IsrCatalog *snapshot, gpointer data, GError **error);

/* As isr_reply_body(), later; where @func fails, the error. @data is freed with the answer,
 * and has all that @func needs: of the house it may touch nothing. */
void isr_reply_worked (const IsrRequest *request, IsrWorkFunc func, gpointer data, GDestroyNotify free_data);

/* The same for a request that waits already, and whose client is still there. Takes @pending. */
void isr_pending_work (IsrPending *pending, IsrWorkFunc func, gpointer data, GDestroyNotify free_data);

G_END_DECLS
