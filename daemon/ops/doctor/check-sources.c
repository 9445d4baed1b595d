/* SPDX-License-Identifier: MIT */
/* check-sources.c - what came of opening each source: a cause for what failed, and
 * figures for what did not. */
#include "daemon/ops/doctor/exam.h"

#include "daemon/capture/stream.h"
#include "daemon/config/nearest.h"

#include <string.h>
#include <unistd.h>

/* --- a sound card that can not be opened --- */

static const char *
get_device (const IsrSourceExam *source)
{
  return source->config->device ? source->config->device : "default";
}

static char *
make_node_path (const IsrExam *self, const char *device)
{
  const IsrCard *card = isr_cards_find (self->cards, device);

  return card ? g_strdup_printf ("/dev/snd/pcmC%dD%uc", card->number, card->captures->len ? g_array_index (card->captures, guint, 0) : 0) : g_strdup ("/dev/snd/pcmC");
}

static const char *
find_shared (const IsrExam *self)
{
  for (guint i = 0; i < self->asound->pcms->len; i++) {
    const IsrAsoundPcm *pcm = self->asound->pcms->pdata[i];

    if (g_strcmp0 (pcm->type, "dsnoop") == 0)
      return pcm->name;
  }
  return NULL;
}

/* So that two programs can record one card. */
static char *
advise_sharing (const IsrExam *self)
{
  const char *shared = find_shared (self);

  if (shared)
    return g_strdup_printf ("asound.conf has the dsnoop device “%s”: let both programs record device = %s", shared, shared);
  return g_strdup ("to let both record it, define the dsnoop device of docker/asound.conf and give both device = shared_mic");
}

/* By the recorder, by another source of ours, by somebody else. */
static void
add_held (const IsrExam *self, const IsrSourceExam *source, const IsrHolder *holder, const char *sharing, const char *title, IsrReport *report)
{
  g_autofree char *fix = g_strdup_printf ("sudo kill %u - or %s", holder->pid, sharing);

  if (holder->pid == self->recorder && holder->pid != (guint) getpid ())
    isr_report_add (report, ISR_CHECK_OK, "recording", title, NULL, "the running ISR (process %u) holds the device", self->recorder);
  else if (holder->pid == (guint) getpid ())
    isr_report_add (report, ISR_CHECK_FAIL, "busy", title, sharing, "device “%s” is recorded by another source of this configuration", get_device (source));
  else
    isr_report_add (report, ISR_CHECK_FAIL, "busy", title, fix, "device “%s” is held by %s (process %u)", get_device (source), holder->name ? holder->name : "a process", holder->pid);
}

static void
add_busy (const IsrExam *self, const IsrSourceExam *source, const char *title, const char *detail, IsrReport *report)
{
  g_autofree char *path = make_node_path (self, get_device (source)), *sharing = advise_sharing (self);
  g_autoptr (GPtrArray) holders = isr_system_list_holders (path);
  g_autofree char *node = g_strdup (g_str_has_suffix (path, "c") ? path : "/dev/snd/pcmC*c");
  g_autofree char *fix = NULL;

  if (holders->len) {
    add_held (self, source, holders->pdata[0], sharing, title, report);
    return;
  }
  fix = g_strdup_printf ("%ssudo fuser -v %s - then stop it, or %s", self->container ? "on the host: " : "", node, sharing);
  isr_report_add (report, ISR_CHECK_FAIL, "busy", title, fix, "%s; another process holds it%s", detail, self->container ? ", outside this container" : "");
}

