/* SPDX-License-Identifier: MIT */
/* handover.c - between elements, values and bytes. */
#include "daemon/capture/handover.h"

#include "plugins/messages.h"

#define MAGIC "isr-rejoin 1"
#define TYPE "(sssbxsuxxaayay)" /* magic, source, stream, history?, end, media type, rate, utc, boot, heads, bytes */
#define KEPT (128 * 1024)       /* bytes: more joins no better, and there may be hundreds */

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

/* --- bytes --- */

static GVariant *
pack_bytes (GBytes *bytes, gsize most)
{
  gsize size = g_bytes_get_size (bytes), skip = size - MIN (size, most);
  g_autoptr (GBytes) tail = g_bytes_new_from_bytes (bytes, skip, size - skip);

  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, tail, TRUE);
}

static GVariant *
pack_heads (const GstStructure *history)
{
  const GValue *heads = gst_structure_get_value (history, "heads");
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_BYTESTRING_ARRAY);
  for (guint i = 0; heads && i < gst_value_array_get_size (heads); i++)
    g_variant_builder_add_value (&builder, pack_bytes (g_value_get_boxed (gst_value_array_get_value (heads, i)), G_MAXSIZE));
  return g_variant_builder_end (&builder);
}

GBytes *
isr_handover_serialize (const IsrHandover *self)
{
  g_autoptr (GstStructure) none = gst_structure_new_empty (ISR_HISTORY);
  const GstStructure *history = self->history ? self->history : none;
  const char *type = gst_structure_get_string (history, "media-type");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) packed = NULL;
  gint64 utc_us = 0, boot_us = 0;
  guint rate = 0;

  gst_structure_get_uint (history, "byte-rate", &rate);
  gst_structure_get_int64 (history, "utc-us", &utc_us);
  gst_structure_get_int64 (history, "boot-us", &boot_us);
  if (!gst_structure_get (history, "bytes", G_TYPE_BYTES, &bytes, NULL))
    bytes = g_bytes_new (NULL, 0);
  packed = g_variant_ref_sink (g_variant_new ("(sssbxsuxx@aay@ay)", MAGIC, self->source, self->stream, self->history != NULL, self->end_us,
      type ? type : "", rate, utc_us, boot_us, pack_heads (history), pack_bytes (bytes, KEPT)));
  return g_variant_get_data_as_bytes (packed);
}

static void
unpack_heads (GstStructure *history, GVariant *packed)
{
  g_auto (GValue) heads = G_VALUE_INIT;

  gst_value_array_init (&heads, (guint) g_variant_n_children (packed));
  for (gsize i = 0; i < g_variant_n_children (packed); i++) {
    g_autoptr (GVariant) head = g_variant_get_child_value (packed, i);
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_BYTES);
    g_value_take_boxed (&value, g_variant_get_data_as_bytes (head));
    gst_value_array_append_and_take_value (&heads, &value);
  }
  gst_structure_set_value (history, "heads", &heads);
}

static GstStructure *
unpack_history (GVariant *packed)
{
  const char *type;
  guint rate;
  gint64 utc_us, boot_us;
  g_autoptr (GVariant) heads = g_variant_get_child_value (packed, 9);
  g_autoptr (GVariant) tail = g_variant_get_child_value (packed, 10);
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (tail);
  GstStructure *history;

  g_variant_get_child (packed, 5, "&s", &type);
  g_variant_get_child (packed, 6, "u", &rate);
  g_variant_get_child (packed, 7, "x", &utc_us);
  g_variant_get_child (packed, 8, "x", &boot_us);
  history = gst_structure_new (ISR_HISTORY, "bytes", G_TYPE_BYTES, bytes, "media-type", G_TYPE_STRING, type, "byte-rate", G_TYPE_UINT, rate,
      "utc-us", G_TYPE_INT64, utc_us, "boot-us", G_TYPE_INT64, boot_us, NULL);
  unpack_heads (history, heads);
  return history;
}

IsrHandover *
isr_handover_deserialize (GBytes *bytes)
{
  g_autoptr (GVariant) packed = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (TYPE), bytes, FALSE));
  const char *magic, *source, *stream;
  gboolean has_history;
  IsrHandover *self;

  if (!g_variant_is_normal_form (packed))
    return NULL;
  g_variant_get_child (packed, 0, "&s", &magic);
  if (!g_str_equal (magic, MAGIC))
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
