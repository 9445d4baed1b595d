/* SPDX-License-Identifier: MIT */
/* leftover.c - repair, then a name.
 *
 * In this order: what has a final name plays. A crash in between leaves a .part
 * that is complete, which the next repair lets alone and the next rename names. */
#define G_LOG_DOMAIN "isr-leftover"

#include "daemon/archive/leftover.h"

#include "plugins/format/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_TRIES 1000

/* -1 and errno; EEXIST when @to is there. */
static int
rename_new (const char *from, const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  return link (from, to) < 0 ? -1 : unlink (from); /* a file system that can not say "new" */
}

/* "a/b.flac", 2: "a/b_2.flac" */
static char *
number_name (const char *name, int number)
{
  const char *dot = strrchr (name, '.');
  gsize stem = dot ? (gsize) (dot - name) : strlen (name);

  return number == 1 ? g_strdup (name) : g_strdup_printf ("%.*s_%d%s", (int) stem, name, number, name + stem);
}

/* The name it has now; NULL and errno. */
static char *
take_name (const char *directory, const char *part, const char *name)
{
  for (int number = 1; number < MAX_TRIES; number++) {
    g_autofree char *candidate = number_name (name, number);
    g_autofree char *path = g_build_filename (directory, candidate, NULL);

    if (rename_new (part, path) == 0)
      return g_steal_pointer (&candidate);
    if (errno != EEXIST)
      return NULL;
  }
  return NULL;
}

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
  g_autofree char *part = g_strdup_printf ("%s/%s.part", directory, recording->name);
  g_autoptr (GError) error = NULL;
  IsrRepairResult result = { 0 };
  char *name;

  if (!isr_repair_path (part, &result, &error)) {
    if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return ISR_LEFTOVER_HELD;
    g_message ("%s; it was left by a process that died and stays as it is", error->message);
    return ISR_LEFTOVER_FAILED;
  }
  name = take_name (directory, part, recording->name);
  if (!name) {
    g_message ("%s: it can not be given its final name: %s", part, g_strerror (errno));
    return ISR_LEFTOVER_FAILED;
  }
  g_message ("%s: left by a process that died, %s, now %s", part, result.changed ? "mended" : "complete", name);
  g_free (recording->name);
  recording->name = name;
  take_over (recording, directory, &result);
  return ISR_LEFTOVER_MENDED;
}
