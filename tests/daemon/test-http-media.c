/* SPDX-License-Identifier: MIT */
/* /stream and /download: every byte, every part of them, and no other file. */
#include "daemon/http/range.h"
#include "tests/daemon/house.h"

#include <sys/stat.h>
#include <unistd.h>

#define STREAM "/stream/mic/2024-01-31/mic_20240131T120000+0100.flac"
#define DOWNLOAD "/download/mic/2024-01-31/mic_20240131T120000+0100.flac"

static void
assert_body (const Answer *answer, const void *data, gsize size)
{
  g_assert_cmpmem (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body), data, size);
}

static void
assert_json_error (const Answer *answer, guint status, const char *code)
{
  g_autofree char *start = g_strdup_printf ("{\"error\":\"%s\",\"message\":\"", code);

  g_assert_cmpuint (answer->status, ==, status);
  g_assert_cmpuint (g_bytes_get_size (answer->body), >, strlen (start));
  g_assert_cmpmem (g_bytes_get_data (answer->body, NULL), strlen (start), start, strlen (start));
}

static void
test_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) stream = ask (f->port, "GET", STREAM, NULL);
  g_autoptr (Answer) download = ask (f->port, "GET", DOWNLOAD, NULL);
  g_autoptr (Answer) head = ask (f->port, "HEAD", STREAM, "Range: bytes=0-9\r\n");
  g_autofree char *disposition = answer_header (download, "Content-Disposition");

  g_assert_cmpuint (stream->status, ==, 200);
  assert_body (stream, f->data, SIZE);
  assert_header (stream, "Content-Type", "audio/flac");
  assert_header (stream, "Content-Length", "700001");
  assert_header (stream, "Accept-Ranges", "bytes");
  assert_header (stream, "Transfer-Encoding", NULL);
  assert_body (download, f->data, SIZE);
  g_assert_cmpstr (disposition, ==, "attachment; filename=\"mic_20240131T120000+0100.flac\"; filename*=UTF-8''mic_20240131T120000%2B0100.flac");
  g_assert_cmpuint (head->status, ==, 200);
  assert_header (head, "Content-Length", "700001");
  g_assert_cmpuint (g_bytes_get_size (head->body), ==, 0);
}

/* What the header should give, found in another way: byte by byte. @asked: parts
 * as numbers, -1 for what is left out. */
static void
append_oracle (GByteArray *out, const guint8 *file, gint64 size, gint64 first, gint64 last)
{
  for (gint64 i = 0; i < size; i++) {
    gboolean in = first < 0 ? i >= size - last : i >= first && (last < 0 || i <= last);

    if (in)
      g_byte_array_append (out, file + i, 1);
  }
}

static void
test_single_ranges (Fixture *f, gconstpointer data)
{
  static const gint64 edges[] = { 0, 1, 2, 262143, 262144, 262145, 524288, SIZE - 2, SIZE - 1, SIZE, SIZE + 1, G_MAXINT64 };
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (int i = 0; i < 300; i++) {
    gint64 first = g_rand_boolean (random) ? edges[g_rand_int_range (random, 0, G_N_ELEMENTS (edges))] : g_rand_int_range (random, 0, SIZE);
    gint64 last = g_rand_boolean (random) ? edges[g_rand_int_range (random, 0, G_N_ELEMENTS (edges))] : MIN (first, SIZE) + g_rand_int_range (random, 0, 1000);
    int form = g_rand_int_range (random, 0, 3);
    g_autofree char *header = form == 0   ? g_strdup_printf ("Range: bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "\r\n", first, last)
                              : form == 1 ? g_strdup_printf ("Range: bytes=%" G_GINT64_FORMAT "-\r\n", first)
                                          : g_strdup_printf ("Range: bytes=-%" G_GINT64_FORMAT "\r\n", last);
    g_autoptr (Answer) answer = ask (f->port, "GET", STREAM, header);
    g_autoptr (GByteArray) expected = g_byte_array_new ();

    append_oracle (expected, f->data, SIZE, form == 2 ? -1 : first, form == 1 ? -1 : last);
    if (form == 0 && last < first)
      g_byte_array_set_size (expected, 0);
    if (expected->len == 0) {
      assert_json_error (answer, 416, "range");
      assert_header (answer, "Content-Range", "bytes */700001");
    } else {
      g_assert_cmpuint (answer->status, ==, 206);
      assert_body (answer, expected->data, expected->len);
    }
  }
}

static void
test_content_range (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) first = ask (f->port, "GET", STREAM, "Range: bytes=0-0\r\n");
  g_autoptr (Answer) last = ask (f->port, "GET", STREAM, "Range: bytes=-1\r\n");
  g_autoptr (Answer) clamped = ask (f->port, "GET", STREAM, "Range: bytes=700000-99999999999999999999999\r\n");
  g_autoptr (Answer) unit = ask (f->port, "GET", STREAM, "Range: seconds=1-2\r\n");

  assert_header (first, "Content-Range", "bytes 0-0/700001");
  assert_header (last, "Content-Range", "bytes 700000-700000/700001");
  assert_header (clamped, "Content-Range", "bytes 700000-700000/700001");
  g_assert_cmpuint (unit->status, ==, 200);
}

