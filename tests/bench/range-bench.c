/* SPDX-License-Identifier: MIT */
/* range-bench.c - the least that a range of a file can cost behind SoupServer.
 *
 *     range-bench PORT FILE       answers every GET with the one range that it asks for
 *
 * One file, open all the time; no catalog, no checks, no conditions, no limits: pread of
 * the whole range, appended by hand, and the headers that a client can not do without. */
#include <fcntl.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  int fd;
  guint64 size;
} File;

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  const File *file = data;
  const char *range = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Range");
  SoupMessageHeaders *answer = soup_server_message_get_response_headers (message);
  g_autofree char *content_range = NULL;
  unsigned long long first, last;
  guint8 *bytes;
  gsize length;

  if (!range || sscanf (range, "bytes=%llu-%llu", &first, &last) != 2 || first > last || last >= file->size) {
    soup_server_message_set_status (message, 416, NULL);
    return;
  }
  length = (gsize) (last - first + 1);
  bytes = g_malloc (length);
  if (pread (file->fd, bytes, length, (off_t) first) != (gssize) length)
    g_error ("the file became shorter");
  content_range = g_strdup_printf ("bytes %llu-%llu/%" G_GUINT64_FORMAT, first, last, file->size);
  soup_server_message_set_status (message, 206, NULL);
  soup_message_headers_append (answer, "Content-Type", "audio/flac");
  soup_message_headers_append (answer, "Content-Range", content_range);
  soup_message_body_append_take (soup_server_message_get_response_body (message), bytes, length);
}

int
main (int argc, char **argv)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  struct stat st;
  File file;

  if (argc != 3)
    g_error ("range-bench PORT FILE");
  file.fd = open (argv[2], O_RDONLY | O_CLOEXEC);
  if (file.fd < 0 || fstat (file.fd, &st) < 0)
    g_error ("%s can not be read", argv[2]);
  file.size = (guint64) st.st_size;
  soup_server_add_handler (server, NULL, on_request, &file, NULL);
  if (!soup_server_listen_local (server, (guint) atoi (argv[1]), SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    g_error ("%s", error->message);
  g_main_loop_run (loop);
  return 0;
}
