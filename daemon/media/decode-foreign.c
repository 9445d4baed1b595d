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

/* It is no more when this comes back: who counts processes counts those that are there. */
static void
end_process (Foreign *self)
{
  if (!self->process)
    return;
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

static void
foreign_rest (IsrDecode *decode)
{
  end_process ((Foreign *) decode);
}

static void
foreign_free (IsrDecode *decode)
{
  end_process ((Foreign *) decode);
  g_free (decode);
}

static gboolean
foreign_seek (IsrDecode *decode, guint64 sample, GError **error)
{
  ((Foreign *) decode)->at = sample;
  return TRUE;
}

/* FALSE. */
static gboolean
fail (Foreign *self, GError **error)
{
  end_process (self);
  if (!g_cancellable_set_error_if_cancelled (self->parent.cancellable, error))
    g_set_error_literal (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "the file can not be decoded: its decoder crashed, hung, or used more memory or time than it may");
  return FALSE;
}

/* FALSE: the other side is no more, or as good as that; or nobody wants to hear it. */
static gboolean
hear (Foreign *self, void *data, gsize size)
{
  int stop = self->parent.cancellable ? g_cancellable_get_fd (self->parent.cancellable) : -1;
  gboolean ok = isr_foreign_read (self->out, data, size, SILENCE_MS, stop);

  if (stop >= 0)
    g_cancellable_release_fd (self->parent.cancellable);
  return ok;
}

static gboolean
start (Foreign *self, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) reason = NULL;

  g_subprocess_launcher_take_fd (launcher, dup (self->parent.fd), ISR_FOREIGN_FD);
  self->process = g_subprocess_launcher_spawn (launcher, &reason, program ? program : "/proc/self/exe", self->plain ? ISR_FOREIGN_PLAIN : ISR_FOREIGN_ARGUMENT, NULL);
  if (!self->process)
    return isr_decode_fail (error, ISR_MEDIA_ERROR_FAILED, "the file", reason);
  self->in = g_unix_output_stream_get_fd (G_UNIX_OUTPUT_STREAM (g_subprocess_get_stdin_pipe (self->process)));
  self->out = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (self->process)));
  return TRUE;
}

static gboolean
fail_as_said (Foreign *self, guint32 code, char *message, gsize size, GError **error)
{
  end_process (self);
  message[size - 1] = '\0';
  g_set_error (error, ISR_MEDIA_ERROR, code && code <= ISR_MEDIA_ERROR_FAILED + 1 ? (int) code - 1 : ISR_MEDIA_ERROR_FORMAT, "%s", message);
  return FALSE;
}

static gboolean
meet (Foreign *self, GError **error)
{
  IsrForeignHello hello;

  if (!hear (self, &hello, sizeof hello) || hello.magic != ISR_FOREIGN_MAGIC)
    return fail (self, error);
  if (hello.error || !hello.rate || !hello.channels || hello.channels > 64 || hello.format > ISR_SAMPLE_F32)
    return fail_as_said (self, hello.error, hello.message, sizeof hello.message, error);
  self->parent.pcm = (IsrPcm){ (IsrSampleFormat) hello.format, hello.rate, hello.channels, 0 };
  self->parent.samples = hello.samples;
  return TRUE;
}

/* Another one, of whom the same is heard. */
static gboolean
meet_again (Foreign *self, GError **error)
{
  IsrDecode before = self->parent;

  end_process (self);
  if (!start (self, error) || !meet (self, error))
    return FALSE;
  return (self->parent.pcm.rate == before.pcm.rate && self->parent.pcm.channels == before.pcm.channels && self->parent.pcm.format == before.pcm.format) || fail (self, error);
}

/* FALSE without an error: it died of it. */
static gboolean
request (Foreign *self, guint8 *data, guint32 frames, guint32 *got, GError **error)
{
  IsrForeignRequest wanted = { self->at, frames, 0 };
  IsrForeignAnswer said;

  if (!isr_foreign_write (self->in, &wanted, sizeof wanted) || !hear (self, &said, sizeof said))
    return FALSE;
  if (said.error)
    return fail_as_said (self, said.error, said.message, sizeof said.message, error);
  *got = said.frames;
  return said.frames <= frames && hear (self, data, (gsize) said.frames * isr_pcm_get_frame_size (&self->parent.pcm));
}

/* The one that was let go of, or died of a jump, has a successor. */
static gboolean
insist (Foreign *self, guint8 *data, guint32 frames, guint32 *got, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (!self->process && !meet_again (self, error))
    return FALSE;
  if (request (self, data, frames, got, &reason))
    return TRUE;
  if (!reason && !self->plain && !g_cancellable_is_cancelled (self->parent.cancellable)) {
    self->plain = TRUE;
    if (meet_again (self, &reason) && request (self, data, frames, got, &reason))
      return TRUE;
  }
  if (!reason)
    return fail (self, error);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
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

    if (!insist (self, data + done * size, wanted, &got, error))
      return 0;
    done += got;
    self->at += got;
    if (got < wanted)
      break;
  }
  return done;
}

IsrDecode *
isr_decode_open_foreign (int fd, const char *name, GCancellable *cancellable, GError **error)
{
  static const IsrDecodeClass klass = { foreign_free, foreign_seek, foreign_read, foreign_rest };
  Foreign *self = g_new0 (Foreign, 1);
  g_autoptr (IsrDecode) decode = &self->parent;

  if (!isr_decode_init (decode, &klass, fd, name, cancellable, error))
    return NULL;
  if (start (self, error) && meet (self, error))
    return g_steal_pointer (&decode);
  g_prefix_error (error, "%s: ", name);
  return NULL;
}
