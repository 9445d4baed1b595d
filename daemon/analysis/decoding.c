/* SPDX-License-Identifier: MIT */
/* decoding.c - a pipe, its messages, an exit status.
 *
 * Everything is kept in memory until the child has said that it is done: an hour is
 * 288 kB. What is cancelled, or crashes, has written nothing anywhere. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/decoding.h"

#include "daemon/core/error.h"

#include <string.h>

#define CHUNK 65536
#define FILE_FD 3 /* of the child */
#define NEXT_FD 4
#define FILE_PATH "/proc/self/fd/3"
#define NEXT_PATH "/proc/self/fd/4"
#define SILENT_SECONDS 120 /* a child that says nothing for so long hangs */

struct _IsrDecoding {
  GSubprocess *child;
  GInputStream *pipe;
  GCancellable *cancellable;
  IsrDecodingDone done;
  gpointer data;
  guint8 *buffer;
  GByteArray *in;
  guint silent; /* timer */
  gboolean hung;
  gboolean ended; /* the child has said so */
  char *reason;   /* it gives for failing */
  IsrDecoded decoded;
};

static void
decoding_free (IsrDecoding *self)
{
  g_clear_handle_id (&self->silent, g_source_remove);
  g_object_unref (self->child);
  g_object_unref (self->cancellable);
  g_byte_array_unref (self->in);
  g_array_unref (self->decoded.rows);
  g_free (self->buffer);
  g_free (self->reason);
  g_free (self);
}

/* --- messages --- */

static void
take_message (IsrDecoding *self, guint32 kind, const guint8 *payload, guint32 size)
{
  switch (kind) {
    case ISR_CHILD_BEGUN:
      if (size == sizeof self->decoded.begun)
        memcpy (&self->decoded.begun, payload, size);
      break;
    case ISR_CHILD_ROWS:
      g_array_append_vals (self->decoded.rows, payload, size / sizeof (IsrLevelsRow));
      break;
    case ISR_CHILD_END:
      if (size == sizeof self->decoded.samples)
        memcpy (&self->decoded.samples, payload, size);
      self->ended = TRUE;
      break;
    case ISR_CHILD_FAILED:
      g_free (self->reason);
      self->reason = g_utf8_make_valid ((const char *) payload, size);
      break;
    default:
      break;
  }
}

static void
take_messages (IsrDecoding *self)
{
  guint at = 0;
  guint32 head[2];

  while (self->in->len - at >= sizeof head) {
    memcpy (head, self->in->data + at, sizeof head);
    if (head[1] > ISR_CHILD_MAX_SIZE || self->in->len - at - sizeof head < head[1])
      break;
    take_message (self, head[0], self->in->data + at + sizeof head, head[1]);
    at += (guint) sizeof head + head[1];
  }
  g_byte_array_remove_range (self->in, 0, at);
}

/* --- the end --- */

static GError *
why_not (IsrDecoding *self)
{
  if (self->reason)
    return g_error_new_literal (ISR_ERROR, ISR_ERROR_FAILED, self->reason);
  if (self->hung)
    return g_error_new_literal (ISR_ERROR, ISR_ERROR_FAILED, "its decoder hangs");
  if (g_subprocess_get_if_signaled (self->child))
    return g_error_new (ISR_ERROR, ISR_ERROR_FAILED, "its decoder crashed: %s", g_strsignal (g_subprocess_get_term_sig (self->child)));
  if (!self->ended || !g_subprocess_get_successful (self->child))
    return g_error_new_literal (ISR_ERROR, ISR_ERROR_FAILED, "its decoder ended without a word");
  return NULL;
}

static void
on_exited (GObject *child, GAsyncResult *result, gpointer data)
{
  IsrDecoding *self = data;
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_finish (G_SUBPROCESS (child), result, NULL);
  if (!g_cancellable_is_cancelled (self->cancellable)) {
    error = why_not (self);
    self->done (self, error ? NULL : &self->decoded, error, self->data);
  }
  decoding_free (self);
}

static void read_more (IsrDecoding *self);

static void
on_data (GObject *pipe, GAsyncResult *result, gpointer data)
{
  IsrDecoding *self = data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (pipe), result, NULL);

  if (n <= 0) {
    g_clear_handle_id (&self->silent, g_source_remove);
    g_subprocess_wait_async (self->child, NULL, on_exited, self);
    return;
  }
  g_byte_array_append (self->in, self->buffer, (guint) n);
  take_messages (self);
  read_more (self);
}

static gboolean
on_silent (gpointer data)
{
  IsrDecoding *self = data;

  self->silent = 0;
  self->hung = TRUE;
  g_subprocess_force_exit (self->child);
  return G_SOURCE_REMOVE;
}

static void
read_more (IsrDecoding *self)
{
  g_clear_handle_id (&self->silent, g_source_remove);
  if (!self->hung)
    self->silent = g_timeout_add_seconds (SILENT_SECONDS, on_silent, self);
  g_input_stream_read_async (self->pipe, self->buffer, CHUNK, G_PRIORITY_DEFAULT, NULL, on_data, self);
}

/* --- public --- */

static GSubprocess *
start_child (const char *const *arguments, int fd, int next, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_subprocess_launcher_take_fd (launcher, fd, FILE_FD);
  if (next >= 0)
    g_subprocess_launcher_take_fd (launcher, next, NEXT_FD);
  return g_subprocess_launcher_spawnv (launcher, arguments, error);
}

IsrDecoding *
isr_decoding_start (const char *program, int fd, int next, const IsrDecodeOrder *order, IsrDecodingDone done, gpointer data, GError **error)
{
  g_autofree char *rate = g_strdup_printf ("%u", order->rate);
  g_autofree char *first = g_strdup_printf ("%" G_GUINT64_FORMAT, order->first_sample), *samples = g_strdup_printf ("%" G_GUINT64_FORMAT, order->samples);
  const char *arguments[] = { program, ISR_CHILD_COMMAND, FILE_PATH, rate, first, samples, next >= 0 ? NEXT_PATH : NULL, NULL };
  g_autoptr (GSubprocess) child = start_child (arguments, fd, next, error);
  IsrDecoding *self;

  if (!child)
    return NULL;
  self = g_new0 (IsrDecoding, 1);
  self->child = g_steal_pointer (&child);
  self->pipe = g_subprocess_get_stdout_pipe (self->child);
  self->cancellable = g_cancellable_new ();
  self->done = done;
  self->data = data;
  self->buffer = g_malloc (CHUNK);
  self->in = g_byte_array_new ();
  self->decoded.rows = g_array_new (FALSE, FALSE, sizeof (IsrLevelsRow));
  self->decoded.begun.duration = -1;
  read_more (self);
  return self;
}

double
isr_decoding_get_progress (IsrDecoding *self)
{
  if (self->decoded.begun.duration <= 0)
    return 0;
  return MIN (1, self->decoded.rows->len / 10.0 / self->decoded.begun.duration);
}

void
isr_decoding_cancel (IsrDecoding *self)
{
  g_cancellable_cancel (self->cancellable);
  g_subprocess_force_exit (self->child);
}
