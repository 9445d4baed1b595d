/* SPDX-License-Identifier: MIT */
/* pattern.c - is a filename_pattern one that names files, and which ones.
 *
 * The names of files are made by isrsplitsink; here a pattern is tried on one
 * instant, so that a mistake is told when the configuration is read and not when
 * the first file is due. strftime comes first, {source} afterwards: a per cent
 * sign in a source's name is no code. */
#include "daemon/config/pattern.h"

#include <string.h>

#include "daemon/core/error.h"

#define PLACE "{source}"
#define COMPONENT_MAX (255 - (int) sizeof (".flac.part"))

/* A source's name as it stands in a file name. */
static char *
clean_source (const char *source)
{
  char *name = g_strdup (source);

  for (char *p = name; *p; p++)
    if (*p == '/' || g_ascii_iscntrl (*p) || (p == name && *p == '.'))
      *p = '_';
  return name;
}

char *
isr_pattern_expand (const char *pattern, const char *source, GDateTime *time)
{
  g_autofree char *name = clean_source (source);
  g_autofree char *text = g_date_time_format (time, pattern);
  g_autoptr (GString) result = g_string_new (text);

  if (!text)
    return NULL;
  g_string_replace (result, PLACE, name, 0);
  return g_string_free (g_steal_pointer (&result), FALSE);
}

static const char *
find_mistake (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  if (name[0] == '/')
    return "it begins with a /: names lie below output_directory";
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

/* Whether the last per cent sign begins a code that has no letter. */
static gboolean
ends_in_code (const char *pattern)
{
  gsize length = strlen (pattern), n = 0;

  while (n < length && pattern[length - 1 - n] == '%')
    n++;
  return n % 2 == 1;
}

gboolean
isr_pattern_check (const char *pattern, GError **error)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (2024, 12, 31, 23, 59, 59);
  g_autofree char *name = isr_pattern_expand (pattern, "source", time);
  const char *mistake;

  if (!name || ends_in_code (pattern)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "“%s” holds a %% code that is unknown (%%%% is a per cent sign)", pattern);
    return FALSE;
  }
  mistake = strchr (name, '{') ? "only {source} is filled in" : find_mistake (name);
  if (mistake)
    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "“%s”: %s", pattern, mistake);
  return !mistake;
}
