/* SPDX-License-Identifier: MIT */
/* handover.c - between elements, values and bytes. */
#include "daemon/capture/handover.h"

#include <string.h>

#include "plugins/messages.h"

/* Of the last process too, be it an older one: magic, source, stream, history?, end, media type, rate, utc, boot,
 * heads, bytes; packets are another kind, which the older one never left. */
#define BYTES "isr-rejoin 1"
#define BYTES_TYPE "(sssbxsuxxaayay)"
#define PACKETS "isr-rejoin 2"
#define PACKETS_TYPE "(sssbxsuxxaayaay)"
#define KEPT (128 * 1024) /* bytes: more joins no better, and there may be hundreds */

IsrHandover *
isr_handover_new (const IsrSourceConfig *config, GstStructure *history, gint64 end_us)
{
  IsrHandover *self = g_new (IsrHandover, 1);

  *self = (IsrHandover){ g_strdup (config->name), g_compute_checksum_for_string (G_CHECKSUM_SHA256, config->url ? config->url : "", -1), history, end_us };
  return self;
}

void
isr_handover_free (IsrHandover *self)
{
  g_free (self->source);
  g_free (self->stream);
  gst_clear_structure (&self->history);
  g_free (self);
}

gboolean
isr_handover_is_stop (const IsrHandover *self)
{
  return !self->history;
}

gboolean
isr_handover_is_for (const IsrHandover *self, const IsrSourceConfig *config)
{
  g_autoptr (IsrHandover) other = isr_handover_new (config, NULL, 0);

  return config->type == ISR_SOURCE_STREAM && g_str_equal (self->source, other->source) && g_str_equal (self->stream, other->stream);
}

/* --- elements --- */

static gboolean
can (GstElement *element, const char *property)
{
  return element && g_object_class_find_property (G_OBJECT_GET_CLASS (element), property);
}

void
isr_handover_give (const IsrHandover *self, GstElement *source, GstElement *sink)
{
  if (!self->history || !can (source, "history"))
    return;
  g_object_set (source, "history", self->history, NULL);
  if (self->end_us > 0)
    g_object_set (sink, "resume-time", (guint64) self->end_us * 1000, NULL);
}

GstStructure *
isr_handover_take_history (GstElement *source)
{
  GstStructure *history = NULL;

  if (can (source, "history"))
    g_object_get (source, "history", &history, NULL);
  return history;
}

void
isr_handover_put_array (GstStructure *history, const char *field, GPtrArray *all)
{
  g_auto (GValue) array = G_VALUE_INIT;

  gst_value_array_init (&array, all->len);
  for (guint i = 0; i < all->len; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_BYTES);
    g_value_set_boxed (&value, all->pdata[i]);
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_set_value (history, field, &array);
}

/* --- bytes --- */

static GVariant *
pack_bytes (GBytes *bytes, gsize most)
{
  gsize size = g_bytes_get_size (bytes), skip = size - MIN (size, most);
  g_autoptr (GBytes) tail = g_bytes_new_from_bytes (bytes, skip, size - skip);

  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, tail, TRUE);
}

static GVariant *
pack_array (const GstStructure *history, const char *field)
{
  const GValue *all = gst_structure_get_value (history, field);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_BYTESTRING_ARRAY);
  for (guint i = 0; all && i < gst_value_array_get_size (all); i++)
    g_variant_builder_add_value (&builder, pack_bytes (g_value_get_boxed (gst_value_array_get_value (all, i)), G_MAXSIZE));
  return g_variant_builder_end (&builder);
}

static GVariant *
pack_last (const GstStructure *history)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!gst_structure_get (history, "bytes", G_TYPE_BYTES, &bytes, NULL))
    bytes = g_bytes_new (NULL, 0);
  return pack_bytes (bytes, KEPT);
}

