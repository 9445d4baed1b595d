/* SPDX-License-Identifier: MIT */
/* reconcile.h - catalog and directory are brought together. Blocks: for workers. */
#pragma once

#include "daemon/archive/writer.h"

G_BEGIN_DECLS

typedef struct {
  char *output_directory;
  char *database;      /* path; NULL: */
  sqlite3 *memory;     /* the shared database in memory */
  gboolean may_repair; /* the archive is ours to write */
  GTimeZone *zone;     /* of names without an offset */
  GStrv sources;       /* of the configuration; NULL: none */
  IsrWriter *writer;   /* outlives the run */
  gsize *next_id;      /* atomic */
  gint64 first_id;     /* what is being written and has less is nobody's any more */
  gint *done, *total;  /* atomic: new files that were looked at, and all of them */
  GPtrArray *names;    /* only these (char *), and no unfinished ones; NULL: everything */

  gboolean changed;   /* out: something was different */
  GPtrArray *renamed; /* out: old name, new name, and so on */
} IsrReconcile;

void isr_reconcile_free (IsrReconcile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrReconcile, isr_reconcile_free)

/* When it returns, what it found is committed. ISR_ERROR_STORAGE. */
gboolean isr_reconcile_run (IsrReconcile *self, GError **error);

G_END_DECLS
