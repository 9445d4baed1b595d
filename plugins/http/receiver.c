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
#include "plugins/http/receiver.h"

#include "plugins/format/icy.h"
#include "plugins/http/audiotype.h"
#include "plugins/http/pace.h"
#include "plugins/http/reach.h"
#include "plugins/http/rejoin.h"
#include "plugins/http/retry.h"
#include "plugins/messages.h"

#define BLOCK (16 * 1024)                     /* a second of most streams */
#define LONGEST_WAIT (5 * G_USEC_PER_SEC / 4) /* for the low watermark: then what is there is taken */
#define RECOVERED (10 * G_USEC_PER_SEC)       /* of audio: the failures are forgotten; a file is fetched in less, and not for ever */
#define LATE (2 * G_USEC_PER_SEC)             /* a relay that is back may be so far behind */
#define MAX_DRAIN (16 * 1024 * 1024 / BLOCK)  /* blocks: a server that sends faster than we read is left */

typedef enum {
  STATE_CONNECT, /* ask the server */
  STATE_JOIN,    /* receive; where it belongs is not clear yet */
  STATE_STREAM,  /* receive */
  STATE_WAIT,    /* until retry_at */
  STATE_FAILED,  /* given up */
} State;

struct _IsrReceiver {
  GstBaseSrc *owner; /* not referenced: it owns us */
  IsrReceiverSettings settings;
  IsrReceiverStats *stats; /* object lock of owner */
  IsrOutlet *outlet;
  GCancellable *cancellable;
  GPollFD cancelled; /* held, else each wait would open and close one */
  gint finishing;    /* atomic */

  State state;
  IsrReached reached; /* JOIN, STREAM */
  IsrIcy *icy;
  IsrRejoin *rejoin;
  IsrPace pace;
  gboolean dry;     /* all that was there is taken: nothing comes without waiting */
  gboolean drained; /* finishing: all that was there is in the outlet */

  guint failures;       /* in a row */
  guint connections;    /* that brought audio */
  gint64 retry_at;      /* WAIT */
  gint64 flowing_since; /* audio of this connection; 0: none yet */
  gint64 arrived;       /* the last byte that was read, monotonic */
  gboolean joined;      /* this connection goes on where the last one ended */
  gboolean gone;        /* the server said since the last one that it has no such stream */
  const char *cause;    /* ISR_GAP_*: why the last connection ended */
};

/* --- telling --- */

static void
tell (IsrReceiver *self, const char *state, const char *reason, const char *detail, gint64 retry_us)
{
  isr_outlet_tell (self->outlet, state, reason, detail, retry_us);
}

static void
on_hop (const char *reason, const char *detail, gpointer data)
{
  tell (data, "connecting", reason, detail, 0);
}

static void
update_stats (IsrReceiver *self)
{
  IsrRejoinStats rejoin = isr_rejoin_get_stats (self->rejoin);

  GST_OBJECT_LOCK (self->owner);
  self->stats->bytes = rejoin.passed;
  self->stats->swallowed = rejoin.swallowed;
  self->stats->rate = self->pace.rate;
  self->stats->reads++;
  GST_OBJECT_UNLOCK (self->owner);
}

/* --- losing a connection --- */

static void
close_connection (IsrReceiver *self)
{
  isr_reached_clear (&self->reached);
  self->flowing_since = 0;
  self->joined = FALSE;
}

/* Takes @taken. */
static void
fail (IsrReceiver *self, IsrTrouble *taken)
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
    tell (self, "failed", trouble->reason, detail, 0);
    GST_ELEMENT_ERROR_WITH_DETAILS (self->owner, RESOURCE, READ, ("%s", detail), ("%s", trouble->reason),
        ("reason", G_TYPE_STRING, trouble->reason, "http-status-code", G_TYPE_UINT, trouble->status, NULL));
    return;
  }
  wait = isr_retry_wait (self->failures, self->settings.retry_delay, g_random_double ());
  self->retry_at = g_get_monotonic_time () + wait;
  self->state = STATE_WAIT;
  tell (self, "waiting", trouble->reason, trouble->detail, wait);
}

static void pass_on (IsrReceiver *self, GBytes *bytes, IsrJoin join);

static gint64
get_elapsed_bytes (IsrReceiver *self)
{
  return (g_get_monotonic_time () - isr_outlet_get_last (self->outlet)) * self->pace.rate / G_USEC_PER_SEC;
}

static void
decide (IsrReceiver *self)
{
  IsrJoin join;
  GBytes *bytes = isr_rejoin_decide (self->rejoin, get_elapsed_bytes (self), &join);

  pass_on (self, bytes, join);
}

