/* SPDX-License-Identifier: MIT */
/* workers.h - the few threads that read and decode audio for people. What is asked
 * waits here in the order in which it came. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* As g_task_run_in_thread(), in one of as many threads as there are processors, two at
 * least. A task that was cancelled while it waited is not begun. (transfer full) */
void isr_workers_run (GTask *task, GTaskThreadFunc function);

/* The same by who has a turn (turns.h): as there is a thread for every turn, it waits for
 * nobody, and what hangs in a turn holds up no one else. (transfer full) */
void isr_workers_run_turn (GTask *task, GTaskThreadFunc function);

G_END_DECLS
