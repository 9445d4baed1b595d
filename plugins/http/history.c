/* SPDX-License-Identifier: MIT */
/* history.c - fields in and out; and how old it is, by two clocks that do not both lie. */
#include "plugins/http/history.h"

#include <time.h>

#include "plugins/messages.h"

void
isr_history_clear (IsrHistory *self)
{
  g_clear_pointer (&self->past, isr_past_free);
  gst_clear_caps (&self->caps);
}

static GPtrArray *
read_array (const GstStructure *structure, const char *field)
{
  const GValue *array = gst_structure_get_value (structure, field);
  GPtrArray *all = isr_past_heads_new ();

  for (guint i = 0; array && GST_VALUE_HOLDS_ARRAY (array) && i < gst_value_array_get_size (array); i++) {
    const GValue *value = gst_value_array_get_value (array, i);

    if (G_VALUE_HOLDS (value, G_TYPE_BYTES) && g_bytes_get_size (g_value_get_boxed (value)) > 0)
      g_ptr_array_add (all, g_value_dup_boxed (value));
  }
  return all;
}

/* Takes @bytes. */
static IsrPast *
read_past (const GstStructure *structure, GBytes *bytes, guint rate)
{
  GPtrArray *heads = read_array (structure, "heads");

  if (bytes)
    return isr_past_new (bytes, heads);
  return isr_past_new_recorded (read_array (structure, "packets"), heads, rate);
}

gboolean
isr_history_read (IsrHistory *self, const GstStructure *structure)
{
  const char *type = structure ? gst_structure_get_string (structure, "media-type") : NULL;
  GBytes *bytes = NULL;

  *self = (IsrHistory){ 0 };
  if (!type || !(gst_structure_get (structure, "bytes", G_TYPE_BYTES, &bytes, NULL) ? bytes != NULL : gst_structure_has_field (structure, "packets")))
    return FALSE;
  if (gst_structure_get_int64 (structure, "utc-us", &self->utc_us))
    self->caps = gst_caps_from_string (type);
  if (!self->caps) {
    g_clear_pointer (&bytes, g_bytes_unref);
    return FALSE;
  }
  gst_structure_get_int64 (structure, "boot-us", &self->boot_us);
  gst_structure_get_uint (structure, "byte-rate", &self->rate);
  self->past = read_past (structure, bytes, self->rate);
  return TRUE;
}

static void
put_array (GstStructure *structure, const char *field, GPtrArray *all)
{
  g_auto (GValue) array = G_VALUE_INIT;

  gst_value_array_init (&array, all->len);
  for (guint i = 0; i < all->len; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_BYTES);
    g_value_set_boxed (&value, all->pdata[i]);
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_set_value (structure, field, &array);
}

GstStructure *
isr_history_to_structure (const IsrHistory *self)
{
  g_autofree char *type = gst_caps_to_string (self->caps);
  GstStructure *structure = gst_structure_new (ISR_HISTORY,
      "media-type", G_TYPE_STRING, type,
      "byte-rate", G_TYPE_UINT, self->rate,
      "utc-us", G_TYPE_INT64, self->utc_us,
      "boot-us", G_TYPE_INT64, self->boot_us, NULL);

  put_array (structure, "heads", self->past->heads);
  if (self->past->packets)
    put_array (structure, "packets", self->past->packets);
  else
    gst_structure_set (structure, "bytes", G_TYPE_BYTES, self->past->bytes, NULL);
  return structure;
}

gint64
isr_history_get_boottime (void)
{
  struct timespec now;

  return clock_gettime (CLOCK_BOOTTIME, &now) == 0 ? now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 : 0;
}

/* After a boot that clock began anew, and the other one may have been set. */
gint64
isr_history_count_age (const IsrHistory *self, gint64 now_utc_us, gint64 now_boot_us)
{
  gint64 by_utc = now_utc_us - self->utc_us, by_boot = now_boot_us - self->boot_us;
  gint64 age = self->boot_us > 0 && by_boot >= 0 ? by_boot : by_utc;

  if (age < 0 || age > ISR_HISTORY_AGE || ABS (by_utc - age) > ISR_HISTORY_AGE)
    return -1;
  return age;
}

gint64
isr_history_get_age (const IsrHistory *self)
{
  return isr_history_count_age (self, g_get_real_time (), isr_history_get_boottime ());
}
