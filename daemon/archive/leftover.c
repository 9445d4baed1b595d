/* SPDX-License-Identifier: MIT */
/* leftover.c - the entry of a .part that is finished late.
 *
 * part.c does the work on the file: repair, then a name. A crash in between leaves
 * a .part that is complete, which the next repair lets alone and then names. */
#define G_LOG_DOMAIN "isr-leftover"

#include "daemon/archive/leftover.h"

#include "daemon/archive/part.h"
#include "daemon/core/error.h"

#include <string.h>
#include <sys/stat.h>

static void
take_over (IsrRecording *recording, const char *directory, const IsrRepairResult *result)
{
  g_autofree char *path = g_build_filename (directory, recording->name, NULL);
  struct stat st;

  recording->samples = result->samples;
  recording->rate = result->rate;
  recording->bytes = result->bytes;
  if (result->rate)
    recording->end_us = recording->start_us + (gint64) (result->samples * 1e6 / result->rate);
  if (lstat (path, &st) == 0) {
    recording->bytes = (guint64) st.st_size;
    recording->mtime_us = st.st_mtim.tv_sec * G_TIME_SPAN_SECOND + st.st_mtim.tv_nsec / 1000;
  }
}

IsrLeftover
isr_leftover_mend (const char *directory, IsrRecording *recording)
{
  g_autofree char *part = g_strdup_printf ("%s/%s" ISR_PART_SUFFIX, directory, recording->name);
  g_autofree char *final = NULL;
  g_autoptr (GError) error = NULL;
  IsrRepairResult result = { 0 };

  if (!g_file_test (part, G_FILE_TEST_EXISTS))
    return ISR_LEFTOVER_HELD; /* whoever wrote it has finished it since */
  final = isr_part_finish (part, &result, &error);
  if (!final) {
    if (error && !g_error_matches (error, ISR_ERROR, ISR_ERROR_BUSY))
      g_message ("%s; it was left by a process that died and stays as it is", error->message);
    if (!error)
      g_message ("%s: left by a process that died before there was any audio in it; it is removed", part);
    return error ? (g_error_matches (error, ISR_ERROR, ISR_ERROR_BUSY) ? ISR_LEFTOVER_HELD : ISR_LEFTOVER_FAILED) : ISR_LEFTOVER_EMPTY;
  }
  g_message ("%s: left by a process that died, %s, now %s", part, result.changed ? "mended" : "complete", final);
  g_free (recording->name);
  recording->name = g_strdup (final + strlen (directory) + 1);
  take_over (recording, directory, &result);
  return ISR_LEFTOVER_MENDED;
}
