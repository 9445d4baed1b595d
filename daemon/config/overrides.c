/* SPDX-License-Identifier: MIT */
/* overrides.c - the environment and -o, put over what the file says.
 *
 * A variable can not be split into section and key by itself (both hold _), so
 * each is compared with the names that the sections there are would give. What
 * fits none is somebody else's (Kubernetes sets ISR_SERVICE_HOST and the like
 * for a service that is called isr), unless it is nearly right: then it is a
 * typing mistake and said. An override is for ISR alone: its mistakes are fatal. */
#include "daemon/config/overrides.h"

#include <string.h>

#include "daemon/config/nearest.h"
#include "daemon/config/options.h"
#include "daemon/config/problem.h"
#include "daemon/config/sections.h"

#define PREFIX "ISR_"

typedef struct {
  char *section;
  char *key;
  const char *value;
  char *where; /* "-o SECTION.KEY": never the value, which may be a secret */
} Override;

static void
override_clear (Override *self)
{
  g_free (self->section);
  g_free (self->key);
  g_free (self->where);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Override, override_clear)

/* FALSE: it has not the form SECTION.KEY=VALUE. */
static gboolean
override_parse (Override *self, const char *text)
{
  const char *equals = strchr (text, '=');
  g_autofree char *name = equals ? g_strndup (text, equals - text) : g_strdup (text);
  char *dot = strrchr (name, '.');

  self->where = g_strdup_printf ("-o %s", name);
  if (!equals || !dot || dot == name || !dot[1])
    return FALSE;
  self->section = g_strstrip (g_strndup (name, dot - name));
  self->key = g_strstrip (g_strdup (dot + 1));
  self->value = equals + 1;
  return *self->section && *self->key;
}

/* Begins the sections that an override gives a type, and reserved ones. */
static void
begin_section (IsrIni *ini, const char *text)
{
  g_auto (Override) override = { 0 };

  if (!override_parse (&override, text) || isr_ini_get_section (ini, override.section))
    return;
  if (g_str_equal (override.key, "type") || isr_section_is_reserved (override.section))
    isr_ini_add_section (ini, override.section, 0);
}

static void
apply_override (IsrIni *ini, const char *text, GPtrArray *problems)
{
  g_auto (Override) override = { 0 };
  g_autofree char *hint = NULL;
  IsrIniSection *section;

  if (!override_parse (&override, text)) {
    isr_problem_add (problems, TRUE, override.where, 0, "an override is written SECTION.KEY=VALUE, such as general.split_minutes=10");
    return;
  }
  section = isr_ini_get_section (ini, override.section);
  if (section) {
    isr_ini_section_set (section, override.key, override.value, override.where, 0);
    return;
  }
  hint = isr_section_hint (ini, override.section);
  isr_problem_add (problems, TRUE, override.where, 0,
      "a new source begins with -o %s.type=stream, soundcard or test; there is no section [%s] yet%s",
      override.section, override.section, hint);
}

static char *
variable_name (const char *section, const char *key)
{
  g_autofree char *name = g_strdup_printf (PREFIX "%s_%s", section, key);

  for (char *p = name; *p; p++)
    *p = g_ascii_isalnum (*p) ? g_ascii_toupper (*p) : '_';
  return g_steal_pointer (&name);
}

typedef struct {
  const char *name; /* of the variable */
  const char *value;
  const IsrIniSection *taken; /* the section that it was for */
  guint distance;             /* of the nearest name */
  char *nearest;
} Variable;

/* Does with @self what the variable's name has to do with @name, the variable
 * for @key of @section. */
typedef void (*Compare) (Variable *self, IsrIniSection *section, const char *key, const char *name, GPtrArray *problems);

static void
compare_all (Variable *self, const IsrIni *ini, Compare compare, GPtrArray *problems)
{
  guint n;
  const IsrOption *options = isr_options_get (&n);

  for (guint i = 0; i < ini->sections->len; i++) {
    IsrIniSection *section = g_ptr_array_index (ini->sections, i);
    guint group = isr_section_get_group (section);

    for (guint j = 0; j < n; j++) {
      g_autofree char *name = variable_name (section->name, options[j].key);

      if (options[j].groups & (group ? group : ISR_GROUP_SOURCES))
        compare (self, section, options[j].key, name, problems);
    }
  }
}

static void
take (Variable *self, IsrIniSection *section, const char *key, const char *name, GPtrArray *problems)
{
  if (!g_str_equal (name, self->name) || self->taken == section)
    return;
  if (self->taken) {
    isr_problem_add (problems, FALSE, self->name, 0, "this variable means [%s] and [%s]; it is taken for [%s] alone",
        self->taken->name, section->name, self->taken->name);
    return;
  }
  isr_ini_section_set (section, key, self->value, self->name, 0);
  self->taken = section;
}

static void
find_nearest (Variable *self, IsrIniSection *section, const char *key, const char *name, GPtrArray *problems)
{
  guint distance = isr_edit_distance (self->name, name);

  if (distance >= self->distance)
    return;
  self->distance = distance;
  g_free (self->nearest);
  self->nearest = g_strdup (name);
}

static void
apply_variable (IsrIni *ini, const char *name, const char *value, GPtrArray *problems)
{
  Variable self = { .name = name, .value = value, .distance = 3 };

  if (!g_utf8_validate (value, -1, NULL)) {
    isr_problem_add (problems, FALSE, name, 0, "the value is not UTF-8; the variable has no effect");
    return;
  }
  compare_all (&self, ini, take, problems);
  if (self.taken)
    return;
  compare_all (&self, ini, find_nearest, problems);
  if (self.nearest)
    isr_problem_add (problems, FALSE, name, 0, "this variable has no effect; did you mean %s?", self.nearest);
  g_free (self.nearest);
}

/* The sections that variables may speak of even when the file has none. */
static void
begin_reserved (IsrIni *ini)
{
  static const char *const names[] = { "general", "web", "storage" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!isr_ini_get_section (ini, names[i]))
      isr_ini_add_section (ini, names[i], 0);
}

void
isr_overrides_apply (IsrIni *ini, const char *const *environ_, const char *const *overrides, GPtrArray *problems)
{
  begin_reserved (ini);
  for (guint i = 0; overrides && overrides[i]; i++)
    if (g_utf8_validate (overrides[i], -1, NULL))
      begin_section (ini, overrides[i]);
  for (guint i = 0; environ_ && environ_[i]; i++) {
    g_auto (GStrv) pair = g_strsplit (environ_[i], "=", 2);

    if (g_str_has_prefix (pair[0], PREFIX) && pair[1] && *pair[1])
      apply_variable (ini, pair[0], pair[1], problems);
  }
  for (guint i = 0; overrides && overrides[i]; i++)
    if (g_utf8_validate (overrides[i], -1, NULL))
      apply_override (ini, overrides[i], problems);
    else
      isr_problem_add (problems, TRUE, "-o", 0, "override %u is not UTF-8", i + 1);
}
