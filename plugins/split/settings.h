/* SPDX-License-Identifier: MIT */
/* settings.h - what the properties of isrsplitsink say, as one value.
 *
 * The element keeps one under its object lock; a run works with the copy that
 * was taken when it began. Defaults and ranges are stated here and nowhere else. */
#pragma once

#include <gst/gst.h>

#include "plugins/format/naming.h"

G_BEGIN_DECLS

typedef enum {
  ISR_SPLIT_FORMAT_AUTO,
  ISR_SPLIT_FORMAT_WAV,
  ISR_SPLIT_FORMAT_FLAC,
} IsrSplitFormat;

#define ISR_SPLIT_DEFAULT_LOCATION ISR_NAMING_DEFAULT
#define ISR_SPLIT_DEFAULT_SOURCE "isr"
#define ISR_SPLIT_DEFAULT_INTERVAL (3600 * GST_SECOND)
#define ISR_SPLIT_DEFAULT_OFFSET 0
#define ISR_SPLIT_DEFAULT_FORMAT ISR_SPLIT_FORMAT_AUTO
#define ISR_SPLIT_DEFAULT_SYNC_INTERVAL (1 * GST_SECOND)
#define ISR_SPLIT_DEFAULT_FSYNC_INTERVAL (30 * GST_SECOND)
#define ISR_SPLIT_DEFAULT_MAX_PENDING (10 * GST_SECOND)
#define ISR_SPLIT_DEFAULT_DISK_RETRY TRUE

#define ISR_SPLIT_INTERVAL_MIN (100 * GST_MSECOND) /* or 0 */
#define ISR_SPLIT_INTERVAL_MAX (24 * 3600 * GST_SECOND)
#define ISR_SPLIT_SYNC_MAX (3600 * GST_SECOND)

typedef struct {
  char *location;
  char *source;
  char *timezone;         /* NULL: the system's */
  guint64 split_interval; /* ns */
  guint64 split_offset;   /* ns */
  IsrSplitFormat format;
  guint64 start_time;     /* ns since 1970, GST_CLOCK_TIME_NONE: now */
  guint64 resume_time;    /* ns since 1970, GST_CLOCK_TIME_NONE: not known */
  guint64 not_before;     /* ns since 1970, 0: all that comes */
  guint64 sync_interval;  /* ns */
  guint64 fsync_interval; /* ns */
  guint64 max_pending;    /* ns */
  gboolean disk_retry;
} IsrSplitSettings;

void isr_split_settings_init (IsrSplitSettings *self);
void isr_split_settings_copy (IsrSplitSettings *self, const IsrSplitSettings *from);
void isr_split_settings_clear (IsrSplitSettings *self);

/* Whether recording can begin with these: pattern, zone, interval, and that the
 * directory in front of the first conversion of location is there and writable, or
 * can be made. GST_RESOURCE_ERROR. */
gboolean isr_split_settings_check (const IsrSplitSettings *self, GError **error);

G_END_DECLS
