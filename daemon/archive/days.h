/* SPDX-License-Identifier: MIT */
/* days.h - recordings gathered into local days. Pure. */
#pragma once

#include "daemon/archive/catalog.h"

G_BEGIN_DECLS

/* The local day that @utc_us lies in: its begin and its end in UTC µs (23, 24, 25
 * hours apart, or whatever the zone did that day) and its date. @day may be NULL. */
void isr_day_bounds (gint64 utc_us, GTimeZone *zone, gint64 *from_us, gint64 *to_us, char **day);
/* The same for a date; FALSE when there is no such date. */
gboolean isr_day_parse (const char *day, GTimeZone *zone, gint64 *from_us, gint64 *to_us);

/* (transfer full): of each day, too. */
GPtrArray *isr_days_copy (GPtrArray *days);

typedef struct _IsrDays IsrDays;

IsrDays *isr_days_new (GTimeZone *zone);
/* A recording belongs to the day that it begins in. Any order; fast when they
 * come in order of time. */
void isr_days_add (IsrDays *self, gint64 start_us, guint64 bytes, double duration);
/* (transfer full) (element-type IsrDay), newest first; the gatherer is empty then. */
GPtrArray *isr_days_steal (IsrDays *self);
void isr_days_free (IsrDays *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDays, isr_days_free)

/* Adds to a list that isr_days_steal() made. */
void isr_days_merge (GPtrArray *days, GTimeZone *zone, gint64 start_us, guint64 bytes, double duration);

/* Takes it off again; a day may be without recordings then. */
void isr_days_take_off (GPtrArray *days, GTimeZone *zone, gint64 start_us, guint64 bytes, double duration);

/* Adds the days that [from_us, to_us) touches and that are missing, without recordings. */
void isr_days_fill (GPtrArray *days, GTimeZone *zone, gint64 from_us, gint64 to_us);

/* The coverage of those days that [from_us, to_us) touches is no longer known. */
void isr_days_uncover (GPtrArray *days, GTimeZone *zone, gint64 from_us, gint64 to_us);
/* The events of those days that [from_us, to_us) touches are no longer known. */
void isr_days_uncount (GPtrArray *days, GTimeZone *zone, gint64 from_us, gint64 to_us);

G_END_DECLS
