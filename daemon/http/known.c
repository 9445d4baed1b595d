/* SPDX-License-Identifier: MIT */
/* known.c - asks the cheapest first; who mistyped is told what is near. */
#include "daemon/http/known.h"

#include "daemon/archive/sources.h"
#include "daemon/config/nearest.h"
#include "daemon/core/error.h"

#include <string.h>

static gboolean
is_stated (GPtrArray *states, const char *source)
{
  for (guint i = 0; i < states->len; i++)
    if (strcmp (((IsrSourceState *) states->pdata[i])->name, source) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
refuse (const IsrHouse *house, GPtrArray *states, const char *source, GError **error)
{
  g_autoptr (GPtrArray) files = isr_catalog_source_names (house->catalog, NULL), names = g_ptr_array_new ();
  const char *nearest;

  for (guint i = 0; i < states->len; i++)
    g_ptr_array_add (names, ((IsrSourceState *) states->pdata[i])->name);
  for (guint i = 0; files && i < files->len; i++)
    g_ptr_array_add (names, files->pdata[i]);
  nearest = isr_nearest (source, names);
  if (nearest)
    g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "there is no source “%s”: did you mean “%s”?", source, nearest);
  else
    g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "there is no source “%s”: none of that name is configured, and nothing of it is in the archive", source);
  return FALSE;
}

gboolean
isr_house_check_source (const IsrHouse *house, const char *source, GError **error)
{
  g_autoptr (GPtrArray) states = NULL;

  if (isr_catalog_knows_source (house->catalog, source))
    return TRUE;
  states = isr_control_states (house->control);
  return is_stated (states, source) || refuse (house, states, source, error);
}
