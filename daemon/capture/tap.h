/* SPDX-License-Identifier: MIT */
/* tap.h - a second look at the bytes that a recording takes in.
 *
 *     isrsplitsink's writer pad --probe--> packets with their stream time --> feed
 *
 * It is the very pad where the recording counts its packets: titles are taken off,
 * AAC and FLAC are frames already, gaps come in their place. The packets are made out
 * by the same code, so that their stream time is that of the files. What is cut out
 * for analysis are stretches without a hole; each has a feed of its own.
 *
 * Costs the recording a slice of bytes a packet, and never waits. Of the recording's
 * streaming thread; what is called from elsewhere says so. */
#pragma once

#include <gst/gst.h>

#include "daemon/capture/feedsrc.h"

G_BEGIN_DECLS

typedef struct _IsrTap IsrTap;

/* A stretch begins. */
typedef struct {
  IsrFeedSrc *feed;
  const char *extension; /* of the recording's files; static */
  guint64 position;      /* what the feed's time 0 is in stream time, ns */
  guint unplayed;        /* samples at its start that a decoder gives and no player plays */
  gboolean within_file;  /* no file begins with it */
} IsrTapStretch;

typedef enum {
  ISR_TAP_BEGIN,  /* the stretch begins */
  ISR_TAP_LAGGED, /* it ended, for the feed was full: nothing more until isr_tap_allow() */
} IsrTapNews;

typedef void (*IsrTapFunc) (IsrTapNews news, const IsrTapStretch *stretch, gpointer data);

/* @sink: an isrsplitsink that does not run yet. @func is called on the main loop,
 * until isr_tap_free(). NULL: this sink has no such pad. Main loop. */
IsrTap *isr_tap_new (GstElement *sink, IsrTapFunc func, gpointer data);
void isr_tap_free (IsrTap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrTap, isr_tap_free)

/* Any thread. Whether the next packet may begin a stretch when there is none; at
 * first it may. */
void isr_tap_allow (IsrTap *self, gboolean allowed);

G_END_DECLS
