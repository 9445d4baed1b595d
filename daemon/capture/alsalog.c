/* SPDX-License-Identifier: MIT */
/* alsalog.c - the last complaints of libasound, per thread. */
#include "daemon/capture/alsalog.h"

#include <alsa/asoundlib.h>
#include <gst/gst.h>
#include <string.h>

#define KEEP 6 /* lines: a failure of a plugin of a plugin has that many */

static GPrivate heard = G_PRIVATE_INIT ((GDestroyNotify) g_ptr_array_unref); /* char * */

static void
hear (const char *text)
{
  GPtrArray *lines = g_private_get (&heard);

  if (!lines) {
    lines = g_ptr_array_new_with_free_func (g_free);
    g_private_set (&heard, lines);
  }
  if (lines->len && g_str_equal (lines->pdata[lines->len - 1], text))
    return;
  g_ptr_array_add (lines, g_strchomp (g_strdup (text)));
  if (lines->len > KEEP)
    g_ptr_array_remove_index (lines, 0);
}

static void G_GNUC_PRINTF (5, 0)
    on_alsa (const char *file, int line, const char *function, int err, const char *format, va_list args)
{
  g_autofree char *text = g_strdup_vprintf (format, args);
  g_autofree char *full = err ? g_strdup_printf ("%s: %s", text, snd_strerror (err)) : g_strdup (text);

  hear (full);
}

static GQuark
overruns_quark (void)
{
  return g_quark_from_static_string ("isr-alsalog-overruns");
}

/* A sound card that was not read in time is read on, and only the log says so. One
 * thread reads a card, so nobody else counts at its pipeline. */
static void
count_overrun (GObject *source)
{
  GstObject *root = GST_IS_OBJECT (source) ? GST_OBJECT (source) : NULL;

  while (root && GST_OBJECT_PARENT (root))
    root = GST_OBJECT_PARENT (root);
  if (root)
    g_object_set_qdata (G_OBJECT (root), overruns_quark (), GUINT_TO_POINTER (isr_alsalog_get_overruns (G_OBJECT (root)) + 1));
}

guint
isr_alsalog_get_overruns (GObject *pipeline)
{
  return GPOINTER_TO_UINT (g_object_get_qdata (pipeline, overruns_quark ()));
}

/* "alsalib error: <words>" is how the plugin passes libasound's complaint on. */
static void
on_gst (GstDebugCategory *category, GstDebugLevel level, const char *file, const char *function, int line, GObject *object, GstDebugMessage *message, gpointer data)
{
  const char *text = gst_debug_message_get (message);
  const char *words = text ? strstr (text, "alsalib error: ") : NULL;

  if (!text || !g_str_equal (gst_debug_category_get_name (category), "alsa"))
    return;
  if (words)
    hear (words + strlen ("alsalib error: "));
  if (g_str_has_prefix (text, "xrun recovery"))
    count_overrun (object);
}

void
isr_alsalog_install (void)
{
  const char *wanted = g_getenv ("GST_DEBUG");

  if (!wanted)
    gst_debug_remove_log_function (gst_debug_log_default);
  if (!wanted || !strstr (wanted, "alsa"))
    gst_debug_set_threshold_for_name ("alsa", GST_LEVEL_WARNING);
  gst_debug_add_log_function (on_gst, NULL, NULL);
}

void
isr_alsalog_begin (void)
{
  g_private_replace (&heard, NULL);
  snd_lib_error_set_local (on_alsa);
}

void
isr_alsalog_end (void)
{
  snd_lib_error_set_local (NULL);
}

char *
isr_alsalog_take (void)
{
  GPtrArray *lines = g_private_get (&heard);
  char *joined;

  if (!lines || !lines->len)
    return NULL;
  g_ptr_array_add (lines, NULL);
  joined = g_strjoinv ("; ", (char **) lines->pdata);
  g_private_replace (&heard, NULL);
  return joined;
}
