/* SPDX-License-Identifier: MIT */
/* intake.h - the first element inside isrsplitsink: finds out what comes in, takes
 * ICY titles out of it, and lays the way to the writer. Not registered.
 *
 *                         +-> aacparse -------+
 *   sink ghost -> intake -+-> flacparse ------+-> writer
 *                         +------------------>+   raw, MP3, Ogg; and until the decision
 *
 * The parser that is needed is made then, and not both for every stream: they are the
 * larger part of the sink. Where its plugin is not installed, that is an error which names it.
 * MP3 needs no parser: its stream (plugins/format) finds the frames itself, and a buffer for
 * each of 38 frames a second is what recording would cost most.
 *
 * Until the first bytes tell what they are, serialized events wait here; then the
 * way is laid from within the chain function, where nothing else can be under way
 * downstream, and the events go first, in their order, with the caps that are
 * true. No pad is blocked, no probe is needed. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_TYPE_INTAKE (isr_intake_get_type ())
G_DECLARE_FINAL_TYPE (IsrIntake, isr_intake, ISR, INTAKE, GstElement)

/* @facade: source of messages, a bin; it must hold intake and writer, and outlive them. */
GstElement *isr_intake_new (GstElement *facade, GstElement *writer);

G_END_DECLS
