/* SPDX-License-Identifier: MIT */
/* devices-pulse.c - sources and monitors, asked with libpulse.
 *
 * GStreamer's device provider gives every source the whole range that the server
 * could convert to; a 48 kHz mono microphone would be recorded as 44.1 kHz
 * stereo. The server itself tells the true sample spec. */
#include "daemon/capture/devices-pulse.h"

#include <pulse/pulseaudio.h>

#define LIMIT (2 * G_TIME_SPAN_SECOND)

typedef struct {
  GPtrArray *devices;
  char *default_source;
  char *default_monitor; /* of the default sink */
  gboolean done;
} Answer;

static const char *
to_gst_format (pa_sample_format_t format)
{
  switch (format) {
    case PA_SAMPLE_S32LE:
    case PA_SAMPLE_S32BE:
      return "S32LE";
    case PA_SAMPLE_S24_32LE:
    case PA_SAMPLE_S24_32BE:
      return "S24_32LE";
    case PA_SAMPLE_S24LE:
    case PA_SAMPLE_S24BE:
      return "S24LE";
    case PA_SAMPLE_FLOAT32LE:
    case PA_SAMPLE_FLOAT32BE:
      return "F32LE";
    default:
      return "S16LE";
  }
}

static void
on_source (pa_context *context, const pa_source_info *info, int end, void *data)
{
  Answer *answer = data;
  gboolean is_monitor = info && info->monitor_of_sink != PA_INVALID_INDEX;
  IsrDevice *device;

  if (end || !info) {
    answer->done = TRUE;
    return;
  }
  device = isr_device_new (is_monitor ? ISR_DEVICE_MONITOR : ISR_DEVICE_PULSE, info->name, info->description ? info->description : info->name);
  device->source = g_strdup (info->name);
  device->is_default = g_strcmp0 (info->name, is_monitor ? answer->default_monitor : answer->default_source) == 0;
  device->range = (IsrDeviceRange){
    info->sample_spec.rate, info->sample_spec.rate,
    info->sample_spec.channels, info->sample_spec.channels,
    to_gst_format (info->sample_spec.format)
  };
  device->limits = (IsrDeviceRange){ 1, PA_RATE_MAX, 1, PA_CHANNELS_MAX, NULL };
  g_ptr_array_add (answer->devices, device);
}

static void
on_server (pa_context *context, const pa_server_info *info, void *data)
{
  Answer *answer = data;

  if (info) {
    answer->default_source = g_strdup (info->default_source_name);
    answer->default_monitor = info->default_sink_name ? g_strconcat (info->default_sink_name, ".monitor", NULL) : NULL;
  }
  pa_operation_unref (pa_context_get_source_info_list (context, on_source, answer));
}

static void
on_state (pa_context *context, void *data)
{
  Answer *answer = data;
  pa_context_state_t state = pa_context_get_state (context);

  if (state == PA_CONTEXT_READY)
    pa_operation_unref (pa_context_get_server_info (context, on_server, answer));
  else if (!PA_CONTEXT_IS_GOOD (state))
    answer->done = TRUE;
}

static void
iterate (pa_mainloop *loop, Answer *answer)
{
  gint64 until = g_get_monotonic_time () + LIMIT;
  gint64 left;

  while (!answer->done && (left = until - g_get_monotonic_time ()) > 0)
    if (pa_mainloop_prepare (loop, left) < 0 || pa_mainloop_poll (loop) < 0 || pa_mainloop_dispatch (loop) < 0)
      return;
}

void
isr_devices_pulse_list (const char *server, GPtrArray *devices)
{
  pa_mainloop *loop = pa_mainloop_new ();
  pa_context *context = pa_context_new (pa_mainloop_get_api (loop), "isr");
  Answer answer = { devices };

  pa_context_set_state_callback (context, on_state, &answer);
  if (pa_context_connect (context, server, PA_CONTEXT_NOAUTOSPAWN, NULL) >= 0)
    iterate (loop, &answer);
  pa_context_set_state_callback (context, NULL, NULL);
  pa_context_disconnect (context);
  pa_context_unref (context);
  pa_mainloop_free (loop);
  g_free (answer.default_source);
  g_free (answer.default_monitor);
}