static void
add_unknown_card (const IsrExam *self, const IsrSourceExam *source, const char *title, const char *detail, IsrReport *report)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  const char *device = get_device (source), *colon = strchr (device, ':'), *nearest;
  g_autofree char *word = NULL, *fix = NULL, *list = NULL;

  for (guint i = 0; i < self->cards->len; i++)
    if (((const IsrCard *) self->cards->pdata[i])->id)
      g_ptr_array_add (ids, ((const IsrCard *) self->cards->pdata[i])->id);
  word = g_strdup (colon ? colon + 1 : device);
  if (g_str_has_prefix (word, "CARD="))
    memmove (word, word + strlen ("CARD="), strlen (word + strlen ("CARD=")) + 1);
  word[strcspn (word, ",")] = '\0';
  nearest = isr_nearest (word, ids);
  g_ptr_array_add (ids, NULL);
  list = g_strjoinv (", ", (char **) ids->pdata);
  fix = nearest ? g_strdup_printf ("write device = hw:CARD=%s,DEV=0", nearest) : g_strdup ("isr --list-devices");
  isr_report_add (report, ISR_CHECK_FAIL, "unknown-card", title, fix, "%s; the cards here are: %s", detail, *list ? list : "none");
}

static void
add_by_advice (const IsrExam *self, const IsrSourceExam *source, const IsrAdvice *advice, const char *title, const char *detail, IsrReport *report)
{
  if (g_str_equal (advice->code, "busy"))
    add_busy (self, source, title, detail, report);
  else if (g_str_equal (advice->code, "unknown-card"))
    add_unknown_card (self, source, title, detail, report);
  else if (g_str_equal (advice->code, "unknown-pcm") && !self->container)
    isr_report_add (report, ISR_CHECK_FAIL, advice->code, title, "define it in /etc/asound.conf, or write one of isr --list-devices", "%s: no asound.conf here defines that device", detail);
  else
    isr_report_add (report, ISR_CHECK_FAIL, advice->code, title, advice->fix, "%s: %s", detail, advice->cause);
}

static void
add_dead_card (const IsrExam *self, const IsrSourceExam *source, const char *title, IsrReport *report)
{
  const IsrFault *fault = source->listening->fault;
  const IsrAdvice *advice = isr_exam_diagnose (self, source);

  if (advice)
    add_by_advice (self, source, advice, title, fault->detail, report);
  else
    isr_report_add (report, ISR_CHECK_FAIL, fault->reason ? fault->reason : "unavailable", title, "isr --list-devices", "%s", fault->detail);
}

/* --- what can be opened --- */

static char *
make_mixer_command (const IsrExam *self, const char *device)
{
  const IsrCard *card = isr_cards_find (self->cards, device);

  return card ? g_strdup_printf ("amixer -c %d; alsamixer -V capture -c %d", card->number, card->number) : g_strdup ("amixer -c N (N of arecord -l), or of a sound server: pactl list sources | grep -E 'Name|Mute|Volume'");
}

static void
add_heard (const IsrExam *self, const IsrSourceExam *source, const char *title, IsrReport *report)
{
  const IsrListening *heard = source->listening;
  g_autofree char *mixer = make_mixer_command (self, get_device (source));

  isr_report_add (report, ISR_CHECK_OK, "device", title, NULL, "%s: opened and recorded", heard->what);
  if (heard->strayed)
    isr_report_add (report, ISR_CHECK_FAIL, "other-device", title, "isr --list-devices", "the sound server gives “%s” instead of it", heard->strayed);
  if (heard->sounding) {
    isr_judge_sounding (heard->sounding, title, mixer, report);
    isr_judge_clock (heard->sounding, heard->overruns, title, report);
  }
}

static void
check_soundcard (const IsrExam *self, const IsrSourceExam *source, const char *title, IsrReport *report)
{
  const IsrListening *heard = source->listening;

  if (!heard->fault)
    add_heard (self, source, title, report);
  else if (source->recording && g_strcmp0 (heard->fault->reason, "busy") == 0)
    isr_report_add (report, ISR_CHECK_OK, "recording", title, NULL, "the running ISR (process %u) holds the device and records it", self->recorder);
  else
    add_dead_card (self, source, title, report);
  isr_check_mixer (source, report);
}

/* --- streams --- */