/* Takes a multipart body apart and puts the parts together again. */
static void
assert_parts (Fixture *f, const Answer *answer, const gint64 (*asked)[2], guint n)
{
  g_autofree char *type = answer_header (answer, "Content-Type");
  const char *boundary = strstr (type, "boundary=");
  gsize size;
  const char *body = g_bytes_get_data (answer->body, &size);
  g_autoptr (GString) expected = g_string_new (NULL);

  g_assert_cmpuint (answer->status, ==, 206);
  g_assert_true (g_str_has_prefix (type, "multipart/byteranges; boundary="));
  for (guint i = 0; i < n; i++) {
    g_string_append_printf (expected, "%s--%s\r\nContent-Type: audio/flac\r\nContent-Range: bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/700001\r\n\r\n", i ? "\r\n" : "", boundary + 9, asked[i][0], asked[i][1]);
    g_string_append_len (expected, (const char *) f->data + asked[i][0], asked[i][1] - asked[i][0] + 1);
  }
  g_string_append_printf (expected, "\r\n--%s--\r\n", boundary + 9);
  g_assert_cmpmem (body, size, expected->str, expected->len);
}

static void
test_multipart (Fixture *f, gconstpointer data)
{
  static const gint64 three[][2] = { { 0, 9 }, { 300000, 600000 }, { 699999, 700000 } };
  static const gint64 two[][2] = { { 5, 5 }, { 1, 1 } };
  g_autoptr (GString) sixteen = g_string_new ("Range: bytes=0-0");
  g_autofree char *seventeen = NULL;
  g_autoptr (Answer) a = ask (f->port, "GET", STREAM, "Range: bytes=0-9, 300000-600000 ,-2\r\n");
  g_autoptr (Answer) b = ask (f->port, "GET", STREAM, "Range: bytes=5-5,900000-,9-8, 1-1\r\n");
  g_autoptr (Answer) c = ask (f->port, "GET", STREAM, "Range: bytes=0-,0-,0-\r\n");
  g_autoptr (Answer) d = NULL;
  g_autoptr (Answer) e = NULL;

  assert_parts (f, a, three, 3);
  assert_parts (f, b, two, 2);
  g_assert_cmpuint (c->status, ==, 200); /* more than the file: the file */
  assert_body (c, f->data, SIZE);
  for (int i = 1; i < 16; i++)
    g_string_append_printf (sixteen, ",%d-%d", i, i);
  seventeen = g_strdup_printf ("%s,99-99\r\n", sixteen->str);
  g_string_append (sixteen, "\r\n");
  d = ask (f->port, "GET", STREAM, sixteen->str);
  e = ask (f->port, "GET", STREAM, seventeen);
  g_assert_cmpuint (d->status, ==, 206);
  g_assert_cmpuint (e->status, ==, 200); /* too many parts: the file */
  assert_body (e, f->data, SIZE);
}

