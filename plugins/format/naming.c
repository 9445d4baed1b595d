/* SPDX-License-Identifier: MIT */
/* naming.c - the name of a file, from a pattern, a source and an instant.
 *
 * A walk over the pattern turns it into parts: text, conversions, {source}. The
 * check makes the walk and throws the parts away, formatting keeps them: what is
 * accepted and what is formed can not differ. GDateTime forms one conversion at a
 * time, because it gives NULL for a whole string with one it does not know, and
 * because only so it is known which text came from where: only text of the
 * pattern and dates with slashes make directories. */
#include "plugins/format/naming.h"

#include <string.h>

/* Conversions that GDateTime forms; numbers take a flag that says how to pad. */
#define NUMBERS "CdeGgHIjklmMSuVwyY"
#define WORDS "aAbBcfFhpPrRsTxXzZ"
#define SLASHED "cDx" /* dates that may be written with slashes */
#define OURS "DUW%"   /* GDateTime does not know these, or they are no time */

#define NAME_BYTES 255 /* NAME_MAX of every file system that matters */
#define SOURCE_BYTES 128
#define PART_SUFFIX_BYTES 5 /* ".part" */

typedef enum {
  PART_TEXT,
  PART_CONVERSION, /* from % to the letter */
  PART_SOURCE,
} PartKind;

typedef struct {
  PartKind kind;
  const char *text; /* in the pattern */
  gsize length;
} Part;

G_DEFINE_QUARK (isr_naming_error, isr_naming_error)

static gboolean
fail (GError **error, const char *pattern, const char *at, const char *why)
{
  g_set_error (error, ISR_NAMING_ERROR, ISR_NAMING_ERROR_PATTERN,
      "“%s”, character %ld: %s", pattern,
      g_utf8_pointer_to_offset (pattern, at) + 1, why);
  return FALSE;
}

/* The length of the conversion at @at, 0 if there is none. */
static gsize
conversion_length (const char *at)
{
  gsize colons = strspn (at + 1, ":");
  gsize flags = colons ? 0 : strspn (at + 1, "-_0");
  char letter = at[1 + colons + flags];

  if (letter == '\0' || colons > 1 || flags > 1)
    return 0;
  if (colons)
    return letter == 'z' ? 3 : 0;
  if (flags)
    return strchr (NUMBERS, letter) ? 3 : 0;
  return strchr (NUMBERS WORDS OURS, letter) ? 2 : 0;
}

static gboolean
take_conversion (Part *part, const char *pattern, GError **error)
{
  g_autofree char *why = NULL;
  const char *end;

  part->kind = PART_CONVERSION;
  part->length = conversion_length (part->text);
  if (part->length > 0)
    return TRUE;

  if (part->text[1] == '\0')
    return fail (error, pattern, part->text, "a % at the end; %% makes a percent sign");

  end = part->text + 1 + strspn (part->text + 1, ":-_0^#EO");
  end = *end ? g_utf8_next_char (end) : end;
  why = g_strdup_printf ("unknown conversion “%.*s”; known are %%Y %%m %%d %%H %%M %%S %%f %%z and the others of "
                         "strftime, %%%% makes a percent sign",
      (int) (end - part->text), part->text);
  return fail (error, pattern, part->text, why);
}

