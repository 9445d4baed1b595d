/* SPDX-License-Identifier: MIT */
/* adopt.c - looks into files, sixteen at a time: on a disk that is cold each of them
 * waits, and the disk is glad of a queue. */
#include "daemon/archive/adopt.h"

#include "daemon/archive/name-time.h"
#include "daemon/archive/place.h"
#include "plugins/format/format.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 16
#define RUN 32 /* files that a worker takes at a time */

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

static void
set_time (IsrRecording *recording, const IsrProbe *probe, GTimeZone *zone)
{
  gint64 length_us = probe->rate ? llround ((double) probe->samples / probe->rate * 1e6) : 0;

  if (!take_own_time (recording, probe, zone) && !isr_name_time (recording->name, zone, &recording->start_us, &recording->utc_offset)) {
    recording->start_us = recording->mtime_us - length_us;
    recording->utc_offset = get_offset (zone, G_TIME_TYPE_UNIVERSAL, recording->start_us);
  }
  recording->end_us = recording->start_us + length_us;
}

static void
look_into (int root, const IsrFound *file, IsrProbe *probe)
{
  int fd = isr_place_open_below (root, file->name, O_RDONLY | O_NONBLOCK);
  IsrFile input;

  *probe = (IsrProbe){ 0 };
  if (fd < 0)
    return;
  if (isr_file_init (&input, fd))
    isr_probe (&input.input, probe, NULL); /* what is not known stays unknown */
  close (fd);
}

static IsrRecording *
adopt_below (int root, const IsrFound *file, GTimeZone *zone, char *const *sources)
{
  IsrRecording *recording = isr_recording_new ();
  g_auto (IsrProbe) probe = { 0 };

  if (!file->part)
    look_into (root, file, &probe);
  recording->name = g_strdup (file->name);
  recording->source = probe.source ? g_strdup (probe.source) : guess_source (file->name, sources);
  recording->adopted = !probe.ours;
  recording->bytes = file->bytes;
  recording->mtime_us = file->mtime_us;
  recording->rate = probe.rate;
  recording->channels = probe.channels;
  recording->samples = probe.samples;
  set_time (recording, &probe, zone);
  return recording;
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
} Batch;

/* @run: which one, and 1. Each file has a place of its own in the result. */
static void
adopt_run (gpointer run, gpointer data)
{
  Batch *self = data;
  guint first = (GPOINTER_TO_UINT (run) - 1) * RUN;

  for (guint i = first; i < MIN (first + RUN, self->recordings->len); i++) {
    self->recordings->pdata[i] = adopt_below (self->root, self->files->pdata[self->from + i], self->zone, self->sources);
    g_atomic_int_inc (self->done);
  }
}

GPtrArray *
isr_adopt_all (const char *directory, GPtrArray *files, guint from, guint n, GTimeZone *zone, char *const *sources, gint *done)
{
  GPtrArray *recordings = g_ptr_array_new_full (n, (GDestroyNotify) isr_recording_free);
  Batch batch = { isr_place_open_root (directory), files, recordings, from, zone, sources, done };
  GThreadPool *pool = g_thread_pool_new (adopt_run, &batch, AT_ONCE, FALSE, NULL);

  g_ptr_array_set_size (recordings, (int) n);
  for (guint run = 0; run * RUN < n; run++)
    g_thread_pool_push (pool, GUINT_TO_POINTER (run + 1), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  if (batch.root >= 0)
    close (batch.root);
  return recordings;
}
