/* SPDX-License-Identifier: MIT */
/* Range headers: whatever comes, the parts lie in the file. */
#include "daemon/http/range.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (IsrRange));
  g_autofree char *header = NULL;
  guint64 length;

  if (size < sizeof length)
    return 0;
  memcpy (&length, data, sizeof length);
  header = g_strdup_printf ("bytes=%.*s", (int) (size - sizeof length), (const char *) data + sizeof length);
  if (isr_range_parse (header, length, ranges) != ISR_RANGE_PARTIAL) {
    g_assert (ranges->len == 0);
    return 0;
  }
  g_assert (ranges->len > 0 && ranges->len <= ISR_RANGE_MAX_PARTS);
  for (guint i = 0; i < ranges->len; i++) {
    const IsrRange *range = &g_array_index (ranges, IsrRange, i);

    g_assert (range->length > 0 && range->start < length && range->length <= length - range->start);
  }
  return 0;
}
