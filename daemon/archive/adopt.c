/* SPDX-License-Identifier: MIT */
/* adopt.c - looks into files: those that are in memory one after the other, which is the
 * quickest, and without a word to another thread; the others sixteen at a time, for on a
 * disk that is cold each of them waits, and the disk is glad of a queue.
 *
 *   file --read, but do not wait--> known
 *                 |
 *                 +--> it would wait --> one of sixteen threads --> known */
#include "daemon/archive/adopt.h"

#include "daemon/archive/name-time.h"
#include "daemon/archive/place.h"
#include "plugins/format/format.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define AT_ONCE 16
#define PART ".part"
#define DRIFT 1000 /* at most this part of it: how much slower or quicker than the clock a source is */
#define SEAM (2 * G_TIME_SPAN_MILLISECOND)
#define RUN 32 /* files that a worker takes at a time */

/* What can be seen in a file, and beside its bytes. */
typedef struct {
  IsrProbe probe;
  gboolean noted; /* when it was heard: */
  gint64 start_us;
  gint64 end_us; /* 0: that is not */
  int utc_offset;
} Look;

static void
look_clear (Look *self)
{
  isr_probe_clear (&self->probe);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

static gboolean
begins_with (const char *base, const char *source, gsize length)
{
  return length && strncmp (base, source, length) == 0 && base[length] == '_';
}

/* "mic/2024-01-31/mic_20240131T..." is how we name by default: the source is the
 * directory that the name begins with again. Other patterns and older versions put the
 * name of the source in front as well. */
static char *
guess_source (const char *name, char *const *sources)
{
  const char *slash = strchr (name, '/');
  const char *base = slash ? strrchr (name, '/') + 1 : name;
  const char *best = NULL;

  if (slash && begins_with (base, name, (gsize) (slash - name)))
    return g_strndup (name, (gsize) (slash - name));
  for (; sources && *sources; sources++)
    if (begins_with (base, *sources, strlen (*sources)) && (!best || strlen (*sources) > strlen (best)))
      best = *sources;
  return g_strdup (best ? best : "");
}

static int
get_offset (GTimeZone *zone, GTimeType type, gint64 us)
{
  return g_time_zone_get_offset (zone, g_time_zone_find_interval (zone, type, us / G_TIME_SPAN_SECOND));
}

/* FALSE: the file does not say. */
static gboolean
take_own_time (IsrRecording *recording, const IsrProbe *probe, GTimeZone *zone)
{
  if (!probe->timed)
    return FALSE;
  recording->utc_offset = probe->local ? get_offset (zone, G_TIME_TYPE_STANDARD, probe->start_us) : probe->utc_offset;
  recording->start_us = probe->start_us - (probe->local ? recording->utc_offset * G_TIME_SPAN_SECOND : 0);
  return TRUE;
}

/* What is written beside the bytes is true of the name that we gave, and no more exact than what
 * the file says. FALSE: it does not count. */
static gboolean
take_noted_time (IsrRecording *recording, const Look *look, GTimeZone *zone)
{
  gint64 named_us;
  int named_offset;

  if (!look->noted)
    return FALSE;
  if (isr_name_time (recording->name, zone, &named_us, &named_offset) && ABS (named_us + named_offset * G_TIME_SPAN_SECOND - look->start_us - look->utc_offset * G_TIME_SPAN_SECOND) >= G_TIME_SPAN_MINUTE)
    return FALSE;
  recording->start_us = look->start_us;
  recording->utc_offset = look->utc_offset;
  return TRUE;
}

static void
set_time (IsrRecording *recording, const Look *look, GTimeZone *zone)
{
  const IsrProbe *probe = &look->probe;
  gint64 length_us = probe->rate ? llround ((double) probe->samples / probe->rate * 1e6) : 0;

  if (!take_own_time (recording, probe, zone) && !take_noted_time (recording, look, zone) && !isr_name_time (recording->name, zone, &recording->start_us, &recording->utc_offset)) {
    recording->start_us = recording->mtime_us - length_us;
    recording->utc_offset = get_offset (zone, G_TIME_TYPE_UNIVERSAL, recording->start_us);
  }
  recording->end_us = recording->start_us + length_us;
  if (look->noted && look->end_us && ABS (look->end_us - recording->end_us) <= length_us / DRIFT + SEAM)
    recording->end_us = look->end_us;
}

/* --- looking into one ----------------------------------------------------- */

typedef struct {
  IsrInput input;
  int fd;
  gboolean patient; /* it may wait for the disk; else: */
  gboolean cold;    /* it had to, and what was read is worth nothing */
} Bytes;

static gssize
read_bytes (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  Bytes *self = (Bytes *) input;
  gsize done = 0;

  while (done < size && !self->cold) {
    struct iovec rest = { (char *) buffer + done, size - done };
    gssize n = preadv2 (self->fd, &rest, 1, (off_t) (offset + done), self->patient ? 0 : RWF_NOWAIT);

    if (n == 0)
      break;
    if (n > 0)
      done += (gsize) n;
    else if (errno != EINTR && self->patient)
      return -1;
    else if (errno != EINTR) /* not there yet, or this file system can not say it */
      self->cold = TRUE;
  }
  return self->cold ? -1 : (gssize) done;
}

/* Closes @fd. FALSE: it would have had to wait. */
static gboolean
look_into (int fd, const IsrFound *file, gboolean patient, Look *look)
{
  Bytes bytes = { { read_bytes, file->bytes }, fd, patient, FALSE };

  *look = (Look){ 0 };
  if (fd < 0)
    return TRUE;
  look->noted = isr_file_read_span (fd, &look->start_us, &look->end_us, &look->utc_offset);
  if (!file->part)
    isr_probe (&bytes.input, &look->probe, NULL); /* what is not known stays unknown */
  close (fd);
  return !bytes.cold;
}

static IsrRecording *
make (const IsrFound *file, const Look *look, GTimeZone *zone, char *const *sources)
{
  const IsrProbe *probe = &look->probe;
  IsrRecording *recording = isr_recording_new ();

  recording->name = g_strdup (file->name);
  recording->source = probe->source ? g_strdup (probe->source) : guess_source (file->name, sources);
  recording->adopted = !probe->ours;
  recording->bytes = file->bytes;
  recording->mtime_us = file->mtime_us;
  recording->rate = probe->rate;
  recording->channels = probe->channels;
  recording->samples = probe->samples;
  set_time (recording, look, zone);
  return recording;
}

static IsrRecording *
adopt_below (int root, const IsrFound *file, GTimeZone *zone, char *const *sources)
{
  g_autofree char *part = file->part ? g_strconcat (file->name, PART, NULL) : NULL;
  g_auto (Look) look = { 0 };

  look_into (isr_place_open_below (root, part ? part : file->name, O_RDONLY | O_NONBLOCK), file, TRUE, &look);
  return make (file, &look, zone, sources);
}

IsrRecording *
isr_adopt (const char *directory, const IsrFound *file, GTimeZone *zone, char *const *sources)
{
  int root = isr_place_open_root (directory);
  IsrRecording *recording = adopt_below (root, file, zone, sources);

  if (root >= 0)
    close (root);
  return recording;
}

/* --- many ---------------------------------------------------------------- */

typedef struct {
  int root; /* directory; -1: it is gone */
  GPtrArray *files;
  GPtrArray *recordings;
  guint from;
  GTimeZone *zone;
  char *const *sources;
  gint *done;
  GArray *cold; /* places in @recordings */
  /* of those that are in memory: */
  char *directory; /* of the file before, which mostly is that of the next one; NULL: none */
  int within;
} Batch;

static void
batch_clear (Batch *self)
{
  g_array_unref (self->cold);
  g_free (self->directory);
  if (self->within >= 0)
    close (self->within);
  if (self->root >= 0)
    close (self->root);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

static void
enter (Batch *self, const char *name, gsize length)
{
  if (self->within >= 0)
    close (self->within);
  g_free (self->directory);
  self->directory = g_strndup (name, length);
  self->within = isr_place_open_below (self->root, self->directory, O_PATH | O_DIRECTORY);
}

static int
open_next (Batch *self, const char *name)
{
  const char *slash = strrchr (name, '/');
  gsize length = slash ? (gsize) (slash - name) : 0;

  if (!slash)
    return openat (self->root, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (!self->directory || strncmp (self->directory, name, length) != 0 || self->directory[length])
    enter (self, name, length);
  return self->within < 0 ? -1 : openat (self->within, slash + 1, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
}

/* Each file has a place of its own in the result. */
static void
adopt_what_is_in_memory (Batch *self)
{
  for (guint i = 0; i < self->recordings->len; i++) {
    const IsrFound *file = self->files->pdata[self->from + i];
    g_auto (Look) look = { 0 };

    if (look_into (open_next (self, file->name), file, FALSE, &look)) {
      self->recordings->pdata[i] = make (file, &look, self->zone, self->sources);
      g_atomic_int_inc (self->done);
    } else {
      g_array_append_val (self->cold, i);
    }
  }
}

/* @run: which one, and 1. */
static void
adopt_run (gpointer run, gpointer data)
{
  Batch *self = data;
  guint first = (GPOINTER_TO_UINT (run) - 1) * RUN;

  for (guint i = first; i < MIN (first + RUN, self->cold->len); i++) {
    guint place = g_array_index (self->cold, guint, i);

    self->recordings->pdata[place] = adopt_below (self->root, self->files->pdata[self->from + place], self->zone, self->sources);
    g_atomic_int_inc (self->done);
  }
}

static void
adopt_what_is_cold (Batch *self)
{
  GThreadPool *pool = g_thread_pool_new (adopt_run, self, AT_ONCE, FALSE, NULL);

  for (guint run = 0; run * RUN < self->cold->len; run++)
    g_thread_pool_push (pool, GUINT_TO_POINTER (run + 1), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
}

GPtrArray *
isr_adopt_all (const char *directory, GPtrArray *files, guint from, guint n, GTimeZone *zone, char *const *sources, gint *done)
{
  GPtrArray *recordings = g_ptr_array_new_full (n, (GDestroyNotify) isr_recording_free);
  g_auto (Batch) batch = { isr_place_open_root (directory), files, recordings, from, zone, sources, done, g_array_new (FALSE, FALSE, sizeof (guint)), NULL, -1 };

  g_ptr_array_set_size (recordings, (int) n);
  adopt_what_is_in_memory (&batch);
  if (batch.cold->len)
    adopt_what_is_cold (&batch);
  return recordings;
}
