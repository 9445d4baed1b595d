/* SPDX-License-Identifier: MIT */
/* cuts.h - cuts that were made, kept for a minute: a player asks for a file in many
 * parts. Owned by the main loop. */
#pragma once

#include "daemon/media/cut-file.h"

G_BEGIN_DECLS

typedef struct _IsrCuts IsrCuts;

IsrCuts *isr_cuts_new (const char *directory);
void isr_cuts_free (IsrCuts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrCuts, isr_cuts_free)

/* What @span is, as a key: the same for the same question about the same files. */
char *isr_span_make_key (const IsrSpan *span);

/* Makes the cut, or finds it made, or waits with others for it. When the last one who
 * waits has cancelled, the making is given up. @span (transfer full). */
void isr_cuts_get_async (IsrCuts *self, IsrSpan *span, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
IsrCutFile *isr_cuts_get_finish (IsrCuts *self, GAsyncResult *result, GError **error);

G_END_DECLS
