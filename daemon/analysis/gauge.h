/* SPDX-License-Identifier: MIT */
/* gauge.h - isrloudness outside of a pipeline: audio in, windows out.
 *
 * The element itself, between two bare pads: what a file gives is what a recorder
 * hears. The windows are numbered as those of the run are that the file is a part of,
 * and cut where the run's are. One thread. */
#pragma once

#include <gst/gst.h>

#include "daemon/analysis/levels-file.h"

G_BEGIN_DECLS

typedef struct _IsrGauge IsrGauge;

/* Complete windows, in order. */
typedef void (*IsrGaugeFunc) (const IsrLevelsRow *rows, gsize n, gpointer data);

/* @caps: raw audio that the element takes. @first_sample: number, in the run, of the
 * first sample that will be pushed. NULL with @error: it does not take @caps. */
IsrGauge *isr_gauge_new (GstCaps *caps, guint64 first_sample, IsrGaugeFunc func, gpointer data, GError **error);
void isr_gauge_free (IsrGauge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrGauge, isr_gauge_free)

guint isr_gauge_get_rate (IsrGauge *self);
/* Number of the first window, and how many samples of what is pushed lie before it. */
guint64 isr_gauge_get_first_window (IsrGauge *self);
guint64 isr_gauge_get_skip (IsrGauge *self);

/* The next buffer (transfer full); what comes before the first window is not heard.
 * FALSE: it can not go on. */
gboolean isr_gauge_push (IsrGauge *self, GstBuffer *buffer);
/* How many samples behind those the window that is begun needs to be complete. */
guint64 isr_gauge_get_wanted (IsrGauge *self);
/* The end: what is complete is given out. */
void isr_gauge_finish (IsrGauge *self);

G_END_DECLS
