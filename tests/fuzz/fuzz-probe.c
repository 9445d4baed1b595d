/* SPDX-License-Identifier: MIT */
/* Any bytes as a file that somebody puts into the archive: what it is said to be makes sense,
 * whatever it says of itself. */
#include "plugins/format/probe.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  IsrMemoryInput input;
  g_auto (IsrProbe) probe = { 0 };
  g_autoptr (GError) error = NULL;

  isr_memory_input_init (&input, data, size);
  if (!isr_probe (&input.parent, &probe, &error)) {
    if (!error || probe.rate || probe.samples || probe.source)
      abort ();
    return 0;
  }
  if (error || (probe.source && !g_utf8_validate (probe.source, -1, NULL)))
    abort ();
  return 0;
}
