/* SPDX-License-Identifier: MIT */
/* load.c - from a text to an IsrConfig.
 *
 *   text -> ini.c -> overrides.c -> sections.c (names) -> here (values) -> checks.c (sense)
 *
 * Every step goes on after a mistake, so that all of them are told at once; only
 * at the end it is decided whether there is a configuration at all. */
#include "daemon/config/config-private.h"

#include <string.h>

#include "daemon/config/checks.h"
#include "daemon/config/ini.h"
#include "daemon/config/options.h"
#include "daemon/config/overrides.h"
#include "daemon/config/problem.h"
#include "daemon/config/sections.h"

#define SIZE_MAX_BYTES (1024 * 1024)

static void
apply_entry (const IsrOption *option, const IsrIniEntry *entry, IsrConfig *config, IsrSourceConfig *source, GPtrArray *problems)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *right = NULL;

  if (isr_option_apply (option, entry->value, config, source, &error))
    return;
  right = isr_option_describe (option);
  isr_problem_add (problems, TRUE, entry->where, entry->line, "[%s] %s: %s; it takes %s", entry->section, entry->key, error->message, right);
}

/* The built-in defaults of all options of @group, which are right by themselves. */
static void
apply_defaults (guint group, IsrConfig *config, IsrSourceConfig *source)
{
  guint n;
  const IsrOption *options = isr_options_get (&n);

  for (guint i = 0; i < n; i++)
    if (options[i].groups & group && options[i].fallback)
      isr_option_apply (&options[i], options[i].fallback, config, source, NULL);
}

/* What @section says about options of @group. */
static void
apply_section (const IsrIniSection *section, guint group, IsrConfig *config, IsrSourceConfig *source, GPtrArray *problems)
{
  for (guint i = 0; section && i < section->entries->len; i++) {
    const IsrIniEntry *entry = g_ptr_array_index (section->entries, i);
    const IsrOption *option = isr_options_find (group, entry->key);

    if (entry->value && option && !option->later)
      apply_entry (option, entry, config, source, problems);
  }
}

/* What [general] says for sources of @group. */
static void
inherit (const IsrIniSection *general, guint group, IsrSourceConfig *source, GPtrArray *problems)
{
  for (guint i = 0; general && i < general->entries->len; i++) {
    const IsrIniEntry *entry = g_ptr_array_index (general->entries, i);
    const IsrOption *option = isr_options_find (group, entry->key);

    if (entry->value && option && option->groups & ISR_GROUP_GENERAL && !option->later)
      apply_entry (option, entry, NULL, source, problems);
  }
}

static void
read_source (IsrConfig *config, const IsrIni *ini, const IsrIniSection *section, GPtrArray *problems)
{
  guint group = isr_section_get_group (section);
  g_autoptr (IsrSourceConfig) source = isr_source_config_new ();

  source->name = g_strdup (section->name);
  source->line = section->line;
  apply_defaults (group ? group : ISR_GROUP_SOURCES, NULL, source);
  inherit (isr_ini_get_section (ini, "general"), group, source, problems);
  apply_section (section, group ? group : ISR_GROUP_SOURCES, NULL, source, problems);
  if (group)
    g_ptr_array_add (config->sources, g_steal_pointer (&source));
}

static void
read_reserved (IsrConfig *config, const IsrIni *ini, GPtrArray *problems)
{
  const IsrIniSection *general = isr_ini_get_section (ini, "general");
  g_autoptr (IsrSourceConfig) scratch = isr_source_config_new ();

  apply_defaults (ISR_GROUP_GENERAL | ISR_GROUP_WEB | ISR_GROUP_STORAGE | ISR_GROUP_HOOKS | ISR_GROUP_MQTT, config, NULL);
  apply_section (general, ISR_GROUP_GENERAL, config, scratch, problems);
  apply_section (isr_ini_get_section (ini, "web"), ISR_GROUP_WEB, config, NULL, problems);
  apply_section (isr_ini_get_section (ini, "storage"), ISR_GROUP_STORAGE, config, NULL, problems);
  apply_section (isr_ini_get_section (ini, "hooks"), ISR_GROUP_HOOKS, config, NULL, problems);
  apply_section (isr_ini_get_section (ini, "mqtt"), ISR_GROUP_MQTT, config, NULL, problems);
  if (!config->state_directory)
    config->state_directory = g_strdup (config->output_directory);
  if (!config->allow_origins)
    config->allow_origins = g_new0 (char *, 1);
}

static IsrConfig *
read_config (const IsrIni *ini, GPtrArray *problems)
{
  IsrConfig *config = isr_config_new ();

  read_reserved (config, ini, problems);
  for (guint i = 0; i < ini->sections->len; i++) {
    const IsrIniSection *section = g_ptr_array_index (ini->sections, i);

    if (!isr_section_is_reserved (section->name) && isr_ini_section_get (section, "type"))
      read_source (config, ini, section, problems);
  }
  return config;
}

static IsrConfig *
load (const char *path, const char *name, const char *text, gsize length, gboolean need_source,
    const char *const *environ_, const char *const *overrides, GPtrArray *problems)
{
  guint first = problems->len;
  g_autoptr (IsrIni) ini = isr_ini_parse (name, text, length, problems);
  g_autoptr (IsrConfig) config = NULL;

  isr_overrides_apply (ini, environ_, overrides, problems);
  isr_sections_check (ini, problems);
  config = read_config (ini, problems);
  config->path = g_strdup (path);
  isr_checks_run (config, ini, need_source, problems);
  isr_problems_sort (problems, first);
  return isr_problems_are_fatal (problems, first) ? NULL : g_steal_pointer (&config);
}

static IsrConfig *
load_file (const char *path, gboolean need_source, const char *const *environ_, const char *const *overrides, GPtrArray *problems)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &error))
    isr_problem_add (problems, TRUE, path, 0, "the configuration can not be read: %s", error->message);
  else if (length > SIZE_MAX_BYTES)
    isr_problem_add (problems, TRUE, path, 0, "this is no configuration: it is larger than 1 MiB");
  else if (length >= 2 && (memcmp (text, "\xFF\xFE", 2) == 0 || memcmp (text, "\xFE\xFF", 2) == 0))
    isr_problem_add (problems, TRUE, path, 0, "the file is written in UTF-16: save it as UTF-8");
  else
    return load (path, path, text, length, need_source, environ_, overrides, problems);
  return NULL;
}

IsrConfig *
isr_config_load (const char *path, const char *const *environ_, const char *const *overrides, GPtrArray *problems)
{
  if (!path)
    return isr_config_load_text ("built-in configuration", isr_config_get_default_text (), environ_, overrides, problems);
  return load_file (path, TRUE, environ_, overrides, problems);
}

IsrConfig *
isr_config_load_archive (const char *path, const char *const *environ_, const char *const *overrides, GPtrArray *problems)
{
  const char *text = isr_config_get_default_text ();

  return path ? load_file (path, FALSE, environ_, overrides, problems) : load (NULL, "built-in configuration", text, strlen (text), FALSE, environ_, overrides, problems);
}

IsrConfig *
isr_config_load_text (const char *name, const char *text, const char *const *environ_, const char *const *overrides, GPtrArray *problems)
{
  return load (NULL, name, text, strlen (text), TRUE, environ_, overrides, problems);
}
