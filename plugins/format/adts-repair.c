/* SPDX-License-Identifier: MIT */
/* adts-repair.c - cuts the torn frame at the end: there is nothing else. */
#include "plugins/format/adts-frame.h"
#include "plugins/format/scan.h"

gboolean
isr_adts_probe (const guint8 *head, gsize size)
{
  return isr_scan_probe (head, size, isr_adts_frame_measure, ISR_ADTS_HEADER_SIZE);
}

static gboolean
adts_finish (IsrScan *scan, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  guint64 end = isr_scan_get_end (scan);

  if (!isr_scan_check (scan, result->samples, error))
    return FALSE;
  result->bytes = end;
  result->changed = end < scan->input->size;
  if (result->changed)
    isr_output_truncate (output, end);
  return TRUE;
}

gboolean
isr_adts_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  IsrScan scan;
  GBytes *bytes;
  gboolean done;

  *result = (IsrRepairResult){ 0 };
  isr_scan_init (&scan, input, isr_adts_frame_measure, ISR_ADTS_HEADER_SIZE);
  while ((bytes = isr_scan_next (&scan, NULL))) {
    gsize size = 0;
    const guint8 *data = g_bytes_get_data (bytes, &size);
    IsrAdtsFrame frame;

    isr_adts_frame_parse (&frame, data, size);
    result->samples += frame.samples;
    result->rate = frame.rate;
    g_bytes_unref (bytes);
  }
  done = adts_finish (&scan, output, result, error);
  isr_scan_clear (&scan);
  return done;
}
