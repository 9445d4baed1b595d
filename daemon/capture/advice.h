/* SPDX-License-Identifier: MIT */
/* advice.h - what ALSA, PulseAudio, arecord and Docker say, and what is behind it.
 *
 * The same few mistakes make most dead microphones, and none of their error
 * texts names its cause. One table, one row a cause: the doctor and the errors of
 * the recorder take their advice from it. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *code;     /* stable, for programs */
  const char *texts[5]; /* any of these parts of an error text ... */
  const char *also;     /* ... and this one too; NULL: nothing more */
  const char *cause;    /* a sentence without its full stop */
  const char *fix;      /* what to do; with the command to paste where there is one */
} IsrAdvice;

/* All rows, the special ones before the general ones. */
const IsrAdvice *isr_advice_list (guint *n);

/* The first cause that @text (NULL allowed) speaks of; NULL: none. */
const IsrAdvice *isr_advice_find (const char *text);

/* By its code, for those who found out without a text; NULL: none. */
const IsrAdvice *isr_advice_get (const char *code);

G_END_DECLS
