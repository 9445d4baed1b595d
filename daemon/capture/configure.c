/* SPDX-License-Identifier: MIT */
/* configure.c - another configuration while sources record.
 *
 *     as before   the same object goes on, nothing of it is touched
 *     another     the old one leaves; the new one is there at once, and is started when
 *                 the old one is done
 *     gone        leaves
 *     new         started
 *
 * Who leaves finishes its file, which takes a moment; its news go out to the last. */
#include "daemon/capture/capture-private.h"

#include "daemon/core/log.h"

static gboolean
has_name (gconstpointer source, gconstpointer name)
{
  return g_str_equal (isr_source_get_config ((IsrSource *) source)->name, name);
}

gboolean
isr_capture_is_leaving (IsrCapture *self, const char *name)
{
  return g_ptr_array_find_with_equal_func (self->leaving, name, has_name, NULL);
}

/* --- when one is done ------------------------------------------------------ */

static void
start_if_free (IsrCapture *self, IsrSource *source)
{
  if (isr_source_get_state (source)->state == ISR_STATE_IDLE && !self->stop && !isr_capture_is_leaving (self, isr_source_get_config (source)->name))
    isr_source_start (source);
}

/* What it leaves, to whoever records the same stream under the same name. */
static void
inherit (IsrCapture *self, IsrSource *source)
{
  const IsrHandover *handover = isr_source_get_handover (source);
  guint place;

  if (!handover || !g_ptr_array_find_with_equal_func (self->sources, isr_source_get_config (source)->name, has_name, &place))
    return;
  if (isr_handover_is_for (handover, isr_source_get_config (self->sources->pdata[place])))
    isr_source_set_handover (self->sources->pdata[place], isr_source_take_handover (source));
}

/* Whether a sound card is free now. */
static gboolean
let_go (IsrCapture *self)
{
  gboolean card = FALSE;

  for (guint i = self->leaving->len; i-- > 0;) {
    IsrSource *source = self->leaving->pdata[i];

    if (!isr_source_is_quiet (source))
      continue;
    inherit (self, source);
    card |= isr_source_get_config (source)->type == ISR_SOURCE_SOUNDCARD;
    g_ptr_array_remove_index (self->leaving, i);
  }
  return card;
}

static gboolean
on_tidy (gpointer data)
{
  IsrCapture *self = data;
  gboolean card = let_go (self);

  self->tidying = 0;
  for (guint i = 0; i < self->sources->len; i++)
    start_if_free (self, self->sources->pdata[i]);
  if (card && !self->stop) /* what another one waits for */
    isr_capture_try_cards (self);
  return G_SOURCE_REMOVE;
}

void
isr_capture_tidy (IsrCapture *self)
{
  if (self->leaving->len && !self->tidying)
    self->tidying = g_idle_add (on_tidy, self);
}

/* --- the exchange ------------------------------------------------------------ */

/* The one that goes on as @wanted, taken out of @before; NULL: there is none. */
static IsrSource *
take_same (GPtrArray *before, const IsrSourceConfig *wanted)
{
  guint place;

  if (!g_ptr_array_find_with_equal_func (before, wanted->name, has_name, &place))
    return NULL;
  if (isr_source_config_equal (isr_source_get_config (before->pdata[place]), wanted))
    return g_ptr_array_steal_index (before, place);
  isr_log_info (wanted->name, "is configured anew: stopped, and started again");
  return NULL;
}

static void
leave (IsrCapture *self, IsrSource *source)
{
  const char *name = isr_source_get_config (source)->name;

  if (!g_ptr_array_find_with_equal_func (self->sources, name, has_name, NULL))
    isr_log_info (name, "is not in the configuration any more: stopped");
  g_ptr_array_add (self->leaving, g_object_ref (source));
  isr_source_leave (source);
}

static void
exchange (IsrCapture *self, IsrConfig *config)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->sources);

  isr_config_unref (self->config);
  self->config = isr_config_ref (config);
  self->sources = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < config->sources->len; i++) {
    IsrSource *same = take_same (before, config->sources->pdata[i]);

    g_ptr_array_add (self->sources, same ? same : isr_capture_make (self, i));
  }
  for (guint i = 0; i < before->len; i++)
    leave (self, before->pdata[i]);
}

void
isr_capture_configure (IsrCapture *self, IsrConfig *config)
{
  g_return_if_fail (!self->stop);

  exchange (self, config);
  isr_capture_watch (self);
  for (guint i = 0; i < self->sources->len; i++)
    start_if_free (self, self->sources->pdata[i]);
  isr_capture_tidy (self);
}
