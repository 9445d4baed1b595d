/* SPDX-License-Identifier: MIT */
/* lock.h - one process writes an archive. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrLock IsrLock;

/* Locks <state_directory>/isr.lock and writes our pid into it. ISR_ERROR_LOCKED
 * names the process that has it. The kernel frees it when the process ends, in
 * whatever way. */
IsrLock *isr_lock_take (const char *state_directory, GError **error);
void isr_lock_free (IsrLock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrLock, isr_lock_free)

G_END_DECLS
