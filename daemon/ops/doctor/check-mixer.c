/* SPDX-License-Identifier: MIT */
/* check-mixer.c - is the capture switch off, or its gain 0? Asked of ALSA's mixer of
 * the card, or of the control device that asound.conf has under the PCM's name. */
#include "daemon/ops/doctor/exam.h"

#include "daemon/capture/alsalog.h"

#include <alsa/asoundlib.h>
#include <string.h>

/* "hw:CARD=Mic,DEV=0" -> "hw:CARD=Mic"; a PCM of asound.conf: its own name. */
static char *
get_control (const char *device)
{
  const char *colon = strchr (device, ':');

  if (!colon)
    return g_strdup (device);
  return g_strdup_printf ("hw:%.*s", (int) strcspn (colon + 1, ","), colon + 1);
}

static snd_mixer_t *
open_mixer (const char *control)
{
  snd_mixer_t *mixer = NULL;

  if (snd_mixer_open (&mixer, 0) < 0)
    return NULL;
  if (snd_mixer_attach (mixer, control) < 0 || snd_mixer_selem_register (mixer, NULL, NULL) < 0 || snd_mixer_load (mixer) < 0) {
    snd_mixer_close (mixer);
    return NULL;
  }
  return mixer;
}

/* On in any channel. */
static gboolean
is_on (snd_mixer_elem_t *element)
{
  int on = 0;

  for (int c = 0; c <= SND_MIXER_SCHN_LAST; c++)
    if (snd_mixer_selem_has_capture_channel (element, c) && snd_mixer_selem_get_capture_switch (element, c, &on) == 0 && on)
      return TRUE;
  return FALSE;
}

/* In percent, of the loudest channel. */
static int
get_gain (snd_mixer_elem_t *element)
{
  long least = 0, most = 0, value = 0, best;

  if (snd_mixer_selem_get_capture_volume_range (element, &least, &most) < 0 || most <= least)
    return 100;
  best = least;
  for (int c = 0; c <= SND_MIXER_SCHN_LAST; c++)
    if (snd_mixer_selem_has_capture_channel (element, c) && snd_mixer_selem_get_capture_volume (element, c, &value) == 0)
      best = MAX (best, value);
  return (int) (100 * (best - least) / (most - least));
}

typedef struct {
  GString *fine; /* "Mic 80 %" */
  guint seen, off, zero;
} Findings;

static void
look_at (snd_mixer_elem_t *element, const char *control, const char *title, Findings *f, IsrReport *report)
{
  const char *name = snd_mixer_selem_get_name (element);
  gboolean has_switch = snd_mixer_selem_has_capture_switch (element), has_gain = snd_mixer_selem_has_capture_volume (element);

  if (!snd_mixer_selem_is_active (element) || !(has_switch || has_gain))
    return;
  f->seen++;
  if (has_switch && !is_on (element)) {
    g_autofree char *fix = g_strdup_printf ("amixer -D %s sset '%s' cap", control, name);

    isr_report_add (report, ISR_CHECK_WARN, "capture-switch-off", title, fix, "the capture switch of “%s” is off", name);
  } else if (has_gain && get_gain (element) == 0) {
    g_autofree char *fix = g_strdup_printf ("amixer -D %s sset '%s' 80%%", control, name);

    isr_report_add (report, ISR_CHECK_WARN, "gain-zero", title, fix, "the capture gain of “%s” is 0", name);
  } else if (has_gain) {
    g_string_append_printf (f->fine, "%s%s %d %%", f->fine->len ? ", " : "", name, get_gain (element));
  }
}

void
isr_check_mixer (const IsrSourceExam *source, IsrReport *report)
{
  g_autofree char *control = get_control (source->config->device ? source->config->device : "default");
  g_autofree char *title = g_strdup_printf ("[%s]", source->config->name);
  g_autoptr (GString) fine = g_string_new (NULL);
  Findings findings = { .fine = fine };
  snd_mixer_t *mixer;

  isr_alsalog_begin (); /* it need not have one */
  mixer = open_mixer (control);
  for (snd_mixer_elem_t *e = mixer ? snd_mixer_first_elem (mixer) : NULL; e; e = snd_mixer_elem_next (e))
    look_at (e, control, title, &findings, report);
  if (mixer)
    snd_mixer_close (mixer);
  isr_alsalog_end ();
  g_free (isr_alsalog_take ());
  if (fine->len)
    isr_report_add (report, ISR_CHECK_OK, "mixer", title, NULL, "capture gain: %s", fine->str);
}
