/* SPDX-License-Identifier: MIT */
/* recorder.c - where each packet goes.
 *
 * For every packet, in this order: has time itself changed (gap, clock step)? does
 * the stream demand a new file? has the disk fallen behind? is its start at or
 * after the boundary? Raw audio is then cut inside the packet as often as
 * boundaries fall into it. Time counts what the files play, as their writer says;
 * where Ogg links are joined that is a little more than the packets' own samples. */
#include "plugins/split/recorder-private.h"

#include "plugins/messages.h"
#include "plugins/split/boundary.h"

#define RESUME_BEFORE (10 * G_TIME_SPAN_SECOND) /* audio may arrive so late */
#define RESUME_BEHIND (5 * G_TIME_SPAN_SECOND)  /* and its time be found so much too late, where a server was mute at the begin */

/* --- packets --- */

static void
advance (IsrRecorder *self, guint64 samples, gboolean written)
{
  self->position.samples += samples;
  self->written += written ? samples : 0;
}

/* Not at every packet: of a stream they are forty a second. */
static void
publish (IsrRecorder *self)
{
  GST_OBJECT_LOCK (self->lock);
  self->stats->position_ns = (guint64) isr_position_get (&self->position, 0);
  self->stats->samples = self->written;
  GST_OBJECT_UNLOCK (self->lock);
}

static void
write_piece (IsrRecorder *self, const IsrPacket *piece)
{
  guint64 duration = (guint64) (isr_position_get (&self->position, piece->samples) - isr_position_get (&self->position, 0));

  advance (self, isr_out_file_write (self->file, piece, duration), TRUE);
}

/* Samples of a raw packet in front of the boundary: all before the first one at or after it. */
static guint64
count_until_boundary (IsrRecorder *self, guint64 samples)
{
  guint64 n;

  if (isr_recorder_utc_of (self, samples) < self->boundary_us)
    return samples;
  n = isr_position_count_until (&self->position, isr_time_map_position (self->map, self->boundary_us));
  return CLAMP (n, 1, samples);
}

static void
write_packet (IsrRecorder *self, IsrPacket *packet)
{
  guint frame_size = isr_stream_get_frame_size (self->stream);

  if (packet->samples || packet->flags & ISR_PACKET_SEAM || !self->file)
    isr_recorder_choose_file (self);
  while (frame_size) {
    guint64 n = count_until_boundary (self, packet->samples);
    IsrPacket head;

    if (n >= packet->samples)
      break;
    isr_packet_take (packet, frame_size, n, &head);
    write_piece (self, &head);
    isr_packet_clear (&head);
    isr_recorder_choose_file (self);
  }
  write_piece (self, packet);
}

/* The disk is behind: a source that can wait waits, another one loses audio. */
static gboolean
must_drop (IsrRecorder *self)
{
  if (!self->full)
    return FALSE;
  if (!self->input.may_wait)
    return TRUE;
  isr_io_thread_drain (self->io, FALSE);
  self->full = isr_io_thread_is_full (self->io);
  return FALSE;
}

static void
drop_packet (IsrRecorder *self, const IsrPacket *packet)
{
  guint64 duration = (guint64) (isr_position_get (&self->position, packet->samples) - isr_position_get (&self->position, 0));

  self->broken = TRUE;
  isr_recorder_close_here (self, ISR_CLOSE_GAP, ISR_GAP_DISK);
  isr_io_thread_drop (self->io, duration);
  advance (self, packet->samples, FALSE);
}

/* What a server sends as a burst may lie before the moment from which on it is wanted. */
static gboolean
is_too_early (IsrRecorder *self)
{
  if (!self->wanted_us)
    return FALSE;
  if (isr_recorder_utc_of (self, 0) < self->wanted_us + self->last.realtime_us - self->last.monotonic_us)
    return TRUE;
  self->wanted_us = 0;
  return FALSE;
}

static void
place_packet (IsrRecorder *self, IsrPacket *packet)
{
  if (is_too_early (self))
    advance (self, packet->samples, FALSE);
  else if (must_drop (self))
    drop_packet (self, packet);
  else
    write_packet (self, packet);
}

