/* SPDX-License-Identifier: MIT */
/* A directory that becomes a link between a question and its answer: what the link leads to is not
 * of the archive, and is not read. */
#include "daemon/analysis/jobs.h"
#include "daemon/archive/catalog.h"
#include "daemon/core/error.h"
#include "daemon/media/media-error.h"
#include "daemon/media/span.h"
#include "daemon/media/tail.h"
#include "tests/daemon/temp.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <unistd.h>

#define NAME "mic/a.wav"

typedef struct {
  char *directory, *outside;
  IsrCatalog *catalog;
  IsrRecording *recording;
} Fixture;

/* The file is there twice: in the archive, and outside of it. */
static void
set_up (Fixture *f, gconstpointer unused)
{
  static const char wav[] = "RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x08\0\0\0abcdefg";
  g_autoptr (GError) error = NULL;

  f->directory = temp_new ();
  f->outside = temp_new ();
  temp_write (f->directory, NAME, wav, sizeof wav);
  temp_write (f->outside, "a.wav", wav, sizeof wav);
  f->catalog = isr_catalog_open (f->directory, f->directory, TRUE, &error);
  g_assert_no_error (error);
  f->recording = isr_recording_new ();
  f->recording->name = g_strdup (NAME);
  f->recording->source = g_strdup ("mic");
  f->recording->start_us = 1000000;
  f->recording->end_us = 1001000;
  f->recording->rate = 8000;
  f->recording->channels = 1;
  f->recording->samples = 4;
  isr_catalog_finish (f->catalog, f->recording);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  isr_recording_free (f->recording);
  g_object_unref (f->catalog);
  temp_remove (f->directory);
  temp_remove (f->outside);
  g_free (f->directory);
  g_free (f->outside);
}

static void
swap (Fixture *f)
{
  g_autofree char *mic = g_build_filename (f->directory, "mic", NULL);
  g_autofree char *was = g_build_filename (f->directory, "was", NULL);

  g_assert_cmpint (g_rename (mic, was), ==, 0);
  g_assert_cmpint (symlink (f->outside, mic), ==, 0);
}

static void
test_span (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrSpan) span = isr_span_new_file (f->catalog, NAME, 0, -1, &error);
  int fd;

  g_assert_no_error (error);
  fd = isr_span_part_open (span->parts->pdata[0], &error);
  g_assert_no_error (error);
  close (fd);
  swap (f);
  g_assert_cmpint (isr_span_part_open (span->parts->pdata[0], &error), ==, -1);
  g_assert_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NOT_FOUND);
}

static void
test_tail (Fixture *f, gconstpointer unused)
{
  g_autoptr (IsrTail) tail = isr_tail_new (f->recording, f->directory, 1);

  g_assert_nonnull (tail);
  swap (f);
  g_assert_null (isr_tail_new (f->recording, f->directory, 1));
}

static void
on_decoded (const IsrJobFile *file, const IsrDecoded *decoded, gint64 id, gpointer data)
{
  g_assert_not_reached ();
}

static void
on_failed (const IsrJobFile *file, const GError *error, gpointer data)
{
  g_assert_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND);
  *(gboolean *) data = TRUE;
}

static void
on_changed (gint64 id, gpointer data)
{
}

static void
test_job (Fixture *f, gconstpointer unused)
{
  static const IsrJobsHooks hooks = { on_decoded, on_failed, on_changed };
  gboolean failed = FALSE;
  g_autoptr (IsrJobs) jobs = isr_jobs_new (f->directory, &hooks, &failed);
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_job_file_free);
  IsrJobFile *file = g_new0 (IsrJobFile, 1);

  file->name = g_strdup (NAME);
  file->recording = isr_recording_copy (f->recording);
  g_ptr_array_add (files, file);
  isr_jobs_set_program (jobs, "/bin/false");
  isr_jobs_start (jobs, "all", files);
  swap (f);
  TEMP_WAIT_FOR (failed);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/swapped/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("span", test_span);
  ADD ("tail", test_tail);
  ADD ("job", test_job);
  return g_test_run ();
}
