/* SPDX-License-Identifier: MIT */
/* What a first look costs at least: look-bench DIRECTORY DATABASE [FLIGHT]
 *
 * Every file below the directory is found, opened, its first 8 KiB are read, FLIGHT files at
 * once (one); then a row of each is written into a catalog of ours in one transaction. Nothing
 * is looked into. Prints files and seconds: finding, reading, writing, and CPU of all. */
#include "daemon/archive/db.h"
#include "daemon/archive/rows.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define HEAD 8192

static GPtrArray *files; /* IsrRecording */

static int
visit (const char *path, const struct stat *st, int type, struct FTW *ftw)
{
  IsrRecording *recording;

  if (type != FTW_F)
    return 0;
  recording = isr_recording_new ();
  recording->name = g_strdup (path);
  recording->source = g_strdup ("bench");
  recording->bytes = (guint64) st->st_size;
  recording->mtime_us = st->st_mtim.tv_sec * G_TIME_SPAN_SECOND;
  recording->start_us = recording->mtime_us;
  recording->end_us = recording->start_us + 1;
  g_ptr_array_add (files, recording);
  return 0;
}

static void
read_head (gpointer data, gpointer unused)
{
  const IsrRecording *recording = data;
  int fd = open (recording->name, O_RDONLY | O_CLOEXEC);
  char head[HEAD];
  struct stat st;

  if (fd < 0 || fstat (fd, &st) < 0 || pread (fd, head, sizeof head, 0) < 0)
    g_error ("%s can not be read", recording->name);
  close (fd);
}

static void
read_heads (int flight)
{
  GThreadPool *pool = flight > 1 ? g_thread_pool_new (read_head, NULL, flight, TRUE, NULL) : NULL;

  for (guint i = 0; i < files->len; i++)
    if (pool)
      g_thread_pool_push (pool, files->pdata[i], NULL);
    else
      read_head (files->pdata[i], NULL);
  if (pool)
    g_thread_pool_free (pool, FALSE, TRUE);
}

static void
write_rows (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = isr_db_open (path, ISR_DB_WRITE, &error);
  sqlite3_stmt *put = db ? isr_db_prepare (db, "INSERT INTO recordings (" ISR_ROW_COLUMNS ") VALUES (" ISR_ROW_PLACES ")", &error) : NULL;

  if (!put || !isr_db_exec (db, "BEGIN", &error))
    g_error ("%s", error->message);
  for (guint i = 0; i < files->len; i++) {
    IsrRecording *recording = files->pdata[i];

    recording->id = i + 1;
    isr_row_bind (put, recording);
    if (!isr_db_run (put, &error))
      g_error ("%s", error->message);
  }
  sqlite3_finalize (put);
  if (!isr_db_exec (db, "COMMIT", &error))
    g_error ("%s", error->message);
}

static double
since (gint64 *us)
{
  gint64 now = g_get_monotonic_time (), before = *us;

  *us = now;
  return (double) (now - before) / 1e6;
}

int
main (int argc, char **argv)
{
  gint64 us = g_get_monotonic_time ();
  double walk, heads, rows;

  if (argc < 3)
    g_error ("look-bench DIRECTORY DATABASE [FLIGHT]");
  files = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free);
  nftw (argv[1], visit, 64, FTW_PHYS);
  walk = since (&us);
  read_heads (argc > 3 ? atoi (argv[3]) : 1);
  heads = since (&us);
  write_rows (argv[2]);
  rows = since (&us);
  printf ("%u %.3f %.3f %.3f %.3f\n", files->len, walk, heads, rows, (double) clock () / CLOCKS_PER_SEC);
  g_ptr_array_unref (files);
  return 0;
}