static void
heed_flags (IsrRecorder *self, IsrPacketFlags flags)
{
  if (flags & ISR_PACKET_TAGS)
    self->hooks->tags (self->hooks->owner, isr_stream_get_tags (self->stream));
  if (flags & ISR_PACKET_GAP)
    isr_recorder_close_here (self, ISR_CLOSE_GAP, ISR_GAP_SOURCE);
  if (flags & ISR_PACKET_NEW_FILE)
    isr_recorder_close_here (self, ISR_CLOSE_FORMAT_CHANGE, NULL);
}

static void
heed_clock (IsrRecorder *self, const IsrTimeChange *change)
{
  if (change->flags & ISR_TIME_STEP)
    isr_provisional_shift (&self->provisional, change->step_us);
  if (change->flags & ISR_TIME_ARRIVED)
    isr_out_file_rename_all (self->io, &self->provisional, self->zone, isr_recorder_make_stem, self);
}

static void
heed_change (IsrRecorder *self, const IsrTimeChange *change)
{
  const char *missing = self->input.mode == ISR_TIME_CAPTURE ? ISR_GAP_OVERRUN : ISR_GAP_SOURCE;

  self->broken |= change->flags != 0;
  self->paused_us = change->flags ? 0 : self->paused_us;
  if (change->flags & ISR_TIME_SUSPENDED)
    isr_recorder_close_file (self, change->end_us, ISR_CLOSE_GAP, ISR_GAP_SUSPENDED);
  else if (change->flags & ISR_TIME_GAP)
    isr_recorder_close_file (self, change->end_us, ISR_CLOSE_GAP, missing);
  else if (change->flags & ISR_TIME_STEP)
    isr_recorder_close_file (self, change->end_us, ISR_CLOSE_CLOCK_STEP, NULL);
  heed_clock (self, change);
}

/* --- taking bytes apart --- */

/* @now: NULL when the map knows these packets already. */
static gboolean
take_packets (IsrRecorder *self, const IsrTimeReading *now, gint64 age_ns, GError **error)
{
  IsrPacket packet = { 0 };
  GError *problem = NULL;

  self->full = isr_io_thread_is_full (self->io);
  while (isr_stream_next (self->stream, &packet, &problem)) {
    heed_flags (self, packet.flags & (ISR_PACKET_NEW_FILE | ISR_PACKET_GAP));
    isr_position_set_rate (&self->position, isr_stream_get_rate (self->stream));
    if (now) {
      IsrTimePacket span = { isr_position_get (&self->position, 0), isr_position_get (&self->position, packet.samples), age_ns };
      IsrTimeChange change = isr_time_map_feed (self->map, now, &span);

      heed_change (self, &change);
      age_ns -= span.end_ns - span.start_ns;
    }
    heed_flags (self, packet.flags & ISR_PACKET_TAGS);
    place_packet (self, &packet);
    isr_packet_clear (&packet);
  }
  publish (self);
  if (!problem)
    return TRUE;
  if (self->map)
    isr_recorder_close_here (self, ISR_CLOSE_ERROR, NULL);
  g_propagate_error (error, problem);
  return FALSE;
}

/* --- what another run recorded --- */

void
isr_recorder_begin_lead (IsrRecorder *self)
{
  self->lead = TRUE;
}

/* The end of the file before, where that is known and the wall clock was not set since. */
static gint64
choose_resume_time (IsrRecorder *self, gint64 since_us)
{
  gint64 known_us = (gint64) (self->settings->resume_time / GST_USECOND);

  if (!GST_CLOCK_TIME_IS_VALID (self->settings->resume_time) || known_us < since_us - RESUME_BEFORE || known_us > since_us + RESUME_BEHIND)
    return since_us;
  return known_us;
}

static void
resume (IsrRecorder *self, const IsrTimeReading *now)
{
  if (self->lead && self->map)
    isr_time_map_resume (self->map, now, isr_position_get (&self->position, 0), choose_resume_time (self, self->since_us));
  self->lead = FALSE;
}

