/* SPDX-License-Identifier: MIT */
/* devices.c - the three families of devices as one list. */
#include "daemon/capture/devices.h"

#include "daemon/capture/devices-alsa.h"
#include "daemon/capture/devices-pulse.h"
#include "daemon/core/error.h"

#include <string.h>

static GPtrArray *
list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) isr_device_free);
}

/* Without a sound server that has a default of its own, ALSA's own `default`
 * when somebody defined one, else the first card. */
static void
mark_default (GPtrArray *devices)
{
  IsrDevice *first = NULL;

  for (guint i = 0; i < devices->len; i++) {
    IsrDevice *device = devices->pdata[i];

    if (device->is_default && device->kind != ISR_DEVICE_MONITOR)
      return;
    if (device->kind == ISR_DEVICE_PCM && g_str_equal (device->id, "default"))
      first = device;
    else if (device->kind == ISR_DEVICE_CARD && !first)
      first = device;
  }
  if (first)
    first->is_default = TRUE;
}

GPtrArray *
isr_devices_list (void)
{
  GPtrArray *devices = list_new ();

  isr_devices_alsa_list_cards (devices);
  isr_devices_alsa_list_pcms (devices);
  isr_devices_pulse_list (NULL, devices);
  mark_default (devices);
  return devices;
}

/* The source that a PCM leads to; only its server knows the true rate. */
static const IsrDevice *
find_source (GPtrArray *sources, const char *name)
{
  for (guint i = 0; i < sources->len; i++) {
    const IsrDevice *source = sources->pdata[i];

    if (name ? g_str_equal (source->id, name) : source->is_default && source->kind == ISR_DEVICE_PULSE)
      return source;
  }
  return NULL;
}

/* A PCM of type pulse takes every rate and has none of its own. It is recorded
 * without the detour through libasound, too: alsasrc of GStreamer 1.22 never
 * comes back from reading it when the server has died. */
static void
ask_server (IsrDevice *device)
{
  g_autofree char *server = NULL, *name = NULL;
  g_autoptr (GPtrArray) sources = NULL;
  const IsrDevice *source;
  gboolean direct;

  if (!isr_devices_alsa_get_pulse (device->id, &server, &name, &direct))
    return;
  sources = list_new ();
  isr_devices_pulse_list (server, sources);
  if (!(source = find_source (sources, name)))
    return;
  device->range = source->range;
  if (direct) {
    device->server = g_steal_pointer (&server);
    device->source = g_strdup (source->id);
  }
}

/* “default” is in every alsa.conf; only one that people defined counts. */
static gboolean
is_alsa_name (const char *wanted)
{
  if (g_str_equal (wanted, "default") || g_str_has_prefix (wanted, "usb:"))
    return FALSE;
  return strchr (wanted, ':') || isr_devices_alsa_has_pcm (wanted);
}

IsrDevice *
isr_devices_resolve (const char *wanted, GError **error)
{
  g_autoptr (IsrDevice) device = NULL;

  if (is_alsa_name (wanted)) {
    device = isr_device_new (ISR_DEVICE_PCM, wanted, wanted);
  } else {
    g_autoptr (GPtrArray) devices = isr_devices_list ();
    const IsrDevice *found = isr_device_match (devices, wanted, error);

    if (!found)
      return NULL;
    device = isr_device_copy (found);
  }
  if (device->kind == ISR_DEVICE_CARD || device->kind == ISR_DEVICE_PCM) {
    if (!isr_devices_alsa_measure (device, error))
      return NULL;
    ask_server (device);
  }
  return g_steal_pointer (&device);
}

char *
isr_devices_get_server (const char *wanted)
{
  g_autofree char *source = NULL;
  char *server = NULL;
  gboolean direct;

  if (is_alsa_name (wanted))
    isr_devices_alsa_get_pulse (wanted, &server, &source, &direct);
  return server;
}

gboolean
isr_devices_have_default (void)
{
  g_autoptr (GPtrArray) devices = isr_devices_list ();

  for (guint i = 0; i < devices->len; i++) {
    const IsrDevice *device = devices->pdata[i];

    if (device->is_default && device->kind != ISR_DEVICE_MONITOR)
      return TRUE;
  }
  return FALSE;
}
