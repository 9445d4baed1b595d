/* SPDX-License-Identifier: MIT */
/* test-usbpath.c - where a card is plugged in, as the kernel's directories tell it. */
#include "daemon/capture/usbpath.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "tests/daemon/temp.h"

static void
test_parse (void)
{
  static const struct {
    const char *directory, *path;
  } rows[] = {
    { "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.4/1-1.4:1.0", "usb:0000:00:14.0/1.4" },
    { "/sys/devices/pci0000:00/0000:00:14.0/usb3/3-2/3-2:1.0", "usb:0000:00:14.0/2" },
    { "/sys/devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb1/1-1/1-1.1/1-1.1.3/1-1.1.3:1.0", "usb:0000:01:00.0/1.1.3" },
    { "/sys/devices/platform/soc/3f980000.usb/usb1/1-1/1-1.2", "usb:3f980000.usb/1.2" },
    { "/sys/devices/pci0000:00/0000:00:1f.3/skl_hda_dsp_generic", NULL },
    { "/sys/devices/platform/soc/soc:sound", NULL },
    { "/sys/devices/pci0000:00/0000:00:14.0/usb1", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = isr_usb_path_parse (rows[i].directory);

    g_assert_cmpstr (path, ==, rows[i].path);
  }
}

static void
test_card (void)
{
  g_autofree char *sysfs = temp_new (), *device = NULL, *card = NULL, *link = NULL, *path = NULL, *none = NULL;

  device = g_build_filename (sysfs, "devices", "pci0000:00", "0000:00:14.0", "usb1", "1-3", "1-3:1.0", NULL);
  card = g_build_filename (sysfs, "class", "sound", "card2", NULL);
  link = g_build_filename (card, "device", NULL);
  g_assert_cmpint (g_mkdir_with_parents (device, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (card, 0755), ==, 0);
  g_assert_cmpint (symlink (device, link), ==, 0);
  path = isr_usb_path_of_card (sysfs, 2);
  none = isr_usb_path_of_card (sysfs, 3);
  g_assert_cmpstr (path, ==, "usb:0000:00:14.0/3");
  g_assert_null (none);
  temp_remove (sysfs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture/usbpath/parse", test_parse);
  g_test_add_func ("/capture/usbpath/card", test_card);
  return g_test_run ();
}
