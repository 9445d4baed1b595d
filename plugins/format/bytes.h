/* SPDX-License-Identifier: MIT */
/* bytes.h - numbers in files: little-endian (RIFF) and big-endian (FLAC).
 *
 * put appends to an array, get reads where the caller has checked that the
 * bytes are there. */
#pragma once

#include <glib.h>

static inline void
isr_put_le (GByteArray *out, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    g_byte_array_append (out, &(guint8){ value >> (8 * i) }, 1);
}

static inline void
isr_put_be (GByteArray *out, guint64 value, guint size)
{
  while (size--)
    g_byte_array_append (out, &(guint8){ value >> (8 * size) }, 1);
}

static inline void
isr_put_zero (GByteArray *out, guint size)
{
  guint old = out->len;

  g_byte_array_set_size (out, old + size);
  for (guint i = 0; i < size; i++)
    out->data[old + i] = 0;
}

static inline guint64
isr_get_le (const guint8 *data, guint size)
{
  guint64 value = 0;

  while (size--)
    value = value << 8 | data[size];
  return value;
}

static inline guint64
isr_get_be (const guint8 *data, guint size)
{
  guint64 value = 0;

  for (guint i = 0; i < size; i++)
    value = value << 8 | data[i];
  return value;
}