GBytes *
isr_handover_serialize (const IsrHandover *self)
{
  g_autoptr (GstStructure) none = gst_structure_new_empty (ISR_HISTORY);
  const GstStructure *history = self->history ? self->history : none;
  const char *type = gst_structure_get_string (history, "media-type");
  gboolean packets = gst_structure_has_field (history, "packets");
  g_autoptr (GVariant) packed = NULL;
  gint64 utc_us = 0, boot_us = 0;
  guint rate = 0;

  gst_structure_get_uint (history, "byte-rate", &rate);
  gst_structure_get_int64 (history, "utc-us", &utc_us);
  gst_structure_get_int64 (history, "boot-us", &boot_us);
  packed = g_variant_ref_sink (g_variant_new ("(sssbxsuxx@aay@*)", packets ? PACKETS : BYTES, self->source, self->stream, self->history != NULL, self->end_us,
      type ? type : "", rate, utc_us, boot_us, pack_array (history, "heads"), packets ? pack_array (history, "packets") : pack_last (history)));
  return g_variant_get_data_as_bytes (packed);
}

static void
unpack_array (GstStructure *history, const char *field, GVariant *packed)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (gsize i = 0; i < g_variant_n_children (packed); i++) {
    g_autoptr (GVariant) one = g_variant_get_child_value (packed, i);

    g_ptr_array_add (all, g_variant_get_data_as_bytes (one));
  }
  isr_handover_put_array (history, field, all);
}

static void
unpack_last (GstStructure *history, GVariant *packed)
{
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (packed);

  gst_structure_set (history, "bytes", G_TYPE_BYTES, bytes, NULL);
}

static GstStructure *
unpack_history (GVariant *packed)
{
  const char *type;
  guint rate;
  gint64 utc_us, boot_us;
  g_autoptr (GVariant) heads = g_variant_get_child_value (packed, 9);
  g_autoptr (GVariant) last = g_variant_get_child_value (packed, 10);
  GstStructure *history;

  g_variant_get_child (packed, 5, "&s", &type);
  g_variant_get_child (packed, 6, "u", &rate);
  g_variant_get_child (packed, 7, "x", &utc_us);
  g_variant_get_child (packed, 8, "x", &boot_us);
  history = gst_structure_new (ISR_HISTORY, "media-type", G_TYPE_STRING, type, "byte-rate", G_TYPE_UINT, rate,
      "utc-us", G_TYPE_INT64, utc_us, "boot-us", G_TYPE_INT64, boot_us, NULL);
  unpack_array (history, "heads", heads);
  if (g_variant_is_of_type (last, G_VARIANT_TYPE_BYTESTRING_ARRAY))
    unpack_array (history, "packets", last);
  else
    unpack_last (history, last);
  return history;
}

static const GVariantType *
choose_type (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return size >= sizeof PACKETS && memcmp (data, PACKETS, sizeof PACKETS) == 0 ? G_VARIANT_TYPE (PACKETS_TYPE) : G_VARIANT_TYPE (BYTES_TYPE);
}

IsrHandover *
isr_handover_deserialize (GBytes *bytes)
{
  g_autoptr (GVariant) packed = g_variant_ref_sink (g_variant_new_from_bytes (choose_type (bytes), bytes, FALSE));
  const char *magic, *source, *stream;
  gboolean has_history;
  IsrHandover *self;

  if (!g_variant_is_normal_form (packed))
    return NULL;
  g_variant_get_child (packed, 0, "&s", &magic);
  if (!g_str_equal (magic, BYTES) && !g_str_equal (magic, PACKETS))
    return NULL;
  g_variant_get_child (packed, 1, "&s", &source);
  g_variant_get_child (packed, 2, "&s", &stream);
  g_variant_get_child (packed, 3, "b", &has_history);
  self = g_new0 (IsrHandover, 1);
  g_variant_get_child (packed, 4, "x", &self->end_us);
  self->source = g_strdup (source);
  self->stream = g_strdup (stream);
  self->history = has_history ? unpack_history (packed) : NULL;
  return self;
}