/* {word} is a placeholder, any other brace is text. */
static gboolean
take_brace (Part *part, const char *pattern, GError **error)
{
  gsize word = strspn (part->text + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
  g_autofree char *why = NULL;

  if (word == 0 || part->text[1 + word] != '}') {
    part->length = 1;
    return TRUE;
  }

  part->kind = PART_SOURCE;
  part->length = word + 2;
  if (strncmp (part->text, "{source}", part->length) == 0)
    return TRUE;

  why = g_strdup_printf ("unknown placeholder “%.*s”; there is only {source}", (int) part->length, part->text);
  return fail (error, pattern, part->text, why);
}

static gboolean
take_text (Part *part, const char *pattern, GError **error)
{
  part->length = strcspn (part->text, "%{");
  for (const char *c = part->text; c < part->text + part->length; c = g_utf8_next_char (c)) {
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return fail (error, pattern, c, "control characters can not be part of a file name");
  }

  return TRUE;
}

static gboolean
check_whole (const char *pattern, GError **error)
{
  const char *invalid;

  if (!g_utf8_validate (pattern, -1, &invalid)) {
    g_set_error (error, ISR_NAMING_ERROR, ISR_NAMING_ERROR_PATTERN,
        "byte %ld is not UTF-8", (long) (invalid - pattern) + 1);
    return FALSE;
  }
  if (*pattern == '\0')
    return fail (error, pattern, pattern, "empty; " ISR_NAMING_DEFAULT " is the default");
  if (g_str_has_suffix (pattern, "/"))
    return fail (error, pattern, pattern + strlen (pattern) - 1, "ends with a directory; a file name must follow");
  return TRUE;
}

/* The parts of @pattern; NULL with @error. */
static GArray *
parse (const char *pattern, GError **error)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (Part));

  if (!check_whole (pattern, error))
    return NULL;

  for (const char *at = pattern; *at;) {
    Part part = { PART_TEXT, at, 0 };
    gboolean ok = *at == '%'   ? take_conversion (&part, pattern, error)
                  : *at == '{' ? take_brace (&part, pattern, error)
                               : take_text (&part, pattern, error);

    if (!ok)
      return NULL;
    g_array_append_val (parts, part);
    at += part.length;
  }

  return g_steal_pointer (&parts);
}

/* Shortens @text to @max bytes, between characters. */
static void
cap (GString *text, gsize max)
{
  const char *end;

  if (text->len <= max)
    return;

  end = g_utf8_find_prev_char (text->str, text->str + max + 1);
  g_string_truncate (text, end ? end - text->str : 0);
}

/* One part of a path can hold it: no slash if @slash is 0, no control character. */
static void
append_clean (GString *out, const char *text, gboolean slashes)
{
  for (; *text; text = g_utf8_next_char (text)) {
    gunichar c = g_utf8_get_char (text);

    g_string_append_unichar (out, (c == '/' && !slashes) || g_unichar_iscntrl (c) ? '_' : c);
  }
}

static void
append_source (GString *out, const char *source)
{
  g_autofree char *valid = g_utf8_make_valid (source ? source : "", -1);
  g_autoptr (GString) clean = g_string_new (NULL);

  append_clean (clean, *valid ? valid : "_", FALSE);
  if (clean->str[0] == '.')
    clean->str[0] = '_';
  cap (clean, SOURCE_BYTES);
  g_string_append_len (out, clean->str, clean->len);
}

/* Weeks of the year, 00-53; the days before the first @first (0 Sunday, 1 Monday) are week 0. */
static int
week_of_year (GDateTime *time, int first)
{
  int day = g_date_time_get_day_of_year (time) - 1;
  int weekday = (g_date_time_get_day_of_week (time) + 7 - first) % 7;

  return (day + 7 - weekday) / 7;
}

/* GDateTime pads with U+2007, as wide as a digit; strftime and file names with a blank. */
static char *
plain_blanks (char *text)
{
  g_auto (GStrv) pieces = g_strsplit (text ? text : "", "\u2007", -1);

  g_free (text);
  return g_strjoinv (" ", pieces);
}

static void
append_conversion (GString *out, const Part *part, GDateTime *time)
{
  g_autofree char *format = g_strndup (part->text, part->length);
  g_autofree char *text = NULL;
  char letter = format[part->length - 1];

  if (letter == '%')
    text = g_strdup ("%");
  else if (letter == 'U' || letter == 'W')
    text = g_strdup_printf ("%02d", week_of_year (time, letter == 'W'));
  else if (letter == 'D')
    text = g_date_time_format (time, "%m/%d/%y");
  else
    text = plain_blanks (g_date_time_format (time, format));
  append_clean (out, text, strchr (SLASHED, letter) != NULL);
}