void
isr_recorder_end_lead (IsrRecorder *self, const IsrTimeReading *now, gint64 since_us, guint known)
{
  self->since_us = since_us;
  self->known = known;
  if (!known)
    resume (self, now);
}

/* The stream gets to know it, and time counts it. */
static gboolean
take_lead (IsrRecorder *self, const IsrTimeReading *now, GError **error)
{
  IsrPacket packet = { 0 };
  GError *problem = NULL;

  while (self->lead && isr_stream_next (self->stream, &packet, &problem)) {
    isr_position_set_rate (&self->position, isr_stream_get_rate (self->stream));
    heed_flags (self, packet.flags & ISR_PACKET_TAGS);
    advance (self, packet.samples, FALSE);
    isr_packet_clear (&packet);
    if (self->known && --self->known == 0)
      resume (self, now);
  }
  publish (self);
  if (problem)
    g_propagate_error (error, problem);
  return !problem;
}

/* --- while the map settles --- */

/* What was held goes its way. @now: for packets that the scout could not make out. */
static gboolean
release_held (IsrRecorder *self, const IsrTimeReading *now, GError **error)
{
  IsrScout *scout = g_steal_pointer (&self->scout);
  gboolean known = isr_scout_has_seen (scout);
  IsrTimeChange clock = isr_scout_get_clock_change (scout);
  gboolean ok = TRUE;
  GBytes *bytes;

  heed_clock (self, &clock);
  isr_time_map_settle (self->map);
  while (ok && (bytes = isr_scout_pop (scout))) {
    isr_stream_push (self->stream, bytes);
    g_bytes_unref (bytes);
    ok = take_packets (self, known ? NULL : now, 0, error);
  }
  isr_scout_free (scout);
  return ok;
}

static gboolean
hold (IsrRecorder *self, GBytes *bytes, const IsrTimeReading *now, GError **error)
{
  if (!self->scout) {
    IsrStream *stream = isr_stream_new_alike (self->stream);

    if (!stream)
      stream = self->make (self->kind, error);
    if (!stream)
      return FALSE;
    self->scout = isr_scout_new (stream, self->map, isr_position_get (&self->position, 0));
  }
  return isr_scout_push (self->scout, bytes, now) ? TRUE : release_held (self, now, error);
}

/* --- public --- */

IsrRecorder *
isr_recorder_new (const IsrSplitSettings *settings, const IsrRecorderHooks *hooks, IsrIoThread *io, GstObject *lock, IsrRecorderStats *stats)
{
  IsrRecorder *self = g_new0 (IsrRecorder, 1);

  self->settings = settings;
  self->hooks = hooks;
  self->io = io;
  self->lock = lock;
  self->stats = stats;
  isr_provisional_init (&self->provisional);
  self->zone = isr_boundary_zone (settings->timezone);
  self->interval_us = (gint64) (settings->split_interval / GST_USECOND);
  self->offset_us = (gint64) (settings->split_offset / GST_USECOND);
  return self;
}

void
isr_recorder_free (IsrRecorder *self)
{
  g_clear_pointer (&self->scout, isr_scout_free);
  g_clear_pointer (&self->stream, isr_stream_free);
  g_clear_pointer (&self->map, isr_time_map_free);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  isr_provisional_clear (&self->provisional);
  g_free (self);
}

static void
end_hold (IsrRecorder *self)
{
  if (!self->scout)
    return;
  isr_scout_drain (self->scout, &self->last);
  release_held (self, &self->last, NULL);
}

/* The stream ends here, for good or for another one. */
static void
end_stream (IsrRecorder *self)
{
  if (!self->stream || !self->map || self->known)
    return;
  end_hold (self);
  if (self->paused_us) /* no file of a few packets that were held back */
    return;
  isr_stream_drain (self->stream);
  take_packets (self, &self->last, 0, NULL);
}

