/* SPDX-License-Identifier: MIT */
/* config.c - the configuration as a value: made, shared, released, searched. */
#include "daemon/config/config-private.h"

#include <gio/gio.h>

#include "daemon/config/isr-config-resources.h"

#define RESOURCE "/isr/config/"

const char *
isr_source_type_to_string (IsrSourceType type)
{
  static const char *const names[] = { "stream", "soundcard", "test" };

  g_return_val_if_fail (type < G_N_ELEMENTS (names), NULL);
  return names[type];
}

IsrSourceConfig *
isr_source_config_new (void)
{
  IsrSourceConfig *self = g_new0 (IsrSourceConfig, 1);

  self->keep_days = ISR_KEEP_AS_STORAGE;
  return self;
}

void
isr_source_config_free (IsrSourceConfig *self)
{
  g_free (self->name);
  g_free (self->output_directory);
  g_free (self->filename_pattern);
  g_free (self->timezone);
  g_free (self->mode);
  g_free (self->format);
  g_free (self->url);
  g_free (self->username);
  g_free (self->password);
  g_free (self->http_source);
  g_free (self->device);
  g_free (self->scene);
  g_free (self);
}

IsrConfig *
isr_config_new (void)
{
  IsrConfig *self = g_atomic_rc_box_new0 (IsrConfig);

  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_config_free);
  return self;
}

void
isr_config_set_archive (IsrConfig *self, const char *directory)
{
  g_autofree char *path = g_canonicalize_filename (directory, NULL);

  if (g_str_equal (path, self->output_directory))
    return;
  g_free (self->output_directory);
  g_free (self->state_directory);
  self->state_directory = g_strdup (path);
  self->output_directory = g_steal_pointer (&path);
  g_ptr_array_set_size (self->sources, 0);
}

IsrConfig *
isr_config_ref (IsrConfig *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
config_clear (gpointer data)
{
  IsrConfig *self = data;

  g_free (self->path);
  g_ptr_array_unref (self->sources);
  g_free (self->output_directory);
  g_free (self->state_directory);
  g_free (self->timezone);
  g_free (self->log_file);
  g_free (self->mode);
  g_free (self->listen_host);
  g_free (self->web_password_file);
  g_free (self->tls_certificate);
  g_free (self->tls_key);
  g_strfreev (self->allow_origins);
  g_free (self->on_state);
  g_free (self->on_file);
  g_free (self->on_gap);
  g_free (self->on_event);
  g_free (self->webhook);
  g_strfreev (self->webhook_events);
  g_free (self->mqtt_host);
  g_free (self->mqtt_username);
  g_free (self->mqtt_password);
  g_free (self->mqtt_ca_file);
  g_free (self->mqtt_topic);
  g_free (self->mqtt_discovery_prefix);
}

void
isr_config_unref (IsrConfig *self)
{
  g_atomic_rc_box_release_full (self, config_clear);
}

const IsrSourceConfig *
isr_config_get_source (const IsrConfig *self, const char *name)
{
  for (guint i = 0; i < self->sources->len; i++) {
    const IsrSourceConfig *source = g_ptr_array_index (self->sources, i);

    if (g_str_equal (source->name, name))
      return source;
  }
  return NULL;
}

char *
isr_config_find (void)
{
  static const char *const paths[] = { "config.ini", "/etc/isr/config.ini" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_file_test (paths[i], G_FILE_TEST_EXISTS))
      return g_strdup (paths[i]);
  return NULL;
}

/* The resource lies uncompressed in the program, a zero byte behind it. */
static const char *
get_text (const char *name)
{
  g_autofree char *path = g_strconcat (RESOURCE, name, NULL);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (isr_config_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  return bytes ? g_bytes_get_data (bytes, NULL) : "";
}

const char *
isr_config_get_default_text (void)
{
  return get_text ("config.default.ini");
}

const char *
isr_config_get_demo_text (void)
{
  return get_text ("config.demo.ini");
}
