/* SPDX-License-Identifier: MIT */
/* export.c - three kinds of tables; numbers have a point in every locale. */
#include "daemon/analysis/export.h"

#include <string.h>

#define UNKNOWN_HIGH 20000 /* Hz: a selection of Raven has a band */

static const struct {
  const char *name, *type, *suffix;
} formats[] = {
  [ISR_EXPORT_CSV] = { "csv", "text/csv; charset=utf-8; header=present", ".csv" },
  [ISR_EXPORT_AUDACITY] = { "audacity", "text/plain; charset=utf-8", ".txt" },
  [ISR_EXPORT_RAVEN] = { "raven", "text/tab-separated-values; charset=utf-8", ".selections.txt" },
};

gboolean
isr_export_parse_format (const char *name, IsrExportFormat *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_strcmp0 (name, formats[i].name) == 0) {
      *format = (IsrExportFormat) i;
      return TRUE;
    }
  return FALSE;
}

const char *
isr_export_get_type (IsrExportFormat format)
{
  return formats[format].type;
}

const char *
isr_export_get_suffix (IsrExportFormat format)
{
  return formats[format].suffix;
}

static void
add_number (GString *out, const char *format, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, g_ascii_formatd (text, sizeof text, format, value));
}

/* --- CSV --- */

static void
add_field (GString *out, const char *text)
{
  if (!text)
    return;
  if (!strpbrk (text, "\",\r\n")) {
    g_string_append (out, text);
    return;
  }
  g_string_append_c (out, '"');
  for (const char *p = text; *p; p++)
    g_string_append_printf (out, *p == '"' ? "\"\"" : "%c", *p);
  g_string_append_c (out, '"');
}

static void
add_csv_number (GString *out, const char *format, double value, gboolean known)
{
  if (known)
    add_number (out, format, value);
  g_string_append_c (out, ',');
}

static void
add_csv (GString *out, const IsrExportRow *row)
{
  const char *const first[] = { row->source, row->file }, *const times[] = { row->start_at, row->end_at };
  const char *const last[] = { row->reason, row->verdict, row->label, row->note };

  for (guint i = 0; i < G_N_ELEMENTS (first); i++) {
    add_field (out, first[i]);
    g_string_append_c (out, ',');
  }
  add_csv_number (out, "%.3f", row->start, TRUE);
  add_csv_number (out, "%.3f", row->end, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    add_field (out, times[i]);
    g_string_append_c (out, ',');
  }
  add_csv_number (out, "%.2f", row->score, row->found);
  add_csv_number (out, "%.2f", row->peak, row->found);
  add_csv_number (out, "%.2f", row->floor, row->found);
  for (guint i = 0; i < G_N_ELEMENTS (last); i++) {
    add_field (out, last[i]);
    g_string_append (out, i + 1 < G_N_ELEMENTS (last) ? "," : "\r\n");
  }
}

/* --- tables with tabs --- */

/* Neither has a way to write a tab or a line break in a field. */
static void
add_plain (GString *out, const char *text)
{
  for (const char *p = text ? text : ""; *p; p++)
    g_string_append_c (out, (guchar) *p < 0x20 || *p == 0x7f ? ' ' : *p);
}

/* What is to be read at the mark: what a person said, else what was found. */
static void
add_title (GString *out, const IsrExportRow *row)
{
  if (row->label) {
    add_plain (out, row->label);
  } else if (row->found) {
    add_number (out, "%.1f", row->score);
    g_string_append (out, " dB");
    if (row->reason && !g_str_equal (row->reason, "level"))
      g_string_append_printf (out, " %s", row->reason);
  } else {
    add_plain (out, row->note ? row->note : row->verdict);
  }
}

static void
add_audacity (GString *out, const IsrExportRow *row)
{
  add_number (out, "%.6f", row->start);
  g_string_append_c (out, '\t');
  add_number (out, "%.6f", row->end);
  g_string_append_c (out, '\t');
  add_title (out, row);
  g_string_append_c (out, '\n');
}

static void
add_raven (GString *out, const IsrExportRow *row, guint number)
{
  g_string_append_printf (out, "%u\tWaveform 1\t1\t", number);
  add_number (out, "%.6f", row->start);
  g_string_append_c (out, '\t');
  add_number (out, "%.6f", row->end);
  g_string_append_printf (out, "\t0\t%u\t", row->rate ? row->rate / 2 : UNKNOWN_HIGH);
  add_plain (out, row->file);
  g_string_append_c (out, '\t');
  if (row->found)
    add_number (out, "%.2f", row->score);
  g_string_append_c (out, '\t');
  if (row->found)
    add_number (out, "%.2f", row->peak);
  g_string_append_c (out, '\t');
  add_title (out, row);
  g_string_append_c (out, '\n');
}

/* --- public --- */

void
isr_export_begin (GString *out, IsrExportFormat format)
{
  if (format == ISR_EXPORT_CSV)
    g_string_append (out, "source,file,start,end,start_at,end_at,score,peak,floor,reason,verdict,label,note\r\n");
  if (format == ISR_EXPORT_RAVEN)
    g_string_append (out, "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tBegin File\tScore (dB)\tPeak (dBFS)\tAnnotation\n");
}

void
isr_export_add (GString *out, IsrExportFormat format, const IsrExportRow *row, guint number)
{
  switch (format) {
    case ISR_EXPORT_CSV:
      add_csv (out, row);
      break;
    case ISR_EXPORT_AUDACITY:
      add_audacity (out, row);
      break;
    case ISR_EXPORT_RAVEN:
      add_raven (out, row, number);
      break;
  }
}
