/* SPDX-License-Identifier: MIT */
/* decision.h - what comes in, by the first of these that says something: the caps;
 * the content type in x-icy caps; the one in the sticky event "http-headers";
 * typefinding over 4 to 64 KiB. Streaming thread. */
#pragma once

#include "plugins/split/content.h"

G_BEGIN_DECLS

typedef struct {
  IsrContent content; /* UNKNOWN: not yet; OTHER: it was refused */
  GstCaps *caps;      /* latest */
  char *mime;         /* of http-headers */
} IsrDecision;

void isr_decision_clear (IsrDecision *self);
void isr_decision_take_caps (IsrDecision *self, GstCaps *caps);
void isr_decision_take_event (IsrDecision *self, GstEvent *event); /* any */

/* FALSE: more of @buffers is needed. With @final there is no more. What can not be
 * recorded is posted as an error of @facade. */
gboolean isr_decision_make (IsrDecision *self, GstElement *facade, const GQueue *buffers, gboolean final);

G_END_DECLS
