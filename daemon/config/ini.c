/* SPDX-License-Identifier: MIT */
/* ini.c - an INI text as sections and entries that know where they stand.
 *
 * GKeyFile alone would not do: it knows no lines, merges doubled sections and
 * keys without a word, and takes a comment after a value for a part of it. So
 * this scan reads the lines, and hands GKeyFile what it is good at: each value,
 * to be validated and freed of its escapes. The scan never gives up: a line that
 * can not be understood is a problem, and the next one is read. */
#include "daemon/config/ini.h"

#include <string.h>

#include "daemon/config/problem.h"

typedef struct {
  IsrIni *ini;
  IsrIniSection *section; /* NULL: before the first one, or in one that has no name */
  gboolean orphans_said;  /* "before the first section" is said once */
  guint line;
  GKeyFile *values; /* reads the escapes */
  GPtrArray *problems;
} Scan;

static void
entry_free (gpointer data)
{
  IsrIniEntry *self = data;

  g_free (self->section);
  g_free (self->key);
  g_free (self->value);
  g_free (self->where);
  g_free (self);
}

static void
section_free (gpointer data)
{
  IsrIniSection *self = data;

  g_free (self->name);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

void
isr_ini_free (IsrIni *self)
{
  g_free (self->name);
  g_ptr_array_unref (self->sections);
  g_free (self);
}

IsrIniSection *
isr_ini_get_section (const IsrIni *self, const char *name)
{
  for (guint i = 0; i < self->sections->len; i++) {
    IsrIniSection *section = g_ptr_array_index (self->sections, i);

    if (g_str_equal (section->name, name))
      return section;
  }
  return NULL;
}

IsrIniSection *
isr_ini_add_section (IsrIni *self, const char *name, guint line)
{
  IsrIniSection *section = g_new0 (IsrIniSection, 1);

  section->name = g_strdup (name);
  section->line = line;
  section->entries = g_ptr_array_new_with_free_func (entry_free);
  g_ptr_array_add (self->sections, section);
  return section;
}

static IsrIniEntry *
find_entry (const IsrIniSection *self, const char *key)
{
  for (guint i = 0; i < self->entries->len; i++) {
    IsrIniEntry *entry = g_ptr_array_index (self->entries, i);

    if (g_str_equal (entry->key, key))
      return entry;
  }
  return NULL;
}

const IsrIniEntry *
isr_ini_section_get (const IsrIniSection *self, const char *key)
{
  const IsrIniEntry *entry = find_entry (self, key);

  return entry && entry->value ? entry : NULL;
}

void
isr_ini_section_set (IsrIniSection *self, const char *key, const char *value, const char *where, guint line)
{
  IsrIniEntry *entry = find_entry (self, key);

  if (!entry) {
    entry = g_new0 (IsrIniEntry, 1);
    entry->section = g_strdup (self->name);
    entry->key = g_strdup (key);
    g_ptr_array_add (self->entries, entry);
  }
  g_free (entry->value);
  entry->value = value && *value ? g_strdup (value) : NULL;
  g_free (entry->where);
  entry->where = g_strdup (where);
  entry->line = line;
}

/* The text up to a comment: # or ; at the start or after a blank. */
static void
cut_comment (char *text)
{
  for (char *p = text; *p; p++)
    if ((*p == '#' || *p == ';') && (p == text || g_ascii_isspace (p[-1]))) {
      *p = '\0';
      break;
    }
}

static gboolean
has_control (const char *text)
{
  for (; *text; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

/* What is wrong with "[NAME]" (@name: from behind the bracket), NULL: nothing. */
static const char *
split_header (char *name)
{
  char *end = strchr (name, ']');

  if (!end)
    return "the closing bracket is missing: write [name]";
  *end++ = '\0';
  cut_comment (end);
  if (*g_strstrip (end))
    return "there is text behind the section's name: write it on a line of its own";
  if (!*g_strstrip (name))
    return "the section has no name: write [name]";
  if (strchr (name, '[') || has_control (name))
    return "a section's name can not hold brackets or control characters";
  return NULL;
}

static void
scan_header (Scan *self, char *line)
{
  char *name = line + 1;
  const char *mistake = split_header (name);
  IsrIniSection *first;

  self->orphans_said = TRUE;
  self->section = NULL;
  if (mistake) {
    isr_problem_add (self->problems, TRUE, self->ini->name, self->line, "%s", mistake);
    return;
  }
  first = isr_ini_get_section (self->ini, name);
  if (first)
    isr_problem_add (self->problems, TRUE, self->ini->name, self->line,
        "section [%s] is there already, in line %u: join the two or give one another name", name, first->line);
  self->section = first ? first : isr_ini_add_section (self->ini, name, self->line);
}

static gboolean
is_key (const char *text)
{
  for (const char *p = text; *p; p++)
    if (!g_ascii_isalnum (*p) && *p != '_' && *p != '-' && *p != '.')
      return FALSE;
  return *text != '\0';
}

static gboolean
ends_in_escape (const char *raw)
{
  gsize size = strlen (raw);
  gsize n = 0;

  while (n < size && raw[size - 1 - n] == '\\')
    n++;
  return n % 2 == 1;
}

/* Frees @raw of its escapes. NULL: there is a wrong one. (GKeyFile warns when it
 * finds a second one at the end, so that is looked at before.) */
static char *
unescape (Scan *self, const char *raw)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;

  if (ends_in_escape (raw))
    return NULL;
  g_key_file_set_value (self->values, "value", "value", raw);
  value = g_key_file_get_string (self->values, "value", "value", &error);
  return error ? NULL : g_steal_pointer (&value);
}

static gboolean
is_quoted (const char *value)
{
  gsize length = strlen (value);

  return length > 1 && (value[0] == '"' || value[0] == '\'') && value[length - 1] == value[0];
}

static void
take_entry (Scan *self, const char *key, const char *raw)
{
  const char *name = self->ini->name;
  g_autofree char *value = unescape (self, raw);
  const IsrIniEntry *first = find_entry (self->section, key);

  if (first) {
    isr_problem_add (self->problems, TRUE, name, self->line,
        "[%s] %s: is set already, in line %u: remove one of the two", self->section->name, key, first->line);
    return;
  }
  if (!value)
    isr_problem_add (self->problems, TRUE, name, self->line,
        "[%s] %s: a backslash that stands for itself is written \\\\ (\\s is a blank, \\t a tab, \\n a new line)", self->section->name, key);
  else if (is_quoted (value))
    isr_problem_add (self->problems, FALSE, name, self->line,
        "[%s] %s: the quotes count as part of the value; values need none", self->section->name, key);
  isr_ini_section_set (self->section, key, value, name, self->line);
}

static void
scan_entry (Scan *self, char *line)
{
  char *equals;

  if (!self->section) {
    if (!self->orphans_said)
      isr_problem_add (self->problems, TRUE, self->ini->name, self->line,
          "there is text before the first section: write [general] above it");
    self->orphans_said = TRUE;
    return;
  }
  cut_comment (line);
  equals = strchr (line, '=');
  if (equals)
    *equals = '\0';
  if (!equals || !is_key (g_strstrip (line))) {
    isr_problem_add (self->problems, TRUE, self->ini->name, self->line,
        "[%s]: this line can not be understood: write “key = value”, or # before a comment", self->section->name);
    return;
  }
  take_entry (self, line, g_strstrip (equals + 1));
}

/* @line as valid UTF-8, with the mistake said. */
static char *
check_bytes (Scan *self, const char *line, gsize length)
{
  const char *end;

  if (!g_utf8_validate_len (line, length, &end))
    isr_problem_add (self->problems, TRUE, self->ini->name, self->line,
        "byte 0x%02x in column %d is not UTF-8: save the file as UTF-8", (guchar) *end, (int) (end - line) + 1);
  return g_utf8_make_valid (line, length);
}

static void
scan_line (Scan *self, const char *text, gsize length)
{
  g_autofree char *line = check_bytes (self, text, length);

  g_strstrip (line);
  if (*line == '[')
    scan_header (self, line);
  else if (*line && *line != '#' && *line != ';')
    scan_entry (self, line);
}

IsrIni *
isr_ini_parse (const char *name, const char *text, gsize length, GPtrArray *problems)
{
  g_autoptr (GKeyFile) values = g_key_file_new ();
  IsrIni *ini = g_new0 (IsrIni, 1);
  Scan scan = { .ini = ini, .values = values, .problems = problems };
  const char *end = text + length;

  ini->name = g_strdup (name);
  ini->sections = g_ptr_array_new_with_free_func (section_free);
  if (length >= 3 && memcmp (text, "\xEF\xBB\xBF", 3) == 0)
    text += 3;
  while (text < end) {
    const char *newline = memchr (text, '\n', end - text);
    const char *stop = newline ? newline : end;

    scan.line++;
    scan_line (&scan, text, stop - text);
    text = newline ? newline + 1 : end;
  }
  return ini;
}
