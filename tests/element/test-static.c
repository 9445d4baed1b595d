/* SPDX-License-Identifier: MIT */
/* Who links the elements has these elements, whatever lies on the plugin path. */
#include <glib/gstdio.h>
#include <gst/gst.h>

#include "plugins/elements.h"
#include "plugins/split/isrsplitsink.h"

/* The older plugin is really found: without us, its element would be made. */
static void
test_older_is_there (void)
{
  g_autoptr (GstElement) element = gst_element_factory_make ("isrsplitsink", NULL);

  g_assert_nonnull (element);
  gst_object_ref_sink (element);
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (element), ==, "OlderSink");
}

static void
test_ours_wins (void)
{
  g_autoptr (GstElement) element = NULL;

  g_assert_true (isr_elements_register (NULL));
  element = gst_element_factory_make ("isrsplitsink", NULL);
  g_assert_nonnull (element);
  gst_object_ref_sink (element);
  g_assert_true (ISR_IS_SPLIT_SINK (element));
}

int
main (int argc, char **argv)
{
  g_autofree char *registry = g_build_filename (g_get_tmp_dir (), "isr-older-XXXXXX", NULL);
  g_autofree char *path = NULL;
  int result;

  g_assert_nonnull (g_mkdtemp (registry));
  path = g_build_filename (registry, "registry.bin", NULL);
  g_setenv ("GST_REGISTRY", path, TRUE);
  g_setenv ("GST_PLUGIN_PATH", OLDER_PLUGIN_DIR, TRUE);
  g_setenv ("GST_REGISTRY_FORK", "no", TRUE); /* a scanner of its own could not load a sanitized plugin */
  g_unsetenv ("GST_PLUGIN_LOADING_WHITELIST");
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/static/older-is-there", test_older_is_there);
  g_test_add_func ("/static/ours-wins", test_ours_wins);
  result = g_test_run ();
  g_unlink (path);
  g_rmdir (registry);
  return result;
}
