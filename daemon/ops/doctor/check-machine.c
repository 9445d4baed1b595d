/* SPDX-License-Identifier: MIT */
/* check-machine.c - from the outside in: where are we, what is plugged in, which
 * nodes are there, may we open them, which cards do they make.
 *
 * A missing sound device is a failure only when a configured card is dead: a
 * recorder of streams needs none. */
#include "daemon/ops/doctor/exam.h"

#include <string.h>

#define HOST_COMMAND "arecord -l; arecord -D plughw:1,0 -f cd -d 3 /dev/null"

/* The first capture device, as arecord on the host would be told; a card has the same
 * id there. */
static char *
make_host_command (const IsrExam *self)
{
  for (guint i = 0; i < self->cards->len; i++) {
    const IsrCard *card = self->cards->pdata[i];

    if (card->id && card->captures->len)
      return g_strdup_printf ("arecord -l; arecord -D plughw:CARD=%s,DEV=%u -f cd -d 3 /dev/null", card->id, g_array_index (card->captures, guint, 0));
  }
  return g_strdup (HOST_COMMAND);
}

void
isr_check_place (const IsrExam *self, IsrReport *report)
{
  g_autofree char *command = make_host_command (self);
  gboolean wanted = isr_exam_has_type (self, ISR_SOURCE_SOUNDCARD);

  if (!self->container)
    isr_report_add (report, ISR_CHECK_OK, "host", "place", NULL, "ISR runs on the host itself, in no container");
  else
    isr_report_add (report, ISR_CHECK_OK, "container", "place", wanted ? command : NULL, "ISR runs in a container (%s)%s", self->container,
        wanted ? "; to tell the host's fault from the container's, run one command on the host: what fails there too is no matter of the container" : "");
}

/* --- USB --- */

static gboolean
is_audio (const char *device, const GPtrArray *all)
{
  g_autofree char *prefix = g_strconcat (device, ":", NULL);

  for (guint i = 0; i < all->len; i++) {
    g_autofree char *path = g_strdup_printf ("/sys/bus/usb/devices/%s/bInterfaceClass", (char *) all->pdata[i]);
    g_autofree char *class = g_str_has_prefix (all->pdata[i], prefix) ? isr_system_read (path) : NULL;

    if (g_strcmp0 (class, "01") == 0)
      return TRUE;
  }
  return FALSE;
}

static GString *
list_usb (guint *n)
{
  g_autoptr (GPtrArray) all = isr_system_list ("/sys/bus/usb/devices", NULL);
  GString *text = g_string_new (NULL);

  *n = 0;
  for (guint i = 0; i < all->len; i++) {
    g_autofree char *path = g_strdup_printf ("/sys/bus/usb/devices/%s/product", (char *) all->pdata[i]);
    g_autofree char *product = NULL;

    if (strchr (all->pdata[i], ':') || !is_audio (all->pdata[i], all))
      continue;
    product = isr_system_read (path);
    g_string_append_printf (text, "%s%s (%s)", *n ? ", " : "", product ? product : "unnamed", (char *) all->pdata[i]);
    *n += 1;
  }
  return text;
}

void
isr_check_usb (const IsrExam *self, IsrReport *report)
{
  guint n;
  g_autoptr (GString) names = list_usb (&n);

  if (!isr_system_exists ("/sys/bus/usb"))
    isr_report_add (report, ISR_CHECK_OK, "usb-devices", "USB", NULL, "there is no USB bus to be seen here");
  else if (!n)
    isr_report_add (report, ISR_CHECK_OK, "usb-devices", "USB", NULL, "no audio device is plugged in");
  else if (!self->cards->len)
    isr_report_add (report, isr_exam_lacks_card (self) ? ISR_CHECK_FAIL : ISR_CHECK_WARN, "usb-without-card", "USB", "on the host: sudo modprobe snd-usb-audio; dmesg | grep -i usb | tail",
        "%s: plugged in, but no sound card came of it here", names->str);
  else
    isr_report_add (report, ISR_CHECK_OK, "usb-devices", "USB", NULL, "%s", names->str);
}

/* --- /dev/snd --- */

static void
add_advice (IsrReport *report, IsrCheckStatus status, const char *code, const char *title, const char *detail)
{
  const IsrAdvice *advice = isr_advice_get (code);

  isr_report_add (report, status, code, title, advice->fix, "%s", detail ? detail : advice->cause);
}

static void
check_no_nodes (const IsrExam *self, IsrReport *report)
{
  gboolean dead = isr_exam_lacks_card (self);

  if (!dead)
    isr_report_add (report, ISR_CHECK_OK, "sound-nodes", "/dev/snd", NULL, "there are no sound devices here; the sources of the configuration need none");
  else if (self->container && !isr_system_exists ("/dev/snd"))
    add_advice (report, ISR_CHECK_FAIL, "no-sound-devices", "/dev/snd", "it is not there: the container was started without it");
  else
    isr_report_add (report, ISR_CHECK_FAIL, "no-host-device", "/dev/snd", isr_advice_get ("no-host-device")->fix, "there is no sound device in it: the host has none");
}

