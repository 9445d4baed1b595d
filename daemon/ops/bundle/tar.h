/* SPDX-License-Identifier: MIT */
/* tar.h - a handful of texts as one .tar.gz. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _IsrTar IsrTar;

IsrTar *isr_tar_new (void);
void isr_tar_free (IsrTar *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrTar, isr_tar_free)

/* @name: at most 100 bytes. */
void isr_tar_add (IsrTar *self, const char *name, const char *text, gint64 mtime);

/* All of it, compressed, as @path, readable by its owner alone. Replaces a file only
 * when all is written. */
gboolean isr_tar_write (IsrTar *self, const char *path, GError **error);

G_END_DECLS
