/* SPDX-License-Identifier: MIT */
/* A job that is cancelled while its child decodes: the child is gone, and there is no file. */
#include "tests/daemon/loud-house.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "plugins/format/stream.h"

#define HOURS 5
#define NAME "roof/long.wav"

/* Hours of zeros, which take no room on the disk but seconds to decode. */
static void
add_long_file (House *h)
{
  static const IsrPcm pcm = { ISR_SAMPLE_S16, RATE, 1, 0 };
  const IsrFileInfo info = { .start_us = T0 };
  const guint64 samples = HOURS * 3600 * (guint64) RATE;
  g_autoptr (GBytes) header = isr_wav_header_new (&pcm, samples, &info);
  g_autoptr (IsrRecording) recording = loud_recording ("roof", NAME, T0, 0, samples, RATE);
  g_autofree char *path = g_build_filename (h->base.directory, NAME, NULL);

  temp_write (h->base.directory, NAME, g_bytes_get_data (header, NULL), (gssize) g_bytes_get_size (header));
  g_assert_cmpint (truncate (path, (off_t) (g_bytes_get_size (header) + samples * 2)), ==, 0);
  recording->adopted = TRUE;
  isr_catalog_finish (h->base.catalog, recording);
}

/* Processes whose parent we are; one that has ended and not been waited for counts. */
static guint
count_children (void)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (proc))) {
    g_autofree char *path = g_build_filename ("/proc", name, "stat", NULL);
    g_autofree char *stat = NULL;
    const char *rest;
    int parent;

    if (g_ascii_isdigit (*name) && g_file_get_contents (path, &stat, NULL, NULL) && (rest = strrchr (stat, ')')) && sscanf (rest, ") %*c %d", &parent) == 1)
      n += parent == (int) getpid ();
  }
  return n;
}

static guint
count_files (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  while (directory && (name = g_dir_read_name (directory))) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    n += g_file_test (child, G_FILE_TEST_IS_DIR) ? count_files (child) : 1;
  }
  return n;
}

static gboolean
is_in_the_middle (House *h, gint64 id)
{
  g_autoptr (IsrJob) job = isr_analysis_get_job (h->analysis, id);

  g_assert_cmpint (job->state, <, ISR_JOB_DONE);
  return job->state == ISR_JOB_RUNNING && job->progress > 0;
}

static void
test_cancel (House *h, gconstpointer data)
{
  g_autofree char *analyses = g_build_filename (h->base.directory, "analyses", NULL);
  g_autoptr (IsrJob) job = NULL, cancelled = NULL;
  g_autoptr (GError) error = NULL;

  isr_analysis_set_program (h->analysis, g_getenv ("ISR_PROGRAM"));
  add_long_file (h);
  job = isr_analysis_analyze_file (h->analysis, NAME, &error);
  g_assert_no_error (error);
  TEMP_WAIT_FOR (is_in_the_middle (h, job->id));
  g_assert_cmpuint (count_children (), ==, 1);
  g_assert_true (isr_analysis_cancel_job (h->analysis, job->id));
  cancelled = isr_analysis_get_job (h->analysis, job->id);
  g_assert_cmpint (cancelled->state, ==, ISR_JOB_CANCELLED);
  g_assert_cmpfloat (cancelled->progress, <, 1);
  TEMP_WAIT_FOR (count_children () == 0);
  close_house (h); /* all that would be written is */
  g_assert_cmpuint (count_files (analyses), ==, 0);
  open_house (h);
  g_assert_false (isr_analysis_has_levels (h->analysis, NAME));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/analysis/cancel", House, NULL, set_up_house, test_cancel, tear_down_house);
  return g_test_run ();
}
