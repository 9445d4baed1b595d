/* SPDX-License-Identifier: MIT */
/* asound.h - reads asound.conf and .asoundrc as ALSA does, and as it does not.
 *
 * ALSA merges two definitions of one name field by field and says nothing, and of
 * a syntax error it tells a line that is often the last one of the file. Here every
 * definition keeps its file and line, and a brace its place. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *name; /* "shared_mic" of pcm.shared_mic or pcm.!shared_mic */
  char *file; /* where it is defined ... */
  guint line; /* ... and at which line, from 1 */
  char *type; /* its type, lower case; NULL: it says none */
  gboolean has_ipc_key;
  gboolean replaces; /* written with `!`: ALSA throws away what was before */
} IsrAsoundPcm;

typedef struct {
  char *file;
  guint line;
  char *text; /* what is wrong, without a full stop */
} IsrAsoundError;

typedef struct {
  GPtrArray *pcms;   /* IsrAsoundPcm, in the order of the files */
  GPtrArray *errors; /* IsrAsoundError */
} IsrAsound;

IsrAsound *isr_asound_new (void);
void isr_asound_free (IsrAsound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrAsound, isr_asound_free)

/* Adds what @text, the contents of @file, defines, and what is wrong with it. */
void isr_asound_scan (IsrAsound *self, const char *file, const char *text);

/* The definition before @pcm of the same name, which it is merged with; NULL: none. */
const IsrAsoundPcm *isr_asound_find_twin (const IsrAsound *self, const IsrAsoundPcm *pcm);

G_END_DECLS
