/* SPDX-License-Identifier: MIT */
/* loud-helper.h - what the tests of isrloudness share: the element with one who
 * listens to its messages, and buffers. */
#pragma once

#include <gst/check/gstharness.h>
#include <math.h>
#include <string.h>

#include "plugins/elements.h"
#include "plugins/loudness/detector.h"
#include "plugins/loudness/isrloudness.h"
#include "plugins/messages.h"

typedef struct {
  GstHarness *harness;
  GArray *levels, *raw, *peaks, *floors; /* of gint16, of all runs */
  GArray *ended;                         /* of IsrSection, in windows */
  GPtrArray *messages;                   /* of GstStructure */
  guint started, cancelled;
} Loud;

static inline void
loud_test_init (int *argc, char ***argv)
{
  g_setenv ("GST_PRESET_PATH", ISR_PRESETS, TRUE);
  g_test_init (argc, argv, NULL);
  gst_init (argc, argv);
  g_assert_true (isr_elements_register (NULL));
}

/* --- listening --- */

static inline guint64
loud_uint64 (const GstStructure *s, const char *field)
{
  guint64 value = 0;

  g_assert_true (gst_structure_get_uint64 (s, field, &value));
  return value;
}

static inline int
loud_int (const GstStructure *s, const char *field)
{
  int value = 0;

  g_assert_true (gst_structure_get_int (s, field, &value));
  return value;
}

static inline guint
loud_uint (const GstStructure *s, const char *field)
{
  guint value = 0;

  g_assert_true (gst_structure_get_uint (s, field, &value));
  return value;
}

static inline guint
loud_append (GArray *values, const GstStructure *s, const char *field)
{
  const GValue *value = gst_structure_get_value (s, field);
  gsize size;
  gconstpointer data;

  g_assert_true (value && G_VALUE_HOLDS (value, G_TYPE_BYTES));
  data = g_bytes_get_data (g_value_get_boxed (value), &size);
  g_array_append_vals (values, data, (guint) (size / sizeof (gint16)));
  return (guint) (size / sizeof (gint16));
}

static inline IsrSectionReason
loud_reason (const char *name)
{
  for (int i = ISR_SECTION_LEVEL; i <= ISR_SECTION_EOS; i++) {
    if (g_strcmp0 (name, isr_section_reason_to_string ((IsrSectionReason) i)) == 0)
      return (IsrSectionReason) i;
  }
  g_assert_not_reached ();
}

static inline void
loud_take_event (Loud *self, const GstStructure *s)
{
  const char *state = gst_structure_get_string (s, "state");
  IsrSection section = {
    loud_uint64 (s, "id"), loud_uint64 (s, "start-window"), loud_uint64 (s, "end-window"),
    loud_int (s, "score"), loud_int (s, "peak"), loud_int (s, "floor"), loud_reason (gst_structure_get_string (s, "reason"))
  };

  if (g_str_equal (state, ISR_LOUD_ENDED))
    g_array_append_val (self->ended, section);
  else if (g_str_equal (state, ISR_LOUD_STARTED))
    self->started++;
  else {
    g_assert_cmpstr (state, ==, ISR_LOUD_CANCELLED);
    self->cancelled++;
  }
}

static inline GstBusSyncReply
loud_on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Loud *self = data;
  const GstStructure *s = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT) {
    g_assert_true (GST_MESSAGE_SRC (message) == GST_OBJECT (self->harness->element));
    g_assert_cmpuint (loud_uint (s, "version"), ==, ISR_MESSAGE_VERSION);
    g_ptr_array_add (self->messages, gst_structure_copy (s));
    if (gst_structure_has_name (s, ISR_MESSAGE_EVENT))
      loud_take_event (self, s);
    else {
      guint n = loud_append (self->levels, s, "levels");

      g_assert_cmpuint (loud_append (self->raw, s, "raw"), ==, n);
      g_assert_cmpuint (loud_append (self->peaks, s, "peaks"), ==, n);
      g_assert_cmpuint (loud_append (self->floors, s, "floors"), ==, n);
    }
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* --- the element --- */

static inline void
loud_set_caps (Loud *self, const char *format, int rate, int channels)
{
  GstCaps *caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, format, "layout", G_TYPE_STRING, "interleaved",
      "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT, channels, NULL);

  if (channels > 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK, (guint64) 0, NULL);
  gst_harness_set_src_caps (self->harness, caps);
}

static inline GArray *
loud_values (void)
{
  return g_array_new (FALSE, FALSE, sizeof (gint16));
}

static inline Loud *
loud_new (const char *format, int rate, int channels)
{
  g_autoptr (GstBus) bus = gst_bus_new ();
  Loud *self = g_new0 (Loud, 1);

  self->harness = gst_harness_new ("isrloudness");
  self->levels = loud_values ();
  self->raw = loud_values ();
  self->peaks = loud_values ();
  self->floors = loud_values ();
  self->ended = g_array_new (FALSE, FALSE, sizeof (IsrSection));
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_structure_free);
  gst_bus_set_sync_handler (bus, loud_on_message, self, NULL);
  gst_element_set_bus (self->harness->element, bus);
  loud_set_caps (self, format, rate, channels);
  return self;
}

static inline void
loud_free (Loud *self)
{
  gst_harness_teardown (self->harness);
  g_array_unref (self->levels);
  g_array_unref (self->raw);
  g_array_unref (self->peaks);
  g_array_unref (self->floors);
  g_array_unref (self->ended);
  g_ptr_array_unref (self->messages);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Loud, loud_free)

/* Pushes a buffer, and sees that it comes out: the very same, with the same bytes. */
static inline void
loud_push_buffer (Loud *self, GstBuffer *buffer)
{
  GstBuffer *out;

  gst_buffer_ref (buffer);
  g_assert_cmpint (gst_harness_push (self->harness, buffer), ==, GST_FLOW_OK);
  out = gst_harness_pull (self->harness);
  g_assert_true (out == buffer);
  gst_buffer_unref (out);
  gst_buffer_unref (buffer);
}

/* @data must stay until the buffer is gone, which is when this returns. */
static inline GstBuffer *
loud_buffer (gconstpointer data, gsize size, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, (gpointer) data, size, 0, size, NULL, NULL);

  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

static inline void
loud_push (Loud *self, gconstpointer data, gsize size)
{
  loud_push_buffer (self, loud_buffer (data, size, GST_CLOCK_TIME_NONE));
}

static inline gint16
loud_value (GArray *values, guint i)
{
  g_assert_cmpuint (i, <, values->len);
  return g_array_index (values, gint16, i);
}

/* The @nth message of that name. */
static inline const GstStructure *
loud_message (Loud *self, const char *name, guint nth)
{
  for (guint i = 0; i < self->messages->len; i++) {
    const GstStructure *s = g_ptr_array_index (self->messages, i);

    if (gst_structure_has_name (s, name) && nth-- == 0)
      return s;
  }
  g_error ("there is no %s", name);
}
