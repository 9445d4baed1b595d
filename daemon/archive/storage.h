/* SPDX-License-Identifier: MIT */
/* storage.h - how much room there is, how long it lasts, and what is deleted to keep it.
 *
 * The rules are the configuration's; without one nothing is ever deleted. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct {
  guint64 free; /* bytes that may still be written */
  guint64 total;
} IsrSpace;

/* Of the file system that has @directory. FALSE: not known. */
typedef gboolean (*IsrSpaceFunc) (const char *directory, IsrSpace *space, gpointer data);
gboolean isr_space_measure (const char *directory, IsrSpace *space, gpointer unused); /* statvfs() */

typedef struct {
  guint keep_days;       /* 0: for ever */
  GHashTable *keep_of;   /* source -> its own days, GUINT_TO_POINTER; NULL: none has any */
  guint64 min_free;      /* bytes; 0: none */
  double min_free_share; /* 0-1; 0: none */
} IsrStorageRules;

/* Days of @source; 0: for ever. */
guint isr_storage_rules_keep (const IsrStorageRules *self, const char *source);
/* Bytes to be kept free on a file system of @total; 0: no such rule. */
guint64 isr_storage_rules_need (const IsrStorageRules *self, guint64 total);
/* Anything is deleted at all. */
gboolean isr_storage_rules_delete (const IsrStorageRules *self);

/* Zone, sources, rules, days of the trash: all that the archive is told by @config. */
void isr_catalog_configure (IsrCatalog *self, const IsrConfig *config);
/* Takes a copy. */
void isr_catalog_set_storage_rules (IsrCatalog *self, const IsrStorageRules *rules);
const IsrStorageRules *isr_catalog_get_storage_rules (IsrCatalog *self);
/* Who measures space: statvfs() unless set. */
void isr_catalog_set_space_func (IsrCatalog *self, IsrSpaceFunc func, gpointer data);
gboolean isr_catalog_measure_space (IsrCatalog *self, IsrSpace *space);

typedef struct {
  IsrSpace space;
  gboolean known; /* space is */
  guint64 used;   /* by recordings */
  guint64 trash;
  double bytes_per_day; /* what ISR recorded in the last 24 hours, or since it began; 0: nothing */
  gint64 full_at_us;    /* when the disk is full at that rate; 0: never, as far as can be told */
} IsrStorageReport;

/* ISR_ERROR_STORAGE. */
gboolean isr_catalog_report_storage (IsrCatalog *self, gint64 now_us, IsrStorageReport *report, GError **error);

/* When @free bytes are used up. 0: never, because nothing is recorded, or because what
 * is deleted by @rules makes room before. @used: by recordings now. Pure. */
gint64 isr_storage_forecast (const IsrStorageRules *rules, guint64 free, guint64 used, double bytes_per_day, gint64 now_us);

/* --- for the catalog itself ---------------------------------------------- */

void isr_storage_rules_clear (IsrStorageRules *self);

G_END_DECLS
