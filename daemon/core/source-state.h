/* SPDX-License-Identifier: MIT */
/* source-state.h - how one source is doing, as a value. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum {
  ISR_STATE_IDLE,             /* configured, not started yet */
  ISR_STATE_CONNECTING,       /* opening the device or the connection, no audio yet */
  ISR_STATE_RECORDING,        /* audio arrives and is written */
  ISR_STATE_WAITING_TO_RETRY, /* failed; tried again at retry_at_us */
  ISR_STATE_STOPPED,          /* by a person or at the end */
  ISR_STATE_FAILED,           /* given up: max_retries used up, or nothing can help */
} IsrState;

const char *isr_state_to_string (IsrState state); /* "idle", "connecting", ..., "waiting-to-retry" */

typedef struct {
  char *name; /* section of the config */
  char *type; /* "stream", "soundcard", "test" */
  IsrState state;
  char *reason;       /* short code of the last change: "connected", "refused", "not-found", ... */
  char *detail;       /* one sentence for people: what, where, why, what happens now */
  GStrv warnings;     /* codes of conditions beside the state; never NULL */
  gint64 since_us;    /* UTC µs of the last change */
  gint64 retry_at_us; /* UTC µs of the next try; 0 when none is due */
  guint retries;      /* consecutive failures */
  char *file;         /* IsrRecording.name being written, or NULL */
  guint64 bytes;      /* of audio that came in, since the process began */
  gint64 heard_us;    /* UTC µs when audio last came in; 0: never */
  gint64 disk_us;     /* while the disk fails: UTC µs up to which audio is on it; 0: it works */
  gint level;         /* centi-dB, of the newest second: its maximum; ISR_LEVELS_UNKNOWN: none */
  gint peak;          /* the same */
  gint floor;         /* the newest one */
} IsrSourceState;

IsrSourceState *isr_source_state_new (const char *name, const char *type);
IsrSourceState *isr_source_state_copy (const IsrSourceState *self);
/* Adds or takes away a warning; FALSE: it was so already. */
gboolean isr_source_state_warn (IsrSourceState *self, const char *code, gboolean on);
/* People are told the same of both: all is equal but what came in. */
gboolean isr_source_state_says_same (const IsrSourceState *a, const IsrSourceState *b);
void isr_source_state_free (IsrSourceState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrSourceState, isr_source_state_free)

G_END_DECLS
