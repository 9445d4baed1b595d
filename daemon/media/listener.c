/* SPDX-License-Identifier: MIT */
/* listener.c - the endless stream of one who listens: a file's writer, whose bytes go out
 * as they come and whose totals nobody hears. */
#include "daemon/media/live-private.h"

#define BURST_SECONDS 4

#define OF_OUTPUT(p) ((IsrListener *) (void *) ((char *) (p) -G_STRUCT_OFFSET (IsrListener, output)))

static void
take_bytes (IsrOutput *output, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_byte_array_append (OF_OUTPUT (output)->out, data, (guint) size);
}

/* What is gone is gone: totals and tables are for files. */
static void
pass_over_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
}

static void
pass_over_truncate (IsrOutput *output, guint64 size)
{
}

void
isr_listener_send (IsrListener *self)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!self->out->len)
    return;
  bytes = g_byte_array_free_to_bytes (self->out);
  self->out = g_byte_array_new ();
  self->klass->bytes (self->data, bytes);
}

IsrUnpacker *
isr_station_get_unpacker (IsrStation *self)
{
  return self->encode ? self->encoded : self->tail->unpacker;
}

static const char *
get_type (IsrStation *station)
{
  switch (isr_unpacker_get_codec (isr_station_get_unpacker (station))) {
    case ISR_CODEC_MPEG:
      return "audio/mpeg";
    case ISR_CODEC_AAC:
      return "audio/aac";
    case ISR_CODEC_FLAC:
      return "audio/flac";
    default:
      return "audio/ogg";
  }
}

/* Headers, and the burst: the older half of the ring is for the decoder. */
void
isr_listener_begin (IsrListener *self)
{
  IsrStation *station = self->station;
  IsrUnpacker *like = isr_station_get_unpacker (station);
  guint64 burst = (guint64) BURST_SECONDS * isr_unpacker_get_rate (like);
  guint64 left = station->ring_samples;

  self->info = (IsrFileInfo){ .source = station->source, .software = "isr " ISR_VERSION, .start_us = g_get_real_time () };
  self->relay = isr_relay_new (like, TRUE, &self->output, &self->info);
  self->klass->begin (self->data, get_type (station));
  for (GList *item = station->ring.head; item; item = item->next) {
    const IsrUnpacked *packet = item->data;

    if (left > burst)
      isr_relay_remember (self->relay, packet);
    else
      isr_relay_write (self->relay, packet);
    left -= packet->samples;
  }
  isr_relay_flush (self->relay);
  isr_listener_send (self);
}

IsrListener *
isr_listener_new (IsrStation *station, const IsrListenerClass *klass, gpointer data)
{
  IsrListener *self = g_new0 (IsrListener, 1);

  self->station = station;
  self->klass = klass;
  self->data = data;
  self->output = (IsrOutput){ take_bytes, pass_over_patch, pass_over_truncate };
  self->out = g_byte_array_new ();
  g_ptr_array_add (station->listeners, self);
  if (station->ring.length)
    isr_listener_begin (self);
  return self;
}

void
isr_listener_free (IsrListener *self)
{
  IsrStation *station = self->station;

  if (station)
    g_ptr_array_remove_fast (station->listeners, self);
  g_clear_pointer (&self->relay, isr_relay_free);
  g_byte_array_unref (self->out);
  g_free (self);
  if (station && !station->listeners->len && !station->ending && station->live)
    g_hash_table_remove (station->live->stations, station->source);
}
