/* SPDX-License-Identifier: MIT */
/* told.h - what a catalog is told beside its recordings. */
#pragma once

#include "daemon/archive/labels.h"
#include "tests/daemon/catalog.h"

/* Said and heard by "mic", a second from @at_s on. */
static inline void
say (Fixture *f, gint64 at_s)
{
  g_autoptr (IsrLabel) label = isr_label_new ("mic", at_s * G_USEC_PER_SEC, (at_s + 1) * G_USEC_PER_SEC), now = NULL;

  label->verdict = g_strdup ("kept");
  now = isr_catalog_put_label (f->catalog, label, NULL);
  g_assert_nonnull (now);
}

static inline void
hear (Fixture *f, gint64 at_s)
{
  g_autoptr (IsrEvent) event = isr_event_new ("mic");

  event->state = ISR_EVENT_ENDED;
  event->start_us = at_s * G_USEC_PER_SEC;
  event->end_us = event->start_us + G_USEC_PER_SEC;
  isr_catalog_note_event (f->catalog, event);
}
