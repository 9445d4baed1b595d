/* SPDX-License-Identifier: MIT */
/* check-storage.c - can recordings be written, fast enough, and for how long. */
#include "daemon/ops/doctor/exam.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PIECE (1 << 20)
#define PIECES 8
#define GUESS 50000.0 /* bytes a second of a source that could not be measured: 48 kHz mono as FLAC */

/* The directory, or the nearest one above it that exists: the rest would be made. */
static char *
find_existing (const char *directory)
{
  char *path = g_strdup (directory);

  while (!g_file_test (path, G_FILE_TEST_EXISTS) && strlen (path) > 1) {
    char *parent = g_path_get_dirname (path);

    g_free (path);
    path = parent;
  }
  return path;
}

/* Bytes a second; negative: errno. The file has no name that anybody would adopt. */
static double
measure_speed (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, ".isr-doctor-XXXXXX", NULL);
  g_autofree char *piece = g_malloc0 (PIECE);
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600), error = 0;
  gint64 begin = g_get_monotonic_time (), took;

  if (fd < 0)
    return -errno;
  for (guint i = 0; i < PIECES && !error; i++)
    if (write (fd, piece, PIECE) != PIECE)
      error = errno ? errno : ENOSPC;
  if (!error && fdatasync (fd) < 0)
    error = errno;
  took = MAX (g_get_monotonic_time () - begin, 1);
  close (fd);
  g_unlink (path);
  return error ? -error : (double) PIECES * PIECE * 1e6 / (double) took;
}

static double
get_rate (const IsrExam *self)
{
  double sum = 0;

  for (guint i = 0; i < self->sources->len; i++) {
    const IsrSourceExam *source = self->sources->pdata[i];
    double own = source->listening ? source->listening->bytes_per_second : 0;

    sum += own > 0 ? own : GUESS;
  }
  return sum;
}

char *
isr_exam_make_owner_fix (const IsrExam *self, const char *directory)
{
  g_autofree char *quoted = g_shell_quote (directory);
  guint group = self->user->groups->len ? (guint) g_array_index (self->user->groups, gid_t, 0) : (guint) self->user->uid;

  return g_strdup_printf ("%ssudo chown -R %u:%u %s", self->container ? "on the host, with its path there: " : "", (guint) self->user->uid, group, quoted);
}

static void
add_unwritable (const IsrExam *self, const char *directory, int error, IsrReport *report)
{
  g_autofree char *quoted = g_shell_quote (directory);
  g_autofree char *fix = NULL;

  if (error == EACCES || error == EPERM)
    fix = isr_exam_make_owner_fix (self, directory);
  else if (error == ENOSPC || error == EDQUOT)
    fix = g_strdup_printf ("make room: du -h %s | sort -h | tail", quoted);
  else
    fix = g_strdup_printf ("findmnt -T %s; is the disk mounted, and not read-only?", quoted);
  isr_report_add (report, ISR_CHECK_FAIL, error == ENOSPC ? "disk-full" : "not-writable", "storage", fix, "%s can not be written: %s", directory, g_strerror (error));
}

static void
check_directory (const IsrExam *self, const char *directory, IsrReport *report)
{
  g_autofree char *existing = find_existing (directory);
  double rate = get_rate (self), speed = measure_speed (existing);
  gboolean retention = self->config->keep_days || self->config->min_free || self->config->min_free_share > 0;
  struct statvfs info;

  if (speed < 0) {
    add_unwritable (self, existing, (int) -speed, report);
    return;
  }
  isr_report_add (report, ISR_CHECK_OK, "writable", "storage", NULL, "%s can be written%s", existing, g_str_equal (existing, directory) ? "" : " and the directory for recordings can be made");
  isr_judge_speed (speed, rate, existing, report);
  if (statvfs (existing, &info) == 0)
    isr_judge_space ((guint64) info.f_bavail * info.f_frsize, rate, retention, existing, report);
}

void
isr_check_storage (const IsrExam *self, IsrReport *report)
{
  if (self->config)
    check_directory (self, self->config->output_directory, report);
}
