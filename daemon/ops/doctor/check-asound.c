/* SPDX-License-Identifier: MIT */
/* check-asound.c - what people wrote into asound.conf and .asoundrc.
 *
 * What is wrong with a device that a source records is a failure; with another one,
 * a warning. A syntax error is always a failure: ALSA then opens nothing at all. */
#include "daemon/ops/doctor/exam.h"

#include "daemon/capture/advice.h"

#include <string.h>

#define STOCK "/usr/share/alsa/"
#define CONF_D "/etc/alsa/conf.d/" /* of packages, mostly */

/* @path: as people know it. */
static void
scan_file (IsrAsound *asound, const char *path, const char *real)
{
  g_autofree char *text = NULL;

  if (g_file_get_contents (real, &text, NULL, NULL))
    isr_asound_scan (asound, path, text);
}

static void
scan_system (IsrAsound *asound, const char *path)
{
  g_autofree char *real = isr_system_path (path);

  scan_file (asound, path, real);
}

static void
scan_conf_d (IsrAsound *asound)
{
  g_autoptr (GPtrArray) names = isr_system_list (CONF_D, NULL);

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_strconcat (CONF_D, names->pdata[i], NULL);

    if (g_str_has_suffix (path, ".conf"))
      scan_system (asound, path);
  }
}

/* In the order in which ALSA reads them: later ones win, or are merged. */
IsrAsound *
isr_exam_read_asound (void)
{
  IsrAsound *asound = isr_asound_new ();
  const char *own = g_getenv ("ALSA_CONFIG_PATH"), *home = g_getenv ("HOME"), *xdg = g_getenv ("XDG_CONFIG_HOME");
  g_auto (GStrv) paths = g_strsplit (own ? own : "", ":", -1);
  g_autofree char *rc = g_build_filename (home ? home : "/root", ".asoundrc", NULL);
  g_autofree char *config = xdg && *xdg ? g_build_filename (xdg, "alsa/asoundrc", NULL) : g_build_filename (home ? home : "/root", ".config/alsa/asoundrc", NULL);
  gboolean stock = !own || !*own;

  for (guint i = 0; paths[i]; i++)
    stock = stock || g_str_has_prefix (paths[i], STOCK);
  if (stock) { /* alsa.conf is what reads the others */
    scan_conf_d (asound);
    scan_system (asound, "/etc/asound.conf");
    scan_system (asound, rc);
    scan_system (asound, config);
  }
  for (guint i = 0; paths[i]; i++)
    if (!g_str_has_prefix (paths[i], STOCK))
      scan_file (asound, paths[i], paths[i]);
  return asound;
}

static void
check_syntax (const IsrExam *self, IsrReport *report)
{
  for (guint i = 0; i < self->asound->errors->len; i++) {
    const IsrAsoundError *error = self->asound->errors->pdata[i];
    g_autofree char *fix = g_strdup_printf ("sed -n %up %s - and mend it", error->line, error->file);

    isr_report_add (report, ISR_CHECK_FAIL, "asound-syntax", "asound.conf", fix, "%s:%u: %s; with it every ALSA device fails", error->file, error->line, error->text);
  }
}

static gboolean
is_of_a_package (const IsrAsoundPcm *pcm)
{
  return g_str_has_prefix (pcm->file, CONF_D);
}

/* One that a package defined, to be thrown away on purpose. */
static gboolean
is_meant (const IsrAsoundPcm *pcm, const IsrAsoundPcm *twin)
{
  return pcm->replaces && is_of_a_package (twin);
}

static guint
count_own (const IsrAsound *asound)
{
  guint n = 0;

  for (guint i = 0; i < asound->pcms->len; i++)
    n += !is_of_a_package (asound->pcms->pdata[i]);
  return n;
}

static void
check_pcm (const IsrExam *self, const IsrAsoundPcm *pcm, IsrReport *report)
{
  const IsrAsoundPcm *twin = isr_asound_find_twin (self->asound, pcm);
  IsrCheckStatus status = isr_exam_uses_pcm (self, pcm->name) ? ISR_CHECK_FAIL : ISR_CHECK_WARN;

  if (twin && !is_meant (pcm, twin)) {
    g_autofree char *fix = g_strdup_printf ("remove one of them: sed -n %up %s; sed -n %up %s", twin->line, twin->file, pcm->line, pcm->file);

    isr_report_add (report, status, "asound-duplicate", "asound.conf", fix, "pcm.%s is defined twice, at %s:%u and at %s:%u; ALSA %s",
        pcm->name, twin->file, twin->line, pcm->file, pcm->line, pcm->replaces ? "takes the second" : "merges both field by field and says nothing");
  }
  if (g_strcmp0 (pcm->type, "dsnoop") == 0 && !pcm->has_ipc_key)
    isr_report_add (report, status, "asound-ipc-key", "asound.conf", "add a line to it: ipc_key 5678", "%s:%u: the dsnoop device “%s” has no ipc_key and can not be opened", pcm->file, pcm->line, pcm->name);
}

static const IsrAsoundPcm *
find_dsnoop (const IsrExam *self)
{
  for (guint i = 0; i < self->asound->pcms->len; i++)
    if (g_strcmp0 (((const IsrAsoundPcm *) self->asound->pcms->pdata[i])->type, "dsnoop") == 0)
      return self->asound->pcms->pdata[i];
  return NULL;
}

static void
check_ipc (const IsrExam *self, IsrReport *report)
{
  const IsrAsoundPcm *dsnoop = find_dsnoop (self);

  if (!dsnoop || !self->container)
    return;
  if (isr_system_is_first_namespace ("ipc"))
    isr_report_add (report, ISR_CHECK_OK, "ipc-shared", "asound.conf", NULL, "the dsnoop device “%s” shares the host's IPC", dsnoop->name);
  else
    isr_report_add (report, ISR_CHECK_WARN, "ipc-not-shared", "asound.conf", "in compose.yml: ipc: host (docker run --ipc host), the same ipc_key everywhere, ipc_perm 0666",
        "the dsnoop device “%s” is shared through IPC, but this container has an IPC namespace of its own: nobody else can record the card meanwhile", dsnoop->name);
}

void
isr_check_asound (const IsrExam *self, IsrReport *report)
{
  guint before = report->checks->len, own = count_own (self->asound);

  check_syntax (self, report);
  for (guint i = 0; i < self->asound->pcms->len; i++)
    check_pcm (self, self->asound->pcms->pdata[i], report);
  check_ipc (self, report);
  if (report->checks->len > before)
    return;
  if (own)
    isr_report_add (report, ISR_CHECK_OK, "asound", "asound.conf", NULL, "%u devices are defined, each once", own);
  else
    isr_report_add (report, ISR_CHECK_OK, "asound", "asound.conf", NULL, "there is none, or it defines no device");
}
