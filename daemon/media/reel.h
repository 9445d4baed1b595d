/* SPDX-License-Identifier: MIT */
/* reel.h - the files of a span, put behind each other, as samples. Blocks: for workers. */
#pragma once

#include <gio/gio.h>

#include "daemon/media/span.h"
#include "daemon/media/timeline.h"
#include "plugins/format/format.h"

G_BEGIN_DECLS

typedef struct _IsrReel IsrReel;

/* Opens all files of @span, which must outlive it. ISR_MEDIA_ERROR: also when they
 * differ in rate, channels or width (FORMAT_CHANGE), and when the span ends behind
 * what is on disk of a file that is being written (NOT_YET). @cancellable, or NULL,
 * ends this and all that is read: G_IO_ERROR_CANCELLED. */
IsrReel *isr_reel_open (const IsrSpan *span, GCancellable *cancellable, GError **error);
void isr_reel_free (IsrReel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrReel, isr_reel_free)

const IsrPcm *isr_reel_get_pcm (IsrReel *self);
guint64 isr_reel_get_samples (IsrReel *self);

gboolean isr_reel_seek (IsrReel *self, guint64 sample, GError **error);
/* Sample frames put into @data; less than @frames only at the end. What a file
 * should have and does not give is silence. */
gsize isr_reel_read (IsrReel *self, guint8 *data, gsize frames, GError **error);
/* No decoder is held until something is read again. */
void isr_reel_rest (IsrReel *self);

/* For a span: where each file lies and what fills it, by any way of counting. */
typedef struct {
  guint rate;
  guint64 samples;
  gboolean recording;
  const IsrRecording *about;
} IsrReelFile;
GArray *isr_reel_plan (const IsrSpan *span, const IsrReelFile *files, GError **error);

/* Says @error's moment: the file of @part is unlike the one before it. */
gboolean isr_reel_fail_change (GError **error, const IsrSpanPart *part, const char *from, const char *to);

G_END_DECLS
