/* SPDX-License-Identifier: MIT */
/* test-advice.c - the exact texts of the field, each to its one cause. */
#include "daemon/capture/advice.h"

#include <string.h>

static const struct {
  const char *text, *code, *fix; /* @fix: a part of it */
} rows[] = {
  { "arecord: device_list:274: no soundcards found...", "no-sound-devices", "/dev/snd:/dev/snd" },
  { "Recording open error on device 'default': No such file or directory", "no-sound-devices", "/dev/snd:/dev/snd" },
  { "error gathering device information while adding custom device \"/dev/snd\": no such file or directory", "no-host-device", "plug" },
  { "ALSA lib confmisc.c:855:(parse_card) cannot find card '0'", "no-permission", "group_add" },
  { "cannot find card '0'; Unknown PCM default", "default-is-card-0", "hw:CARD=" },
  { "Cannot get card index for Mike", "unknown-card", "--list-devices" },
  { "device “hw:CARD=Mike” can not be opened for recording: No such device", "unknown-card", "--list-devices" },
  { "Device or resource busy", "busy", "sudo fuser -v /dev/snd/pcm" },
  { "Device is being used by another application.", "busy", "shared_mic" },
  { "unable to open slave: Device or resource busy", "ipc-not-shared", "ipc: host" },
  { "Unique IPC key is not defined", "asound-ipc-key", "ipc_key 5678" },
  { "Unknown field ipc_key", "asound-duplicate", "remove one" },
  { "_toplevel_:5:0:Unexpected char", "asound-syntax", "brace" },
  { ":3:1:Unexpected }", "asound-syntax", "brace" },
  { "/etc/asound.conf may be old or corrupted: consider to remove or fix it", "asound-syntax", "brace" },
  { "Cannot open shared library libasound_module_pcm_pulse.so (/usr/lib/alsa-lib/libasound_module_pcm_pulse.so: ...)", "plugin-missing", "libasound2-plugins" },
  { "Unknown PCM mic", "unknown-pcm", "/etc/asound.conf:ro" },
  { "PulseAudio: Unable to connect: Connection refused", "pulse-refused", "PULSE_SERVER" },
  { "PulseAudio: Unable to connect: Access denied", "pulse-denied", "user of the server" },
  { "Failed to connect: Access denied", "pulse-denied", "cookie" },
  { "arecord: set_params:1358: Channels count non available", "channels", "remove channels" },
  { "Could not open device for recording in mono mode.", "channels", "remove channels" },
  { "Warning: rate is not accurate (requested = 96000Hz, got = 48000Hz)", "rate", "remove sample_rate" },
  { "Rate 8000Hz not available for recording", "rate", "remove sample_rate" },
  { "Error recording from audio device. The device has been disconnected.", "disconnected", "c 116:* rmw" },
  { "usb 1-1: 2:1: cannot set freq 44100 to ep 0x82", "overrun", "powered hub" },
  { "cannot submit urb (err -110)", "overrun", "powered hub" },
  { "overrun!!! (at least 12.3 ms long)", "overrun", "faster disk" },
  { "Can't record audio fast enough", "overrun", "faster disk" },
};

static void
test_texts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const IsrAdvice *cause = isr_advice_find (rows[i].text);

    g_assert_cmpstr (cause ? cause->code : rows[i].text, ==, rows[i].code);
    if (!strstr (cause->fix, rows[i].fix))
      g_error ("“%s”: the fix says “%s”, not “%s”", rows[i].text, cause->fix, rows[i].fix);
  }
  g_assert_null (isr_advice_find ("all is well"));
  g_assert_null (isr_advice_find (NULL));
}

/* Every row is reached by a text of the list, and has a code of its own. */
static void
test_rows (void)
{
  guint n;
  const IsrAdvice *causes = isr_advice_list (&n);

  for (guint i = 0; i < n; i++) {
    gboolean reached = FALSE;

    for (guint j = 0; j < G_N_ELEMENTS (rows); j++)
      reached = reached || g_str_equal (rows[j].code, causes[i].code);
    g_assert_true (reached);
    g_assert_true (isr_advice_get (causes[i].code) == &causes[i]);
  }
  g_assert_null (isr_advice_get ("measles"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/advice/texts", test_texts);
  g_test_add_func ("/advice/rows", test_rows);
  return g_test_run ();
}
