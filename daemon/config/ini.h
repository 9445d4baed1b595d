/* SPDX-License-Identifier: MIT */
/* ini.h - an INI text as sections and entries that know where they stand.
 *
 *   # a comment          ; another one
 *   [section]
 *   key = value          # a comment needs a blank before it: a#b is a value
 *   key =                an empty value: as if the line were not there
 *
 * Blanks and tabs around names and values do not count; a byte order mark and
 * CRLF are fine. In a value \s is a blank, \t a tab, \n a new line, \r a return
 * and \\ a backslash: `\s#` is how a value holds a blank before a #. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *section;
  char *key;
  char *value; /* unescaped; NULL: unset */
  char *where; /* the file, the variable or the option that said it */
  guint line;  /* 0: not from a file */
} IsrIniEntry;

typedef struct {
  char *name;
  guint line;         /* 0: not from a file */
  GPtrArray *entries; /* IsrIniEntry, in order, each key once */
} IsrIniSection;

typedef struct {
  char *name;          /* of the text, for messages */
  GPtrArray *sections; /* IsrIniSection, in order, each name once */
} IsrIni;

/* Never NULL: what can not be read is in @problems, all else in the result. */
IsrIni *isr_ini_parse (const char *name, const char *text, gsize length, GPtrArray *problems);
void isr_ini_free (IsrIni *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrIni, isr_ini_free)

IsrIniSection *isr_ini_get_section (const IsrIni *self, const char *name);
IsrIniSection *isr_ini_add_section (IsrIni *self, const char *name, guint line);

/* An entry that is set, else NULL. */
const IsrIniEntry *isr_ini_section_get (const IsrIniSection *self, const char *key);

/* Takes the place of an entry with that key. @value NULL: unset. */
void isr_ini_section_set (IsrIniSection *self, const char *key, const char *value, const char *where, guint line);

G_END_DECLS
