/* SPDX-License-Identifier: MIT */
/* foreign.c - decodes what is on descriptor 3, as it is asked on stdin.
 *
 *     out: Hello, then for each request: Answer, and its sample frames
 *     in:  Request
 *
 * Whatever the file does to a decoder, it does it here: with little priority, no
 * more than two gigabytes, ten minutes of processor time, half a minute for an answer, and
 * no file but this. */
#include "daemon/media/foreign.h"

#include <gst/gst.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/media/decode-any.h"
#include "daemon/media/foreign-private.h"
#include "daemon/media/media-error.h"

#define MEMORY (2u << 30)
#define CPU_SECONDS 600
#define ANSWER_SECONDS 30 /* a decoder that turns in circles; SIGALRM ends us */
#define PRIORITY 10
#define MAX_FRAMES (1 << 20)

static void
limit (int what, rlim_t value)
{
  struct rlimit both = { value, value };

  setrlimit (what, &both);
}

static void
set_limits (void)
{
#ifndef ISR_SANITIZED
  limit (RLIMIT_AS, MEMORY);
#endif
  limit (RLIMIT_CPU, CPU_SECONDS);
  limit (RLIMIT_CORE, 0);
  setpriority (PRIO_PROCESS, 0, PRIORITY);
  g_setenv ("GST_REGISTRY_UPDATE", "no", FALSE);
}

static IsrDecode *
open_any (gboolean plain, GError **error)
{
  g_autoptr (GError) reason = NULL;
  int fd = dup (ISR_FOREIGN_FD);
  IsrDecode *decode = isr_decode_open (fd, "the file", NULL, &reason);

  if (decode || g_error_matches (reason, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NO_DECODER)) {
    if (reason)
      g_propagate_error (error, g_steal_pointer (&reason));
    return decode;
  }
  return isr_decode_any_new (dup (ISR_FOREIGN_FD), plain, error);
}

static void
note_error (const GError *error, guint32 *code, char *message, gsize size)
{
  *code = error->domain == ISR_MEDIA_ERROR ? (guint32) error->code + 1 : ISR_MEDIA_ERROR_FORMAT + 1;
  g_strlcpy (message, error->message, size);
}

static gboolean
say_hello (const IsrDecode *decode, const GError *error)
{
  IsrForeignHello hello = { .magic = ISR_FOREIGN_MAGIC };

  if (decode) {
    hello.format = decode->pcm.format;
    hello.rate = decode->pcm.rate;
    hello.channels = decode->pcm.channels;
    hello.samples = decode->samples;
  } else {
    note_error (error, &hello.error, hello.message, sizeof hello.message);
  }
  return isr_foreign_write (STDOUT_FILENO, &hello, sizeof hello) && decode;
}

static gboolean
answer (IsrDecode *decode, const IsrForeignRequest *request, guint64 *at)
{
  guint size = isr_pcm_get_frame_size (&decode->pcm);
  guint32 frames = MIN (request->frames, MAX_FRAMES);
  g_autofree guint8 *data = g_malloc0 ((gsize) frames * size);
  IsrForeignAnswer said = { 0 };
  g_autoptr (GError) error = NULL;

  alarm (ANSWER_SECONDS);
  if (request->sample == *at || isr_decode_seek (decode, request->sample, &error))
    said.frames = (guint32) isr_decode_read (decode, data, frames, &error);
  *at = request->sample + said.frames;
  alarm (0); /* who reads may take its time */
  if (error)
    note_error (error, &said.error, said.message, sizeof said.message);
  if (error)
    said.frames = 0;
  return isr_foreign_write (STDOUT_FILENO, &said, sizeof said) && isr_foreign_write (STDOUT_FILENO, data, (gsize) said.frames * size);
}

int
isr_foreign_main (gboolean plain)
{
  g_autoptr (IsrDecode) decode = NULL;
  g_autoptr (GError) error = NULL;
  IsrForeignRequest request;
  guint64 at = G_MAXUINT64;

  set_limits ();
  gst_init (NULL, NULL);
  decode = open_any (plain, &error);
  if (!say_hello (decode, error))
    return 1;
  while (isr_foreign_read (STDIN_FILENO, &request, sizeof request, -1, -1) && answer (decode, &request, &at))
    ;
  return 0;
}
