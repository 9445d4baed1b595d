/* SPDX-License-Identifier: MIT */
/* ogg-stream.c - Ogg in, Ogg files out: Opus, Vorbis, FLAC, Speex.
 *
 *     bytes -> IsrOggDemux -> items -> [history] current -> IsrOggWriter
 *
 * The packet handed out last is `current`: a file that is opened begins with it.
 * The history before it is the primer of that file, never longer than its codec
 * needs, and never across a hole or the beginning of a link. When it is too short
 * although audio came before it (we joined in the middle), what the decoder can
 * not reproduce is reported as the file's warm-up, but played: to skip it would
 * shift everything after it.
 *
 * Links of equal set-up follow each other within a file. Every sample that they
 * play is in it; at each seam about 100 ms at most are played in addition (the
 * trimmed end of the old link, what the new one would skip, Vorbis' overlap),
 * which isr_writer_write() counts. A cut on the seam itself adds nothing: the old
 * file ends trimmed, the new one skips what its link skips. */
#include "plugins/format/ogg-demux.h"
#include "plugins/format/ogg-writer.h"

typedef struct {
  IsrStream parent;
  IsrOggDemux *demux;
  IsrOggItem *current;     /* handed out last, or NULL */
  GQueue history;          /* IsrOggItem before it, oldest first */
  guint64 history_samples; /* their durations */
  gboolean whole;          /* history begins where the encoder began */
  guint32 files;           /* opened so far */
} OggStream;

static void
forget (OggStream *self)
{
  g_queue_clear_full (&self->history, (GDestroyNotify) isr_ogg_item_free);
  g_queue_init (&self->history);
  self->history_samples = 0;
}

/* Moves the current packet into the history, and out what is not needed any more. */
static void
retire_current (OggStream *self)
{
  guint64 needed = self->current->link->codec->primer;
  IsrOggItem *oldest;

  self->history_samples += self->current->duration;
  g_queue_push_tail (&self->history, g_steal_pointer (&self->current));
  while ((oldest = g_queue_peek_head (&self->history)) && self->history_samples - oldest->duration >= needed) {
    self->history_samples -= oldest->duration;
    self->whole = FALSE;
    isr_ogg_item_free (g_queue_pop_head (&self->history));
  }
}

static void
stream_free (IsrStream *stream)
{
  OggStream *self = (OggStream *) stream;

  forget (self);
  g_clear_pointer (&self->current, isr_ogg_item_free);
  isr_ogg_demux_free (self->demux);
  g_free (self);
}

static void
stream_push (IsrStream *stream, GBytes *bytes)
{
  isr_ogg_demux_push (((OggStream *) stream)->demux, bytes);
}

static gboolean
stream_next (IsrStream *stream, IsrPacket *packet, GError **error)
{
  OggStream *self = (OggStream *) stream;
  IsrOggItem *item = isr_ogg_demux_next (self->demux, error);

  if (!item)
    return FALSE;
  if (self->current)
    retire_current (self);
  if (item->fresh) {
    forget (self);
    self->whole = item->whole;
  }
  self->current = item;
  stream->rate = item->link->rate;
  *packet = item->packet;
  g_bytes_ref (packet->bytes);
  return TRUE;
}

static void
stream_drain (IsrStream *stream)
{
  isr_ogg_demux_drain (((OggStream *) stream)->demux);
}

static void
stream_discont (IsrStream *stream)
{
  isr_ogg_demux_discont (((OggStream *) stream)->demux);
}

static const char *
stream_get_extension (IsrStream *stream)
{
  OggStream *self = (OggStream *) stream;

  return self->current ? self->current->link->codec->extension : "ogg";
}

static const char *const *
stream_get_tags (IsrStream *stream)
{
  OggStream *self = (OggStream *) stream;

  return self->current ? (const char *const *) self->current->link->tags : NULL;
}

/* --- opening a file ----------------------------------------------------- */

/* Opus' header holds 16 bits. A source that declares nearly as much itself gets
 * its files without a primer. */
static gboolean
primer_fits (OggStream *self)
{
  return !self->current->link->codec->skip_in_header || self->history_samples + self->current->skip <= G_MAXUINT16;
}

/* An Opus file that begins where we joined has no packet before it. Without any
 * pre-skip programs call it implausible: the first packet, given twice, is the
 * better primer anyway. */
static gboolean
wants_substitute (OggStream *self)
{
  return self->current->link->codec->skip_in_header && !self->whole && self->history_samples == 0 && self->current->skip == 0;
}

static guint64
get_warm_up (OggStream *self, guint64 primed)
{
  const IsrOggLink *link = self->current->link;
  guint64 needed = (guint64) link->codec->convergence * link->rate / 1000;

  return self->whole || primed >= needed ? 0 : needed - primed;
}

static guint32
make_serial (OggStream *self, const IsrFileInfo *info)
{
  guint64 start = info->start_us;

  return (guint32) (start ^ start >> 32) * 2654435761u + self->files++;
}

/* Samples that a decoder gives for the primer alone: the first packet of codecs
 * that overlap gives none. */
static IsrWriter *
stream_open (IsrStream *stream, IsrOutput *output, const IsrFileInfo *info)
{
  OggStream *self = (OggStream *) stream;
  g_autoptr (GPtrArray) primer = g_ptr_array_new ();
  IsrOggStart start = { .primer = primer };

  g_return_val_if_fail (self->current, NULL);

  start.link = self->current->link;
  start.skip = self->current->skip;
  start.serial = make_serial (self, info);
  if (primer_fits (self)) {
    for (GList *l = self->history.head; l; l = l->next)
      g_ptr_array_add (primer, ((IsrOggItem *) l->data)->packet.bytes);
    start.primer_length = start.link->codec->overlaps ? 0 : self->history_samples;
  }
  start.warm_up = get_warm_up (self, start.primer_length);
  if (wants_substitute (self)) {
    g_ptr_array_add (primer, self->current->packet.bytes);
    start.primer_length = self->current->duration;
  }
  return isr_ogg_writer_new (&start, output, info);
}

static IsrStream *stream_new_alike (IsrStream *stream);

static const IsrStreamClass stream_class = {
  .free = stream_free,
  .push = stream_push,
  .next = stream_next,
  .new_alike = stream_new_alike,
  .drain = stream_drain,
  .discont = stream_discont,
  .get_extension = stream_get_extension,
  .get_tags = stream_get_tags,
  .open = stream_open,
};

/* Takes @demux. */
static IsrStream *
make_stream (IsrOggDemux *demux)
{
  OggStream *self = g_new0 (OggStream, 1);

  self->parent.klass = &stream_class;
  self->demux = demux;
  g_queue_init (&self->history);
  return &self->parent;
}

static IsrStream *
stream_new_alike (IsrStream *stream)
{
  return make_stream (isr_ogg_demux_new_alike (((OggStream *) stream)->demux));
}

IsrStream *
isr_stream_new_ogg (void)
{
  return make_stream (isr_ogg_demux_new ());
}