static void
test_conditions (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) plain = ask (f->port, "GET", STREAM, NULL);
  g_autofree char *etag = answer_header (plain, "ETag");
  g_autofree char *modified = answer_header (plain, "Last-Modified");
  const struct {
    char *headers;
    guint status;
  } cases[] = {
    { g_strdup_printf ("If-None-Match: %s\r\n", etag), 304 },
    { g_strdup_printf ("If-None-Match: \"x\", W/%s\r\n", etag), 304 },
    { g_strdup ("If-None-Match: *\r\n"), 304 },
    { g_strdup_printf ("If-None-Match: \"x\"\r\nIf-Modified-Since: %s\r\n", modified), 200 },
    { g_strdup_printf ("If-Modified-Since: %s\r\n", modified), 304 },
    { g_strdup ("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n"), 200 },
    { g_strdup ("If-Modified-Since: yesterday\r\n"), 200 },
    { g_strdup_printf ("Range: bytes=0-1\r\nIf-Range: %s\r\n", etag), 206 },
    { g_strdup_printf ("Range: bytes=0-1\r\nIf-Range: %s\r\n", modified), 206 },
    { g_strdup_printf ("Range: bytes=0-1\r\nIf-Range: W/%s\r\n", etag), 200 },
    { g_strdup ("Range: bytes=0-1\r\nIf-Range: \"other\"\r\n"), 200 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Answer) answer = ask (f->port, "GET", STREAM, cases[i].headers);

    g_assert_cmpuint (answer->status, ==, cases[i].status);
    g_assert_cmpuint (g_bytes_get_size (answer->body), ==, cases[i].status == 304 ? 0 : cases[i].status == 206 ? 2
                                                                                                               : SIZE);
    g_free (cases[i].headers);
  }
}

static void
test_names (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "b+c d%25 \"x\"\\.mp3", "Ä/ö ü.opus", "a?b#c&d=e.wav", "-.ogg" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *escaped = g_uri_escape_string (names[i], "/", FALSE);
    g_autofree char *target = g_strconcat ("/download/", escaped, NULL);
    g_autoptr (Answer) answer = NULL;
    g_autofree char *disposition = NULL;

    add (f, names[i], 1000 + i, names[i], strlen (names[i]));
    answer = ask (f->port, "GET", target, NULL);
    disposition = answer_header (answer, "Content-Disposition");
    g_assert_cmpuint (answer->status, ==, 200);
    assert_body (answer, names[i], strlen (names[i]));
    g_assert_true (g_str_is_ascii (disposition));
  }
  {
    g_autoptr (Answer) plus = ask (f->port, "GET", "/stream/b%2Bc%20d%2525%20%22x%22%5c.mp3", NULL);
    g_autoptr (Answer) space = ask (f->port, "GET", "/stream/b%20c%20d%2525%20%22x%22%5c.mp3", NULL);

    g_assert_cmpuint (plus->status, ==, 200);
    g_assert_cmpuint (space->status, ==, 404);
  }
}

/* Grammar-made paths: none may lead to anything but the one recording. */
static void
test_hostile (Fixture *f, gconstpointer data)
{
  static const char *const pieces[] = { "..", "%2e%2e", ".", "/", "%2f", "\\", "%5c", "//", "etc", "passwd", "isr.db", "isr.lock", "mic", "2024-01-31", "%00", "%", "%zz", "%c0%af", "~", "mic_20240131T120000+0100.flac", "*", "%ff", ";", "?", "#", "proc", "self", "environ", "\xc3\xa4", "+", "%25", "C:", "stream" };
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int i = 0; i < 3000; i++) {
    g_autoptr (GString) target = g_string_new (g_rand_boolean (random) ? "/stream/" : "/download/");
    g_autoptr (Answer) answer = NULL;
    int n = g_rand_int_range (random, 1, 9);

    for (int j = 0; j < n; j++) {
      g_string_append (target, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      if (g_rand_boolean (random))
        g_string_append_c (target, '/');
    }
    answer = ask (f->port, "GET", target->str, NULL);
    if (answer->status == 200) /* dots that were folded away: the page, or the one recording there is */
      g_assert_true (g_bytes_get_size (answer->body) == SIZE || strstr (answer->head, "text/html"));
    else
      g_assert_true (answer->status == 404 || answer->status == 400);
  }
}

static void
test_not_files (Fixture *f, gconstpointer data)
{
  g_autofree char *link = g_build_filename (f->directory, "link.wav", NULL);
  g_autofree char *fifo = g_build_filename (f->directory, "fifo.wav", NULL);
  g_autofree char *directory = g_build_filename (f->directory, "directory.wav", NULL);
  static const char *const names[] = { "link.wav", "fifo.wav", "directory.wav", "gone.wav" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (f->directory, names[i], NULL);

    add (f, names[i], 1000, "x", 1);
    g_assert_cmpint (g_unlink (path), ==, 0);
  }
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (directory, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *target = g_strconcat ("/stream/", names[i], NULL);
    g_autoptr (Answer) answer = ask (f->port, "GET", target, NULL);

    assert_json_error (answer, 404, "not-found");
  }
}

