/* SPDX-License-Identifier: MIT */
/* fileverbs.h - the system calls by which a recording reaches the medium.
 *
 * One small table, so that a test can stand between the recorder and the disk:
 * a full disk, a dying one, one that answers after eight seconds. Nothing but
 * partfile.c calls them. Each verb behaves as the call that it is named after:
 * -1 and errno. Used from the I/O thread alone. */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef struct {
  int (*open) (const char *path, int flags, mode_t mode);
  gssize (*pwrite) (int fd, const void *data, gsize size, off_t offset);
  int (*ftruncate) (int fd, off_t size);
  int (*fsync) (int fd);
  int (*rename_new) (const char *from, const char *to); /* EEXIST instead of replacing */
} IsrFileVerbs;

/* The real ones. */
const IsrFileVerbs *isr_file_verbs_get_default (void);

G_END_DECLS
