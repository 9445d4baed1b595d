/* SPDX-License-Identifier: MIT */
/* sequel.c - packets become numbers, the same for equal ones; then it is a matter of two rows of
 * numbers. */
#include "plugins/http/sequel.h"

#include "plugins/format/ogg-trace.h"
#include "plugins/http/overlap.h"

#define MOST_RECORDED 4096   /* packets: of the shortest ones 10 s */
#define MOST_SENT 65536      /* ... */
#define NO_AUDIO (64 * 1024) /* bytes in which a packet should have ended */

struct _IsrSequel {
  IsrOggTrace *trace;
  GHashTable *ids;          /* GBytes -> number */
  GArray *recorded, *burst; /* IsrOverlapPacket */
  guint rate;               /* bytes per second; 0: not known */
  gsize tried;              /* size of the burst at the last look */
  /* joined: */
  guint known;
  gsize lead, from; /* offsets in the burst: of the head, and of what goes on */
};

/* Takes @bytes. */
static void
add (IsrSequel *self, GArray *packets, GBytes *bytes, gint64 length_us)
{
  IsrOverlapPacket packet = { g_hash_table_size (self->ids), (guint32) g_bytes_get_size (bytes), length_us };
  gpointer id;

  if (g_hash_table_lookup_extended (self->ids, bytes, NULL, &id)) {
    packet.id = GPOINTER_TO_UINT (id);
    g_bytes_unref (bytes);
  } else {
    g_hash_table_insert (self->ids, bytes, GUINT_TO_POINTER (packet.id));
  }
  g_array_append_val (packets, packet);
}

IsrSequel *
isr_sequel_new (const IsrPast *past)
{
  IsrOggTrace *trace = past->packets && past->packets->len ? isr_ogg_trace_new (past->heads) : NULL;
  IsrSequel *self;

  if (!trace)
    return NULL;
  self = g_new0 (IsrSequel, 1);
  self->trace = trace;
  self->rate = past->rate;
  self->ids = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  self->recorded = g_array_new (FALSE, FALSE, sizeof (IsrOverlapPacket));
  self->burst = g_array_new (FALSE, FALSE, sizeof (IsrOverlapPacket));
  for (guint i = past->packets->len - MIN (past->packets->len, MOST_RECORDED); i < past->packets->len; i++)
    add (self, self->recorded, isr_ogg_trace_shape (trace, past->packets->pdata[i]), 0);
  return self;
}

void
isr_sequel_free (IsrSequel *self)
{
  isr_ogg_trace_free (self->trace);
  g_hash_table_unref (self->ids);
  g_array_unref (self->recorded);
  g_array_unref (self->burst);
  g_free (self);
}

void
isr_sequel_begin (IsrSequel *self)
{
  isr_ogg_trace_restart (self->trace);
  g_array_set_size (self->burst, 0);
  self->tried = 0;
}

void
isr_sequel_push (IsrSequel *self, const guint8 *data, gsize size)
{
  const GArray *packets = isr_ogg_trace_get_packets (self->trace);

  isr_ogg_trace_push (self->trace, data, size);
  for (guint i = self->burst->len; i < packets->len; i++) {
    const IsrOggTraced *packet = &g_array_index (packets, IsrOggTraced, i);

    add (self, self->burst, g_bytes_ref (packet->bytes), packet->length_us);
  }
}

/* --- deciding --- */

static gint64
get_us (const IsrSequel *self, gint64 bytes)
{
  if (bytes <= ISR_REJOIN_NEVER || bytes >= G_MAXINT64 / G_USEC_PER_SEC)
    return bytes;
  return self->rate ? bytes * G_USEC_PER_SEC / self->rate : 0;
}

/* The first page on which something new ends is the first one that goes on. */
static void
part (IsrSequel *self, guint known)
{
  const GArray *packets = isr_ogg_trace_get_packets (self->trace);
  const IsrOggTraced *last = &g_array_index (packets, IsrOggTraced, known - 1);
  gboolean shared = known < packets->len && g_array_index (packets, IsrOggTraced, known).page == last->page;

  self->known = shared ? last->before + 1 : 0;
  self->lead = last->head;
  self->from = shared ? last->page : last->behind;
}

/* What is so large brings nothing that is known any more. */
static gboolean
is_too_much (const IsrSequel *self, const GByteArray *bytes)
{
  return bytes->len >= ISR_REJOIN_MAX || self->burst->len >= MOST_SENT;
}

static gboolean
is_believed (IsrSequel *self, const IsrOverlap *found, gint64 late_us)
{
  return found->behind_us <= late_us && g_array_index (isr_ogg_trace_get_packets (self->trace), IsrOggTraced, found->known - 1).alike;
}

IsrJoin
isr_sequel_look (IsrSequel *self, gint64 elapsed, gint64 late, gboolean final)
{
  const GByteArray *bytes = isr_ogg_trace_get_bytes (self->trace);
  gboolean last = is_too_much (self, bytes);
  IsrOverlap found;

  /* a look costs as much as there is: not at every packet */
  if (!final && !last && bytes->len < self->tried + self->tried / 4)
    return ISR_JOIN_UNDECIDED;
  self->tried = bytes->len;
  if (self->burst->len == 0)
    return (final && bytes->len >= NO_AUDIO) || last ? ISR_JOIN_GAP : ISR_JOIN_UNDECIDED;
  isr_overlap_find (&found, g_hash_table_size (self->ids), (const IsrOverlapPacket *) (void *) self->recorded->data, self->recorded->len,
      (const IsrOverlapPacket *) (void *) self->burst->data, self->burst->len, get_us (self, elapsed));
  if (found.kind >= ISR_OVERLAP_ONE_OF_MANY && found.known > self->burst->len && !last)
    return ISR_JOIN_UNDECIDED; /* a relay that is behind: what comes is known still */
  if (!final && !last && (found.kind != ISR_OVERLAP_SURE || found.open))
    return ISR_JOIN_UNDECIDED;
  if (found.kind == ISR_OVERLAP_NONE || found.known > self->burst->len || !is_believed (self, &found, get_us (self, late)))
    return final || last ? ISR_JOIN_GAP : ISR_JOIN_UNDECIDED;
  part (self, found.known);
  return found.kind == ISR_OVERLAP_SURE ? ISR_JOIN_EXACT : ISR_JOIN_APPROXIMATE;
}

/* --- what goes on --- */

static GBytes *
dup_bytes (IsrSequel *self, gsize from, gsize to)
{
  const GByteArray *bytes = isr_ogg_trace_get_bytes (self->trace);

  return g_bytes_new (bytes->data + from, MIN (to, bytes->len) - from);
}

GBytes *
isr_sequel_dup_lead (IsrSequel *self)
{
  return dup_bytes (self, self->lead, self->from);
}

GBytes *
isr_sequel_dup_rest (IsrSequel *self)
{
  return dup_bytes (self, self->from, G_MAXSIZE);
}

guint
isr_sequel_count_known (IsrSequel *self)
{
  return self->known;
}

const GByteArray *
isr_sequel_get_burst (IsrSequel *self)
{
  return isr_ogg_trace_get_bytes (self->trace);
}
