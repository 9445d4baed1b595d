/* SPDX-License-Identifier: MIT */
/* pattern.c - is a filename_pattern one that names files below the output directory.
 *
 * It is tried on one instant, so that a mistake is told when the configuration is read
 * and not when the first file is due. What isrsplitsink takes is naming.h's; more than
 * that, names are asked for that lie below the output directory. */
#include "daemon/config/pattern.h"

#include <string.h>

#include "daemon/core/error.h"
#include "plugins/format/format.h"

#define COMPONENT_MAX (255 - (int) sizeof (".flac.part"))
#define INSTANT G_GINT64_CONSTANT (1735689599000000) /* 2024-12-31 23:59:59: where numbers are long */

static const char *
find_mistake (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  if (!*name)
    return "it is empty";
  if (name[0] == '/')
    return "it begins with a /: names lie below output_directory";
  for (const char *p = name; *p; p++)
    if (g_ascii_iscntrl (*p))
      return "control characters are no part of names";
  for (guint i = 0; parts[i]; i++) {
    if (!*parts[i])
      return parts[i + 1] ? "it has two / in a row" : "it ends with a /: the file has no name";
    if (g_str_equal (parts[i], "..") || g_str_equal (parts[i], "."))
      return "“.” and “..” are no names: files lie below output_directory";
    if (parts[i][0] == '.')
      return "a name that begins with a dot is hidden";
    if (strlen (parts[i]) > COMPONENT_MAX)
      return "a name in it is longer than file systems allow (255 bytes)";
  }
  return NULL;
}

gboolean
isr_pattern_check (const char *pattern, GError **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = isr_naming_check (pattern, &reason) ? isr_naming_format (pattern, "source", zone, INSTANT) : NULL;
  const char *mistake = name ? find_mistake (name) : NULL;

  if (reason)
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_CONFIG, reason->message);
  else if (mistake)
    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "“%s”: %s", pattern, mistake);
  return !reason && !mistake;
}