gboolean
isr_recorder_set_kind (IsrRecorder *self, IsrStreamMaker make, gconstpointer kind, guint channels, GError **error)
{
  end_stream (self);
  if (self->map)
    isr_recorder_close_here (self, ISR_CLOSE_FORMAT_CHANGE, NULL);
  g_clear_pointer (&self->stream, isr_stream_free);
  self->make = make;
  self->kind = kind;
  self->channels = channels;
  self->stream = make (kind, error);
  return self->stream != NULL;
}

gboolean
isr_recorder_has_input (IsrRecorder *self)
{
  return self->map != NULL;
}

void
isr_recorder_set_input (IsrRecorder *self, const IsrRecorderInput *input)
{
  self->input = *input;
  self->map = isr_time_map_new (input->mode, (gint64) (self->settings->start_time / GST_USECOND));
}

static void
sync_when_due (IsrRecorder *self, gint64 monotonic_us)
{
  if (!self->file || monotonic_us - self->synced_us < (gint64) (self->settings->sync_interval / GST_USECOND))
    return;
  isr_out_file_refresh (self->file);
  self->synced_us = monotonic_us;
}

/* On a clock that nobody sets. */
static void
begin_wanting (IsrRecorder *self, const IsrTimeReading *now)
{
  gint64 not_before_us = (gint64) (self->settings->not_before / GST_USECOND);

  if (not_before_us)
    self->wanted_us = MIN (now->monotonic_us, now->monotonic_us - (now->realtime_us - not_before_us));
}

gboolean
isr_recorder_take (IsrRecorder *self, GBytes *bytes, const IsrTimeReading *now, gint64 age_ns, GError **error)
{
  gboolean ok;

  if (!self->last.monotonic_us)
    begin_wanting (self, now);
  self->last = *now;
  if (!self->stream && !(self->stream = self->make (self->kind, error)))
    return FALSE;
  if (!self->lead && self->input.mode == ISR_TIME_ARRIVAL && !isr_time_map_settled (self->map)) {
    ok = hold (self, bytes, now, error);
  } else {
    isr_stream_push (self->stream, bytes);
    ok = (!self->lead || take_lead (self, now, error)) && (self->lead || take_packets (self, now, age_ns, error));
  }
  sync_when_due (self, now->monotonic_us);

  return ok;
}

void
isr_recorder_gap (IsrRecorder *self, const char *cause, guint64 hole_ns)
{
  if (!self->stream || !self->map)
    return;
  end_hold (self);
  self->lead = FALSE;
  self->known = 0;
  self->broken = FALSE; /* it said so itself */
  self->paused_us = 0;
  isr_recorder_close_here (self, ISR_CLOSE_GAP, cause);
  isr_stream_discont (self->stream);
  if (hole_ns)
    isr_time_map_skip (self->map, (gint64) (hole_ns / GST_USECOND));
  else
    isr_time_map_restart (self->map);
}

void
isr_recorder_pause (IsrRecorder *self, const char *cause)
{
  if (!self->stream || !self->map)
    return;
  end_hold (self);
  if (!self->file)
    return;
  self->paused_us = isr_recorder_utc_of (self, 0);
  isr_recorder_close_file (self, self->paused_us, ISR_CLOSE_GAP, cause);
}

gint64
isr_recorder_get_position (IsrRecorder *self)
{
  return self->scout ? isr_scout_get_end_ns (self->scout) : isr_position_get (&self->position, 0);
}

gboolean
isr_recorder_locate (IsrRecorder *self, gint64 position, gint64 *utc_us)
{
  if (!self->map || self->scout || isr_position_get (&self->position, 0) <= position)
    return FALSE;
  *utc_us = isr_time_map_utc (self->map, position);
  return TRUE;
}

void
isr_recorder_split (IsrRecorder *self)
{
  self->split_requested = TRUE;
}

void
isr_recorder_finish (IsrRecorder *self, const char *reason)
{
  end_stream (self);
  if (self->map)
    isr_recorder_close_here (self, reason, NULL);
  g_clear_pointer (&self->stream, isr_stream_free); /* should more come, it is another one */
}
