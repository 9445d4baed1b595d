/* SPDX-License-Identifier: MIT */
/* pattern.c - is a filename_pattern one that names files, and which ones.
 *
 * The names of files are made by isrsplitsink; here a pattern is tried on one
 * instant, so that a mistake is told when the configuration is read and not when
 * the first file is due. strftime comes first, {source} afterwards: a per cent
 * sign in a source's name is no code. What is accepted, and which name comes of
 * it, is compared with the element's by a test; more than the element this asks
 * for names that lie below the output directory. */
#include "daemon/config/pattern.h"

#include <string.h>

#include "daemon/core/error.h"

#define PLACE "{source}"
#define NUMBERS "CdeGgHIjklmMSuVwyY"   /* take a flag that says how to pad */
#define WORDS "aAbBcDfFhpPrRsTUWxXzZ%" /* take none */
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

/* The week of the year, 00-53; days before the first @first (0 Sunday, 1 Monday) are week 0. */
static int
get_week (GDateTime *time, int first)
{
  int weekday = (g_date_time_get_day_of_week (time) + 7 - first) % 7;

  return (g_date_time_get_day_of_year (time) + 6 - weekday) / 7;
}

/* Whether @code is a conversion: %Y, %:z, or a number with a flag, as %-d. */
static gboolean
is_code (const char *code)
{
  gsize length = strlen (code);

  if (length == 2)
    return strchr (NUMBERS WORDS, code[1]) != NULL;
  return length == 3 && (strchr ("-_0", code[1]) ? strchr (NUMBERS, code[2]) != NULL : g_str_equal (code, "%:z"));
}

/* The value of a conversion. NULL: it is unknown. */
static char *
expand_code (const char *code, GDateTime *time)
{
  if (!is_code (code))
    return NULL;
  if (g_str_equal (code, "%D"))
    return g_date_time_format (time, "%m/%d/%y");
  if (g_str_equal (code, "%U") || g_str_equal (code, "%W"))
    return g_strdup_printf ("%02d", get_week (time, code[1] == 'W'));
  return g_date_time_format (time, code);
}

/* @pattern with its codes filled in and {source} left. */
static GString *
expand_codes (const char *pattern, GDateTime *time)
{
  g_autoptr (GString) result = g_string_new (NULL);

  while (*pattern) {
    gsize text = strcspn (pattern, "%");
    const char *percent = pattern + text;
    gsize flags = *percent ? strspn (percent + 1, ":-_0") : 0;
    g_autofree char *code = g_strndup (percent, *percent ? 2 + flags : 0);
    g_autofree char *value = *code ? expand_code (code, time) : g_strdup ("");

    if (!value)
      return NULL;
    g_string_append_len (result, pattern, (gssize) text);
    g_string_append (result, value);
    pattern = percent + strlen (code);
  }
  g_string_replace (result, "\u2007", " ", 0); /* GDateTime pads with a blank as wide as a digit */
  return g_steal_pointer (&result);
}

char *
isr_pattern_expand (const char *pattern, const char *source, GDateTime *time)
{
  g_autofree char *name = clean_source (source);
  g_autoptr (GString) result = expand_codes (pattern, time);

  if (!result)
    return NULL;
  g_string_replace (result, PLACE, name, 0);
  return g_string_free (g_steal_pointer (&result), FALSE);
}

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

/* Whether a {word} is left. */
static gboolean
has_placeholder (const char *name)
{
  static const char letters[] = G_CSET_a_2_z G_CSET_A_2_Z "_-";

  for (const char *p = strchr (name, '{'); p; p = strchr (p + 1, '{')) {
    gsize length = strspn (p + 1, letters);

    if (length > 0 && p[1 + length] == '}')
      return TRUE;
  }
  return FALSE;
}

gboolean
isr_pattern_check (const char *pattern, GError **error)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (2024, 12, 31, 23, 59, 59);
  g_autofree char *name = isr_pattern_expand (pattern, "source", time);
  const char *mistake;

  if (!name) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "“%s” holds a %% code that is unknown (%%%% is a per cent sign)", pattern);
    return FALSE;
  }
  mistake = has_placeholder (name) ? "only {source} is filled in" : find_mistake (name);
  if (mistake)
    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "“%s”: %s", pattern, mistake);
  return !mistake;
}
