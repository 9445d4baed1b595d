/* SPDX-License-Identifier: MIT */
/* report.h - windows and sections as bus messages.
 *
 * Collects the windows of one second; knows at which stream position each window of
 * the run began. Belongs to the streaming thread. */
#pragma once

#include <gst/gst.h>

#include "plugins/loudness/detector.h"
#include "plugins/loudness/meter.h"

G_BEGIN_DECLS

typedef struct {
  GstElement *element;     /* that posts; not owned */
  gboolean levels, events; /* whether these are wanted */
  guint run;
  guint rate;
  guint64 base_ns;    /* position at which this rate began */
  guint64 run_frames; /* frames of this rate before the run */
  guint64 first;      /* window of values[0] */
  guint n;
  gint16 level[ISR_WINDOWS_PER_SECOND], raw[ISR_WINDOWS_PER_SECOND];
  gint16 peak[ISR_WINDOWS_PER_SECOND], floor[ISR_WINDOWS_PER_SECOND];
  guint channels;
  gint16 channel[ISR_METER_CHANNELS_MAX]; /* loudest of these windows, of each */
} IsrReport;

/* The next window of the run, the newest of @meter; posts isr-level when it is the last of
 * a second. */
void isr_report_window (IsrReport *self, const IsrMeter *meter, const IsrWindow *window, int floor);

/* Posts the windows that have not yet been. */
void isr_report_flush (IsrReport *self);

/* @state: ISR_LOUD_*. */
void isr_report_section (IsrReport *self, const char *state, const IsrSection *section);

/* Windows are counted from 0 again; @frames of this rate came before. */
void isr_report_begin_run (IsrReport *self, guint64 frames);

G_END_DECLS
