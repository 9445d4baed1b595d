/* SPDX-License-Identifier: MIT */
/* live.c - stations and who listens to them.
 *
 *   tail -> packets ----------------------------> ring -> relay of each listener -> bytes
 *        `-> encoder -> tape -> packets (Opus) --'
 *
 * A timer looks for what is new four times a second. */
#define G_LOG_DOMAIN "isr-live"

#include "daemon/core/log.h"
#include "daemon/media/live-private.h"
#include "daemon/media/media-error.h"
#include "daemon/media/workers.h"

#define LOOK_MS 250
#define LEAD_SECONDS 6 /* what is read of the file when a station begins: some is only for the decoder */

/* --- stations -------------------------------------------------------------------------------- */

static void
unpacked_free (gpointer data)
{
  isr_unpacked_clear (data);
  g_free (data);
}

static void
station_free (IsrStation *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->encoded, isr_unpacker_free);
  g_clear_pointer (&self->encoder, isr_encoder_free);
  g_clear_pointer (&self->tail, isr_tail_free);
  isr_tape_clear (&self->tape);
  g_queue_clear_full (&self->ring, unpacked_free);
  g_ptr_array_unref (self->listeners);
  g_free (self->source);
  g_free (self);
}

/* Out of the table: at once, or when its opening has come back. */
static void
station_drop (gpointer data)
{
  IsrStation *self = data;

  self->live = NULL;
  if (self->tail || self->ending)
    station_free (self);
}

static void
end (IsrStation *self, const GError *error)
{
  g_autoptr (GPtrArray) listeners = g_ptr_array_copy (self->listeners, NULL, NULL);

  g_ptr_array_set_free_func (listeners, NULL);
  self->ending = TRUE;
  for (guint i = 0; i < listeners->len; i++) {
    IsrListener *listener = listeners->pdata[i];
    IsrFileTotals totals;

    if (listener->relay) {
      isr_relay_close (listener->relay, &totals);
      isr_listener_send (listener);
    }
    listener->klass->end (listener->data, error);
  }
  for (guint i = 0; i < self->listeners->len; i++)
    ((IsrListener *) self->listeners->pdata[i])->station = NULL;
  if (self->live)
    g_hash_table_remove (self->live->stations, self->source);
  else
    station_free (self);
}

/* One packet that everybody hears. */
static void
put_on_air (IsrStation *self, const IsrUnpacked *packet)
{
  IsrUnpacked *kept = g_new (IsrUnpacked, 1);
  guint64 room = (guint64) LEAD_SECONDS * isr_unpacker_get_rate (isr_station_get_unpacker (self));

  *kept = (IsrUnpacked){ g_bytes_ref (packet->bytes), MAX (packet->position, 0), packet->samples, 0 };
  g_queue_push_tail (&self->ring, kept);
  self->ring_samples += kept->samples;
  while (self->ring_samples > room && self->ring.length > 1) {
    IsrUnpacked *oldest = g_queue_pop_head (&self->ring);

    self->ring_samples -= oldest->samples;
    unpacked_free (oldest);
  }
  for (guint i = 0; i < self->listeners->len; i++) {
    IsrListener *listener = self->listeners->pdata[i];

    if (listener->relay)
      isr_relay_write (listener->relay, kept);
  }
  self->heard_us = g_get_monotonic_time ();
}

static gboolean
begin_encoder (IsrStation *self, GError **error)
{
  GBytes *header = self->tail->unpacker ? isr_unpacker_get_header (self->tail->unpacker) : NULL;

  self->encoder = isr_encoder_new (&self->tail->pcm, header, error);
  return self->encoder != NULL;
}

/* What the encoder has made becomes packets. */
static void
take_encoded (IsrStation *self)
{
  IsrUnpacked packet;

  if (!self->encoded && self->tape.input.size)
    self->encoded = isr_unpacker_new (&self->tape.input, NULL);
  while (self->encoded && isr_unpacker_next (self->encoded, &packet)) {
    put_on_air (self, &packet);
    isr_unpacked_clear (&packet);
  }
}

