/* SPDX-License-Identifier: MIT */
/* test-handover.c - what one process writes, another one reads; and rubbish. */
#include <gst/gst.h>
#include <string.h>

#include "daemon/capture/handover.h"
#include "plugins/messages.h"

static char radio[] = "radio", url[] = "http://user:secret@host:8000/live", other[] = "http://host:8000/live";
static const IsrSourceConfig config = { .name = radio, .url = url, .type = ISR_SOURCE_STREAM };

static GBytes *
make_noise (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 7 + i / 251);
  return g_bytes_new_take (data, size);
}

static GstStructure *
make_history (gsize size, guint heads)
{
  g_autoptr (GBytes) bytes = make_noise (size), head = g_bytes_new ("OggS head", 9);
  g_auto (GValue) array = G_VALUE_INIT;
  GstStructure *history = gst_structure_new (ISR_HISTORY, "bytes", G_TYPE_BYTES, bytes, "media-type", G_TYPE_STRING, "application/ogg",
      "byte-rate", G_TYPE_UINT, 16000, "utc-us", G_TYPE_INT64, G_GINT64_CONSTANT (1767225600000000), "boot-us", G_TYPE_INT64, (gint64) 5, NULL);

  gst_value_array_init (&array, heads);
  for (guint i = 0; i < heads; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, G_TYPE_BYTES);
    g_value_set_boxed (&value, head);
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_set_value (history, "heads", &array);
  return history;
}

static void
test_is_read_as_it_was_written (void)
{
  for (guint heads = 0; heads < 3; heads++) {
    g_autoptr (IsrHandover) one = isr_handover_new (&config, make_history (1000 + heads, heads), 1234567), two = NULL;
    g_autoptr (GBytes) bytes = isr_handover_serialize (one);

    two = isr_handover_deserialize (bytes);
    g_assert_nonnull (two);
    g_assert_cmpstr (two->source, ==, "radio");
    g_assert_cmpint (two->end_us, ==, 1234567);
    g_assert_true (gst_structure_is_equal (one->history, two->history));
    g_assert_false (isr_handover_is_stop (two));
    g_assert_true (isr_handover_is_for (two, &config));
    g_assert_null (memmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "secret", 6));
  }
}

/* Of Ogg that was recorded: packets, and nothing else. */
static void
test_packets_are_read_as_they_were_written (void)
{
  g_autoptr (GPtrArray) packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GstStructure *history = make_history (10, 2);
  g_autoptr (IsrHandover) one = NULL, two = NULL;
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (packets, make_noise (i));
  gst_structure_remove_field (history, "bytes");
  isr_handover_put_array (history, "packets", packets);
  one = isr_handover_new (&config, history, 1234567);
  bytes = isr_handover_serialize (one);
  two = isr_handover_deserialize (bytes);
  g_assert_nonnull (two);
  g_assert_true (gst_structure_is_equal (one->history, two->history));
}

static void
test_is_for_one_stream (void)
{
  g_autoptr (IsrHandover) one = isr_handover_new (&config, NULL, 0);
  char tv[] = "tv";
  const IsrSourceConfig elsewhere = { .name = radio, .url = other, .type = ISR_SOURCE_STREAM }, renamed = { .name = tv, .url = url, .type = ISR_SOURCE_STREAM };
  const IsrSourceConfig card = { .name = radio, .type = ISR_SOURCE_SOUNDCARD };

  g_assert_true (isr_handover_is_for (one, &config));
  g_assert_false (isr_handover_is_for (one, &elsewhere));
  g_assert_false (isr_handover_is_for (one, &renamed));
  g_assert_false (isr_handover_is_for (one, &card));
}

static void
test_a_stop_is_a_stop (void)
{
  g_autoptr (IsrHandover) one = isr_handover_new (&config, NULL, 0), two = NULL;
  g_autoptr (GBytes) bytes = isr_handover_serialize (one);

  two = isr_handover_deserialize (bytes);
  g_assert_true (isr_handover_is_stop (two));
  g_assert_true (isr_handover_is_for (two, &config));
}

/* A kept file does not grow with the burst of a server; the last bytes count. */
static void
test_the_last_bytes_are_kept (void)
{
  g_autoptr (IsrHandover) one = isr_handover_new (&config, make_history (300000, 1), 1), two = NULL;
  g_autoptr (GBytes) bytes = isr_handover_serialize (one), all = make_noise (300000), kept = NULL;
  gsize size;
  const guint8 *data;

  two = isr_handover_deserialize (bytes);
  g_assert_true (gst_structure_get (two->history, "bytes", G_TYPE_BYTES, &kept, NULL));
  data = g_bytes_get_data (kept, &size);
  g_assert_cmpmem (data, size, (const guint8 *) g_bytes_get_data (all, NULL) + 300000 - 131072, 131072);
}

/* Torn, or with a byte that fell over: nothing, or something that is whole in itself. */
static void
test_rubbish (void)
{
  g_autoptr (IsrHandover) one = isr_handover_new (&config, make_history (300, 2), 1);
  g_autoptr (GBytes) bytes = isr_handover_serialize (one);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, size);
    g_autoptr (GBytes) torn = g_bytes_new (data, i), wrong = NULL;
    g_autoptr (IsrHandover) from_torn = isr_handover_deserialize (torn), from_wrong = NULL;

    copy[i] ^= 0xff;
    wrong = g_bytes_new (copy, size);
    from_wrong = isr_handover_deserialize (wrong);
    if (from_torn)
      g_assert_nonnull (from_torn->source);
    if (from_wrong)
      g_assert_nonnull (from_wrong->source);
    if (i < 12)
      g_assert_null (from_wrong);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture/handover/is-read-as-it-was-written", test_is_read_as_it_was_written);
  g_test_add_func ("/capture/handover/packets-are-read-as-they-were-written", test_packets_are_read_as_they_were_written);
  g_test_add_func ("/capture/handover/is-for-one-stream", test_is_for_one_stream);
  g_test_add_func ("/capture/handover/a-stop-is-a-stop", test_a_stop_is_a_stop);
  g_test_add_func ("/capture/handover/the-last-bytes-are-kept", test_the_last_bytes_are_kept);
  g_test_add_func ("/capture/handover/rubbish", test_rubbish);
  return g_test_run ();
}
