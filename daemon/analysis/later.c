/* SPDX-License-Identifier: MIT */
/* later.c - what needs the catalog waits while there is none to be asked.
 *
 * A damaged catalog that is made again knows of half of the recordings for some seconds: who
 * asked it then would find nothing, and take what it was to note, or the levels of a recording,
 * for those of one that is gone. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/analysis-private.h"

#include "daemon/core/error.h"

#define PAUSE 1 /* s */

typedef struct {
  IsrLaterFunc func;
  gpointer value;
  GDestroyNotify free_value;
} Later;

static void
later_free (gpointer data)
{
  Later *self = data;

  self->free_value (self->value);
  g_free (self);
}

static gboolean
on_pause (gpointer data)
{
  g_autoptr (IsrAnalysis) self = g_object_ref (data);
  g_autoptr (GPtrArray) list = NULL;

  if (!isr_catalog_check_whole (self->catalog, NULL))
    return G_SOURCE_CONTINUE;
  list = g_steal_pointer (&self->later);
  self->pause = 0;
  for (guint i = 0; i < list->len; i++) {
    const Later *one = list->pdata[i];

    one->func (self, one->value);
  }
  return G_SOURCE_REMOVE;
}

void
isr_analysis_later (IsrAnalysis *self, IsrLaterFunc func, gpointer value, GDestroyNotify free_value)
{
  const Later later = { func, value, free_value };

  if (!self->later)
    self->later = g_ptr_array_new_with_free_func (later_free);
  g_ptr_array_add (self->later, g_memdup2 (&later, sizeof later));
  if (!self->pause)
    self->pause = g_timeout_add_seconds (PAUSE, on_pause, self);
}

void
isr_analysis_forget_later (IsrAnalysis *self)
{
  g_clear_handle_id (&self->pause, g_source_remove);
  g_clear_pointer (&self->later, g_ptr_array_unref);
}

gboolean
isr_analysis_is_for_later (IsrAnalysis *self, const GError *error)
{
  if (!isr_catalog_check_whole (self->catalog, NULL))
    return TRUE;
  return g_error_matches (error, ISR_ERROR, ISR_ERROR_UNAVAILABLE) || g_error_matches (error, ISR_ERROR, ISR_ERROR_STORAGE) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}
