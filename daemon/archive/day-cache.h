/* SPDX-License-Identifier: MIT */
/* day-cache.h - day lists that were counted once, kept true as files end. */
#pragma once

#include "daemon/archive/catalog.h"

G_BEGIN_DECLS

typedef struct _IsrDayCache IsrDayCache;

IsrDayCache *isr_day_cache_new (void);
void isr_day_cache_free (IsrDayCache *self);

/* Finished recordings by day; NULL: not counted yet. Owned by the cache. */
GPtrArray *isr_day_cache_get (IsrDayCache *self, const char *source, GTimeZone *zone);
/* The same, taken out of it (transfer full). */
GPtrArray *isr_day_cache_steal (IsrDayCache *self, const char *source, GTimeZone *zone);
/* @days (transfer full). */
GPtrArray *isr_day_cache_put (IsrDayCache *self, const char *source, GTimeZone *zone, GPtrArray *days);
/* One more recording is finished. */
void isr_day_cache_add (IsrDayCache *self, const IsrRecording *recording);
/* One less. */
void isr_day_cache_remove (IsrDayCache *self, const IsrRecording *recording);
/* The coverage of @source may be another in [from_us, to_us). */
void isr_day_cache_uncover (IsrDayCache *self, const char *source, gint64 from_us, gint64 to_us);
/* Events of @source came or went in [from_us, to_us): they are to be counted again. */
void isr_day_cache_uncount (IsrDayCache *self, const char *source, gint64 from_us, gint64 to_us);
/* Anything else happened: count again. */
void isr_day_cache_clear (IsrDayCache *self);

/* A list is counted elsewhere, from what is there now; when it is, it gets what happened
 * since and is kept. @days (transfer full) NULL: it could not be. Ends @build. */
typedef struct _IsrDayBuild IsrDayBuild;
IsrDayBuild *isr_day_cache_begin (IsrDayCache *self, const char *source, GTimeZone *zone);
void isr_day_cache_end (IsrDayCache *self, IsrDayBuild *build, GPtrArray *days);

G_END_DECLS
