/* SPDX-License-Identifier: MIT */
/* test-doctor.c - a whole examination in this process, for the sanitizers: a machine of
 * files, a real alsa-lib with a card that fails as told. Every cause by itself is in
 * tests/e2e/test_doctor.py. */
#include <alsa/asoundlib.h>
#include <gst/gst.h>
#include <string.h>

#include "daemon/capture/alsalog.h"
#include "daemon/ops/bundle/tar.h"
#include "daemon/ops/doctor/doctor.h"
#include "daemon/ops/doctor/keeper.h"
#include "plugins/elements.h"
#include "tests/daemon/temp.h"

typedef struct {
  char *directory;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *root = NULL, *alsa = NULL, *asound = NULL;

  f->directory = temp_new ();
  root = g_build_filename (f->directory, "root", NULL);
  alsa = g_strdup_printf ("/usr/share/alsa/alsa.conf:%s/asound.conf", f->directory);
  asound = g_strdup_printf ("pcm_type.isrfault { lib \"%s\" }\n"
                            "pcm.fine { type isrfault signal \"tone\" }\n"
                            "pcm.busy { type isrfault error 16 }\n"
                            "pcm.gone { type isrfault signal \"tone\" fail 19 fail_after 9000 }\n"
                            "pcm.twice { type hw card 0 }\npcm.twice { type hw card 1 }\n",
      g_getenv ("ISR_FAULT_LIB"));
  temp_write (f->directory, "asound.conf", asound, -1);
  temp_write (root, "dev/snd/controlC0", "", 0);
  temp_write (root, "dev/snd/pcmC0D0c", "", 0);
  temp_write (root, "sys/class/sound/card0/id", "Mic\n", -1);
  temp_write (root, "proc/self/status", "Name:\tisr\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\n", -1);
  temp_write (root, "run/systemd/timesync/synchronized", "", 0);
  g_setenv ("ISR_SYSTEM_ROOT", root, TRUE);
  g_setenv ("ALSA_CONFIG_PATH", alsa, TRUE);
  g_setenv ("PULSE_SERVER", "unix:/nonexistent", TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  temp_remove (f->directory);
  g_free (f->directory);
}

static IsrConfig *
load (Fixture *f, const char *sources)
{
  g_autofree char *text = g_strdup_printf ("[general]\noutput_directory = %s/recordings\n[web]\nlisten = none\n%s", f->directory, sources);
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  IsrConfig *config = isr_config_load_text ("config.ini", text, NULL, NULL, problems);

  g_assert_nonnull (config);
  return config;
}

static void
test_examine (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrConfig) config = load (f, "[fine]\ntype = soundcard\ndevice = fine\n[busy]\ntype = soundcard\ndevice = busy\n"
                                          "[gone]\ntype = soundcard\ndevice = gone\n[scene]\ntype = test\n");
  g_autoptr (IsrReport) report = isr_doctor_examine (config, NULL);
  g_autofree char *text = isr_report_to_text (report), *json = isr_report_to_json (report, TRUE);

  g_assert_cmpint (isr_report_get_status (report), ==, ISR_CHECK_FAIL);
  g_assert_true (isr_report_has (report, "busy", ISR_CHECK_FAIL));
  g_assert_true (isr_report_has (report, "disconnected", ISR_CHECK_FAIL));
  g_assert_true (isr_report_has (report, "signal", ISR_CHECK_OK));
  g_assert_true (isr_report_has (report, "asound-duplicate", ISR_CHECK_WARN));
  g_assert_true (isr_report_has (report, "scene", ISR_CHECK_OK));
  g_assert_true (isr_report_has (report, "space", ISR_CHECK_OK));
  g_assert_nonnull (strstr (text, "[fine]: fine, 48000 Hz 1 ch"));
  g_assert_nonnull (strstr (json, "\"busy\""));
}

