/* SPDX-License-Identifier: MIT */
/* decode.c - the door, and what is decoded without GStreamer: WAV and FLAC. */
#include "daemon/media/decode.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/media/media-error.h"

gboolean
isr_decode_fail (GError **error, int code, const char *name, const GError *reason)
{
  g_set_error (error, ISR_MEDIA_ERROR, code, "%s can not be decoded: %s", name, reason ? reason->message : g_strerror (errno));
  return FALSE;
}

gboolean
isr_decode_init (IsrDecode *self, const IsrDecodeClass *klass, int fd, const char *name, GCancellable *cancellable, GError **error)
{
  self->klass = klass;
  self->fd = fd;
  self->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  return isr_file_init (&self->file, fd) || isr_decode_fail (error, ISR_MEDIA_ERROR_FAILED, name, NULL);
}

void
isr_decode_free (IsrDecode *self)
{
  g_autoptr (GCancellable) cancellable G_GNUC_UNUSED = self->cancellable;
  int fd = self->fd;

  self->klass->free (self);
  close (fd);
}

gboolean
isr_decode_seek (IsrDecode *self, guint64 sample, GError **error)
{
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error) && self->klass->seek (self, sample, error);
}

gsize
isr_decode_read (IsrDecode *self, guint8 *data, gsize frames, GError **error)
{
  return g_cancellable_set_error_if_cancelled (self->cancellable, error) ? 0 : self->klass->read (self, data, frames, error);
}

void
isr_decode_rest (IsrDecode *self)
{
  self->klass->rest (self);
}

/* --- WAV, FLAC --------------------------------------------------------------- */

typedef struct {
  IsrDecode parent;
  IsrPcmReader *reader;
} Lossless;

static void
lossless_free (IsrDecode *decode)
{
  Lossless *self = (Lossless *) decode;

  g_clear_pointer (&self->reader, isr_pcm_reader_free);
  g_free (self);
}

static void
lossless_rest (IsrDecode *decode)
{
  g_clear_pointer (&((Lossless *) decode)->reader, isr_pcm_reader_free);
}

static gboolean
lossless_seek (IsrDecode *decode, guint64 sample, GError **error)
{
  Lossless *self = (Lossless *) decode;

  if (!self->reader)
    self->reader = isr_pcm_reader_new (&decode->file.input, NULL);
  if (self->reader && isr_pcm_reader_seek (self->reader, sample))
    return TRUE;
  g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "the file is damaged: its sample %" G_GUINT64_FORMAT " can not be found", sample);
  return FALSE;
}

static gsize
lossless_read (IsrDecode *decode, guint8 *data, gsize frames, GError **error)
{
  return isr_pcm_reader_read (((Lossless *) decode)->reader, data, frames);
}

IsrDecode *
isr_decode_pcm_new (int fd, const char *name, GCancellable *cancellable, GError **error)
{
  static const IsrDecodeClass klass = { lossless_free, lossless_seek, lossless_read, lossless_rest };
  Lossless *self = g_new0 (Lossless, 1);
  g_autoptr (IsrDecode) decode = &self->parent;
  g_autoptr (GError) reason = NULL;

  if (!isr_decode_init (decode, &klass, fd, name, cancellable, error))
    return NULL;
  self->reader = isr_pcm_reader_new (&decode->file.input, &reason);
  if (!self->reader) {
    isr_decode_fail (error, ISR_MEDIA_ERROR_FORMAT, name, reason);
    return NULL;
  }
  decode->pcm = *isr_pcm_reader_get_pcm (self->reader);
  decode->samples = isr_pcm_reader_get_samples (self->reader);
  return g_steal_pointer (&decode);
}

/* --- the door ------------------------------------------------------------------ */

static gboolean
is_lossless (int fd)
{
  char magic[4];

  return pread (fd, magic, 4, 0) == 4 && (memcmp (magic, "fLaC", 4) == 0 || memcmp (magic, "RIFF", 4) == 0 || memcmp (magic, "RF64", 4) == 0);
}

IsrDecode *
isr_decode_open (int fd, const char *name, GCancellable *cancellable, GError **error)
{
  return is_lossless (fd) ? isr_decode_pcm_new (fd, name, cancellable, error) : isr_decode_packets_new (fd, name, cancellable, error);
}
