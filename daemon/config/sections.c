/* SPDX-License-Identifier: MIT */
/* sections.c - which sections there may be, and which keys each may hold.
 *
 * A section is reserved, or it is a source and has a `type`. Here only names are
 * judged: values are read by the loader. */
#include "daemon/config/sections.h"

#include "daemon/config/nearest.h"
#include "daemon/config/problem.h"

static const struct {
  const char *name;
  guint group;
  gboolean later; /* this version has nothing of it */
} reserved[] = {
  { "general", ISR_GROUP_GENERAL },
  { "web", ISR_GROUP_WEB },
  { "storage", ISR_GROUP_STORAGE },
  { "hooks", ISR_GROUP_HOOKS },
#ifdef ISR_WITH_MQTT
  { "mqtt", ISR_GROUP_MQTT },
#else
  { "mqtt", ISR_GROUP_MQTT, TRUE },
#endif
};

static guint
find_reserved (const char *name)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (reserved) && !g_str_equal (reserved[i].name, name))
    i++;
  return i;
}

gboolean
isr_section_is_reserved (const char *name)
{
  return find_reserved (name) < G_N_ELEMENTS (reserved);
}

guint
isr_section_get_group (const IsrIniSection *self)
{
  guint i = find_reserved (self->name);
  const IsrIniEntry *type = isr_ini_section_get (self, "type");
  IsrSourceConfig source = { 0 };

  if (i < G_N_ELEMENTS (reserved))
    return reserved[i].group;
  if (!type || !isr_option_apply (isr_options_find (ISR_GROUP_SOURCES, "type"), type->value, NULL, &source, NULL))
    return 0;
  return ISR_GROUP_STREAM << source.type;
}

char *
isr_section_hint (const IsrIni *ini, const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *nearest;

  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (!reserved[i].later)
      g_ptr_array_add (names, (gpointer) reserved[i].name);
  for (guint i = 0; ini && i < ini->sections->len; i++)
    g_ptr_array_add (names, ((IsrIniSection *) g_ptr_array_index (ini->sections, i))->name);
  nearest = isr_nearest (name, names);
  return nearest ? g_strdup_printf ("; did you mean [%s]?", nearest) : g_strdup ("");
}

/* A key that is known, but elsewhere: "belongs to [web]". NULL: it is nowhere. */
static char *
find_home (const char *key)
{
  guint n, home = 0;
  const IsrOption *options = isr_options_get (&n);
  g_autofree char *name = NULL;

  for (guint i = 0; i < n; i++)
    if (g_str_equal (options[i].key, key))
      home |= options[i].groups;
  name = isr_groups_describe (home);
  return home ? g_strdup_printf ("belongs to %s, not here", name) : NULL;
}

static void
check_unknown (const IsrIniEntry *entry, guint group, GPtrArray *problems)
{
  g_autofree char *home = find_home (entry->key);
  g_autoptr (GPtrArray) keys = isr_options_list_keys (group);
  const char *nearest = home ? NULL : isr_nearest (entry->key, keys);
  g_autoptr (GString) text = g_string_new (home ? home : "is no key that this section knows");

  if (nearest)
    g_string_append_printf (text, "; did you mean %s?", nearest);
  else if (!home)
    for (guint i = 0; i < keys->len; i++)
      g_string_append_printf (text, "%s%s", i == 0 ? "; there are " : ", ", (char *) g_ptr_array_index (keys, i));
  isr_problem_add (problems, TRUE, entry->where, entry->line, "[%s] %s: %s", entry->section, entry->key, text->str);
}

static void
check_keys (const IsrIniSection *section, guint group, GPtrArray *problems)
{
  for (guint i = 0; i < section->entries->len; i++) {
    const IsrIniEntry *entry = g_ptr_array_index (section->entries, i);
    const IsrOption *option = isr_options_find (group, entry->key);

    if (!option)
      check_unknown (entry, group, problems);
    else if (option->later && entry->value)
      isr_problem_add (problems, FALSE, entry->where, entry->line,
          "[%s] %s: is not supported by this version and has no effect", entry->section, entry->key);
  }
}

/* What type the keys of a section without one speak for: "", or a sentence. */
static const char *
guess_type (const IsrIniSection *section)
{
  if (isr_ini_section_get (section, "url"))
    return " (it has a url: type = stream)";
  if (isr_ini_section_get (section, "device"))
    return " (it has a device: type = soundcard)";
  return "";
}

static void
check_typeless (const IsrIni *ini, const IsrIniSection *section, GPtrArray *problems)
{
  g_autofree char *hint = isr_section_hint (NULL, section->name);

  isr_problem_add (problems, TRUE, ini->name, section->line,
      "[%s] is no section that is known, and no source either: a source has a line “type = stream”, soundcard or test%s%s",
      section->name, guess_type (section), hint);
}

void
isr_sections_check (const IsrIni *ini, GPtrArray *problems)
{
  for (guint i = 0; i < ini->sections->len; i++) {
    const IsrIniSection *section = g_ptr_array_index (ini->sections, i);
    guint known = find_reserved (section->name);
    guint group = isr_section_get_group (section);

    if (known < G_N_ELEMENTS (reserved) && reserved[known].later)
      isr_problem_add (problems, FALSE, ini->name, section->line,
          "section [%s] is not supported by this version and has no effect", section->name);
    else if (!group && !isr_ini_section_get (section, "type"))
      check_typeless (ini, section, problems);
    else
      check_keys (section, group ? group : ISR_GROUP_SOURCES, problems);
  }
}
