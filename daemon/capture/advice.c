/* SPDX-License-Identifier: MIT */
/* advice.c - the table. The texts are exactly those of alsa-lib 1.2.8, alsa-utils,
 * GStreamer 1.22, PulseAudio 16 and Docker; other versions keep most of them. */
#include "daemon/capture/advice.h"

#include <string.h>

/* clang-format off */
static const IsrAdvice rows[] = {
  { "no-host-device", { "error gathering device information while adding custom device" }, "/dev/snd",
    "the host has no sound device, so Docker can not pass one into the container",
    "plug the device in and load its driver on the host (sudo modprobe snd-usb-audio), or remove the /dev/snd line from compose.yml" },
  { "plugin-missing", { "Cannot open shared library" }, NULL,
    "a plugin of ALSA that asound.conf asks for is not installed here",
    "sudo apt install libasound2-plugins (in the image, never by mounting the host's libraries)" },
  { "asound-syntax", { "Unexpected char", "Unexpected }", "may be old or corrupted" }, NULL,
    "asound.conf has a syntax error, and with it every device fails",
    "mend the brace or quote at the line that is named" },
  { "asound-ipc-key", { "Unique IPC key is not defined" }, NULL,
    "the dsnoop device of asound.conf has no ipc_key",
    "add a line to it: ipc_key 5678" },
  { "asound-duplicate", { "Unknown field" }, NULL,
    "asound.conf defines a device twice, and ALSA merges both field by field, or it has a field that its type does not know",
    "remove one of the two definitions" },
  { "ipc-not-shared", { "unable to open slave", "unable to create IPC semaphore", "unable to create IPC shm instance" }, "usy",
    "the dsnoop device can not join the other recorders of the card: they are in another IPC namespace, have another ipc_key, or hold the card itself",
    "give all containers `ipc: host` and all asound.conf the same ipc_key with ipc_perm 0666; let every program record the dsnoop device (shared_mic), none hw:" },
  { "busy", { "Device or resource busy", "Device is being used by another application", "in use by another process" }, NULL,
    "another process holds the sound card",
    "name it with: sudo fuser -v /dev/snd/pcmC*c - then stop it, or let both record a dsnoop device (shared_mic, see docker/asound.conf)" },
  { "pulse-denied", { "PulseAudio: Unable to connect: Access denied", "Failed to connect: Access denied" }, NULL,
    "the sound server does not let this user in: another uid, or a cookie that is not the server's",
    "run ISR as the user of the server (user: \"1000:1000\") and mount its cookie: ~/.config/pulse/cookie" },
  { "pulse-refused", { "PulseAudio: Unable to connect", "Failed to connect: Connection refused", "Failed to connect: Connection terminated" }, NULL,
    "no sound server answers: none runs, or its socket is not in the container",
    "mount the socket and name it: -v /run/user/1000/pulse/native:/pulse -e PULSE_SERVER=unix:/pulse, as the same uid" },
  { "default-is-card-0", { "cannot find card '0'" }, "Unknown PCM default",
    "ALSA's default is card 0, and there is no card 0: the microphone has another number, or this user may not see it",
    "write the card's id, such as device = hw:CARD=Device,DEV=0 (isr --list-devices shows it)" },
  { "no-permission", { "cannot find card '0'", "Permission denied" }, NULL,
    "this user may not open the sound devices: it is not in their group",
    "sudo usermod -aG audio $USER; in a container group_add with the number that `stat -c %g /dev/snd/*` prints" },
  { "no-sound-devices", { "no soundcards found", "Recording open error on device 'default': No such file or directory" }, NULL,
    "there is no sound device here: in a container /dev/snd was not passed in, on a host there is no card",
    "docker run --device /dev/snd, in compose.yml devices: [\"/dev/snd:/dev/snd\"]" },
  { "unknown-card", { "Cannot get card index", "No such device" }, NULL,
    "there is no card of that id: it is spelled otherwise or unplugged",
    "isr --list-devices lists the ids" },
  { "unknown-pcm", { "Unknown PCM" }, NULL,
    "no asound.conf here defines that device; a container does not see the host's",
    "mount it: -v /etc/asound.conf:/etc/asound.conf:ro" },
  { "channels", { "Channels count non available", "Could not open device for recording in mono mode", "Could not open device for recording in stereo mode" }, NULL,
    "the device does not have that number of channels",
    "remove channels from the source: the device's own are recorded" },
  { "rate", { "rate is not accurate", "not available for recording" }, NULL,
    "the device does not have that sample rate",
    "remove sample_rate from the source: the device's own is recorded" },
  { "disconnected", { "The device has been disconnected", "has been disconnected" }, NULL,
    "the device went away: unplugged, or its power failed; a container with fixed device nodes does not see it come back",
    "bind-mount /dev/snd and add device_cgroup_rules: [\"c 116:* rmw\"]; name the card by its id" },
  { "overrun", { "cannot set freq", "err -110", "overrun!!!", "Can't record audio fast enough" }, NULL,
    "samples are lost between the device and us: power or USB hub, or a machine that is too busy",
    "use a powered hub or another port, stop what loads the machine, record to a faster disk; dmesg | grep -i usb shows the bus's errors" },
};
/* clang-format on */

static gboolean
speaks_of (const IsrAdvice *cause, const char *text)
{
  if (cause->also && !strstr (text, cause->also))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (cause->texts) && cause->texts[i]; i++)
    if (strstr (text, cause->texts[i]))
      return TRUE;
  return FALSE;
}

const IsrAdvice *
isr_advice_list (guint *n)
{
  *n = G_N_ELEMENTS (rows);
  return rows;
}

const IsrAdvice *
isr_advice_find (const char *text)
{
  for (guint i = 0; text && i < G_N_ELEMENTS (rows); i++)
    if (speaks_of (&rows[i], text))
      return &rows[i];
  return NULL;
}

const IsrAdvice *
isr_advice_get (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].code, code))
      return &rows[i];
  return NULL;
}
