/* SPDX-License-Identifier: MIT */
/* The process that decodes a foreign file is killed, at every moment: before anything was heard of it
 * the client is told so, in words; later it gets a successor, which goes on at the same sample; and when
 * that dies, too, the connection is cut before the promised length.
 *
 * This program is that process: the real one, until it has answered as often as it may; then it
 * kills itself, as the kernel would kill one that uses too much memory. */
#include "daemon/media/foreign-private.h"
#include "daemon/media/foreign.h"
#include "daemon/media/turns.h"
#include "tests/daemon/children.h"
#include "tests/daemon/media-archive.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>

#define LIVES "ISR_TEST_LIVES" /* answers, and hello, that it may give; with - for the first one only */
#define NAME_OF_FILE "x.aiff"

/* --- the process ---------------------------------------------------------------- */

static const char *real_program;

/* Hands on what the two say to each other. */
static gboolean
hand_on (int from, int to, gsize size)
{
  g_autofree guint8 *data = g_malloc (size);

  return isr_foreign_read (from, data, size, -1, -1) && isr_foreign_write (to, data, size);
}

static gboolean
hand_on_answer (int from)
{
  IsrForeignAnswer said;

  return isr_foreign_read (from, &said, sizeof said, -1, -1) && isr_foreign_write (STDOUT_FILENO, &said, sizeof said) && (said.frames == 0 || hand_on (from, STDOUT_FILENO, said.frames * 4));
}

static int
be_the_process (const char *argument)
{
  int lives = atoi (g_getenv (LIVES));
  gboolean second = g_str_equal (argument, ISR_FOREIGN_PLAIN);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  int in, out;

  g_subprocess_launcher_take_fd (launcher, dup (ISR_FOREIGN_FD), ISR_FOREIGN_FD);
  process = g_subprocess_launcher_spawn (launcher, NULL, real_program, argument, NULL);
  in = g_unix_output_stream_get_fd (G_UNIX_OUTPUT_STREAM (g_subprocess_get_stdin_pipe (process)));
  out = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (process)));
  if (lives < 0 && second)
    lives = G_MAXINT;
  for (int i = 0; i < ABS (lives); i++)
    if (i == 0 ? !hand_on (out, STDOUT_FILENO, sizeof (IsrForeignHello)) : !hand_on (STDIN_FILENO, in, sizeof (IsrForeignRequest)) || !hand_on_answer (out))
      return 1;
  if (lives)
    isr_foreign_read (STDIN_FILENO, &(IsrForeignRequest){ 0 }, sizeof (IsrForeignRequest), -1, -1);
  kill (getpid (), SIGKILL);
  return 1;
}

/* --- tests ------------------------------------------------------------------------ */

static void
add_file (Media *f)
{
  shell ("ffmpeg -v error -i %s/in.wav -c:a pcm_s16be %s/" NAME_OF_FILE, f->inputs, f->house.directory);
  g_assert_true (isr_catalog_reconcile (f->house.catalog, NULL));
}

/* What comes, whole or not. */
static Client *
ask_clip (Media *f, int lives, const char *headers)
{
  g_autofree char *text = g_strdup_printf ("GET /api/clip?file=" NAME_OF_FILE "&start=0.5&end=11.5 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s\r\n", f->house.port, headers);
  g_autofree char *value = g_strdup_printf ("%d", lives);
  Client *client;

  g_setenv (LIVES, value, TRUE);
  client = client_begin (f->house.port, text);
  TEMP_WAIT_FOR (client->ended);
  TEMP_WAIT_FOR (isr_turns_get_taken () == 0);
  g_assert_cmpuint (children_count (), ==, 0);
  return client;
}

/* Killed before it says hello; when it is asked for the first samples; and so is its successor. */
static void
test_at_once (Media *f, gconstpointer codec)
{
  static const char *const headers[] = { "", "Range: bytes=100000-200000\r\n" };

  add_file (f);
  for (int lives = 0; lives <= 1; lives++)
    for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
      g_autoptr (Client) client = ask_clip (f, lives, headers[i]);
      g_autoptr (Answer) answer = client_parse (client);
      g_autofree char *length = answer_header (answer, "Content-Length");
      g_autofree char *range = answer_header (answer, "Content-Range");
      gsize size;
      const char *body = g_bytes_get_data (answer->body, &size);

      g_assert_cmpuint (answer->status, ==, 415);
      assert_header (answer, "Content-Type", "application/json; charset=utf-8");
      g_assert_null (range);
      g_assert_cmpuint (g_ascii_strtoull (length, NULL, 10), ==, size);
      g_assert_true (g_str_has_prefix (body, "{\"error\":\"format\",\"message\":\""));
      g_assert_nonnull (g_strstr_len (body, (gssize) size, "its decoder crashed, hung, or used more memory or time than it may"));
    }
}

/* Killed in the middle: its successor goes on, and nobody hears it. */
static void
test_successor (Media *f, gconstpointer codec)
{
  g_autofree char *path = g_build_filename (f->inputs, "in.wav", NULL);
  g_autoptr (GBytes) truth = NULL;

  add_file (f);
  truth = media_decode (path);
  for (int lives = 1; lives <= 4; lives++) {
    g_autoptr (Client) client = ask_clip (f, -lives, "");
    const guint8 *chunk = memmem (client->in->data, client->in->len, "data", 4);

    g_assert_true (client_has (client, "HTTP/1.1 200"));
    g_assert_cmpmem (chunk + 8, (gsize) (client->in->data + client->in->len - (chunk + 8)), (const guint8 *) g_bytes_get_data (truth, NULL) + 2 * MEDIA_RATE, 11 * 4 * MEDIA_RATE);
  }
}

/* Both of them: what came is right, and the client sees that it is not all. */
static void
test_cut (Media *f, gconstpointer codec)
{
  g_autofree char *path = g_build_filename (f->inputs, "in.wav", NULL);
  g_autoptr (GBytes) truth = NULL;

  add_file (f);
  truth = media_decode (path);
  for (int lives = 3; lives <= 4; lives++) {
    g_autoptr (Client) client = ask_clip (f, lives, "");
    const guint8 *chunk = memmem (client->in->data, client->in->len, "data", 4);
    gsize size = (gsize) (client->in->data + client->in->len - (chunk + 8));

    g_assert_true (client_has (client, "HTTP/1.1 200"));
    g_assert_cmpuint (size, <, 11 * 4 * MEDIA_RATE);
    g_assert_cmpmem (chunk + 8, size, (const guint8 *) g_bytes_get_data (truth, NULL) + 2 * MEDIA_RATE, size);
  }
}

int
main (int argc, char **argv)
{
  g_autofree char *here = g_path_get_dirname (argv[0]);
  g_autofree char *program = g_build_filename (here, "../../daemon/isr", NULL);

  real_program = program;
  if (argc > 1 && g_str_has_prefix (argv[1], ISR_FOREIGN_ARGUMENT))
    return be_the_process (argv[1]);
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_assert_true (isr_elements_register (NULL));
  isr_foreign_set_program (argv[0]);
#define ADD(path, func) g_test_add ("/foreign-dies/" path, Media, "wav", media_set_up, func, media_tear_down)
  ADD ("at-once", test_at_once);
  ADD ("successor", test_successor);
  ADD ("cut", test_cut);
  return g_test_run ();
}