static const struct {
  const char *reason, *fix;
} stream_fixes[] = {
  { "refused", "curl -sI URL - is the server up, are host and port right? In a container localhost is the container: write the host's address" },
  { "dns", "getent hosts NAME - correct the name in url, or the container's DNS" },
  { "timeout", "curl -sI URL - a firewall, or a wrong address" },
  { "unreachable", "ip route; ping -c 3 HOST - there is no way to that address" },
  { "tls", "curl -vI URL - a certificate that does not match, or a wrong clock" },
  { "unauthorized", "set username and password_file of the source" },
  { "not-found", "correct the path of url: the mount is not there now" },
  { "not-audio", "open url in a browser: it is a page, not the stream; write the address of the stream itself" },
  { "stalled", "ask the station: it is connected but sends nothing" },
};

static const char *
get_stream_fix (const char *reason)
{
  for (guint i = 0; reason && i < G_N_ELEMENTS (stream_fixes); i++)
    if (g_str_equal (stream_fixes[i].reason, reason))
      return stream_fixes[i].fix;
  return "curl -sI URL";
}

static char *
insert_url (const char *fix, const IsrSourceConfig *config)
{
  g_autofree char *url = isr_words_redact (config->url), *quoted = g_shell_quote (url);
  g_auto (GStrv) parts = g_strsplit (fix, "URL", -1);

  return g_strjoinv (quoted, parts);
}

static void
check_stream (const IsrExam *self, const IsrSourceExam *source, const char *title, IsrReport *report)
{
  const IsrListening *heard = source->listening;
  g_autofree char *where = isr_words_where (source->config), *fix = NULL;

  if (heard->fault) {
    fix = insert_url (get_stream_fix (heard->fault->reason), source->config);
    isr_report_add (report, ISR_CHECK_FAIL, heard->fault->reason ? heard->fault->reason : "unavailable", title, fix, "%s", heard->fault->detail);
  } else if (!isr_stream_is_promised (source->config, heard->format)) {
    fix = g_strdup_printf ("write format = %s, or auto", heard->format);
    isr_report_add (report, ISR_CHECK_FAIL, "stream-format", title, fix, "%s is %s, not %s", where, heard->format, source->config->format);
  } else if (!heard->format) {
    isr_report_add (report, ISR_CHECK_WARN, "stream-format", title, "isr doctor (once more)", "%s answers, but in a few seconds it could not be told what it is", where);
  } else {
    isr_report_add (report, ISR_CHECK_OK, "stream", title, NULL, "%s is reachable and sends %s, %.0f kb/s", where, heard->format, heard->bytes_per_second * 8 / 1000);
  }
}

/* --- all --- */

/* The same code would be said twice where we heard it ourselves. */
static void
add_warnings (const IsrSourceExam *source, const char *title, IsrReport *report)
{
  for (guint i = 0; source->warnings[i]; i++)
    if (!isr_report_has (report, source->warnings[i], ISR_CHECK_WARN))
      isr_report_add (report, ISR_CHECK_WARN, source->warnings[i], title, NULL, "the running ISR warns of it");
}

static void
check_source (const IsrExam *self, const IsrSourceExam *source, IsrReport *report)
{
  g_autofree char *title = g_strdup_printf ("[%s]", source->config->name);
  g_autoptr (IsrReport) own = isr_report_new ();

  if (source->config->type == ISR_SOURCE_TEST)
    isr_report_add (own, ISR_CHECK_OK, "scene", title, NULL, "a synthetic scene: it needs no device");
  else if (!source->listening)
    isr_report_add (own, ISR_CHECK_FAIL, "hangs", title, "unplug it and plug it in again; for a sound server: restart it", "it was opened and does not come back: the driver or the server hangs");
  else if (source->config->type == ISR_SOURCE_SOUNDCARD)
    check_soundcard (self, source, title, own);
  else
    check_stream (self, source, title, own);
  add_warnings (source, title, own);
  isr_report_take (report, g_steal_pointer (&own));
}

void
isr_check_sources (const IsrExam *self, IsrReport *report)
{
  for (guint i = 0; i < self->sources->len; i++)
    check_source (self, self->sources->pdata[i], report);
}
