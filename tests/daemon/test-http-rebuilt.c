/* SPDX-License-Identifier: MIT */
/* A damaged catalog is made again: what asks it meanwhile is told to come again, everything else
 * goes on, and nothing is done by half. */
#include "daemon/archive/catalog-private.h"
#include "tests/daemon/house.h"

#include <fcntl.h>
#include <unistd.h>

static const char *const asking[][2] = {
  { "GET", "/stream/" NAME },
  { "GET", "/download/" NAME },
  { "GET", "/api/files" },
  { "PUT", "/api/files/" NAME "?protected=true" },
  { "DELETE", "/api/files/" NAME },
  { "GET", "/api/trash" },
  { "POST", "/api/trash/1/restore" },
  { "DELETE", "/api/trash/1" },
  { "GET", "/api/storage" },
  { "GET", "/api/sources" },
  { "GET", "/api/days" },
  { "GET", "/api/coverage" },
  { "GET", "/api/labels" },
  { "PUT", "/api/labels" },
  { "DELETE", "/api/labels?source=mic&start_us=1706698801000000&end_us=1706698802000000" },
  { "GET", "/api/titles" },
  { "GET", "/api/cue?file=" NAME },
  { "GET", "/api/highlights?day=2024-01-31" },
  { "GET", "/api/export?day=2024-01-31" },
  { "GET", "/api/clip?file=" NAME },
  { "GET", "/api/cut?file=" NAME },
  { "GET", "/live/mic" },
  { "GET", "/readyz" },
};
static const char *const apart[] = { "/api/status", "/healthz", "/api/config", "/api/openapi.json", "/" };

/* The worker waits for the writer, and the writer for us. */
static gboolean
wait_for_us (sqlite3 *db, gpointer go_on, GError **error)
{
  g_async_queue_pop (go_on);
  return TRUE;
}

static void
destroy (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->directory, "isr.db", NULL);
  g_autofree char *garbage = g_strnfill (1 << 20, 'x');
  int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);

  isr_writer_flush (f->catalog->writer);
  g_assert_cmpint (pwrite (fd, garbage, 1 << 20, 0), ==, 1 << 20);
  close (fd);
}

static void
assert_body (Fixture *f, const char *target, const char *part)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", target, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));

  g_assert_nonnull (strstr (text, part));
}

static void
assert_come_again (Fixture *f)
{
  for (guint i = 0; i < G_N_ELEMENTS (asking); i++) {
    g_autoptr (Answer) answer = ask (f->port, asking[i][0], asking[i][1], NULL);

    g_test_message ("%s %s", asking[i][0], asking[i][1]);
    g_assert_cmpuint (answer->status, ==, 503);
    assert_header (answer, "Retry-After", "5");
  }
  for (guint i = 0; i < G_N_ELEMENTS (apart); i++) {
    g_autoptr (Answer) answer = ask (f->port, "GET", apart[i], NULL);

    g_test_message ("%s", apart[i]);
    g_assert_cmpuint (answer->status, ==, 200);
  }
}

static gboolean
is_ok (Fixture *f)
{
  return g_str_equal (isr_catalog_get_condition (f->catalog)->state, "ok");
}

static void
test_rebuilt (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();
  g_autofree char *path = g_build_filename (f->directory, NAME, NULL);
  g_autoptr (IsrRecording) known = NULL;

  isr_http_set_ready (f->http, TRUE);
  assert_body (f, "/healthz", "{\"status\":\"ok\",\"catalog\":\"ok\"}");
  destroy (f);
  isr_writer_call (f->catalog->writer, wait_for_us, g_async_queue_ref (go_on), (GDestroyNotify) g_async_queue_unref);
  g_assert_true (isr_catalog_mend (f->catalog));
  assert_come_again (f);
  assert_body (f, "/healthz", "\"catalog\":\"rebuilding\"");
  assert_body (f, "/api/status", "\"catalog\":{\"state\":\"rebuilding\"");
  assert_body (f, "/api/files", "made again");
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  for (guint i = 0; i < 3; i++) /* it may be tried more than once */
    g_async_queue_push (go_on, GINT_TO_POINTER (1));
  TEMP_WAIT_FOR (is_ok (f));
  assert_body (f, "/api/files", NAME);
  assert_body (f, "/readyz", "ready");
  assert_body (f, "/api/status", "\"catalog\":{\"state\":\"ok\"");
  known = isr_catalog_lookup (f->catalog, NAME);
  g_assert_true (known && !known->protected_);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR); /* what goes wrong here is said, and expected */
  g_test_add ("/http/rebuilt", Fixture, NULL, set_up, test_rebuilt, tear_down);
  return g_test_run ();
}
