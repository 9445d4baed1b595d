/* SPDX-License-Identifier: MIT */
/* exposition.h - Prometheus' text format 0.0.4, line by line. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The head of a metric: # HELP and # TYPE ("gauge", "counter"). Its samples follow at once. */
void isr_exposition_begin (GString *text, const char *name, const char *type, const char *help);

/* A sample; @...: names and values of labels in turn, ended by NULL. */
void isr_exposition_add (GString *text, const char *name, double value, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
