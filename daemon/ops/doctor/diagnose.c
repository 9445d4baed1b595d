/* SPDX-License-Identifier: MIT */
/* diagnose.c - one cause for a sound card that can not be opened.
 *
 * What ALSA says comes first, but "no such card" has three causes that only the
 * machine tells apart: no device at all, no permission, another number. */
#include "daemon/ops/doctor/exam.h"

#include <string.h>
#include <sys/stat.h>

gboolean
isr_exam_find_forbidden (const IsrExam *self, gid_t *group, mode_t *mode, guint *n)
{
  g_autoptr (GPtrArray) names = isr_system_list ("/dev/snd", NULL);

  *n = 0;
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename ("/dev/snd", names->pdata[i], NULL);
    g_autofree char *real = isr_system_path (path);
    struct stat info;

    if (!g_str_has_prefix (names->pdata[i], "controlC") && !g_str_has_prefix (names->pdata[i], "pcmC"))
      continue;
    if (stat (real, &info) < 0 || isr_system_user_may (self->user, info.st_uid, info.st_gid, info.st_mode))
      continue;
    if (!(*n)++) {
      *group = info.st_gid;
      *mode = info.st_mode & 07777;
    }
  }
  return *n > 0;
}

const IsrCard *
isr_exam_find_capture (const IsrExam *self)
{
  for (guint i = 0; i < self->cards->len; i++)
    if (((const IsrCard *) self->cards->pdata[i])->captures->len)
      return self->cards->pdata[i];
  return NULL;
}

/* ALSA says only that it can not find it. */
static const char *
ask_machine (const IsrExam *self, const char *device)
{
  const IsrCard *first = isr_exam_find_capture (self);
  gid_t group;
  mode_t mode;
  guint n;

  if (!self->cards->len)
    return self->container && !isr_system_exists ("/dev/snd") ? "no-sound-devices" : "no-host-device";
  if (isr_exam_find_forbidden (self, &group, &mode, &n))
    return "no-permission";
  if (g_str_equal (device, "default") && first && first->number != 0)
    return "default-is-card-0";
  return NULL;
}

/* Without a text of ALSA: a device that is in no list. */
static gboolean
is_vague (const IsrAdvice *advice, const char *detail)
{
  static const char *const vague[] = { "unknown-card", "no-permission", "default-is-card-0", "no-sound-devices", NULL };

  return advice ? g_strv_contains (vague, advice->code) : strstr (detail, "--list-devices") != NULL;
}

/* Our own words about a rate or a number of channels that the device has not. */
static const char *
find_own_words (const char *detail)
{
  if (strstr (detail, "remove channels"))
    return "channels";
  return strstr (detail, "remove sample_rate") ? "rate" : NULL;
}

/* Names of a sound server; cards have nothing to do with them. */
static gboolean
is_of_server (const char *device)
{
  return g_str_has_suffix (device, ".monitor") || g_str_has_prefix (device, "alsa_input.") || g_str_equal (device, "monitor");
}

/* A name that people give devices in asound.conf, and nobody here knows. */
static gboolean
is_word (const char *detail, const char *device)
{
  static const char *const own[] = { "default", "monitor", NULL };

  return strstr (detail, "--list-devices") && !strpbrk (device, ":. ") && !g_strv_contains (own, device);
}

const IsrAdvice *
isr_exam_diagnose (const IsrExam *self, const IsrSourceExam *source)
{
  const IsrFault *fault = source->listening ? source->listening->fault : NULL;
  const char *device = source->config->device ? source->config->device : "default", *code;
  const IsrAdvice *advice;

  if (!fault || source->config->type != ISR_SOURCE_SOUNDCARD)
    return NULL;
  if ((code = find_own_words (fault->detail)))
    return isr_advice_get (code);
  advice = isr_advice_find (fault->detail);
  if (!advice && self->asound->errors->len && !is_of_server (device))
    return isr_advice_get ("asound-syntax");
  if (is_vague (advice, fault->detail) && !is_of_server (device) && (code = ask_machine (self, device)))
    return isr_advice_get (code);
  if (!advice && self->container && is_word (fault->detail, device))
    return isr_advice_get ("unknown-pcm");
  if (!advice && g_strcmp0 (fault->reason, "busy") == 0)
    return isr_advice_get ("busy");
  return advice;
}

/* For want of /dev/snd, of rights, of a card. */
gboolean
isr_exam_lacks_card (const IsrExam *self)
{
  for (guint i = 0; i < self->sources->len; i++) {
    const IsrSourceExam *source = self->sources->pdata[i];
    const IsrFault *fault = source->listening ? source->listening->fault : NULL;
    const IsrAdvice *advice = isr_exam_diagnose (self, source);

    if (fault && source->config->type == ISR_SOURCE_SOUNDCARD && !source->recording && (is_vague (advice, fault->detail) || (advice && g_str_equal (advice->code, "no-host-device"))))
      return TRUE;
  }
  return FALSE;
}
