/* SPDX-License-Identifier: MIT */
/* split-feed.c - pushes a file into isrsplitsink in pieces of random sizes and prints
 * what the element says: the hand of the proofs in tests/e2e and tests/bench.
 *
 *     split-feed [OPTION...] FILE CAPS [PROPERTY=VALUE...]
 *
 * Each message is a line, fields separated by tabs, in the order of the bus:
 *
 *     isr-file-closed <TAB> location=/tmp/x.mp3 <TAB> samples=48000 ...
 *     tag <TAB> title=...
 *     error <TAB> message=...
 *
 * With --settle it waits after each piece until the element has nothing left to
 * write, and prints `pushed <TAB> bytes=N <TAB> us=MONOTONIC`. So who kills it knows
 * what it had been given, and when; no clock decides. */
#include <gst/check/gstharness.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/elements.h"

#define LIMIT_US (60 * G_TIME_SPAN_SECOND)

static int max_size = 4096, align = 1, splits, seed = 1;
static gboolean settle;
static char **rest;

static const GOptionEntry entries[] = {
  { "max", 0, 0, G_OPTION_ARG_INT, &max_size, "Largest piece; sizes from 1 to it are drawn evenly by order of magnitude", "BYTES" },
  { "align", 0, 0, G_OPTION_ARG_INT, &align, "Pieces are multiples of this: the frame of raw audio", "BYTES" },
  { "splits", 0, 0, G_OPTION_ARG_INT, &splits, "How many in a thousand pieces are preceded by split-now", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Of the random numbers", "N" },
  { "settle", 0, 0, G_OPTION_ARG_NONE, &settle, "Wait until each piece is written, and say so", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &rest, NULL, "FILE CAPS PROPERTY=VALUE..." },
  { NULL }
};

/* --- what it says --- */

static gboolean
print_field (GQuark field, const GValue *value, gpointer data)
{
  g_autofree char *text = G_VALUE_HOLDS_STRING (value) ? g_value_dup_string (value) : gst_value_serialize (value);

  printf ("\t%s=%s", g_quark_to_string (field), text);
  return TRUE;
}

static void
print_tag (const GstTagList *tags, const char *tag, gpointer data)
{
  g_autofree char *text = NULL;

  if (gst_tag_get_type (tag) == G_TYPE_STRING && gst_tag_list_get_string (tags, tag, &text))
    printf ("\t%s=%s", tag, text);
}

static void
print_tags (GstMessage *m)
{
  g_autoptr (GstTagList) tags = NULL;

  gst_message_parse_tag (m, &tags);
  printf ("tag");
  gst_tag_list_foreach (tags, print_tag, NULL);
}

static void
print_error (GstMessage *m)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (m, &error, NULL);
  printf ("error\tmessage=%s", error->message);
}

/* FALSE after an error. */
static gboolean
print_messages (GstBus *bus)
{
  gboolean ok = TRUE;
  GstMessage *m;

  while ((m = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT | GST_MESSAGE_TAG | GST_MESSAGE_ERROR))) {
    if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_TAG) {
      print_tags (m);
    } else if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR) {
      print_error (m);
      ok = FALSE;
    } else {
      const GstStructure *s = gst_message_get_structure (m);

      printf ("%s", gst_structure_get_name (s));
      gst_structure_foreach (s, print_field, NULL);
    }
    putchar ('\n');
    gst_message_unref (m);
  }
  fflush (stdout);

  return ok;
}

/* --- feeding --- */

static guint64
get_pending (GstElement *sink)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 bytes = 0;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "pending-bytes", &bytes);
  return bytes;
}

static void
say_pushed (GstElement *sink, gsize bytes)
{
  gint64 limit = g_get_monotonic_time () + LIMIT_US;

  while (get_pending (sink) > 0) {
    if (g_get_monotonic_time () > limit)
      g_error ("the element writes nothing any more");
    g_thread_yield ();
  }
  printf ("pushed\tbytes=%" G_GSIZE_FORMAT "\tus=%" G_GINT64_FORMAT "\n", bytes, g_get_monotonic_time ());
  fflush (stdout);
}

static gsize
draw_size (GRand *rand, gsize left)
{
  gsize size = (gsize) exp (g_rand_double_range (rand, 0, log (max_size + 1.0)));
  gsize whole = MAX (size / align, 1) * align;

  return MIN (whole, left);
}

static gboolean
push_piece (GstHarness *h, GBytes *data, gsize at, gsize size)
{
  g_autoptr (GBytes) piece = g_bytes_new_from_bytes (data, at, size);

  return gst_harness_push (h, gst_buffer_new_wrapped_bytes (piece)) == GST_FLOW_OK;
}

static gboolean
feed (GstHarness *h, GstBus *bus, GBytes *data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) seed);
  gsize total = g_bytes_get_size (data);
  gboolean ok = TRUE;

  for (gsize at = 0, size; ok && at < total; at += size) {
    size = draw_size (rand, total - at);
    if (g_rand_int_range (rand, 0, 1000) < splits)
      g_signal_emit_by_name (h->element, "split-now");
    ok = push_piece (h, data, at, size);
    if (ok && settle)
      say_pushed (h->element, at + size);
    ok &= print_messages (bus);
  }
  gst_harness_push_event (h, gst_event_new_eos ());

  return print_messages (bus) && ok;
}

static void
set_property (GstElement *sink, const char *setting)
{
  g_auto (GStrv) pair = g_strsplit (setting, "=", 2);

  if (!pair[1])
    g_error ("“%s” is no PROPERTY=VALUE", setting);
  gst_util_set_object_arg (G_OBJECT (sink), pair[0], pair[1]);
}

static GBytes *
read_input (const char *path)
{
  g_autoptr (GError) error = NULL;
  GMappedFile *file = g_mapped_file_new (path, FALSE, &error);
  GBytes *bytes;

  if (!file)
    g_error ("%s", error->message);
  bytes = g_mapped_file_get_bytes (file);
  g_mapped_file_unref (file);
  return bytes;
}

static int
run (void)
{
  g_autoptr (GBytes) data = read_input (rest[0]);
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstElement *sink = gst_object_ref_sink (gst_element_factory_make ("isrsplitsink", NULL));
  GstHarness *h;
  gboolean ok;

  for (guint i = 2; rest[i]; i++)
    set_property (sink, rest[i]);
  gst_element_set_bus (sink, bus);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_live (h, FALSE); /* so that a slow disk holds us up */
  gst_harness_set_src_caps_str (h, rest[1]);
  ok = feed (h, bus, data);
  gst_element_set_bus (sink, NULL);
  gst_harness_teardown (h);
  gst_object_unref (sink);

  return ok ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- feeds isrsplitsink");
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !rest || g_strv_length (rest) < 2 || max_size < 1 || align < 1) {
    g_printerr ("split-feed: %s\n", error ? error->message : "[OPTION...] FILE CAPS [PROPERTY=VALUE...]");
    return 2;
  }
  gst_init (NULL, NULL);
  if (!isr_elements_register (NULL))
    return 1;
  status = run ();
  g_strfreev (rest);

  return status;
}
