/* SPDX-License-Identifier: MIT */
/* devices.c - the list of devices, for people and for programs. */
#include "daemon/cli/devices.h"

#include "daemon/capture/devices.h"

#include <json-glib/json-glib.h>

static gboolean
get_spec (const IsrDevice *device, IsrDeviceSpec *spec)
{
  return device->range.rate_max && isr_device_choose (device, 0, 0, spec, NULL);
}

static void
add_string (JsonBuilder *builder, const char *key, const char *value)
{
  if (!value)
    return;
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder, const char *key, guint value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, value);
}

static void
add_spec (JsonBuilder *builder, const IsrDevice *device)
{
  IsrDeviceSpec spec;

  if (!get_spec (device, &spec))
    return;
  add_number (builder, "rate", spec.rate);
  add_number (builder, "channels", spec.channels);
  json_builder_set_member_name (builder, "rates");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, device->limits.rate_min);
  json_builder_add_int_value (builder, device->limits.rate_max);
  json_builder_end_array (builder);
  add_string (builder, "format", spec.format);
}

static void
add_device (JsonBuilder *builder, const IsrDevice *device)
{
  json_builder_begin_object (builder);
  add_string (builder, "id", device->id);
  add_string (builder, "kind", isr_device_kind_to_string (device->kind));
  add_string (builder, "name", device->name);
  add_string (builder, "card", device->card);
  add_string (builder, "usb", device->usb);
  json_builder_set_member_name (builder, "default");
  json_builder_add_boolean_value (builder, device->is_default);
  add_spec (builder, device);
  add_string (builder, "problem", device->problem);
  json_builder_end_object (builder);
}

char *
isr_cli_devices_to_json (const GPtrArray *devices)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < devices->len; i++)
    add_device (builder, devices->pdata[i]);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

static void
print_json (const GPtrArray *devices)
{
  g_autofree char *text = isr_cli_devices_to_json (devices);

  g_print ("%s\n", text);
}

static char *
describe_spec (const IsrDevice *device)
{
  IsrDeviceSpec spec;

  if (!get_spec (device, &spec))
    return g_strdup ("?");
  return g_strdup_printf ("%u Hz %u ch %s", spec.rate, spec.channels, spec.format);
}

/* Columns of a terminal. */
static int
measure (const char *text)
{
  int columns = 0;

  for (const char *p = text; *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    columns += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2
                                                                    : 1;
  }
  return columns;
}

/* printf counts bytes. */
static void
print_row (int width, const char *id, const char *kind, const char *spec, const char *name)
{
  g_print ("%s%*s  %-8s  %-20s  %s\n", id, width - measure (id), "", kind, spec, name);
}

static int
get_width (GPtrArray *devices)
{
  int width = 2;

  for (guint i = 0; i < devices->len; i++)
    width = MAX (width, measure (((IsrDevice *) devices->pdata[i])->id));
  return width;
}

static void
print_text (GPtrArray *devices)
{
  int width = get_width (devices);

  print_row (width, "ID", "KIND", "NATIVE", "NAME");
  for (guint i = 0; i < devices->len; i++) {
    const IsrDevice *device = devices->pdata[i];
    g_autofree char *spec = describe_spec (device);
    g_autofree char *name = g_strconcat (device->name, device->is_default ? device->kind == ISR_DEVICE_MONITOR ? " [monitor]" : " [default]" : "", NULL);

    print_row (width, device->id, isr_device_kind_to_string (device->kind), spec, name);
    if (device->usb)
      g_print ("%*s  device = %s, if there are two of them: the socket it is plugged in\n", width, "", device->usb);
    if (device->problem)
      g_print ("%*s  %s\n", width, "", device->problem);
  }
}

int
isr_cli_devices (gboolean json)
{
  g_autoptr (GPtrArray) devices = isr_devices_list ();

  if (json)
    print_json (devices);
  else if (devices->len)
    print_text (devices);
  if (!devices->len)
    g_printerr ("isr: no sound card, no PCM in asound.conf, and no PulseAudio or PipeWire server that answers.\n"
                "In a container, pass /dev/snd (--device /dev/snd) or the socket of the sound server (PULSE_SERVER).\n");
  return 0;
}
