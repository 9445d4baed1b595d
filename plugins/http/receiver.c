/* SPDX-License-Identifier: MIT */
/* receiver.c - a table of states, a step each; a step blocks at most until something
 * happens or unlock() is called.
 *
 *   CONNECT --answer--> JOIN --decided--> STREAM        FAILED: retries used up
 *      ^                  |                 |
 *      +----- WAIT <------+----- lost ------+
 *
 * What a step has for downstream goes into the outlet; nothing is received while
 * something is left in it. Everything here belongs to the streaming thread, but the
 * cancellable and the flag `finishing`. */
#include "plugins/http/receiver-private.h"

#include "plugins/http/retry.h"
#include "plugins/messages.h"

#define LATE (2 * G_USEC_PER_SEC) /* a relay that is back may be so far behind */
#define MAX_DRAIN 1024            /* blocks of 16 KiB: a server that sends faster than we read is left */

/* --- telling --- */

void
isr_receiver_tell (IsrReceiver *self, const char *state, const char *reason, const char *detail, gint64 retry_us)
{
  isr_outlet_tell (self->outlet, state, reason, detail, retry_us);
}

static void
on_hop (const char *reason, const char *detail, gpointer data)
{
  isr_receiver_tell (data, "connecting", reason, detail, 0);
}

/* --- losing a connection --- */

static void
close_connection (IsrReceiver *self)
{
  isr_reached_clear (&self->reached);
  self->flowing_since = 0;
  self->joined = FALSE;
}

void
isr_receiver_fail (IsrReceiver *self, IsrTrouble *taken)
{
  g_autoptr (IsrTrouble) trouble = taken;
  guint limit = self->settings.max_retries;
  gint64 wait;

  close_connection (self);
  self->gone = self->gone || g_str_equal (trouble->reason, ISR_STREAM_NOT_FOUND);
  self->failures += self->failures < G_MAXUINT;
  if (limit && self->failures > limit) {
    g_autofree char *detail = g_strdup_printf ("%s; given up after %u retries", trouble->detail, limit);

    self->state = STATE_FAILED;
    isr_receiver_tell (self, "failed", trouble->reason, detail, 0);
    GST_ELEMENT_ERROR_WITH_DETAILS (self->owner, RESOURCE, READ, ("%s", detail), ("%s", trouble->reason),
        ("reason", G_TYPE_STRING, trouble->reason, "http-status-code", G_TYPE_UINT, trouble->status, NULL));
    return;
  }
  wait = isr_retry_wait (self->failures, self->settings.retry_delay, g_random_double ());
  self->retry_at = g_get_monotonic_time () + wait;
  self->state = STATE_WAIT;
  isr_receiver_tell (self, "waiting", trouble->reason, trouble->detail, wait);
}

/* --- the states --- */

gint64
isr_receiver_get_longest_wait (const IsrReceiver *self)
{
  return MAX (self->settings.low_watermark, G_USEC_PER_SEC) * 5 / 4;
}

/* A burst is gathered for a second at most; then it is decided by what there is of it
 * (a head that the server repeats decides nothing). Returns how long to wait, µs. */
static gint64
mind_burst (IsrReceiver *self, gint64 wait)
{
  gint64 left = self->flowing_since + ISR_REJOIN_PATIENCE - g_get_monotonic_time ();

  if (!self->flowing_since || !isr_rejoin_is_gathering (self->rejoin))
    return wait;
  if (left > 0)
    return MIN (wait, left);
  isr_receiver_decide (self);
  return isr_outlet_is_empty (self->outlet) ? wait : 0;
}

