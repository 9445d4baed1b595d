/* SPDX-License-Identifier: MIT */
/* test-capture-devices.c - what a machine has, asked of a real libasound and a
 * real PulseAudio. */
#include "daemon/capture/devices.h"
#include "daemon/core/error.h"

#include <string.h>

#include "tests/daemon/fixture-pulse.h"

#define ASOUND                                                                 \
  "pcm.shared_mic { type pulse server \"@SERVER@\" device \"mic.monitor\" }\n" \
  "ctl.shared_mic { type pulse server \"@SERVER@\" device \"mic.monitor\" }\n"

static const char *const sinks[] = {
  "sink_name=mic format=s16le rate=48000 channels=1 channel_map=mono",
  "sink_name=room format=s32le rate=96000 channels=2",
  NULL
};

typedef struct {
  FixturePulse *pulse;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->pulse = fixture_pulse_start (sinks, ASOUND);
  if (!f->pulse)
    g_test_skip ("pulseaudio is not installed");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->pulse, fixture_pulse_stop);
}

static const IsrDevice *
find (GPtrArray *devices, const char *id, guint times)
{
  const IsrDevice *found = NULL;
  guint n = 0;

  for (guint i = 0; i < devices->len; i++)
    if (g_str_equal (((IsrDevice *) devices->pdata[i])->id, id)) {
      found = devices->pdata[i];
      n++;
    }
  g_assert_cmpuint (n, ==, times);
  return found;
}

static void
assert_spec (const IsrDevice *device, guint rate, guint channels, const char *format)
{
  IsrDeviceSpec spec;

  g_assert_true (isr_device_choose (device, 0, 0, &spec, NULL));
  g_assert_cmpuint (spec.rate, ==, rate);
  g_assert_cmpuint (spec.channels, ==, channels);
  g_assert_cmpstr (spec.format, ==, format);
}

/* The PCM of asound.conf and the sources of the server, each once; nothing of
 * what comes with ALSA itself. */
static void
test_list (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = NULL;
  const IsrDevice *device;

  if (!f->pulse)
    return;
  devices = isr_devices_list ();
  g_assert_cmpint (find (devices, "shared_mic", 1)->kind, ==, ISR_DEVICE_PCM);
  device = find (devices, "mic.monitor", 1);
  g_assert_cmpint (device->kind, ==, ISR_DEVICE_MONITOR);
  assert_spec (device, 48000, 1, "S16LE");
  assert_spec (find (devices, "room.monitor", 1), 96000, 2, "S32LE");
  find (devices, "null", 0);
  find (devices, "pulse", 0);
  find (devices, "sysdefault", 0);
  find (devices, "default", 0);
  for (guint i = 0; i < devices->len; i++)
    find (devices, ((IsrDevice *) devices->pdata[i])->id, 1);
}

/* A mono microphone stays one, on all ways to it. */
static void
test_native (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *wanted, *id;
    guint rate, channels;
    const char *format;
  } rows[] = {
    { "shared_mic", "shared_mic", 48000, 1, "S16LE" },
    { "mic.monitor", "mic.monitor", 48000, 1, "S16LE" },
    { "MIC.MON", "mic.monitor", 48000, 1, "S16LE" },
    { "room", "room.monitor", 96000, 2, "S32LE" },
  };

  for (guint i = 0; f->pulse && i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (IsrDevice) device = isr_devices_resolve (rows[i].wanted, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (device->id, ==, rows[i].id);
    assert_spec (device, rows[i].rate, rows[i].channels, rows[i].format);
  }
}

static void
assert_complaint (const char *wanted, const char *const *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrDevice) device = isr_devices_resolve (wanted, &error);

  g_assert_null (device);
  g_assert_error (error, ISR_ERROR, ISR_ERROR_DEVICE);
  for (; *words; words++)
    if (!strstr (error->message, *words))
      g_error ("“%s” is not in “%s”", *words, error->message);
}

static void
test_complaints (Fixture *f, gconstpointer data)
{
  if (!f->pulse)
    return;
  assert_complaint ("shraed_mic", (const char *[]){ "nearest is “shared_mic”", NULL });
  assert_complaint ("monitor.", (const char *[]){ "not there", NULL });
  assert_complaint ("Null Output", (const char *[]){ "can be 2 things", "mic.monitor", "room.monitor", NULL });
  assert_complaint ("hw:CARD=Nothing,DEV=0", (const char *[]){ "No such", "ALSA says", "Nothing", NULL });
}

/* A monitor is no microphone: without any other source there is no default. */
static void
test_default (Fixture *f, gconstpointer data)
{
  static const char *const remap[] = { "load-module", "module-remap-source", "master=mic.monitor", "source_name=yeti", NULL };
  static const char *const choose[] = { "set-default-source", "yeti", NULL };
  g_autoptr (IsrDevice) device = NULL, monitor = NULL;

  if (!f->pulse)
    return;
  g_assert_false (isr_devices_have_default ());
  fixture_pulse_ctl (f->pulse, remap);
  fixture_pulse_ctl (f->pulse, choose);
  g_assert_true (isr_devices_have_default ());
  device = isr_devices_resolve ("default", NULL);
  g_assert_cmpstr (device->id, ==, "yeti");
  g_assert_cmpint (device->kind, ==, ISR_DEVICE_PULSE);
  monitor = isr_devices_resolve ("monitor", NULL);
  g_assert_cmpint (monitor->kind, ==, ISR_DEVICE_MONITOR);
}

/* One who writes pcm.!default means it; broken definitions are listed with ALSA's
 * own words, and do no harm to the others. */
static void
test_asound (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = NULL;

  if (!f->pulse)
    return;
  fixture_pulse_write_asound (f->pulse, ASOUND
      "pcm.!default { type plug slave.pcm shared_mic }\n"
      "pcm.no_key { type dsnoop slave.pcm \"hw:0\" }\n"
      "pcm.described { type plug slave.pcm shared_mic hint { description \"The door\" } }\n");
  devices = isr_devices_list ();
  g_assert_nonnull (strstr (find (devices, "no_key", 1)->problem, "Unique IPC key is not defined"));
  g_assert_nonnull (strstr (find (devices, "described", 1)->name, "The door"));
  g_assert_true (find (devices, "default", 1)->is_default);
  g_assert_null (find (devices, "shared_mic", 1)->problem);
  g_assert_true (isr_devices_have_default ());
}

static void
test_nothing (void)
{
  g_autoptr (GPtrArray) devices = NULL;

  g_setenv ("PULSE_SERVER", "unix:/nonexistent/sock", TRUE);
  g_setenv ("ALSA_CONFIG_PATH", "/usr/share/alsa/alsa.conf", TRUE);
  devices = isr_devices_list ();
  find (devices, "mic.monitor", 0);
  find (devices, "shared_mic", 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/capture/devices/list", Fixture, NULL, set_up, test_list, tear_down);
  g_test_add ("/capture/devices/native", Fixture, NULL, set_up, test_native, tear_down);
  g_test_add ("/capture/devices/complaints", Fixture, NULL, set_up, test_complaints, tear_down);
  g_test_add ("/capture/devices/default", Fixture, NULL, set_up, test_default, tear_down);
  g_test_add ("/capture/devices/asound", Fixture, NULL, set_up, test_asound, tear_down);
  g_test_add_func ("/capture/devices/nothing", test_nothing);
  return g_test_run ();
}
