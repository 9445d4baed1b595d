/* SPDX-License-Identifier: MIT */
/* control.h - what may be asked of capture, as function pointers.
 *
 * Capture fills it, http and cli call it; neither includes the other. All calls
 * on the main loop. With nothing recording (`isr serve`) every pointer is NULL:
 * use the isr_control_*() functions, which then answer for an empty house: no states,
 * and ISR_ERROR_READ_ONLY. */
#pragma once

#include <glib.h>

#include "daemon/core/source-state.h"

G_BEGIN_DECLS

typedef struct {
  /* ISR_ERROR_NOT_FOUND when there is no such source. They begin the change and
   * return; the source's state tells how it goes. */
  gboolean (*start) (gpointer self, const char *source, GError **error);
  gboolean (*stop) (gpointer self, const char *source, GError **error);
  gboolean (*split) (gpointer self, const char *source, GError **error);

  /* Copies, in the order of the config. */
  GPtrArray *(*states) (gpointer self); /* (transfer full) (element-type IsrSourceState) */

  gpointer self;
} IsrControl;

gboolean isr_control_start (const IsrControl *self, const char *source, GError **error);
gboolean isr_control_stop (const IsrControl *self, const char *source, GError **error);
gboolean isr_control_split (const IsrControl *self, const char *source, GError **error);
GPtrArray *isr_control_states (const IsrControl *self);
/* What people are told is the same in both. */
gboolean isr_control_says_same (GPtrArray *states, GPtrArray *others);

G_END_DECLS
