/* SPDX-License-Identifier: MIT */
/* ioreport.h - says once that writing fails, and once that it works again.
 *
 * Both threads meet a bad disk: the I/O thread by an errno, the streaming thread by
 * a queue that is full. What they share is guarded by the object lock of the owner. */
#pragma once

#include "plugins/split/iothread.h"

G_BEGIN_DECLS

typedef struct {
  GstObject *owner;
  IsrIoStats *stats;
  void (*post) (GstObject *owner, GstStructure *message);
  char *path;         /* of the file being written */
  gint64 start_us;    /* UTC of its first sample; 0: it has not been announced */
  guint64 written_ns; /* of its audio */
  gboolean full;      /* audio is being dropped: as long as it is, nothing has recovered */
} IsrIoReport;

void isr_io_report_set_path (IsrIoReport *self, const char *path);
/* The file being written is another one, which is announced later, with the time of its first sample. */
void isr_io_report_begin_file (IsrIoReport *self, const char *path);
void isr_io_report_announce (IsrIoReport *self, const GstStructure *opened);
void isr_io_report_failed (IsrIoReport *self, int code, const char *what);
void isr_io_report_recovered (IsrIoReport *self); /* a write succeeded */

G_END_DECLS
