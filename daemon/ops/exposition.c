/* SPDX-License-Identifier: MIT */
/* exposition.c - escapes, and numbers that no locale touches. */
#include "daemon/ops/exposition.h"

#include <math.h>
#include <string.h>

void
isr_exposition_begin (GString *text, const char *name, const char *type, const char *help)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_value (GString *text, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (value == 0 || value == 1) /* most of them */
    g_string_append_c (text, value ? '1' : '0');
  else if (isnan (value) || isinf (value))
    g_string_append (text, isnan (value) ? "NaN" : value > 0 ? "+Inf"
                                                             : "-Inf");
  else
    g_string_append (text, g_ascii_formatd (number, sizeof number, "%.15g", value));
}

static void
append_label (GString *text, gboolean first, const char *name, const char *value)
{
  g_string_append_c (text, first ? '{' : ',');
  g_string_append (text, name);
  g_string_append (text, "=\"");
  while (*value) {
    const gsize plain = strcspn (value, "\\\"\n");

    g_string_append_len (text, value, (gssize) plain);
    value += plain;
    if (!*value)
      break;
    g_string_append_c (text, '\\');
    g_string_append_c (text, *value == '\n' ? 'n' : *value);
    value++;
  }
  g_string_append_c (text, '"');
}

void
isr_exposition_add (GString *text, const char *name, double value, ...)
{
  gboolean first = TRUE;
  const char *label;
  va_list args;

  g_string_append (text, name);
  va_start (args, value);
  while ((label = va_arg (args, const char *))) {
    append_label (text, first, label, va_arg (args, const char *));
    first = FALSE;
  }
  va_end (args);
  g_string_append (text, first ? " " : "} ");
  append_value (text, value);
  g_string_append_c (text, '\n');
}
