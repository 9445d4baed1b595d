/* SPDX-License-Identifier: MIT */
/* record-card.c - records a sound card into files of an hour and prints what happens.
 *
 *     record-card [DIRECTORY [SOURCE-ELEMENTS...]]
 *     record-card /srv/audio alsasrc device=shared_mic
 *
 * All that an application needs: make the pipeline, listen to the bus, and on Ctrl-C set it
 * to NULL: the open file is finished then, no EOS is needed. Fields of the messages:
 * plugins/messages.h. */
#include <gst/gst.h>
#include <glib-unix.h>

static void
print_element_message (const GstStructure *s)
{
  const char *location = gst_structure_get_string (s, "location");
  gint64 start = 0, end = 0;

  gst_structure_get (s, "start-utc-us", G_TYPE_INT64, &start, "end-utc-us", G_TYPE_INT64, &end, NULL);
  if (gst_structure_has_name (s, "isr-file-opened"))
    g_print ("recording %s\n", location);
  else if (gst_structure_has_name (s, "isr-file-closed"))
    g_print ("complete  %s: %.3f s, %s\n", location, (end - start) / 1e6, gst_structure_get_string (s, "reason"));
  else if (gst_structure_has_name (s, "isr-disk"))
    g_print ("disk      %s: %s\n", gst_structure_get_string (s, "state"), gst_structure_get_string (s, "detail"));
}

static void
print_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *detail = NULL;

  gst_message_parse_error (message, &error, &detail);
  g_printerr ("%s\n%s\n", error->message, detail ? detail : "");
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer loop)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
    print_element_message (gst_message_get_structure (message));
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    print_error (message);
  if (GST_MESSAGE_TYPE (message) & (GST_MESSAGE_ERROR | GST_MESSAGE_EOS))
    g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* The last messages come while the pipeline stops: they are read when it has stopped. */
static void
print_the_rest (GstBus *bus)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    print_element_message (gst_message_get_structure (message));
    gst_message_unref (message);
  }
}

int
main (int argc, char **argv)
{
  const char *directory = argc > 1 ? argv[1] : ".";
  g_autofree char *source = argc > 2 ? g_strjoinv (" ", argv + 2) : g_strdup ("alsasrc");
  g_autofree char *line = g_strdup_printf ("%s ! isrsplitsink name=recorder", source);
  g_autofree char *location = g_build_filename (directory, "%Y-%m-%d", "card_%Y%m%dT%H%M%S%z", NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) recorder = NULL;
  g_autoptr (GstBus) bus = NULL;

  gst_init (&argc, &argv);
  pipeline = gst_parse_launch (line, &error);
  if (error) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  recorder = gst_bin_get_by_name (GST_BIN (pipeline), "recorder");
  g_object_set (recorder, "location", location, "source", "card", NULL);
  g_object_set (pipeline, "auto-flush-bus", FALSE, NULL); /* else what is said while stopping is lost */
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_message, loop);
  g_unix_signal_add (SIGINT, on_interrupt, loop);
  g_unix_signal_add (SIGTERM, on_interrupt, loop);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  print_the_rest (bus);
  gst_bus_remove_watch (bus);

  return 0;
}
