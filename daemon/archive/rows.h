/* SPDX-License-Identifier: MIT */
/* rows.h - an IsrRecording as a row: the one place that knows the columns. */
#pragma once

#include "daemon/archive/db.h"
#include "daemon/core/recording.h"

G_BEGIN_DECLS

#define ISR_ROW_COLUMNS "id, source, name, recording, adopted, start_us, end_us, utc_offset, position, samples, rate, channels, bytes, mtime_us, reason, clock"
#define ISR_ROW_PLACES "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16"
#define ISR_ROW_N_COLUMNS 16

/* The columns of a SELECT that begins with ISR_ROW_COLUMNS. */
IsrRecording *isr_row_read (sqlite3_stmt *statement);
/* Parameters 1 to ISR_ROW_N_COLUMNS. */
void isr_row_bind (sqlite3_stmt *statement, const IsrRecording *recording);

G_END_DECLS