static void
take_packets (IsrStation *self)
{
  IsrUnpacked packet;

  while (isr_tail_next (self->tail, &packet)) {
    if (self->encoder)
      isr_encoder_push (self->encoder, packet.bytes, packet.samples);
    else if (packet.position + (gint64) packet.samples > 0) /* else it stood in the file before, too */
      put_on_air (self, &packet);
    isr_unpacked_clear (&packet);
  }
}

/* Can what listens go on with the file of @next? */
static gboolean
goes_on (IsrStation *self, IsrTail *next)
{
  const IsrPcm *a = &self->tail->pcm, *b = &next->pcm;

  if (self->encode)
    return a->format == b->format && a->rate == b->rate && a->channels == b->channels && !self->tail->unpacker == !next->unpacker;
  for (guint i = 0; i < self->listeners->len; i++) {
    IsrListener *listener = self->listeners->pdata[i];

    if (listener->relay && next->unpacker && !isr_relay_accepts (listener->relay, next->unpacker))
      return FALSE;
  }
  return next->unpacker != NULL;
}

/* FALSE: the station has ended. */
static gboolean
turn (IsrStation *self)
{
  IsrTail *next = isr_tail_turn (self->tail, self->live->catalog);

  if (!next)
    return TRUE;
  if (!goes_on (self, next)) {
    isr_tail_free (next);
    end (self, NULL);
    return FALSE;
  }
  isr_tail_free (self->tail);
  self->tail = next;
  take_packets (self);
  return TRUE;
}

static void
send_all (IsrStation *self)
{
  g_autoptr (GPtrArray) listeners = g_ptr_array_copy (self->listeners, NULL, NULL);

  g_ptr_array_set_free_func (listeners, NULL);
  for (guint i = 0; i < listeners->len; i++) {
    IsrListener *listener = listeners->pdata[i];

    if (!listener->relay && self->ring.length)
      isr_listener_begin (listener);
    else if (listener->relay) {
      isr_relay_flush (listener->relay);
      isr_listener_send (listener);
    }
  }
}

/* Nothing of it is recorded, nor tried to be. */
static gboolean
has_stopped (IsrStation *self)
{
  g_autoptr (GPtrArray) states = isr_control_states (self->live->control);

  for (guint i = 0; i < states->len; i++) {
    const IsrSourceState *state = states->pdata[i];

    if (g_str_equal (state->name, self->source))
      return state->state == ISR_STATE_STOPPED || state->state == ISR_STATE_FAILED || state->state == ISR_STATE_IDLE;
  }
  return TRUE;
}

static gboolean
is_over (IsrStation *self)
{
  gint64 silent_us = g_get_monotonic_time () - self->heard_us;

  return silent_us > ISR_LIVE_PATIENCE * G_TIME_SPAN_SECOND || (silent_us > 2 * G_TIME_SPAN_SECOND && self->tail->finished && has_stopped (self));
}

/* FALSE: the station has ended. What was encoded before it failed is heard, and who heard
 * nothing is told why; the next one who listens begins another station. */
static gboolean
encode (IsrStation *self)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = isr_encoder_pull (self->encoder, &self->tape, &error);

  take_encoded (self);
  if (ok)
    return TRUE;
  isr_log_warning (self->source, "%s", error->message);
  send_all (self);
  end (self, error);
  return FALSE;
}

static gboolean
look (gpointer data)
{
  IsrStation *self = data;

  take_packets (self);
  if (!turn (self) || (self->encoder && !encode (self)))
    return G_SOURCE_REMOVE;
  if (is_over (self)) {
    end (self, NULL);
    return G_SOURCE_REMOVE;
  }
  send_all (self);
  return G_SOURCE_CONTINUE;
}

/* --- opening ------------------------------------------------------------------------------------ */

typedef struct {
  IsrRecording *recording;
  char *directory;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  isr_recording_free (self->recording);
  g_free (self->directory);
  g_free (self);
}

