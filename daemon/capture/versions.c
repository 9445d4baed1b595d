/* SPDX-License-Identifier: MIT */
/* versions.c - the registry as lines. */
#include "daemon/capture/versions.h"

#include <gst/gst.h>

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (gst_plugin_get_name (GST_PLUGIN (a)), gst_plugin_get_name (GST_PLUGIN (b)));
}

char *
isr_versions_describe (void)
{
  GList *plugins = g_list_sort (gst_registry_get_plugin_list (gst_registry_get ()), compare_names);
  g_autofree char *version = gst_version_string ();
  GString *text = g_string_new (version);

  g_string_append_c (text, '\n');
  for (GList *i = plugins; i; i = i->next) {
    const char *file = gst_plugin_get_filename (i->data);

    g_string_append_printf (text, "%s %s %s\n", gst_plugin_get_name (i->data), gst_plugin_get_version (i->data), file ? file : "(built in)");
  }
  gst_plugin_list_free (plugins);
  return g_string_free (text, FALSE);
}
