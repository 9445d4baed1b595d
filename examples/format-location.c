/* SPDX-License-Identifier: MIT */
/* format-location.c - an application that names its files itself, and begins a new one when it is told to.
 *
 *     format-location DIRECTORY [SOURCE-ELEMENTS...]
 *     format-location /tmp audiotestsrc is-live=true
 *     kill -USR1 PID            a new file begins with the next sample
 *
 * The signal `format-location` is asked for each file, in the streaming thread: it gets the path that
 * the property location would give and the UTC of the file's beginning, and returns a path without
 * extension (NULL: as proposed). A name that is taken gets _2, _3: nothing is ever replaced. */
#include <gst/gst.h>
#include <glib-unix.h>

typedef struct {
  const char *directory;
  gint takes; /* atomic: the streaming thread counts, others may look */
} Naming;

static char *
name_file (GstElement *recorder, const char *proposed, gint64 utc_us, gpointer data)
{
  Naming *naming = data;
  g_autofree char *name = g_strdup_printf ("take-%03d-at-%" G_GINT64_FORMAT, g_atomic_int_add (&naming->takes, 1) + 1, utc_us / G_USEC_PER_SEC);

  return g_build_filename (naming->directory, name, NULL);
}

static gboolean
on_split (gpointer recorder)
{
  g_signal_emit_by_name (recorder, "split-now");
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer loop)
{
  const GstStructure *s = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT && gst_structure_has_name (s, "isr-file-opened"))
    g_print ("%s\n", gst_structure_get_string (s, "location"));
  if (GST_MESSAGE_TYPE (message) & (GST_MESSAGE_ERROR | GST_MESSAGE_EOS))
    g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autofree char *source = argc > 2 ? g_strjoinv (" ", argv + 2) : g_strdup ("alsasrc");
  g_autofree char *line = g_strdup_printf ("%s ! isrsplitsink name=recorder split-interval=0", source);
  Naming naming = { argc > 1 ? argv[1] : ".", 0 };
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
  g_signal_connect (recorder, "format-location", G_CALLBACK (name_file), &naming);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_message, loop);
  g_unix_signal_add (SIGUSR1, on_split, recorder);
  g_unix_signal_add (SIGINT, on_interrupt, loop);
  g_unix_signal_add (SIGTERM, on_interrupt, loop);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);

  return 0;
}