static void
open_tail (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Opening *self = data;
  IsrTail *tail = isr_tail_new (self->recording, self->directory, LEAD_SECONDS);

  if (tail)
    g_task_return_pointer (task, tail, (GDestroyNotify) isr_tail_free);
  else
    g_task_return_new_error (task, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NOT_YET, "nothing of this source is on disk yet: ask again in a moment");
}

static void
on_open (GObject *object, GAsyncResult *result, gpointer data)
{
  IsrStation *self = data;
  g_autoptr (GError) error = NULL;

  self->tail = g_task_propagate_pointer (G_TASK (result), &error);
  if (!self->live) {
    station_free (self);
    return;
  }
  if (self->tail && !self->tail->unpacker)
    self->encode = TRUE;
  if (!self->tail || (self->encode && !begin_encoder (self, &error))) {
    end (self, error);
    return;
  }
  self->heard_us = g_get_monotonic_time ();
  self->timer = g_timeout_add (LOOK_MS, look, self);
}

/* FALSE: the catalog does not say. */
static gboolean
find_current (IsrLive *self, const char *source, IsrRecording **current, gboolean *known, GError **error)
{
  IsrCatalogQuery query = { .source = source, .limit = 1 };
  g_autoptr (GPtrArray) newest = isr_catalog_list (self->catalog, &query, NULL, error);
  g_autoptr (GPtrArray) states = newest ? isr_control_states (self->control) : NULL;
  const IsrRecording *recording = newest && newest->len ? newest->pdata[0] : NULL;

  *current = recording && recording->recording ? isr_recording_copy (recording) : NULL;
  *known = recording != NULL;
  for (guint i = 0; states && i < states->len; i++)
    *known |= g_str_equal (((IsrSourceState *) states->pdata[i])->name, source);
  return newest != NULL;
}

static IsrStation *
station_new (IsrLive *live, const char *source, gboolean encode, IsrRecording *recording)
{
  IsrStation *self = g_new0 (IsrStation, 1);
  Opening *opening = g_new (Opening, 1);
  GTask *task = g_task_new (NULL, NULL, on_open, self);

  self->live = live;
  self->source = g_strdup (source);
  self->encode = encode;
  self->listeners = g_ptr_array_new ();
  isr_tape_init (&self->tape);
  g_queue_init (&self->ring);
  g_hash_table_insert (live->stations, self->source, self);
  *opening = (Opening){ recording, g_strdup (isr_catalog_get_output_directory (live->catalog)) };
  g_task_set_task_data (task, opening, opening_free);
  isr_workers_run (task, open_tail);
  return self;
}

IsrListener *
isr_live_listen (IsrLive *self, const char *source, gboolean encode, const IsrListenerClass *klass, gpointer data, GError **error)
{
  IsrStation *station = g_hash_table_lookup (self->stations, source);

  if (!station) {
    IsrRecording *recording;
    gboolean known;

    if (!find_current (self, source, &recording, &known, error))
      return NULL;
    if (!known) {
      g_set_error_literal (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NOT_FOUND, "there is no such source");
      return NULL;
    }
    if (!recording) {
      g_set_error_literal (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NOT_YET, "this source is not being recorded now: start it, or listen to its recordings");
      return NULL;
    }
    station = station_new (self, source, encode, recording);
  }
  return isr_listener_new (station, klass, data);
}

IsrLive *
isr_live_new (IsrCatalog *catalog, const IsrControl *control)
{
  IsrLive *self = g_new0 (IsrLive, 1);

  self->catalog = g_object_ref (catalog);
  self->control = control;
  self->stations = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, station_drop);
  return self;
}

void
isr_live_free (IsrLive *self)
{
  GHashTableIter iter;
  IsrStation *station;

  g_hash_table_iter_init (&iter, self->stations);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &station))
    for (guint i = 0; i < station->listeners->len; i++)
      ((IsrListener *) station->listeners->pdata[i])->station = NULL;
  g_hash_table_unref (self->stations);
  g_object_unref (self->catalog);
  g_free (self);
}
