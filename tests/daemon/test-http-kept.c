/* SPDX-License-Identifier: MIT */
/* What people said is answered when it is on the medium, and not before.
 *
 * fdatasync() is this file's: the program that is tested finds it before libc's. */
#include "daemon/archive/journal.h"
#include "daemon/archive/labels.h"
#include "tests/daemon/house.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LABEL "{\"source\":\"mic\",\"start_us\":1,\"end_us\":%d,\"verdict\":\"kept\",\"label\":null,\"note\":null}"

static gint begun, ended, held, broken; /* atomic; of the journal's syncs */

int
fdatasync (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);
  gboolean journal = path && g_str_has_suffix (path, "/" ISR_JOURNAL_NAME);
  int result;

  if (!journal)
    return (int) syscall (SYS_fdatasync, fd);
  g_atomic_int_inc (&begun);
  while (g_atomic_int_get (&held))
    g_thread_yield ();
  result = (int) syscall (SYS_fdatasync, fd);
  g_atomic_int_inc (&ended);
  if (!g_atomic_int_get (&broken))
    return result;
  errno = g_atomic_int_get (&broken);
  return -1;
}

static Client *
put_label (Fixture *f, int end)
{
  g_autofree char *body = g_strdup_printf (LABEL, end);
  g_autofree char *text = g_strdup_printf ("PUT /api/labels HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", strlen (body), body);
  Client *client = client_new (f->port);

  client_read (client);
  client_send (client, text, strlen (text));
  return client;
}

static guint
get_status (Client *client)
{
  g_autoptr (Answer) answer = NULL;

  TEMP_WAIT_FOR (client->ended);
  answer = client_parse (client);
  return answer->status;
}

/* The server answers others meanwhile, and all that wait are served by one sync more. */
static void
test_waits (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) first = NULL;
  Client *others[20];
  g_autoptr (Answer) labels = NULL;

  g_atomic_int_set (&begun, 0);
  g_atomic_int_set (&ended, 0);
  g_atomic_int_set (&held, TRUE);
  first = put_label (f, 10);
  TEMP_WAIT_FOR (g_atomic_int_get (&begun) == 1);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    others[i] = put_label (f, 11 + (int) i);
  do { /* all of them are known, none is answered */
    g_clear_pointer (&labels, answer_free);
    labels = ask (f->port, "GET", "/api/labels", NULL);
  } while (!g_strstr_len (g_bytes_get_data (labels->body, NULL), (gssize) g_bytes_get_size (labels->body), "\"end_us\":30,"));
  g_assert_cmpuint (first->in->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpuint (others[i]->in->len, ==, 0);
  g_atomic_int_set (&held, FALSE);
  g_assert_cmpuint (get_status (first), ==, 200);
  g_assert_cmpint (g_atomic_int_get (&ended), >=, 1);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_assert_cmpuint (get_status (others[i]), ==, 200);
    client_free (others[i]);
  }
  g_assert_cmpint (g_atomic_int_get (&begun), <=, 3);
}

static void
test_protection (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_new (f->port);
  const char *text = "PUT /api/files/" NAME "?protected=true HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  g_autoptr (IsrRecording) recording = NULL;

  g_atomic_int_set (&begun, 0);
  g_atomic_int_set (&held, TRUE);
  client_read (client);
  client_send (client, text, strlen (text));
  TEMP_WAIT_FOR (g_atomic_int_get (&begun) == 1);
  recording = isr_catalog_lookup (f->catalog, NAME);
  g_assert_true (recording->protected_);
  g_assert_cmpuint (client->in->len, ==, 0);
  g_atomic_int_set (&held, FALSE);
  g_assert_cmpuint (get_status (client), ==, 200);
}

static void
test_fails (Fixture *f, gconstpointer data)
{
  static const struct {
    int code;
    guint status;
  } cases[] = { { EIO, 500 }, { ENOSPC, 507 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Client) client = NULL, again = NULL;

    g_atomic_int_set (&broken, cases[i].code);
    g_test_expect_message ("isr-journal", G_LOG_LEVEL_WARNING, "*can not be forced onto the medium*");
    if (cases[i].status == 500)
      g_test_expect_message ("isr-http", G_LOG_LEVEL_WARNING, "*can not be forced onto the medium*");
    client = put_label (f, 100 + (int) i);
    g_assert_cmpuint (get_status (client), ==, cases[i].status);
    g_test_assert_expected_messages ();
    g_atomic_int_set (&broken, 0);
    again = put_label (f, 100 + (int) i);
    g_assert_cmpuint (get_status (again), ==, 200);
  }
}

/* Who has left is forgotten; who waits when the server ends is let go. */
static void
test_goes (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) first = NULL, second = NULL;

  g_atomic_int_set (&begun, 0);
  g_atomic_int_set (&held, TRUE);
  first = put_label (f, 10);
  TEMP_WAIT_FOR (g_atomic_int_get (&begun) == 1);
  g_clear_pointer (&first, client_free);
  second = put_label (f, 11);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  isr_http_free (f->http);
  g_atomic_int_set (&held, FALSE);
  start_server (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-kept/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("waits", test_waits);
  ADD ("protection", test_protection);
  ADD ("fails", test_fails);
  ADD ("goes", test_goes);
  return g_test_run ();
}
