/* SPDX-License-Identifier: MIT */
/* capture-private.h - the sources as a whole from the inside: for capture.c, which
 * starts, stops and tells, and configure.c, which exchanges them. */
#pragma once

#include "daemon/capture/capture.h"
#include "daemon/capture/watch.h"

G_BEGIN_DECLS

struct _IsrCapture {
  GObject parent;

  IsrConfig *config;
  const IsrClock *clock;
  GPtrArray *sources;    /* IsrSource, in the order of the config */
  GPtrArray *leaving;    /* IsrSource: those of a configuration before that are not done yet */
  guint tidying;         /* idle source */
  GPtrArray *unfinished; /* IsrUnfinished, until all are started; or NULL */
  IsrWatch *watch;       /* NULL: no sound cards, or not started */
  IsrControl control;
  GTask *stop; /* while all are being stopped */
  guint stop_limit;
};

/* The @index-th source of self->config; its news go out as ours. */
IsrSource *isr_capture_make (IsrCapture *self, guint index);

/* Watches for what the sound cards of self->config may come from. */
void isr_capture_watch (IsrCapture *self);
/* A device may be there, or free, now. */
void isr_capture_try_cards (IsrCapture *self);

/* keep.c: starts it, at once or when what a process that died left of it is known. */
void isr_capture_begin (IsrCapture *self, IsrSource *source);

/* configure.c: a source that was @name before is not done yet. */
gboolean isr_capture_is_leaving (IsrCapture *self, const char *name);
/* configure.c: soon, lets go of those that are done, and starts those that waited for it. */
void isr_capture_tidy (IsrCapture *self);

G_END_DECLS
