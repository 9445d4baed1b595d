/* SPDX-License-Identifier: MIT */
/* notify.h - what systemd is told: sd_notify(3), and its watchdog.
 *
 * READY=1 when the archive is open and every source has been started; STATUS= in a line how many
 * sources record; RELOADING=1 around a reload; STOPPING=1. The watchdog (WatchdogSec=) is fed at half of its
 * time, and only while every source delivers or is in a known wait (alive.h): a process whose
 * source hangs is started anew. Without NOTIFY_SOCKET nothing is said to anybody. Nobody is
 * waited for: what a full socket does not take is said later. */
#pragma once

#include "daemon/config/config.h"
#include "daemon/core/control.h"

G_BEGIN_DECLS

typedef struct _IsrNotify IsrNotify;

/* @control must outlive it. */
IsrNotify *isr_notify_new (const IsrConfig *config, const IsrControl *control);
void isr_notify_free (IsrNotify *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrNotify, isr_notify_free)

void isr_notify_ready (IsrNotify *self); /* also at the end of a reload */
void isr_notify_reloading (IsrNotify *self);
void isr_notify_stopping (IsrNotify *self);
/* After a reload: other limits. */
void isr_notify_configure (IsrNotify *self, const IsrConfig *config);
/* Until then: how long a source that records may be silent, for tests. */
void isr_notify_set_silence (IsrNotify *self, gint64 silence_us);

G_END_DECLS
