/* SPDX-License-Identifier: MIT */
/* live-private.h - a station and those who listen to it. For live.c and listener.c. */
#pragma once

#include "daemon/media/encoder.h"
#include "daemon/media/live.h"
#include "daemon/media/tail.h"
#include "daemon/media/tape.h"

G_BEGIN_DECLS

typedef struct {
  IsrLive *live; /* NULL: nobody wants it any more */
  char *source;
  gboolean encode;
  IsrTail *tail; /* NULL: being opened */
  IsrEncoder *encoder;
  IsrTape tape;
  IsrUnpacker *encoded; /* of the tape; NULL: too little is on it */
  GQueue ring;          /* IsrUnpacked: the last seconds */
  guint64 ring_samples;
  GPtrArray *listeners; /* IsrListener, borrowed */
  guint timer;
  gint64 heard_us; /* monotonic: when there was something new */
  gboolean ending;
} IsrStation;

struct _IsrLive {
  IsrCatalog *catalog;
  const IsrControl *control;
  GHashTable *stations; /* source -> IsrStation */
};

struct _IsrListener {
  IsrStation *station;
  const IsrListenerClass *klass;
  gpointer data;
  IsrOutput output;
  GByteArray *out; /* what the relay made since it was sent last */
  IsrFileInfo info;
  IsrRelay *relay; /* NULL: nothing was heard yet */
};

/* What they hear is packets of this. NULL: nothing was encoded yet. */
IsrUnpacker *isr_station_get_unpacker (IsrStation *self);

/* A listener of @station; its stream begins at once where there is something to hear. */
IsrListener *isr_listener_new (IsrStation *station, const IsrListenerClass *klass, gpointer data);
/* The stream: headers, and what just was. */
void isr_listener_begin (IsrListener *self);
/* Hands on what was made since. */
void isr_listener_send (IsrListener *self);

G_END_DECLS