/* Takes @trouble. */
static void
lose (IsrReceiver *self, const char *cause, IsrTrouble *trouble)
{
  decide (self);
  self->cause = cause;
  if (g_str_equal (cause, ISR_GAP_STALLED))
    isr_outlet_send_pause (self->outlet, self->cause); /* nothing has come for long: the open file is complete */
  fail (self, trouble);
}

/* --- receiving --- */

/* Takes @bytes. */
static void
pass_on (IsrReceiver *self, GBytes *bytes, IsrJoin join)
{
  static const struct {
    const char *reason, *words;
  } joins[] = {
    [ISR_JOIN_EXACT] = { ISR_STREAM_REJOINED, "connected again; joined at the exact byte, nothing is missing" },
    [ISR_JOIN_APPROXIMATE] = { ISR_STREAM_APPROXIMATE, "connected again; what was sent repeats itself (silence), joined by the clock" },
    [ISR_JOIN_GAP] = { ISR_STREAM_GAP, "connected again; what was sent meanwhile is missing" },
  };

  if (join == ISR_JOIN_GAP)
    isr_outlet_send_gap (self->outlet, self->cause);
  self->joined = self->joined || join == ISR_JOIN_EXACT || join == ISR_JOIN_APPROXIMATE;
  if (bytes && self->joined)
    self->failures = 0; /* a live server: the sooner we are back, the more of a hole its burst covers */
  if (bytes) {
    isr_outlet_send_audio (self->outlet, bytes, join == ISR_JOIN_GAP, g_get_monotonic_time () - self->arrived);
    g_bytes_unref (bytes);
  }
  if (join != ISR_JOIN_UNDECIDED) {
    g_autofree char *detail = g_strdup_printf ("%s: %s", self->reached.where, joins[join].words);

    isr_outlet_count (self->outlet, join == ISR_JOIN_EXACT ? &self->stats->rejoined : join == ISR_JOIN_APPROXIMATE ? &self->stats->approximate
                                                                                                                   : &self->stats->connections);
    if (join != ISR_JOIN_GAP)
      isr_outlet_count (self->outlet, &self->stats->connections);
    self->state = STATE_STREAM;
    tell (self, "streaming", joins[join].reason, detail, 0);
  }
}

static void
take_audio (IsrReceiver *self, GBytes *audio)
{
  IsrJoin join;
  GBytes *bytes = isr_rejoin_take (self->rejoin, audio, get_elapsed_bytes (self), &join);

  pass_on (self, bytes, join);
}

static void
take_body (IsrReceiver *self, GBytes *body)
{
  IsrIcyMetadata metadata = { 0 };
  GBytes *audio = NULL;
  IsrIcyKind kind;

  isr_icy_push (self->icy, body);
  while ((kind = isr_icy_next (self->icy, &audio, &metadata)) != ISR_ICY_MORE) {
    if (kind == ISR_ICY_AUDIO) {
      take_audio (self, audio);
      g_bytes_unref (audio);
    } else {
      isr_outlet_send_title (self->outlet, metadata.title);
      isr_icy_metadata_clear (&metadata);
    }
  }
}

static void
set_low_watermark (IsrReceiver *self)
{
  gsize mark = isr_pace_get_mark (&self->pace, self->settings.low_watermark);
  gboolean set = self->settings.low_watermark > 0 && isr_http_connection_set_low_watermark (self->reached.connection, mark);

  isr_rejoin_note_burst (self->rejoin, self->pace.burst);
  GST_OBJECT_LOCK (self->owner);
  self->stats->low_watermark = set ? (guint) mark : 0;
  GST_OBJECT_UNLOCK (self->owner);
}

/* The first bytes of a connection. FALSE: they are no audio, and the connection is closed. */
static gboolean
begin_flow (IsrReceiver *self, GBytes *body)
{
  if (isr_audio_type_is_page (g_bytes_get_data (body, NULL), g_bytes_get_size (body))) {
    fail (self, isr_trouble_new (ISR_STREAM_NOT_AUDIO, "%s sends a web page (HTML), no audio: use the address of the stream itself, not that of the page it is played on", self->reached.where));
    return FALSE;
  }
  self->flowing_since = g_get_monotonic_time ();
  if (self->state == STATE_STREAM) {
    g_autofree char *detail = g_strdup_printf ("%s: connected, %s", self->reached.where, self->reached.mime ? self->reached.mime : "of a type that is not told");

    isr_outlet_count (self->outlet, &self->stats->connections);
    tell (self, "streaming", ISR_STREAM_CONNECTED, detail, 0);
  }
  return TRUE;
}

static void
take_block (IsrReceiver *self, GBytes *body)
{
  gint64 now = g_get_monotonic_time ();

  self->arrived = now - isr_http_connection_get_age (self->reached.connection);
  if (!self->flowing_since && !begin_flow (self, body))
    return;
  take_body (self, body);
  if (self->failures && now - self->flowing_since >= RECOVERED)
    self->failures = 0;
  if (isr_pace_take (&self->pace, g_bytes_get_size (body), now, self->settings.stall))
    set_low_watermark (self);
  update_stats (self);
}

