/* SPDX-License-Identifier: MIT */
/* repair-support.h - repair in memory. */
#pragma once

#include "tests/unit/format/support.h"

/* The file after repair, @size bytes at @data before; NULL and @error when it
 * failed, in which case nothing may have changed. A second repair must find
 * nothing to do. */
static inline GBytes *
test_repair (const void *data, gsize size, IsrRepairResult *result, GError **error)
{
  IsrMemoryInput input;
  IsrMemoryOutput output;
  IsrRepairResult again = { 0 };
  gboolean ok = FALSE;

  isr_memory_input_init (&input, data, size);
  isr_memory_output_init (&output);
  g_byte_array_append (output.bytes, data, size);
  ok = isr_repair (&input.parent, &output.parent, result, error);
  if (!ok || !result->changed)
    g_assert_cmpmem (output.bytes->data, output.bytes->len, data, size);
  if (!ok) {
    isr_memory_output_clear (&output);
    return NULL;
  }
  g_assert_cmpuint (result->bytes, ==, output.bytes->len);
  isr_memory_input_init (&input, output.bytes->data, output.bytes->len);
  g_assert_true (isr_repair (&input.parent, &output.parent, &again, NULL));
  g_assert_false (again.changed);
  g_assert_cmpuint (again.samples, ==, result->samples);
  return g_byte_array_free_to_bytes (g_steal_pointer (&output.bytes));
}
