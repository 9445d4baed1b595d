/* SPDX-License-Identifier: MIT */
/* repair.c - walks what it is given, mends it, says what it did. */
#include "daemon/cli/repair.h"

#include "daemon/archive/part.h"

static void
tell (const char *path, const char *final, const IsrRepairResult *result)
{
  guint64 ms = result->rate ? result->samples * 1000 / result->rate : 0;

  g_print ("%s: %s%s%s, plays %u:%02u:%02u.%03u\n", path, result->changed ? "repaired" : "complete",
      final ? ", now " : "", final ? final : "",
      (guint) (ms / 3600000), (guint) (ms / 60000 % 60), (guint) (ms / 1000 % 60), (guint) (ms % 1000));
}

static gboolean
repair_file (const char *path)
{
  gboolean part = g_str_has_suffix (path, ISR_PART_SUFFIX);
  g_autoptr (GError) error = NULL;
  g_autofree char *final = NULL;
  IsrRepairResult result = { 0 };

  if (part)
    final = isr_part_finish (path, &result, &error);
  else
    isr_repair_path (path, &result, &error);
  if (error)
    g_printerr ("isr: %s\n", error->message);
  else if (part && !final)
    g_print ("%s: held no audio, removed\n", path);
  else
    tell (path, final, &result);
  return !error;
}

static gboolean repair_path (const char *path, gboolean named);

static gboolean
repair_directory (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  gboolean ok = dir != NULL;
  const char *name;

  if (!dir)
    g_printerr ("isr: %s\n", error->message);
  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *below = g_build_filename (path, name, NULL);

    ok &= repair_path (below, FALSE);
  }
  return ok;
}

/* @named: somebody asked for this very path; what a walk meets is repaired only
 * when it is a .part, and links are not followed. */
static gboolean
repair_path (const char *path, gboolean named)
{
  if (!named && g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return repair_directory (path);
  return !named && !g_str_has_suffix (path, ISR_PART_SUFFIX) ? TRUE : repair_file (path);
}

int
isr_cli_repair (const char *const *paths)
{
  gboolean ok = TRUE;

  for (guint i = 0; paths[i]; i++)
    ok &= repair_path (paths[i], TRUE);
  return ok ? 0 : 1;
}
