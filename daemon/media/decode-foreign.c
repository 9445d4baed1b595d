/* SPDX-License-Identifier: MIT */
/* decode-foreign.c - asks the process that decodes. One that dies, or says nothing for
 * half a minute, has one successor, which does not jump in the file; then it is a file that
 * can not be decoded. */
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <unistd.h>

#include "daemon/media/decode.h"
#include "daemon/media/foreign-private.h"
#include "daemon/media/foreign.h"
#include "daemon/media/media-error.h"

#define SILENCE_MS 30000

typedef struct {
  IsrDecode parent;
  GSubprocess *process;
  int in, out; /* of the pipes, borrowed */
  guint64 at;
  gboolean plain; /* it does not jump */
} Foreign;

static const char *program;

void
isr_foreign_set_program (const char *path)
{
  program = path;
}

static void
foreign_free (IsrDecode *decode)
{
  Foreign *self = (Foreign *) decode;

  if (self->process)
    g_subprocess_force_exit (self->process);
  g_clear_object (&self->process);
  g_free (self);
}

static gboolean
foreign_seek (IsrDecode *decode, guint64 sample, GError **error)
{
  ((Foreign *) decode)->at = sample;
  return TRUE;
}

static gsize
fail (GError **error)
{
  g_set_error_literal (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "the file can not be decoded: its decoder crashed, hung, or used more memory or time than it may");
  return 0;
}

static gboolean
start (Foreign *self, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_subprocess_launcher_take_fd (launcher, dup (self->parent.fd), ISR_FOREIGN_FD);
  self->process = g_subprocess_launcher_spawn (launcher, error, program ? program : "/proc/self/exe", self->plain ? ISR_FOREIGN_PLAIN : ISR_FOREIGN_ARGUMENT, NULL);
  if (!self->process)
    return FALSE;
  self->in = g_unix_output_stream_get_fd (G_UNIX_OUTPUT_STREAM (g_subprocess_get_stdin_pipe (self->process)));
  self->out = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (self->process)));
  return TRUE;
}

static gboolean
meet (Foreign *self, const char *name, GError **error)
{
  IsrForeignHello hello;

  if (!isr_foreign_read (self->out, &hello, sizeof hello, SILENCE_MS) || hello.magic != ISR_FOREIGN_MAGIC) {
    fail (error);
    return FALSE;
  }
  if (hello.error || !hello.rate || !hello.channels || hello.channels > 64 || hello.format > ISR_SAMPLE_F32) {
    hello.message[sizeof hello.message - 1] = '\0';
    g_set_error (error, ISR_MEDIA_ERROR, hello.error ? (int) hello.error - 1 : ISR_MEDIA_ERROR_FORMAT, "%s: %s", name, hello.message);
    return FALSE;
  }
  self->parent.pcm = (IsrPcm){ (IsrSampleFormat) hello.format, hello.rate, hello.channels, 0 };
  self->parent.samples = hello.samples;
  return TRUE;
}

/* A successor that does not jump, of whom the same is heard. */
static gboolean
start_again (Foreign *self)
{
  IsrDecode before = self->parent;

  if (self->plain)
    return FALSE;
  self->plain = TRUE;
  g_subprocess_force_exit (self->process);
  g_clear_object (&self->process);
  return start (self, NULL) && meet (self, "", NULL) && self->parent.pcm.rate == before.pcm.rate && self->parent.pcm.channels == before.pcm.channels && self->parent.pcm.format == before.pcm.format;
}

/* FALSE: the other side is no more, or as good as that. */
static gboolean
request (Foreign *self, guint8 *data, guint32 frames, guint32 *got)
{
  guint size = isr_pcm_get_frame_size (&self->parent.pcm);
  IsrForeignRequest wanted = { self->at, frames, 0 };

  return isr_foreign_write (self->in, &wanted, sizeof wanted) && isr_foreign_read (self->out, got, sizeof *got, SILENCE_MS) && *got <= frames && isr_foreign_read (self->out, data, (gsize) *got * size, SILENCE_MS);
}

static gsize
foreign_read (IsrDecode *decode, guint8 *data, gsize frames, GError **error)
{
  Foreign *self = (Foreign *) decode;
  guint size = isr_pcm_get_frame_size (&decode->pcm);
  gsize done = 0;

  while (done < frames) {
    guint32 wanted = (guint32) MIN (frames - done, 1 << 16);
    guint32 got = 0;

    if (!request (self, data + done * size, wanted, &got) && !(start_again (self) && request (self, data + done * size, wanted, &got)))
      return fail (error);
    done += got;
    self->at += got;
    if (got < wanted)
      break;
  }
  return done;
}

IsrDecode *
isr_decode_open_foreign (int fd, const char *name, GError **error)
{
  static const IsrDecodeClass klass = { foreign_free, foreign_seek, foreign_read };
  Foreign *self = g_new0 (Foreign, 1);
  g_autoptr (IsrDecode) decode = &self->parent;
  g_autoptr (GError) reason = NULL;

  if (!isr_decode_init (decode, &klass, fd, name, error))
    return NULL;
  if (!start (self, &reason)) {
    isr_decode_fail (error, ISR_MEDIA_ERROR_FAILED, name, reason);
    return NULL;
  }
  return meet (self, name, error) ? g_steal_pointer (&decode) : NULL;
}
