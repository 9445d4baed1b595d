/* SPDX-License-Identifier: MIT */
/* receiver-body.c - what a connection brings: titles are taken out, what was passed on
 * before is swallowed, the rest goes into the outlet. */
#include "plugins/http/receiver-private.h"

#include "plugins/format/block.h"
#include "plugins/http/audiotype.h"
#include "plugins/messages.h"

#define BLOCK (42 * 1024)               /* what wakes us, of nearly all streams, and the packet that did */
#define RECOVERED (10 * G_USEC_PER_SEC) /* of audio: the failures are forgotten; a file is fetched in less, and not for ever */

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

static void pass_on (IsrReceiver *self, GBytes *bytes, IsrJoin join);

/* Since the last byte that was passed on, be it by another one. */
static gint64
get_elapsed_us (IsrReceiver *self)
{
  gint64 last = isr_outlet_get_last (self->outlet);

  return last ? g_get_monotonic_time () - last : MAX (isr_history_get_age (&self->history), 0);
}

static gint64
get_elapsed_bytes (IsrReceiver *self)
{
  return get_elapsed_us (self) * self->pace.rate / G_USEC_PER_SEC;
}

void
isr_receiver_decide (IsrReceiver *self)
{
  IsrJoin join;
  GBytes *bytes = isr_rejoin_decide (self->rejoin, get_elapsed_bytes (self), &join);

  pass_on (self, bytes, join);
}

void
isr_receiver_lose (IsrReceiver *self, const char *cause, IsrTrouble *trouble)
{
  isr_receiver_decide (self);
  self->cause = cause;
  if (g_str_equal (cause, ISR_GAP_STALLED))
    isr_outlet_send_pause (self->outlet, self->cause); /* nothing has come for long: the open file is complete */
  isr_receiver_fail (self, trouble);
}

/* --- receiving --- */

typedef struct {
  const char *reason, *words;
} Joined;

static const Joined *
get_joined (IsrJoin join, gboolean resuming)
{
  static const Joined again[] = {
    [ISR_JOIN_EXACT] = { ISR_STREAM_REJOINED, "connected again; joined at the exact byte, nothing is missing" },
    [ISR_JOIN_APPROXIMATE] = { ISR_STREAM_APPROXIMATE, "connected again; what was sent repeats itself (silence), joined by the clock" },
    [ISR_JOIN_GAP] = { ISR_STREAM_GAP, "connected again; what was sent meanwhile is missing" },
  };
  static const Joined resumed[] = {
    [ISR_JOIN_EXACT] = { ISR_STREAM_REJOINED, "connected; goes on at the exact byte where the run before ended, nothing is missing" },
    [ISR_JOIN_APPROXIMATE] = { ISR_STREAM_APPROXIMATE, "connected; what was sent repeats itself (silence), joined by the clock to the run before" },
    [ISR_JOIN_GAP] = { ISR_STREAM_NOT_CONTINUED, "connected; what came does not continue the run before" },
  };

  return resuming ? &resumed[join] : &again[join];
}

/* @ended_us: how long ago the run before ended; -1: there was none, or nobody knows. */
static void
tell_joined (IsrReceiver *self, IsrJoin join, gboolean resuming, gint64 ended_us)
{
  const Joined *joined = get_joined (join, resuming);
  g_autofree char *ended = join == ISR_JOIN_GAP && ended_us >= 0 ? g_strdup_printf (", which ended %.3g s ago: the server sends too little of what was before, or something else", ended_us / 1e6) : NULL;
  g_autofree char *detail = g_strdup_printf ("%s: %s%s", self->reached.where, joined->words, ended ? ended : "");

  if (join != ISR_JOIN_GAP)
    isr_outlet_count (self->outlet, join == ISR_JOIN_EXACT ? &self->stats->rejoined : &self->stats->approximate);
  isr_outlet_count (self->outlet, &self->stats->connections);
  self->state = STATE_STREAM;
  isr_receiver_tell (self, "streaming", joined->reason, detail, 0);
}

/* Downstream begins with bytes out of the middle. */
static void
send_lead (IsrReceiver *self)
{
  guint known = 0;
  g_autoptr (GBytes) lead = isr_rejoin_take_lead (self->rejoin, &known);

  if (lead)
    isr_outlet_send_resume (self->outlet, lead, known, g_get_real_time () - get_elapsed_us (self));
}

/* --- titles ---
 *
 * A burst has those of before in it. Of what is swallowed only the one that is in force at its end
 * counts; those of what is passed on have their place in it. */

typedef struct {
  char *title;
  guint64 at; /* bytes of audio before it, of this connection */
} HeldTitle;

static void
held_title_free (gpointer data)
{
  HeldTitle *self = data;

  g_free (self->title);
  g_free (self);
}

void
isr_receiver_begin_body (IsrReceiver *self)
{
  g_queue_clear_full (&self->titles, held_title_free);
  self->brought = 0;
}

static void
take_title (IsrReceiver *self, const char *title)
{
  HeldTitle *held;

  if (!isr_rejoin_is_holding (self->rejoin)) {
    g_queue_clear_full (&self->titles, held_title_free);
    isr_outlet_send_title (self->outlet, title);
    return;
  }
  held = g_new (HeldTitle, 1);
  *held = (HeldTitle){ g_strdup (title), self->brought };
  g_queue_push_tail (&self->titles, held);
}