static void
end_body (IsrReceiver *self, const GError *error)
{
  g_autofree char *words = error ? g_strdup_printf ("the connection broke (%s)", error->message) : g_strdup ("the server ended the stream");

  lose (self, ISR_GAP_DISCONNECTED, isr_trouble_new (ISR_STREAM_DROPPED, "%s: %s", self->reached.where, words));
}

/* What is there, a block at most; NULL: nothing, and *@error tells why, unless the body has ended. */
static GBytes *
read_block (IsrReceiver *self, GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK); /* not kept: few of many streams receive at one time */
  g_autoptr (GError) local = NULL;
  gsize size = 0;
  gssize n = 0;

  while (size < BLOCK && (n = isr_http_connection_read (self->reached.connection, block + size, BLOCK - size, &local)) > 0)
    size += (gsize) n;
  self->dry = g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  if (size > 0) /* an end or an error comes again at the next read */
    return g_bytes_new_take (g_realloc (g_steal_pointer (&block), size), size);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* TRUE: there was something, or the body has ended. */
static gboolean
receive (IsrReceiver *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = read_block (self, &error);

  if (body)
    take_block (self, body);
  else if (!self->dry)
    end_body (self, error);
  return body || !self->dry;
}

/* --- the states --- */

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
  decide (self);
  return isr_outlet_is_empty (self->outlet) ? wait : 0;
}

static GstFlowReturn
step_receive (IsrReceiver *self)
{
  g_autoptr (GError) error = NULL;
  gint64 patience, wait;

  if (!self->dry && receive (self))
    return GST_FLOW_OK;
  self->dry = FALSE;
  patience = isr_pace_get_patience (&self->pace, g_get_monotonic_time (), self->settings.stall);
  wait = mind_burst (self, MIN (patience, LONGEST_WAIT));
  if (patience == 0)
    lose (self, ISR_GAP_STALLED, isr_trouble_new (ISR_STREAM_STALLED, "%s: connected, but too little came for %.3g s", self->reached.where, self->settings.stall / 1e6));
  else if (wait > 0 && !isr_http_connection_wait (self->reached.connection, wait, self->cancellable, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end_body (self, error);
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

static void
accept (IsrReceiver *self)
{
  const char *metaint = isr_http_connection_get_header (self->reached.connection, "icy-metaint");

  if (isr_outlet_set_format (self->outlet, self->reached.mime, self->cause))
    isr_rejoin_forget (self->rejoin);
  isr_outlet_send_headers (self->outlet, &self->reached);
  if (self->connections++ == 0)
    isr_outlet_send_station (self->outlet, &self->reached);
  isr_icy_restart (self->icy, metaint ? (guint) g_ascii_strtoull (metaint, NULL, 10) : 0);
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
  tell (self, "connecting", self->connections || self->failures ? ISR_STREAM_RETRYING : ISR_STREAM_STARTING, where, 0);
  trouble = isr_reach (&self->reached, settings->location, &request, self->cancellable, on_hop, self);
  if (g_cancellable_is_cancelled (self->cancellable)) {
    g_clear_pointer (&trouble, isr_trouble_free);
    close_connection (self);
  } else if (trouble) {
    fail (self, trouble);
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
  for (guint i = 0; i < MAX_DRAIN && self->reached.connection && receive (self); i++)
    ;
  if (self->reached.connection)
    decide (self);
  close_connection (self);
  self->drained = TRUE;
  return GST_FLOW_OK;
}

GstFlowReturn
isr_receiver_create (IsrReceiver *self, GstBuffer **buffer)
{
  GstFlowReturn flow = GST_FLOW_OK;

  while (flow == GST_FLOW_OK) {
    gboolean finishing = g_atomic_int_get (&self->finishing);

    if ((*buffer = isr_outlet_next (self->outlet)))
      return GST_FLOW_OK;
    if (!finishing && g_cancellable_is_cancelled (self->cancellable))
      return GST_FLOW_FLUSHING;
    flow = finishing ? step_finish (self) : steps[self->state](self);
  }
  return flow;
}

/* --- life --- */

IsrReceiver *
isr_receiver_new (GstBaseSrc *owner, const IsrReceiverSettings *settings, IsrReceiverStats *stats)
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
  return self;
}

void
isr_receiver_free (IsrReceiver *self)
{
  tell (self, "stopped", ISR_STREAM_STOPPED, "stopped on request", 0);
  isr_reached_clear (&self->reached);
  isr_receiver_settings_clear (&self->settings);
  isr_outlet_free (self->outlet);
  isr_icy_free (self->icy);
  isr_rejoin_free (self->rejoin);
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
