/* SPDX-License-Identifier: MIT */
/* app-config.c - the search for a configuration, and the first look without one. */
#include "daemon/app-config.h"

#include "daemon/capture/devices.h"
#include "daemon/core/error.h"

static IsrConfig *
load_built_in (const IsrCommandLine *line, const char *const *environ_, GPtrArray *problems)
{
  gboolean demo = line->demo || !isr_devices_have_default ();

  g_printerr ("isr: %s: recording %s\n", line->demo ? "--demo" : "no config.ini here and none in /etc/isr",
      demo ? (line->demo ? "the demo scene" : "the demo scene, for there is no sound card") : "the default sound card");
  return isr_config_load_text ("built-in configuration", demo ? isr_config_get_demo_text () : isr_config_get_default_text (),
      environ_, (const char *const *) line->overrides, problems);
}

static IsrConfig *
load (const IsrCommandLine *line, GPtrArray *problems)
{
  g_auto (GStrv) environ_ = g_get_environ ();
  g_autofree char *found = line->config || line->demo ? g_strdup (line->config) : isr_config_find ();

  if (!found)
    return load_built_in (line, (const char *const *) environ_, problems);
  return isr_config_load (found, (const char *const *) environ_, (const char *const *) line->overrides, problems);
}

static IsrConfig *
load_archive (const IsrCommandLine *line, GPtrArray *problems)
{
  g_auto (GStrv) environ_ = g_get_environ ();
  g_autofree char *found = line->config ? g_strdup (line->config) : isr_config_find ();

  return isr_config_load_archive (found, (const char *const *) environ_, (const char *const *) line->overrides, problems);
}

IsrConfig *
isr_app_config_load_doubtful (const IsrCommandLine *line, GPtrArray *problems)
{
  g_auto (GStrv) environ_ = g_get_environ ();
  g_autofree char *found = line->config ? g_strdup (line->config) : isr_config_find ();

  if (found)
    return isr_config_load (found, (const char *const *) environ_, (const char *const *) line->overrides, problems);
  return isr_config_load_text ("built-in configuration", isr_config_get_default_text (), (const char *const *) environ_, (const char *const *) line->overrides, problems);
}

static char *
join (GPtrArray *problems)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < problems->len; i++) {
    const IsrConfigProblem *problem = g_ptr_array_index (problems, i);

    g_string_append_printf (text, "%s%s", i ? "\nisr: " : "", problem->text);
  }
  return g_string_free (text, FALSE);
}

typedef IsrConfig *(*Loader) (const IsrCommandLine *line, GPtrArray *problems);

static IsrConfig *
load_and_tell (const IsrCommandLine *line, Loader loader, GError **error)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = loader (line, problems);
  g_autofree char *text = join (problems);

  if (!config)
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_CONFIG, text);
  else if (problems->len)
    g_printerr ("isr: %s\n", text);
  return g_steal_pointer (&config);
}

IsrConfig *
isr_app_config_load (const IsrCommandLine *line, GError **error)
{
  return load_and_tell (line, load, error);
}

static gboolean
is_in_place (const IsrConfig *config, const IsrConfig *current)
{
  return g_str_equal (config->output_directory, current->output_directory) && g_str_equal (config->state_directory, current->state_directory);
}

static IsrConfig *
load_in_place (const IsrCommandLine *line, const IsrConfig *current, GPtrArray *problems)
{
  g_autofree char *output = g_strconcat ("general.output_directory=", current->output_directory, NULL);
  g_autofree char *state = g_strconcat ("storage.state_directory=", current->state_directory, NULL);
  g_autoptr (GStrvBuilder) overrides = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  IsrCommandLine there = *line;

  g_strv_builder_addv (overrides, (const char **) line->overrides);
  g_strv_builder_add_many (overrides, output, state, NULL);
  there.overrides = all = g_strv_builder_end (overrides);
  g_ptr_array_set_size (problems, 0);
  return load (&there, problems);
}

IsrConfig *
isr_app_config_load_again (const IsrCommandLine *line, const IsrConfig *current, GPtrArray *problems, gboolean *pinned)
{
  IsrCommandLine same = *line;
  g_autoptr (IsrConfig) config = NULL;

  same.config = current->path;
  config = load (&same, problems);
  *pinned = config && !is_in_place (config, current);
  return *pinned ? load_in_place (&same, current, problems) : g_steal_pointer (&config);
}

IsrConfig *
isr_app_config_load_archive (const IsrCommandLine *line, GError **error)
{
  return load_and_tell (line, load_archive, error);
}

/* DIR, or the CONFIG of an archive. */
IsrConfig *
isr_app_config_load_serve (const IsrCommandLine *line, GError **error)
{
  const char *path = line->paths[0];
  gboolean directory = path && g_file_test (path, G_FILE_TEST_IS_DIR);
  IsrCommandLine as_said = *line;
  IsrConfig *config;

  if (path && !g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "there is no “%s”: “isr serve” takes the directory of an archive, or the configuration of one", path);
    return NULL;
  }
  as_said.config = directory ? NULL : (char *) path;
  config = isr_app_config_load_archive (&as_said, error);
  if (config && directory)
    isr_config_set_archive (config, path);
  else if (config && !config->path) /* nobody configured the sources that are built in */
    g_ptr_array_set_size (config->sources, 0);
  return config;
}

gboolean
isr_app_config_check_devices (const IsrConfig *config, GError **error)
{
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < config->sources->len; i++) {
    const IsrSourceConfig *source = g_ptr_array_index (config->sources, i);
    g_autoptr (GError) wrong = NULL;

    if (source->type != ISR_SOURCE_SOUNDCARD)
      return TRUE;
    if (!devices)
      devices = isr_devices_list ();
    if (isr_device_match (devices, source->device, &wrong))
      return TRUE;
    if (!first)
      g_set_error (&first, ISR_ERROR, ISR_ERROR_CONFIG, "[%s] %s", source->name, wrong->message);
  }
  if (!first)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