/* "group_add: ["29"]" for a container, usermod on a host. */
static char *
make_group_fix (const IsrExam *self, gid_t group)
{
  g_autofree char *name = isr_system_name_group (group);
  const char *open = strchr (name, '(');
  g_autofree char *word = open ? g_strndup (open + 1, strcspn (open + 1, ")")) : g_strdup_printf ("$(stat -c %%G /dev/snd/controlC0)");

  if (self->container)
    return g_strdup_printf ("in compose.yml group_add: [\"%u\"], or docker run --group-add %u", (guint) group, (guint) group);
  if (group == 0) /* whoever is in it may do everything */
    return g_strdup ("sudo chgrp audio /dev/snd/*; sudo usermod -aG audio $USER, then log in again (udev's rules would give them to the group by themselves: sudo udevadm trigger)");
  return g_strdup_printf ("sudo usermod -aG %s $USER, then log in again", word);
}

void
isr_check_nodes (const IsrExam *self, IsrReport *report)
{
  g_autoptr (GPtrArray) names = isr_system_list ("/dev/snd", NULL);
  gid_t owner;
  mode_t mode;
  guint n;

  if (!self->cards->len) {
    check_no_nodes (self, report);
    return;
  }
  if (isr_exam_find_forbidden (self, &owner, &mode, &n)) {
    g_autofree char *fix = make_group_fix (self, owner);
    g_autofree char *group = isr_system_name_group (owner);

    isr_report_add (report, isr_exam_lacks_card (self) ? ISR_CHECK_FAIL : ISR_CHECK_WARN, "no-permission", "/dev/snd", fix,
        "%u of its nodes may not be opened by user %u: they belong to group %s, mode %04o, and the user is not in it", n, (guint) self->user->uid, group, (guint) mode);
    return;
  }
  isr_report_add (report, ISR_CHECK_OK, "sound-nodes", "/dev/snd", NULL, "%u nodes, and user %u may open them", names->len, (guint) self->user->uid);
}

/* --- cards --- */

static gboolean
is_raspberry (void)
{
  static const char *const files[] = { "/proc/device-tree/model", "/proc/cpuinfo" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *text = isr_system_read (files[i]);

    if (text && strstr (text, "Raspberry Pi"))
      return TRUE;
  }
  return FALSE;
}

static void
check_no_capture (const IsrExam *self, IsrReport *report)
{
  IsrCheckStatus status = isr_exam_lacks_card (self) ? ISR_CHECK_FAIL : ISR_CHECK_OK;
  g_autofree char *boot = isr_system_read ("/boot/firmware/config.txt");
  gboolean on = boot && strstr (boot, "\ndtparam=i2s=on");

  if (is_raspberry () && self->cards->len)
    isr_report_add (report, status, "i2s-off", "cards", "add to /boot/firmware/config.txt: dtparam=i2s=on and the dtoverlay= line of your microphone or HAT, then sudo reboot",
        "no card of this Raspberry Pi can record: a HAT or I2S microphone needs I2S, which is %s", on ? "on, so its overlay is missing" : "off");
  else if (self->cards->len)
    isr_report_add (report, status, "no-capture-card", "cards", "plug the microphone in; isr --list-devices", "none of the %u cards can record", self->cards->len);
}

static char *
describe_cards (const IsrExam *self, guint *captures)
{
  GString *text = g_string_new (NULL);

  *captures = 0;
  for (guint i = 0; i < self->cards->len; i++) {
    const IsrCard *card = self->cards->pdata[i];

    *captures += card->captures->len;
    g_string_append_printf (text, "%s%d is %s%s", i ? ", " : "", card->number, card->id ? card->id : "(unknown)", card->captures->len ? "" : " (plays only)");
  }
  return g_string_free (text, FALSE);
}

static gboolean
has_diagnosis (const IsrExam *self, const char *code)
{
  for (guint i = 0; i < self->sources->len; i++) {
    const IsrAdvice *advice = isr_exam_diagnose (self, self->sources->pdata[i]);

    if (advice && g_str_equal (advice->code, code))
      return TRUE;
  }
  return FALSE;
}

void
isr_check_cards (const IsrExam *self, IsrReport *report)
{
  guint captures;
  g_autofree char *text = describe_cards (self, &captures);
  const IsrCard *first = isr_exam_find_capture (self);

  if (!first) {
    check_no_capture (self, report);
  } else if (has_diagnosis (self, "default-is-card-0")) {
    g_autofree char *fix = g_strdup_printf ("write device = hw:CARD=%s,DEV=%u", first->id ? first->id : "<id>", g_array_index (first->captures, guint, 0));

    isr_report_add (report, ISR_CHECK_FAIL, "default-is-card-0", "cards", fix, "ALSA's default is card 0, but the microphone is card %d (%s)", first->number, text);
  } else {
    isr_report_add (report, ISR_CHECK_OK, "sound-cards", "cards", NULL, "%s", text);
  }
}
