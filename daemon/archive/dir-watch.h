/* SPDX-License-Identifier: MIT */
/* dir-watch.h - what is done by hand below the output directory, as it is done.
 *
 * inotify on every directory that is not hidden; links are not followed. Names of audio
 * files that came, went or were written are gathered for a moment and told together; what
 * can not be told by name (a directory went, the kernel's queue ran over) is told as
 * "everything". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrDirWatch IsrDirWatch;

/* @names: (element-type utf8), relative; NULL: everything may be different. On the main loop. */
typedef void (*IsrDirWatchFunc) (GPtrArray *names, gpointer data);

/* NULL, with a line in the log: there is no inotify here. */
IsrDirWatch *isr_dir_watch_new (const char *directory, IsrDirWatchFunc func, gpointer data);
void isr_dir_watch_free (IsrDirWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDirWatch, isr_dir_watch_free)

/* Watches all directories that there are. Blocks; any thread, one at a time, before
 * isr_dir_watch_free(). What happens from its return on is told. */
void isr_dir_watch_add_all (IsrDirWatch *self);

G_END_DECLS
