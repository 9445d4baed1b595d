/* SPDX-License-Identifier: MIT */
/* runner.h - runs one command again and again, one at a time, each for a limited
 * time, and never lets anybody wait for it. On the main loop. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ISR_RUNNER_QUEUE 100     /* calls that wait; of more the oldest are dropped */
#define ISR_RUNNER_GRACE_MS 5000 /* from SIGTERM to SIGKILL */

typedef struct _IsrRunner IsrRunner;

/* @name is for the log: "on_gap". @command is split as a shell does it; no shell
 * runs it. Whatever goes wrong is logged and disturbs nobody. */
IsrRunner *isr_runner_new (const char *name, const char *command, guint limit_ms, guint grace_ms);
/* What runs is ended at once, what waits is dropped. */
void isr_runner_free (IsrRunner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrRunner, isr_runner_free)

/* Another command, another limit: for what waits, too, not for what runs. */
void isr_runner_configure (IsrRunner *self, const char *command, guint limit_ms);

/* Runs it with this environment, (transfer full), after those that wait. */
void isr_runner_run (IsrRunner *self, GStrv environment);

/* Nothing runs and nothing waits. */
gboolean isr_runner_is_idle (const IsrRunner *self);
/* Called each time that it becomes idle. */
void isr_runner_set_idle_func (IsrRunner *self, void (*func) (gpointer data), gpointer data);
/* What waits is dropped, what runs gets SIGTERM and, later, SIGKILL. */
void isr_runner_stop (IsrRunner *self);

/* Of all its time: for tests and for the log. */
guint isr_runner_get_dropped (const IsrRunner *self);
guint isr_runner_get_ended (const IsrRunner *self); /* at their limit */
guint isr_runner_get_done (const IsrRunner *self);  /* ended by themselves or not */

G_END_DECLS
