/* SPDX-License-Identifier: MIT */
/* test-device.c - which device a string means, over a made-up machine. */
#include "daemon/capture/device.h"
#include "daemon/core/error.h"

#include <string.h>

static IsrDevice *
add (GPtrArray *devices, IsrDeviceKind kind, const char *id, const char *card, const char *name)
{
  IsrDevice *device = isr_device_new (kind, id, name);

  device->card = g_strdup (card);
  g_ptr_array_add (devices, device);
  return device;
}

static GPtrArray *
make_machine (void)
{
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_device_free);

  add (devices, ISR_DEVICE_CARD, "hw:CARD=PCH,DEV=0", "PCH", "HDA Intel PCH, ALC257 Analog");
  add (devices, ISR_DEVICE_CARD, "hw:CARD=PCH,DEV=2", "PCH", "HDA Intel PCH, ALC257 Alt Analog");
  add (devices, ISR_DEVICE_CARD, "hw:CARD=Mic,DEV=0", "Mic", "Blue Yeti, USB Audio")->usb = g_strdup ("usb:0000:00:14.0/1.4");
  add (devices, ISR_DEVICE_PCM, "shared_mic", NULL, "shared_mic (asound.conf: dsnoop)");
  add (devices, ISR_DEVICE_PULSE, "alsa_input.pci", NULL, "Built-in Audio")->is_default = TRUE;
  add (devices, ISR_DEVICE_MONITOR, "hdmi.monitor", NULL, "Monitor of HDMI");
  add (devices, ISR_DEVICE_MONITOR, "speaker.monitor", NULL, "Monitor of Speaker")->is_default = TRUE;
  return devices;
}

static void
test_found (void)
{
  static const struct {
    const char *wanted, *id;
  } rows[] = {
    { "hw:CARD=PCH,DEV=2", "hw:CARD=PCH,DEV=2" },
    { "PCH", "hw:CARD=PCH,DEV=0" },
    { "Mic", "hw:CARD=Mic,DEV=0" }, /* the card, although shared_mic has it too */
    { "shared_mic", "shared_mic" },
    { "default", "alsa_input.pci" },
    { "monitor", "speaker.monitor" },
    { "yeti", "hw:CARD=Mic,DEV=0" },
    { "ALC257 ALT", "hw:CARD=PCH,DEV=2" },
    { "hdmi", "hdmi.monitor" },
    { "usb:0000:00:14.0/1.4", "hw:CARD=Mic,DEV=0" },
  };
  g_autoptr (GPtrArray) devices = make_machine ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    const IsrDevice *found = isr_device_match (devices, rows[i].wanted, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (found->id, ==, rows[i].id);
  }
}

