/* SPDX-License-Identifier: MIT */
/* watch-path.h - says when something comes to be in a directory, which itself may
 * come to be later: /dev/snd with the first card, $XDG_RUNTIME_DIR/pulse with the
 * sound server. Main loop. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _IsrWatchPath IsrWatchPath;

typedef void (*IsrWatchFunc) (gpointer data);

/* @name: the one that matters; NULL: any. What is there already is no news. */
IsrWatchPath *isr_watch_path_new (const char *directory, const char *name, IsrWatchFunc appeared, gpointer data);
void isr_watch_path_free (IsrWatchPath *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrWatchPath, isr_watch_path_free)

G_END_DECLS