static void
test_without_config (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_config_load_text ("config.ini", "[mic]\ntype = soundcrd\n", NULL, NULL, problems);
  g_autoptr (IsrReport) report = isr_doctor_examine (config, problems);

  g_assert_null (config);
  g_assert_true (isr_report_has (report, "config", ISR_CHECK_FAIL));
  g_assert_true (isr_report_has (report, "sound-cards", ISR_CHECK_OK));
}

static void
on_answer (gpointer token, char *body)
{
  g_ptr_array_add (token, body ? body : g_strdup ("nothing"));
}

/* What /api/doctor is answered from: one examination for all who wait, and once more for
 * those who ask soon after; who waits at the end is told so. */
static void
test_keeper (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrConfig) config = load (f, "[busy]\ntype = soundcard\ndevice = busy\n");
  g_autoptr (IsrDoctorKeeper) keeper = isr_doctor_keeper_new (config);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func (g_free);

  isr_doctor_keeper_ask (keeper, on_answer, answers);
  isr_doctor_keeper_ask (keeper, on_answer, answers);
  TEMP_WAIT_FOR (answers->len == 2);
  g_assert_nonnull (strstr (answers->pdata[0], "\"busy\""));
  g_assert_cmpstr (answers->pdata[0], ==, answers->pdata[1]);
  isr_doctor_keeper_ask (keeper, on_answer, answers);
  g_assert_cmpuint (answers->len, ==, 3);
}

static void
test_keeper_ends (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrConfig) config = load (f, "[fine]\ntype = soundcard\ndevice = fine\n");
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func (g_free);
  IsrDoctorKeeper *keeper = isr_doctor_keeper_new (config);

  isr_doctor_keeper_ask (keeper, on_answer, answers);
  isr_doctor_keeper_free (keeper);
  g_assert_cmpuint (answers->len, ==, 1);
  g_assert_cmpstr (answers->pdata[0], ==, "nothing");
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* The tar of the system reads ours, byte for byte, whatever the lengths. */
static void
test_tar (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "x.tar.gz", NULL), *listed = NULL, *text = NULL;
  g_autofree char *block = g_strnfill (512, 'b'), *more = g_strnfill (513, 'm');
  const char *list[] = { "tar", "-tvzf", path, NULL }, *print[] = { "tar", "-xOzf", path, "d/more", NULL };
  g_autoptr (IsrTar) tar = isr_tar_new ();
  g_autoptr (GError) error = NULL;
  int status = 1;

  isr_tar_add (tar, "d/empty", "", 0);
  isr_tar_add (tar, "d/block", block, 1700000000);
  isr_tar_add (tar, "d/more", more, 1700000000);
  g_assert_true (isr_tar_write (tar, path, &error));
  g_assert_true (g_spawn_sync (NULL, (char **) list, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &listed, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_regex_match_simple ("-rw------- \\S+ +0 .* d/empty\n-rw------- \\S+ +512 2023-11-14 .* d/block\n-rw------- \\S+ +513 .* d/more\n", listed, 0, 0));
  g_assert_true (g_spawn_sync (NULL, (char **) print, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL, &status, NULL));
  g_assert_cmpstr (text, ==, more);
  g_assert_false (isr_tar_write (tar, "/nonexistent/x.tar.gz", &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  int status;

  gst_init (&argc, &argv);
  isr_alsalog_install ();
  isr_elements_register (NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/doctor/examine", Fixture, NULL, set_up, test_examine, tear_down);
  g_test_add ("/doctor/without-config", Fixture, NULL, set_up, test_without_config, tear_down);
  g_test_add ("/doctor/keeper", Fixture, NULL, set_up, test_keeper, tear_down);
  g_test_add ("/doctor/keeper-ends", Fixture, NULL, set_up, test_keeper_ends, tear_down);
  g_test_add ("/doctor/tar", Fixture, NULL, set_up, test_tar, tear_down);
  status = g_test_run ();
  snd_config_update_free_global ();
  return status;
}