static void
assert_none (GPtrArray *devices, const char *wanted, const char *const *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (isr_device_match (devices, wanted, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_DEVICE);
  for (; *words; words++)
    if (!strstr (error->message, *words))
      g_error ("“%s” is not in “%s”", *words, error->message);
}

static void
test_not_found (void)
{
  g_autoptr (GPtrArray) devices = make_machine (), nothing = g_ptr_array_new ();

  assert_none (devices, "intel", (const char *[]){ "2 things", "hw:CARD=PCH,DEV=0", "hw:CARD=PCH,DEV=2", NULL });
  assert_none (devices, "shraed_mic", (const char *[]){ "not there", "nearest is “shared_mic”", "--list-devices", NULL });
  assert_none (devices, "pch2", (const char *[]){ "hw:CARD=PCH,DEV=0", NULL });
  assert_none (nothing, "default", (const char *[]){ "no sound card", NULL });
}

static void
test_no_default (void)
{
  g_autoptr (GPtrArray) devices = make_machine ();

  for (guint i = 0; i < devices->len; i++)
    ((IsrDevice *) devices->pdata[i])->is_default = FALSE;
  assert_none (devices, "default", (const char *[]){ "there is none", NULL });
  assert_none (devices, "monitor", (const char *[]){ "2 things", "hdmi.monitor", NULL });
}

/* What a device has, what is asked for, what comes out. */
static void
test_choose (void)
{
  static const struct {
    IsrDeviceRange range;
    guint rate, channels;
    guint got_rate, got_channels;
    const char *complaint;
  } rows[] = {
    { { 48000, 48000, 1, 1, "S16LE" }, 0, 0, 48000, 1, NULL },
    { { 44100, 192000, 2, 2, "S32LE" }, 0, 0, 48000, 2, NULL },
    { { 44100, 192000, 2, 2, "S32LE" }, 96000, 2, 96000, 2, NULL },
    { { 8000, 44100, 1, 2, "S16LE" }, 0, 1, 44100, 1, NULL },
    { { 48000, 48000, 8, 8, "S32LE" }, 0, 0, 48000, 8, NULL },
    { { 1, 384000, 1, 32, "S32LE" }, 0, 0, 48000, 2, NULL },
    { { 0, 0, 0, 0, NULL }, 0, 0, 48000, 2, NULL },
    { { 48000, 48000, 1, 1, "S16LE" }, 44100, 0, 0, 0, "has 48000 Hz, not 44100; remove sample_rate" },
    { { 44100, 48000, 2, 2, "S16LE" }, 96000, 0, 0, 0, "has 44100 to 48000 Hz, not 96000" },
    { { 48000, 48000, 1, 1, "S16LE" }, 0, 2, 0, 0, "remove channels" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    IsrDevice device = { .id = (char *) "d", .range = rows[i].range, .limits = rows[i].range };
    IsrDeviceSpec spec;
    gboolean ok = isr_device_choose (&device, rows[i].rate, rows[i].channels, &spec, &error);

    g_assert_cmpint (ok, ==, rows[i].complaint == NULL);
    if (ok) {
      g_assert_cmpuint (spec.rate, ==, rows[i].got_rate);
      g_assert_cmpuint (spec.channels, ==, rows[i].got_channels);
      g_assert_cmpstr (spec.format, ==, rows[i].range.format ? rows[i].range.format : "S16LE");
    } else {
      g_assert_nonnull (strstr (error->message, rows[i].complaint));
    }
  }
}

/* What converts takes more than it has. */
static void
test_converts (void)
{
  IsrDevice device = { .id = (char *) "d", .range = { 48000, 48000, 1, 1, "S16LE" }, .limits = { 1, 384000, 1, 32 } };
  IsrDeviceSpec spec;

  g_assert_true (isr_device_choose (&device, 0, 0, &spec, NULL));
  g_assert_cmpuint (spec.rate, ==, 48000);
  g_assert_cmpuint (spec.channels, ==, 1);
  g_assert_true (isr_device_choose (&device, 16000, 2, &spec, NULL));
  g_assert_cmpuint (spec.rate, ==, 16000);
  g_assert_cmpuint (spec.channels, ==, 2);
}

static void
test_card (void)
{
  static const struct {
    IsrDeviceKind kind;
    const char *id, *card, *expected;
  } rows[] = {
    { ISR_DEVICE_CARD, "hw:CARD=Mic,DEV=0", "Mic", "Mic" },
    { ISR_DEVICE_PCM, "plughw:CARD=Mic,DEV=0", NULL, "Mic" },
    { ISR_DEVICE_PCM, "hw:1,0", NULL, "1" },
    { ISR_DEVICE_PCM, "shared_mic", NULL, NULL },
    { ISR_DEVICE_PULSE, "alsa_input.usb:1", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (IsrDevice) device = isr_device_new (rows[i].kind, rows[i].id, "name");
    g_autofree char *card = NULL;

    device->card = g_strdup (rows[i].card);
    card = isr_device_dup_card (device);
    g_assert_cmpstr (card, ==, rows[i].expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/device/found", test_found);
  g_test_add_func ("/device/not-found", test_not_found);
  g_test_add_func ("/device/no-default", test_no_default);
  g_test_add_func ("/device/choose", test_choose);
  g_test_add_func ("/device/converts", test_converts);
  g_test_add_func ("/device/card", test_card);
  return g_test_run ();
}
