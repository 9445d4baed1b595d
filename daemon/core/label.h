/* SPDX-License-Identifier: MIT */
/* label.h - what a person said about a stretch of time of one source, as a value.
 *
 * Belongs to source and time, not to a file and not to a section that was found:
 * sections come and go with margin and mode, words stay. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct {
  gint64 id;    /* row of the catalog; 0 before it has one */
  char *source; /* section of the config, "" for foreign files */
  gint64 start_us, end_us;
  char *verdict; /* "kept", "false", NULL: none */
  char *label;   /* NULL: none */
  char *note;    /* NULL: none */
  gint64 changed_us;
} IsrLabel;

/* A stretch that the rest of ISR can show: of a named source, in the years 1970 to 9999,
 * not longer than a day. */
gboolean isr_label_is_sane (const IsrLabel *self);

IsrLabel *isr_label_new (const char *source, gint64 start_us, gint64 end_us);
IsrLabel *isr_label_copy (const IsrLabel *self);
void isr_label_free (IsrLabel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrLabel, isr_label_free)

/* Says nothing: to put it is to take it away. */
gboolean isr_label_is_empty (const IsrLabel *self);
gboolean isr_verdict_is_known (const char *verdict); /* NULL is */

/* The one of @labels (IsrLabel, by start) that a section of @source belongs to: the one
 * that it shares most time with, and at least half of the shorter of both. NULL: none. */
const IsrLabel *isr_labels_match (GPtrArray *labels, const char *source, gint64 start_us, gint64 end_us);

G_END_DECLS
