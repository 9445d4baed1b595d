/* SPDX-License-Identifier: MIT */
/* live.h - listening to what is being recorded.
 *
 * A source that somebody listens to has a station. It follows the file that is being
 * written, over its boundaries, and hands each packet to all who listen; each of
 * them has an endless stream of his own, which begins with headers and some
 * seconds of what just was. Raw sources are encoded to Ogg/Opus, once, and only
 * while somebody listens; the others go out in their own codec.
 *
 * Owned by the main loop. */
#pragma once

#include <gio/gio.h>

#include "daemon/archive/catalog.h"
#include "daemon/core/control.h"

G_BEGIN_DECLS

typedef struct _IsrLive IsrLive;
typedef struct _IsrListener IsrListener;

/* @type is told once, before any bytes. @bytes NULL: it is over; with @error it never
 * began. (borrowed). What is told last, the listener is gone afterwards. */
typedef struct {
  void (*begin) (gpointer data, const char *type);
  void (*bytes) (gpointer data, GBytes *bytes);
  void (*end) (gpointer data, const GError *error);
} IsrListenerClass;

/* @control tells whether a silent source will come back. */
IsrLive *isr_live_new (IsrCatalog *catalog, const IsrControl *control);
void isr_live_free (IsrLive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrLive, isr_live_free)

/* @encode: the source is raw, whatever its files are. ISR_MEDIA_ERROR, and the catalog's own. */
IsrListener *isr_live_listen (IsrLive *self, const char *source, gboolean encode, const IsrListenerClass *klass, gpointer data, GError **error);
/* Listens no more; end() is not called. */
void isr_listener_free (IsrListener *self);

/* No more than this may the source be silent, seconds, before listening ends. */
#define ISR_LIVE_PATIENCE 30

G_END_DECLS
