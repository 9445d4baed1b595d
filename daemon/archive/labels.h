/* SPDX-License-Identifier: MIT */
/* labels.h - what the catalog knows of what people said: labels and verdicts of
 * stretches of time, and which recordings are to stay.
 *
 * Both are in the journal (journal.h) before they are anywhere else; the tables are an
 * index of it, made again when isr.db is lost. Main loop. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/db.h"
#include "daemon/core/label.h"

G_BEGIN_DECLS

/* Sets what is said about label->source from start_us to end_us; one that says nothing
 * takes it away. changed_us 0: now. Returns what is said now. ISR_ERROR_USAGE for what
 * is no label, _READ_ONLY, _NO_SPACE, _STORAGE. */
IsrLabel *isr_catalog_put_label (IsrCatalog *self, const IsrLabel *label, GError **error);
/* Returns what was said. ISR_ERROR_NOT_FOUND: nothing; else as above. */
IsrLabel *isr_catalog_delete_label (IsrCatalog *self, const char *source, gint64 start_us, gint64 end_us, GError **error);
/* (element-type IsrLabel), by start: those of @source (NULL: all) that share time with
 * [from_us, to_us); 0, 0: all times. */
GPtrArray *isr_catalog_labels (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GError **error);

/* At most @limit of those that begin in [from_us, to_us), by start and id; of those that begin
 * at @from_us, the ones with an id beyond @after_id (-1: all). */
GPtrArray *isr_catalog_labels_from (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, gint64 after_id, guint limit, GError **error);

/* A protected recording is deleted by nobody before that is taken back.
 * ISR_ERROR_NOT_FOUND; ISR_ERROR_BUSY: it is being written; else as above. */
gboolean isr_catalog_protect (IsrCatalog *self, const char *name, gboolean protect, GError **error);

/* Calls @func as soon as all that was said until now is on the medium, or can not be
 * forced onto it; then @error says why. */
typedef void (*IsrKeptFunc) (const GError *error, gpointer data);
void isr_catalog_when_kept (IsrCatalog *self, IsrKeptFunc func, gpointer data);

/* --- for the catalog itself ---------------------------------------------- */

gboolean isr_labels_prepare (sqlite3 *db, GError **error);
void isr_labels_settle (IsrCatalog *self);
/* The recording has another name, and stays protected under it. */
void isr_labels_rename (IsrCatalog *self, const char *from, const char *to);
/* What job @number of the writer puts into the tables, shown before it could. */
void isr_labels_show (IsrCatalog *self, const IsrLabel *label, gsize number);
void isr_labels_show_protection (IsrCatalog *self, const char *name, gboolean protect, gsize number);

G_END_DECLS
