/* SPDX-License-Identifier: MIT */
/* How far the first look at an archive is: in /api/status and /api/jobs.
 *
 * preadv2() is this file's, found before libc's: it holds what looks into one of the files. */
#include "tests/daemon/audio-file.h"
#include "tests/daemon/house.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static gint held, waits; /* atomic */

ssize_t
preadv2 (int fd, const struct iovec *rooms, int count, off_t offset, int flags)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_atomic_int_get (&held) ? g_file_read_link (link, NULL) : NULL;
  gboolean is_held = path && g_str_has_suffix (path, "/held.wav");

  if (is_held && flags & RWF_NOWAIT) { /* as on a disk that is cold */
    errno = EAGAIN;
    return -1;
  }
  g_atomic_int_set (&waits, g_atomic_int_get (&waits) || is_held);
  while (is_held && g_atomic_int_get (&held))
    g_thread_yield ();
  return syscall (SYS_preadv2, fd, rooms, count, (long) offset, (long) ((guint64) offset >> 32), flags);
}

static void
on_ready (GObject *object, GAsyncResult *result, gpointer data)
{
  g_assert_true (isr_catalog_reconcile_finish (ISR_CATALOG (object), result, NULL));
  *(gboolean *) data = TRUE;
}

static gboolean
says (Fixture *f, const char *target, const char *text)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", target, NULL);

  g_assert_cmpuint (answer->status, ==, 200);
  return g_strstr_len (g_bytes_get_data (answer->body, NULL), (gssize) g_bytes_get_size (answer->body), text) != NULL;
}

static void
test_progress (Fixture *f, gconstpointer data)
{
  gboolean ready = FALSE;

  for (guint i = 0; i < 9; i++) {
    g_autofree char *name = g_strdup_printf ("foreign/%u.wav", i);

    audio_write_wav (f->directory, name, 1, 1706698800 * G_TIME_SPAN_SECOND, 0, NULL);
  }
  audio_write_wav (f->directory, "foreign/held.wav", 1, 1706698800 * G_TIME_SPAN_SECOND, 0, NULL);
  g_assert_true (says (f, "/api/jobs", "{\"jobs\":[]}"));
  g_atomic_int_set (&held, TRUE);
  isr_catalog_reconcile_async (f->catalog, on_ready, &ready);
  TEMP_WAIT_FOR (g_atomic_int_get (&waits));
  TEMP_WAIT_FOR (says (f, "/api/jobs", "{\"id\":0,\"kind\":\"scan\",\"what\":\"files that are new to ISR\",\"state\":\"running\",\"progress\":0.9,\"files\":10,\"done\":9,\"error\":null}"));
  g_assert_true (says (f, "/api/status", "\"scan\":{\"done\":9,\"total\":10}"));
  g_atomic_int_set (&held, FALSE);
  TEMP_WAIT_FOR (ready);
  g_assert_true (says (f, "/api/jobs", "{\"jobs\":[]}"));
  g_assert_true (says (f, "/api/status", "\"scan\":null"));
  g_assert_true (says (f, "/api/files", "\"foreign/held.wav\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/http-scan/progress", Fixture, NULL, set_up, test_progress, tear_down);
  return g_test_run ();
}