/* A directory or file that was formed: it never leads elsewhere, and fits. */
static char *
safe_component (const char *text)
{
  g_autoptr (GString) name = g_string_new (text);

  if (g_str_equal (name->str, ".") || g_str_equal (name->str, ".."))
    name->str[0] = '_';
  cap (name, NAME_BYTES);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

/* Where a directory ends, after @at; text of the pattern alone may be "..". */
static void
append_component (GString *path, GString *component, gboolean literal)
{
  g_auto (GStrv) names = NULL;

  if (literal) {
    cap (component, NAME_BYTES);
    g_string_append_len (path, component->str, component->len);
  } else {
    names = g_strsplit (component->len ? component->str : "_", "/", -1);
    for (guint i = 0; names[i]; i++) {
      g_autofree char *name = safe_component (names[i]);

      g_string_append_printf (path, "%s%s", i ? "/" : "", name);
    }
  }
  g_string_truncate (component, 0);
}

static char *
form (const GArray *parts, const char *source, GDateTime *time)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GString) component = g_string_new (NULL);
  gboolean literal = TRUE;

  for (guint i = 0; i < parts->len; i++) {
    const Part *part = &g_array_index (parts, Part, i);

    if (part->kind == PART_SOURCE)
      append_source (component, source);
    else if (part->kind == PART_CONVERSION)
      append_conversion (component, part, time);
    literal = literal && part->kind == PART_TEXT;
    for (gsize at = 0; part->kind == PART_TEXT && at < part->length; at++) {
      if (part->text[at] != '/') {
        g_string_append_c (component, part->text[at]);
        continue;
      }
      append_component (path, component, literal);
      g_string_append_c (path, '/');
      literal = TRUE;
    }
  }

  append_component (path, component, literal);
  return g_string_free (g_steal_pointer (&path), FALSE);
}

gboolean
isr_naming_check (const char *pattern, GError **error)
{
  g_autoptr (GArray) parts = parse (pattern, error);

  return parts != NULL;
}

static GDateTime *
local_time (GTimeZone *zone, gint64 utc_us)
{
  gint64 us = utc_us % G_TIME_SPAN_SECOND;
  gint64 s = utc_us / G_TIME_SPAN_SECOND - (us < 0);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (s);
  g_autoptr (GDateTime) exact = utc ? g_date_time_add (utc, us < 0 ? us + G_TIME_SPAN_SECOND : us) : NULL;

  return exact ? g_date_time_to_timezone (exact, zone) : NULL;
}

char *
isr_naming_format (const char *pattern, const char *source, GTimeZone *zone, gint64 utc_us)
{
  g_autoptr (GArray) parts = parse (pattern, NULL);
  g_autoptr (GDateTime) time = local_time (zone, utc_us);

  return parts && time ? form (parts, source, time) : NULL;
}

char *
isr_naming_candidate (const char *base, const char *extension, guint n)
{
  const char *slash = strrchr (base, '/');
  const char *name = slash ? slash + 1 : base;
  g_autofree char *dot = g_strconcat (".", extension, NULL);
  g_autofree char *suffix = n > 1 ? g_strdup_printf ("_%u%s", n, dot) : g_strdup (dot);
  g_autoptr (GString) stem = g_string_new (name);

  if (stem->len > strlen (dot) && g_str_has_suffix (name, dot))
    g_string_truncate (stem, stem->len - strlen (dot));
  cap (stem, NAME_BYTES - PART_SUFFIX_BYTES - MIN (strlen (suffix), NAME_BYTES / 2));
  return g_strdup_printf ("%.*s%s%s", (int) (name - base), base, stem->str, suffix);
}