static void
assert_stream (Fixture *f, const char *target, const char *text)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", target, NULL);

  g_assert_cmpuint (answer->status, ==, text ? 200 : 404);
  if (text)
    assert_body (answer, text, strlen (text));
}

/* What is asked for again and again is kept open: not for longer than it is there. */
static void
test_replaced (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "deep/file.wav", NULL);
  g_autofree char *deep = g_build_filename (f->directory, "deep", NULL);
  g_autofree char *moved = g_build_filename (f->directory, "moved", NULL);

  g_assert_cmpint (g_mkdir (deep, 0700), ==, 0);
  add (f, "deep/file.wav", 1000, "first", 5);
  for (guint i = 0; i < 3; i++)
    assert_stream (f, "/stream/deep/file.wav", "first");
  temp_write (f->directory, "deep/file.wav", "another", 7);
  assert_stream (f, "/stream/deep/file.wav", "another");
  g_assert_cmpint (g_rename (deep, moved), ==, 0);
  assert_stream (f, "/stream/deep/file.wav", NULL);
  g_assert_cmpint (symlink (moved, deep), ==, 0); /* the file is there again, but by a link */
  assert_stream (f, "/stream/deep/file.wav", NULL);
  g_assert_cmpint (g_unlink (deep), ==, 0);
  g_assert_cmpint (g_rename (moved, deep), ==, 0);
  assert_stream (f, "/stream/deep/file.wav", "another");
  g_assert_cmpint (g_unlink (path), ==, 0);
  assert_stream (f, "/stream/deep/file.wav", NULL);
}

/* It grows, is asked for under its final name, and keeps that URL when it gets it. */
static void
test_growing (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrRecording) live = make ("live.wav", 1706702400, 0, 0);
  g_autofree char *path = g_build_filename (f->directory, "live.wav", NULL);
  g_autofree char *part = g_build_filename (f->directory, "live.wav.part", NULL);
  g_autoptr (Answer) one = NULL, two = NULL, three = NULL, four = NULL;

  live->recording = TRUE;
  temp_write (f->directory, "live.wav.part", "0123", 4);
  isr_catalog_begin (f->catalog, live);
  one = ask (f->port, "GET", "/stream/live.wav", "If-None-Match: *\r\n");
  g_assert_cmpuint (one->status, ==, 200);
  assert_body (one, "0123", 4);
  assert_header (one, "Cache-Control", "no-store");
  assert_header (one, "ETag", NULL);
  temp_write (f->directory, "live.wav.part", "01234567", 8);
  two = ask (f->port, "GET", "/stream/live.wav", "Range: bytes=4-\r\n");
  assert_body (two, "4567", 4);
  assert_header (two, "Content-Range", "bytes 4-7/8");

  g_assert_cmpint (g_rename (part, path), ==, 0); /* and the catalog does not know yet */
  three = ask (f->port, "GET", "/stream/live.wav", NULL);
  assert_body (three, "01234567", 8);
  live->recording = FALSE;
  isr_catalog_finish (f->catalog, live);
  four = ask (f->port, "GET", "/stream/live.wav", NULL);
  assert_body (four, "01234567", 8);
  assert_header (four, "Cache-Control", "private, no-cache");
}

static Client *
begin_large (Fixture *f, const char *name, guint64 size, const char *headers)
{
  g_autofree char *path = g_build_filename (f->directory, name, NULL);
  g_autofree char *request = g_strdup_printf ("GET /stream/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n", name, headers);
  Client *client;

  add (f, name, 1000, "", 0);
  g_assert_cmpint (truncate (path, (off_t) size), ==, 0);
  client = client_new (f->port);
  client_send (client, request, strlen (request));
  return client;
}

#define LARGE (64 * 1024 * 1024)

