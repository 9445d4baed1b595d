/* SPDX-License-Identifier: MIT */
/* listen.h - records a source for a few seconds, by the very pipeline of the
 * recorder, into a directory that is gone afterwards, and says what came of it. */
#pragma once

#include "daemon/capture/sounding.h"
#include "daemon/capture/words.h"

G_BEGIN_DECLS

typedef struct {
  char *what;              /* what was opened: "hw:CARD=Mic,DEV=0, 48000 Hz 1 ch"; NULL: nothing */
  char *format;            /* extension of the file that was begun: "flac", "mp3"; NULL: none */
  IsrSounding *sounding;   /* of raw audio; NULL: none came */
  guint64 bytes;           /* that came */
  double bytes_per_second; /* of the file; 0: unknown */
  guint overruns;          /* places where samples are missing */
  char *strayed;           /* a sound server gave this device instead; NULL */
  IsrFault *fault;         /* why it did not work; NULL: it did */
} IsrListening;

void isr_listening_free (IsrListening *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrListening, isr_listening_free)

/* For @seconds once audio comes, at most @patience seconds before. Blocks, and where a
 * driver hangs, for ever: not on a main loop. Any thread, several at once. */
IsrListening *isr_listen (const IsrSourceConfig *config, guint seconds, guint patience);

G_END_DECLS
