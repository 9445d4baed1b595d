/* SPDX-License-Identifier: MIT */
/* clip.h - a stretch of the archive as one WAV file, made while it is sent.
 *
 * The clip keeps time: its second 0 is the one that was asked for, files of a run
 * follow each other without a sample between them, what was not recorded is
 * silence. It ends with what was asked for, or with the last sample there is.
 *
 * Owned by the main loop; what blocks is done in workers, one step at a time: a step
 * opens the files, or decodes one portion. Decoders are had in turns (turns.h): nobody who
 * reads slowly holds a thread, nor, when others wait, a decoder. */
#pragma once

#include <gio/gio.h>

#include "daemon/media/span.h"
#include "plugins/format/format.h"

G_BEGIN_DECLS

#define ISR_CLIP_MAX_SECONDS 600

typedef struct _IsrClip IsrClip;

IsrClip *isr_clip_new (IsrSpan *span); /* (transfer full) */
/* Nothing is to be read any more: it waits no longer, a step that runs ends soon, and the
 * decoder goes. What was asked for comes back all the same: G_IO_ERROR_CANCELLED. */
void isr_clip_end (IsrClip *self);
/* The same; and the owner has let go of it. Not while something is asked for. */
void isr_clip_free (IsrClip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrClip, isr_clip_free)

/* ISR_MEDIA_ERROR. Once it is open its size is known. */
void isr_clip_open_async (IsrClip *self, GAsyncReadyCallback callback, gpointer data);
gboolean isr_clip_open_finish (IsrClip *self, GAsyncResult *result, GError **error);

guint64 isr_clip_get_size (IsrClip *self);     /* bytes, header included */
const char *isr_clip_get_name (IsrClip *self); /* for a download */

/* Makes @offset the next byte. */
void isr_clip_seek (IsrClip *self, guint64 offset);

/* The next bytes, at most @size; empty at the end. Never two at once. */
void isr_clip_read_async (IsrClip *self, gsize size, GAsyncReadyCallback callback, gpointer data);
GBytes *isr_clip_read_finish (IsrClip *self, GAsyncResult *result, GError **error);

G_END_DECLS