static gboolean
has_open_file (const char *path)
{
  g_autoptr (GDir) fds = g_dir_open ("/proc/self/fd", 0, NULL);
  gboolean found = FALSE;
  const char *name;

  while ((name = g_dir_read_name (fds))) {
    g_autofree char *fd = g_build_filename ("/proc/self/fd", name, NULL);
    g_autofree char *target = g_file_read_link (fd, NULL);

    found |= target && g_str_has_prefix (target, path);
  }
  return found;
}

static void
test_renamed_while_streaming (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "large.wav", NULL);
  g_autofree char *elsewhere = g_build_filename (f->directory, "elsewhere", NULL);
  g_autoptr (Client) client = begin_large (f, "large.wav", LARGE, "");
  g_autoptr (Answer) answer = NULL;

  TEMP_WAIT_FOR (has_open_file (path)); /* the socket is full, most is still to come */
  g_assert_cmpint (g_rename (path, elsewhere), ==, 0);
  client_read (client);
  TEMP_WAIT_FOR (client->ended);
  answer = client_parse (client);
  g_assert_cmpuint (g_bytes_get_size (answer->body), ==, LARGE);
}

static void
test_client_goes (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "large.wav", NULL);

  for (int i = 0; i < 20; i++) {
    g_autoptr (Client) client = begin_large (f, "large.wav", LARGE, "");
    g_autofree char *some = g_malloc (100000);

    TEMP_WAIT_FOR (has_open_file (path));
    g_assert_cmpint (g_socket_receive (client->socket, some, 100000, NULL, NULL), >, 0);
    g_clear_pointer (&client, client_free); /* with data unread: the kernel resets the connection */
    TEMP_WAIT_FOR (!has_open_file (path));
  }
}

static void
test_file_shrinks (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "large.wav", NULL);
  g_autoptr (Client) client = begin_large (f, "large.wav", LARGE, "");
  g_autoptr (Answer) answer = NULL;

  TEMP_WAIT_FOR (has_open_file (path));
  g_assert_cmpint (truncate (path, 1000), ==, 0);
  client_read (client);
  TEMP_WAIT_FOR (client->ended);
  answer = client_parse (client);
  g_assert_cmpuint (g_bytes_get_size (answer->body), <, LARGE);
  TEMP_WAIT_FOR (!has_open_file (path));
}

static void
test_beyond_4_gib (Fixture *f, gconstpointer data)
{
  guint64 size = G_GUINT64_CONSTANT (5) << 30;
  g_autoptr (Client) client = begin_large (f, "large.wav", size, "Range: bytes=4294967290-4294967309\r\n");
  g_autoptr (Answer) answer = NULL;
  g_autoptr (Answer) head = ask (f->port, "HEAD", "/stream/large.wav", NULL);

  client_read (client);
  TEMP_WAIT_FOR (client->ended);
  answer = client_parse (client);
  assert_header (answer, "Content-Range", "bytes 4294967290-4294967309/5368709120");
  g_assert_cmpuint (g_bytes_get_size (answer->body), ==, 20);
  assert_header (head, "Content-Length", "5368709120");
}

static void
test_empty (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) whole = NULL, range = NULL;

  add (f, "empty.ogg", 1000, "", 0);
  whole = ask (f->port, "GET", "/stream/empty.ogg", NULL);
  range = ask (f->port, "GET", "/stream/empty.ogg", "Range: bytes=0-\r\n");
  g_assert_cmpuint (whole->status, ==, 200);
  assert_header (whole, "Content-Length", "0");
  g_assert_cmpuint (range->status, ==, 200); /* of nothing the whole is all there is, as nginx says */
  assert_header (range, "Content-Length", "0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-media/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("whole", test_whole);
  ADD ("single-ranges", test_single_ranges);
  ADD ("content-range", test_content_range);
  ADD ("multipart", test_multipart);
  ADD ("conditions", test_conditions);
  ADD ("names", test_names);
  ADD ("hostile", test_hostile);
  ADD ("not-files", test_not_files);
  ADD ("replaced", test_replaced);
  ADD ("growing", test_growing);
  ADD ("renamed-while-streaming", test_renamed_while_streaming);
  ADD ("client-goes", test_client_goes);
  ADD ("file-shrinks", test_file_shrinks);
  ADD ("beyond-4-gib", test_beyond_4_gib);
  ADD ("empty", test_empty);
  return g_test_run ();
}
