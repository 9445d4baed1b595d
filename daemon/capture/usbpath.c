/* SPDX-License-Identifier: MIT */
/* usbpath.c - .../0000:00:14.0/usb1/1-1/1-1.4/1-1.4:1.0: controller, bus, hub, device,
 * interface. */
#include "daemon/capture/usbpath.h"

#include <stdlib.h>
#include <string.h>

/* The ports of "1-1.4:1.0" or "1-1.4"; NULL: it is no such name. */
static char *
get_ports (const char *name)
{
  gsize bus = strspn (name, "0123456789"), ports;

  if (!bus || name[bus] != '-')
    return NULL;
  ports = strspn (name + bus + 1, "0123456789.");
  return ports && (name[bus + 1 + ports] == '\0' || name[bus + 1 + ports] == ':') ? g_strndup (name + bus + 1, ports) : NULL;
}

static gboolean
is_bus (const char *name)
{
  return g_str_has_prefix (name, "usb") && name[3] && name[3 + strspn (name + 3, "0123456789")] == '\0';
}

char *
isr_usb_path_parse (const char *directory)
{
  g_auto (GStrv) parts = g_strsplit (directory, "/", -1);
  const char *controller = NULL;
  g_autofree char *ports = NULL;

  for (guint i = 0; parts[i]; i++) {
    char *found = controller ? get_ports (parts[i]) : NULL;

    if (i > 0 && is_bus (parts[i]))
      controller = parts[i - 1];
    if (found) {
      g_free (ports);
      ports = found;
    }
  }
  return ports ? g_strdup_printf ("usb:%s/%s", controller, ports) : NULL;
}

char *
isr_usb_path_of_card (const char *sysfs, int card)
{
  g_autofree char *link = g_strdup_printf ("%s/class/sound/card%d/device", sysfs, card);
  char *directory = realpath (link, NULL);
  char *path = directory ? isr_usb_path_parse (directory) : NULL;

  free (directory);
  return path;
}
