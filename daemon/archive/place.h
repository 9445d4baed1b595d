/* SPDX-License-Identifier: MIT */
/* place.h - files of an archive by name, and nothing but files of the archive.
 *
 * Every directory on the way is opened by its own name and no link is followed: what a
 * directory was replaced by since it was looked at leads nowhere. Errors are errno. */
#pragma once

#include <glib.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* The directory that holds @name below @root; -1 and errno. @make: directories that are
 * not there are made. */
int isr_place_open_parent (const char *root, const char *name, gboolean make);
/* The file itself, as open() does. */
int isr_place_open (const char *root, const char *name, int flags);
/* The same for many: the root is opened once, for this alone. */
int isr_place_open_root (const char *root);
int isr_place_open_below (int root, const char *name, int flags);

gboolean isr_place_stat (const char *root, const char *name, struct stat *st);
/* Never overwrites: EEXIST. Makes the directories of @to. */
gboolean isr_place_move (const char *root, const char *from, const char *to);
gboolean isr_place_unlink (const char *root, const char *name);
/* Removes the directories that held @name, from the innermost one on, while they are
 * empty and hold @depth or more slashes. */
void isr_place_prune (const char *root, const char *name, guint depth);

/* "a/b.flac" for @n 1, "a/b_2.flac" for 2, and so on. */
char *isr_place_name (const char *name, guint n);

G_END_DECLS
