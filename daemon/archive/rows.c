/* SPDX-License-Identifier: MIT */
/* rows.c - reads and binds the columns in their order. */
#include "daemon/archive/rows.h"

IsrRecording *
isr_row_read (sqlite3_stmt *statement)
{
  IsrRecording *recording = isr_recording_new ();

  recording->id = sqlite3_column_int64 (statement, 0);
  recording->source = isr_db_dup_text (statement, 1);
  recording->name = isr_db_dup_text (statement, 2);
  recording->recording = sqlite3_column_int (statement, 3) != 0;
  recording->adopted = sqlite3_column_int (statement, 4) != 0;
  recording->start_us = sqlite3_column_int64 (statement, 5);
  recording->end_us = sqlite3_column_int64 (statement, 6);
  recording->utc_offset = sqlite3_column_int (statement, 7);
  recording->position = (guint64) sqlite3_column_int64 (statement, 8);
  recording->samples = (guint64) sqlite3_column_int64 (statement, 9);
  recording->rate = (guint) sqlite3_column_int64 (statement, 10);
  recording->channels = (guint) sqlite3_column_int64 (statement, 11);
  recording->bytes = (guint64) sqlite3_column_int64 (statement, 12);
  recording->mtime_us = sqlite3_column_int64 (statement, 13);
  recording->reason = isr_db_dup_text (statement, 14);
  recording->clock = isr_db_dup_text (statement, 15);
  return recording;
}

void
isr_row_bind (sqlite3_stmt *statement, const IsrRecording *recording)
{
  sqlite3_bind_int64 (statement, 1, recording->id);
  isr_db_bind_static (statement, 2, recording->source ? recording->source : "");
  isr_db_bind_static (statement, 3, recording->name);
  sqlite3_bind_int (statement, 4, recording->recording ? 1 : 0);
  sqlite3_bind_int (statement, 5, recording->adopted ? 1 : 0);
  sqlite3_bind_int64 (statement, 6, recording->start_us);
  sqlite3_bind_int64 (statement, 7, recording->end_us);
  sqlite3_bind_int (statement, 8, recording->utc_offset);
  sqlite3_bind_int64 (statement, 9, (gint64) recording->position);
  sqlite3_bind_int64 (statement, 10, (gint64) recording->samples);
  sqlite3_bind_int64 (statement, 11, recording->rate);
  sqlite3_bind_int64 (statement, 12, recording->channels);
  sqlite3_bind_int64 (statement, 13, (gint64) recording->bytes);
  sqlite3_bind_int64 (statement, 14, recording->mtime_us);
  isr_db_bind_static (statement, 15, recording->reason);
  isr_db_bind_static (statement, 16, recording->clock);
}