/* The last one at or before @at, if there is any; those before it are history. */
static void
send_title_at (IsrReceiver *self, guint64 at)
{
  HeldTitle *last = NULL, *next;

  while ((next = g_queue_peek_head (&self->titles)) && next->at <= at) {
    g_clear_pointer (&last, held_title_free);
    last = g_queue_pop_head (&self->titles);
  }
  if (last)
    isr_outlet_send_title (self->outlet, last->title);
  g_clear_pointer (&last, held_title_free);
}

/* @bytes are the last that this connection brought. */
static void
send_audio (IsrReceiver *self, GBytes *bytes, gboolean discont)
{
  gint64 age = g_get_monotonic_time () - self->arrived;
  gsize size = g_bytes_get_size (bytes), done = 0;
  guint64 begin = self->brought - MIN (self->brought, size);

  send_title_at (self, begin);
  while (done < size) {
    const HeldTitle *next = g_queue_peek_head (&self->titles);
    gsize n = next ? (gsize) MIN (size - done, next->at - begin - done) : size - done;
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, done, n);

    isr_outlet_send_audio (self->outlet, part, discont && done == 0, age);
    done += n;
    send_title_at (self, begin + done);
  }
}

/* Takes @bytes. */
static void
pass_on (IsrReceiver *self, GBytes *bytes, IsrJoin join)
{
  gboolean resuming = self->history.past != NULL;
  gint64 ended_us = resuming && join == ISR_JOIN_GAP ? isr_history_get_age (&self->history) : -1;

  if (join == ISR_JOIN_GAP)
    isr_outlet_send_gap (self->outlet, self->cause);
  self->joined = self->joined || join == ISR_JOIN_EXACT || join == ISR_JOIN_APPROXIMATE;
  if (bytes && self->joined)
    self->failures = 0; /* a live server: the sooner we are back, the more of a hole its burst covers */
  if (bytes && resuming)
    send_lead (self);
  if (bytes && !resuming)
    gst_clear_structure (&self->given); /* one takes in nothing before all that was there is taken */
  if (bytes) {
    send_audio (self, bytes, join == ISR_JOIN_GAP);
    isr_history_clear (&self->history);
    g_bytes_unref (bytes);
  }
  if (join != ISR_JOIN_UNDECIDED)
    tell_joined (self, join, resuming, ended_us);
}

static void
take_audio (IsrReceiver *self, GBytes *audio)
{
  IsrJoin join;
  GBytes *bytes;

  self->brought += g_bytes_get_size (audio);
  bytes = isr_rejoin_take (self->rejoin, audio, get_elapsed_bytes (self), &join);

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
      take_title (self, metadata.title);
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
    isr_receiver_fail (self, isr_trouble_new (ISR_STREAM_NOT_AUDIO, "%s sends a web page (HTML), no audio: use the address of the stream itself, not that of the page it is played on", self->reached.where));
    return FALSE;
  }
  self->flowing_since = g_get_monotonic_time ();
  if (self->state == STATE_STREAM) {
    g_autofree char *detail = g_strdup_printf ("%s: connected, %s", self->reached.where, self->reached.mime ? self->reached.mime : "of a type that is not told");

    isr_outlet_count (self->outlet, &self->stats->connections);
    isr_receiver_tell (self, "streaming", ISR_STREAM_CONNECTED, detail, 0);
  }
  return TRUE;
}

/* When the last byte of @body came. Where the low watermark woke us, that is now; the kernel
 * need not be asked. */
static gint64
get_arrival (IsrReceiver *self, GBytes *body, gint64 now)
{
  gboolean woken = self->stats->low_watermark && g_bytes_get_size (body) >= self->stats->low_watermark && now - self->arrived < isr_receiver_get_longest_wait (self);

  return woken ? now : now - isr_http_connection_get_age (self->reached.connection);
}

static void
take_block (IsrReceiver *self, GBytes *body)
{
  gint64 now = g_get_monotonic_time ();

  self->arrived = get_arrival (self, body, now);
  if (!self->flowing_since && !begin_flow (self, body))
    return;
  take_body (self, body);
  if (self->failures && now - self->flowing_since >= RECOVERED)
    self->failures = 0;
  if (isr_pace_take (&self->pace, g_bytes_get_size (body), now, self->settings.stall))
    set_low_watermark (self);
  update_stats (self);
}

void
isr_receiver_end_body (IsrReceiver *self, const GError *error)
{
  g_autofree char *words = error ? g_strdup_printf ("the connection broke (%s)", error->message) : g_strdup ("the server ended the stream");

  isr_receiver_lose (self, ISR_GAP_DISCONNECTED, isr_trouble_new (ISR_STREAM_DROPPED, "%s: %s", self->reached.where, words));
}

/* What is there, a block at most; NULL: nothing, and *@error tells why, unless the body has ended. */
static GBytes *
read_block (IsrReceiver *self, GError **error)
{
  guint8 *block = isr_block_new (); /* not kept: few of many streams receive at one time */
  g_autoptr (GError) local = NULL;
  gsize size = 0, room = BLOCK;
  gssize n = 0;

  self->dry = FALSE;
  while (!self->dry && room > 0 && (n = isr_http_connection_read (self->reached.connection, block + size, room, &local)) > 0) {
    self->dry = (gsize) n < room && isr_http_connection_is_plain (self->reached.connection);
    size += (gsize) n;
    room -= (gsize) n;
  }
  self->dry |= g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  if (size > 0) /* an end or an error comes again at the next read */
    return isr_block_to_bytes (block, size);
  isr_block_free (block);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

gboolean
isr_receiver_read (IsrReceiver *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = read_block (self, &error);

  if (body)
    take_block (self, body);
  else if (!self->dry)
    isr_receiver_end_body (self, error);
  return body || !self->dry;
}
