/* SPDX-License-Identifier: MIT */
/* equal.c - whether two sources are configured alike, by the rows of the table: a new
 * option is compared without anybody thinking of it. */
#include "daemon/config/options.h"

#include <string.h>

#include "daemon/config/values.h"

/* How a field is compared follows from what reads it. */
static gsize
get_size (const IsrOption *option)
{
  const struct {
    IsrOptionSet set;
    gsize size;
  } sizes[] = {
    { isr_set_type, sizeof (IsrSourceType) },
    { isr_set_flag, sizeof (gboolean) },
    { isr_set_duration, sizeof (gint64) },
    { isr_set_decimal, sizeof (double) },
    { isr_set_count, sizeof (guint) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (option->set == sizes[i].set)
      return sizes[i].size;
  return 0; /* a text */
}

static gboolean
fields_equal (const IsrOption *option, const IsrSourceConfig *a, const IsrSourceConfig *b)
{
  const gsize size = get_size (option);
  const char *field_a = (const char *) a + option->in_source, *field_b = (const char *) b + option->in_source;

  if (size)
    return memcmp (field_a, field_b, size) == 0;
  return g_strcmp0 (*(char *const *) field_a, *(char *const *) field_b) == 0;
}

gboolean
isr_source_config_equal (const IsrSourceConfig *a, const IsrSourceConfig *b)
{
  guint n;
  const IsrOption *options = isr_options_get (&n);

  if (!g_str_equal (a->name, b->name))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (options[i].in_source && !options[i].unheard && !fields_equal (&options[i], a, b))
      return FALSE;
  return TRUE;
}