static GstFlowReturn
step_receive (IsrReceiver *self)
{
  g_autoptr (GError) error = NULL;
  gint64 patience, wait;

  if (!self->dry && isr_receiver_read (self))
    return GST_FLOW_OK;
  self->dry = FALSE;
  patience = isr_pace_get_patience (&self->pace, g_get_monotonic_time (), self->settings.stall);
  wait = mind_burst (self, MIN (patience, isr_receiver_get_longest_wait (self)));
  if (patience == 0)
    isr_receiver_lose (self, ISR_GAP_STALLED, isr_trouble_new (ISR_STREAM_STALLED, "%s: connected, but too little came for %.3g s", self->reached.where, self->settings.stall / 1e6));
  else if (wait > 0 && !isr_http_connection_wait (self->reached.connection, wait, self->cancellable, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    isr_receiver_end_body (self, error);
  return GST_FLOW_OK;
}

static GstFlowReturn
step_wait (IsrReceiver *self)
{
  gint64 quiet = isr_outlet_watch (self->outlet, self->settings.stall, self->cause);
  gint64 wait = MIN (quiet, self->retry_at - g_get_monotonic_time ());

  if (self->retry_at <= g_get_monotonic_time ())
    self->state = STATE_CONNECT;
  else
    g_poll (&self->cancelled, 1, (int) CLAMP (wait / 1000 + 1, 1, G_MAXINT));
  return GST_FLOW_OK;
}

static void
begin_rejoin (IsrReceiver *self)
{
  guint rate = self->pace.rate;

  isr_rejoin_begin (self->rejoin);
  if (self->gone)
    isr_rejoin_doubt (self->rejoin, rate ? (gint64) rate * LATE / G_USEC_PER_SEC : ISR_REJOIN_NEVER);
  self->gone = FALSE;
}

/* What the one before left is of another kind, or too old. */
static gboolean
is_outdated (IsrReceiver *self)
{
  GstCaps *caps = isr_outlet_get_caps (self->outlet);

  return self->history.past && (!gst_caps_is_equal (caps, self->history.caps) || isr_history_get_age (&self->history) < 0);
}

static void
accept (IsrReceiver *self)
{
  const char *metaint = isr_http_connection_get_header (self->reached.connection, "icy-metaint");
  gboolean other = isr_outlet_set_format (self->outlet, self->reached.mime, self->cause);

  if (other || is_outdated (self)) {
    isr_rejoin_forget (self->rejoin);
    isr_history_clear (&self->history);
    gst_clear_structure (&self->given);
  }
  isr_outlet_send_headers (self->outlet, &self->reached);
  if (self->connections++ == 0)
    isr_outlet_send_station (self->outlet, &self->reached);
  isr_icy_restart (self->icy, metaint ? (guint) g_ascii_strtoull (metaint, NULL, 10) : 0);
  isr_receiver_begin_body (self);
  begin_rejoin (self);
  isr_pace_begin (&self->pace, g_get_monotonic_time ());
  self->dry = FALSE;
  self->state = isr_rejoin_is_gathering (self->rejoin) ? STATE_JOIN : STATE_STREAM;
}

static GstFlowReturn
step_connect (IsrReceiver *self)
{
  const IsrReceiverSettings *settings = &self->settings;
  IsrHttpRequest request = { settings->user_agent, settings->user, settings->password, settings->icy, settings->strict, settings->stall };
  g_autofree char *where = isr_reach_redact (settings->location);
  IsrTrouble *trouble;

  isr_outlet_watch (self->outlet, self->settings.stall, self->cause);
  isr_receiver_tell (self, "connecting", self->connections || self->failures ? ISR_STREAM_RETRYING : ISR_STREAM_STARTING, where, 0);
  trouble = isr_reach (&self->reached, settings->location, &request, self->cancellable, on_hop, self);
  if (g_cancellable_is_cancelled (self->cancellable)) {
    g_clear_pointer (&trouble, isr_trouble_free);
    close_connection (self);
  } else if (trouble) {
    isr_receiver_fail (self, trouble);
  } else {
    accept (self);
  }
  return GST_FLOW_OK;
}

static GstFlowReturn
step_failed (IsrReceiver *self)
{
  return GST_FLOW_ERROR;
}

static GstFlowReturn (*const steps[]) (IsrReceiver *self) = {
  [STATE_CONNECT] = step_connect,
  [STATE_JOIN] = step_receive,
  [STATE_STREAM] = step_receive,
  [STATE_WAIT] = step_wait,
  [STATE_FAILED] = step_failed,
};

/* What the kernel and libsoup still have; then the end. */
static GstFlowReturn
step_finish (IsrReceiver *self)
{
  if (self->drained)
    return GST_FLOW_EOS;
  for (guint i = 0; i < MAX_DRAIN && self->reached.connection && isr_receiver_read (self); i++)
    ;
  if (self->reached.connection)
    isr_receiver_decide (self);
  close_connection (self);
  self->drained = TRUE;
  return GST_FLOW_OK;
}

GstFlowReturn
isr_receiver_create (IsrReceiver *self, GstBuffer **buffer)
{
  GstFlowReturn flow = GST_FLOW_OK;

  while (flow == GST_FLOW_OK) {
    gboolean cancelled, finishing;

    if ((*buffer = isr_outlet_next (self->outlet)))
      return GST_FLOW_OK;
    cancelled = g_cancellable_is_cancelled (self->cancellable); /* first: who finishes says so before he cancels */
    finishing = g_atomic_int_get (&self->finishing);
    if (cancelled && !finishing)
      return GST_FLOW_FLUSHING;
    flow = finishing ? step_finish (self) : steps[self->state](self);
  }
  return flow;
}

/* --- life --- */

static void
take_up (IsrReceiver *self, const GstStructure *history)
{
  if (!isr_history_read (&self->history, history))
    return;
  self->given = gst_structure_copy (history);
  isr_rejoin_resume (self->rejoin, self->history.past);
  self->pace.rate = self->history.rate;
}

GstStructure *
isr_receiver_make_history (IsrReceiver *self)
{
  gint64 last = isr_outlet_get_last (self->outlet), age = g_get_monotonic_time () - last;
  gsize untaken = isr_outlet_count_untaken (self->outlet);
  g_autoptr (IsrPast) past = NULL;
  IsrHistory history = { .caps = isr_outlet_get_caps (self->outlet), .rate = self->pace.rate };

  if (!last || (self->given && untaken == isr_rejoin_get_stats (self->rejoin).passed)) /* it stands where it stood */
    return g_steal_pointer (&self->given);
  past = isr_rejoin_get_past (self->rejoin, untaken);
  history.past = past;
  history.utc_us = g_get_real_time () - age;
  history.boot_us = isr_history_get_boottime () - age;
  return past ? isr_history_to_structure (&history) : NULL;
}

IsrReceiver *
isr_receiver_new (GstBaseSrc *owner, const IsrReceiverSettings *settings, IsrReceiverStats *stats, const GstStructure *history)
{
  IsrReceiver *self = g_new0 (IsrReceiver, 1);

  self->owner = owner;
  isr_receiver_settings_copy (&self->settings, settings);
  self->stats = stats;
  self->outlet = isr_outlet_new (owner, stats);
  self->cause = ISR_GAP_DISCONNECTED;
  self->cancellable = g_cancellable_new ();
  g_cancellable_make_pollfd (self->cancellable, &self->cancelled);
  self->icy = isr_icy_new (0);
  self->rejoin = isr_rejoin_new ();
  if (history)
    take_up (self, history);
  return self;
}

void
isr_receiver_free (IsrReceiver *self)
{
  isr_receiver_tell (self, "stopped", ISR_STREAM_STOPPED, "stopped on request", 0);
  isr_reached_clear (&self->reached);
  isr_receiver_settings_clear (&self->settings);
  isr_outlet_free (self->outlet);
  isr_icy_free (self->icy);
  isr_receiver_begin_body (self);
  isr_rejoin_free (self->rejoin);
  isr_history_clear (&self->history);
  gst_clear_structure (&self->given);
  g_cancellable_release_fd (self->cancellable);
  g_object_unref (self->cancellable);
  g_free (self);
}

void
isr_receiver_unlock (IsrReceiver *self)
{
  g_cancellable_cancel (self->cancellable);
}

void
isr_receiver_unlock_stop (IsrReceiver *self)
{
  g_cancellable_reset (self->cancellable);
}

void
isr_receiver_finish (IsrReceiver *self)
{
  g_atomic_int_set (&self->finishing, TRUE);
  g_cancellable_cancel (self->cancellable);
}
