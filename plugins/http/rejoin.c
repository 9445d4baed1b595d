/* SPDX-License-Identifier: MIT */
/* rejoin.c - a machine of three states.
 *
 *   THROUGH   bytes are passed on and remembered
 *   GATHER    a new connection: its burst is held until it is clear where it belongs
 *   FOLLOW    it lies wholly in what was passed on: swallowed for as long as it is
 *             equal, byte by byte, up to the end of the history
 *
 * The history is straight from the beginning of a connection until it is joined. */
#include "plugins/http/rejoin.h"

#include "plugins/http/lead.h"
#include "plugins/http/match.h"
#include "plugins/http/prologue.h"
#include "plugins/http/ring.h"
#include "plugins/http/sequel.h"

#include <string.h>

#define OGG_OVERLAP 27    /* a page header */
#define SHORT_OVERLAP 256 /* where it lies as the clock says, and approximate all the same */

typedef enum {
  REJOIN_THROUGH,
  REJOIN_GATHER,
  REJOIN_FOLLOW,
} State;

struct _IsrRejoin {
  State state;
  IsrPrologue *prologue;
  IsrRing history;
  gint64 late; /* of a new connection: bytes that an overlap may lie behind the clock */

  GByteArray *burst; /* GATHER: what came, heads included */
  gsize tried;       /* GATHER: size of the burst at the last look */
  gsize wanted;      /* GATHER: size at which the one overlap found so far is complete; 0: not known */
  gsize follow;      /* FOLLOW: what comes next is here in the history */
  gboolean exact;    /* FOLLOW: it fits nowhere else */
  gboolean fresh;    /* the history is what another one passed on: downstream has got nothing */
  IsrSequel *sequel; /* fresh: of that only packets are known; or NULL */
  GBytes *lead;      /* for downstream, before the next bytes */
  guint known;       /* packets that end behind it, and are not new */
  GBytes *head;      /* fresh: what was swallowed at the begin of this connection, or NULL */
  IsrRejoinStats stats;
};

IsrRejoin *
isr_rejoin_new (void)
{
  IsrRejoin *self = g_new0 (IsrRejoin, 1);

  self->prologue = isr_prologue_new ();
  isr_ring_init (&self->history, ISR_REJOIN_HISTORY);
  self->burst = g_byte_array_new ();
  return self;
}

void
isr_rejoin_free (IsrRejoin *self)
{
  isr_prologue_free (self->prologue);
  isr_ring_clear (&self->history);
  g_byte_array_unref (self->burst);
  g_clear_pointer (&self->sequel, isr_sequel_free);
  g_clear_pointer (&self->lead, g_bytes_unref);
  g_clear_pointer (&self->head, g_bytes_unref);
  g_free (self);
}

void
isr_rejoin_note_burst (IsrRejoin *self, gsize bytes)
{
  self->history.keep = CLAMP (2 * bytes, self->history.keep, ISR_REJOIN_MAX);
}

void
isr_rejoin_begin (IsrRejoin *self)
{
  g_byte_array_set_size (self->burst, 0);
  self->tried = self->wanted = 0;
  self->late = G_MAXINT64;
  isr_ring_straighten (&self->history);
  if (self->sequel)
    isr_sequel_begin (self->sequel);
  self->state = self->history.size || self->sequel ? REJOIN_GATHER : REJOIN_THROUGH;
}

void
isr_rejoin_doubt (IsrRejoin *self, gint64 late)
{
  self->late = late;
}

void
isr_rejoin_forget (IsrRejoin *self)
{
  isr_ring_forget (&self->history);
  isr_prologue_free (self->prologue);
  self->prologue = isr_prologue_new ();
  self->fresh = FALSE;
  g_clear_pointer (&self->head, g_bytes_unref);
  g_clear_pointer (&self->sequel, isr_sequel_free);
  isr_rejoin_begin (self);
}

/* --- from one to another --- */

void
isr_rejoin_resume (IsrRejoin *self, const IsrPast *past)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (past->bytes, &size);

  self->sequel = isr_sequel_new (past);
  self->fresh = self->sequel != NULL;
  if (size == 0)
    return;
  isr_rejoin_note_burst (self, size / 2); /* all of it is kept */
  isr_ring_append (&self->history, data, size);
  isr_prologue_resume (self->prologue, past);
  self->fresh = TRUE;
}

gboolean
isr_rejoin_is_resuming (const IsrRejoin *self)
{
  return self->fresh;
}

GBytes *
isr_rejoin_take_lead (IsrRejoin *self, guint *known)
{
  *known = self->known;
  self->known = 0;
  return g_steal_pointer (&self->lead);
}

IsrPast *
isr_rejoin_get_past (IsrRejoin *self, gsize without)
{
  if (self->history.size <= without)
    return NULL;
  isr_ring_straighten (&self->history);
  return isr_past_new (g_bytes_new (self->history.data, self->history.size - without), isr_prologue_dup_heads (self->prologue));
}

gboolean
isr_rejoin_is_gathering (IsrRejoin *self)
{
  return self->state == REJOIN_GATHER;
}

gboolean
isr_rejoin_is_holding (IsrRejoin *self)
{
  return self->state != REJOIN_THROUGH;
}

IsrRejoinStats
isr_rejoin_get_stats (IsrRejoin *self)
{
  return self->stats;
}

/* --- passing on --- */

static void
remember (IsrRejoin *self, const guint8 *data, gsize size)
{
  isr_prologue_learn (self->prologue, data, size);
  isr_ring_append (&self->history, data, size);
  self->stats.passed += size;
}

/* With the first new bytes behind what another one passed on. */
static void
prepare_lead (IsrRejoin *self)
{
  g_autoptr (IsrPast) past = self->fresh ? isr_rejoin_get_past (self, 0) : NULL;

  self->fresh = FALSE;
  if (past)
    self->lead = isr_lead_new (past);
}

static GBytes *
pass_on (IsrRejoin *self, const guint8 *data, gsize size)
{
  self->state = REJOIN_THROUGH;
  prepare_lead (self);
  if (size == 0)
    return NULL;
  remember (self, data, size);
  return g_bytes_new (data, size);
}

/* Who got nothing before needs the head, too. Takes @bytes. */
static GBytes *
put_head_before (IsrRejoin *self, GBytes *bytes)
{
  g_autoptr (GBytes) tail = bytes;
  g_autoptr (GBytes) head = g_steal_pointer (&self->head);
  gsize n_head, n_tail;
  const guint8 *head_data = g_bytes_get_data (head, &n_head), *tail_data = g_bytes_get_data (tail, &n_tail);
  GByteArray *both = g_byte_array_sized_new ((guint) (n_head + n_tail));

  g_byte_array_append (both, head_data, (guint) n_head);
  g_byte_array_append (both, tail_data, (guint) n_tail);
  self->stats.passed += n_head;
  return g_byte_array_free_to_bytes (both);
}

static GBytes *
pass_behind_gap (IsrRejoin *self, const guint8 *data, gsize size, IsrJoin *join)
{
  gboolean fresh = self->fresh || self->lead;
  GBytes *bytes;

  *join = ISR_JOIN_GAP;
  self->fresh = FALSE;
  g_clear_pointer (&self->lead, g_bytes_unref);
  self->known = 0;
  isr_ring_forget (&self->history);
  isr_prologue_restart (self->prologue);
  bytes = pass_on (self, data, size);
  return bytes && fresh && self->head ? put_head_before (self, bytes) : bytes;
}

/* --- following --- */

static GBytes *
follow (IsrRejoin *self, const guint8 *data, gsize size, IsrJoin *join)
{
  gsize n = MIN (size, self->history.size - self->follow);
  gsize same = 0;

  while (same < n && self->history.data[self->follow + same] == data[same])
    same++;
  self->stats.swallowed += same;
  self->follow += same;
  if (same < n)
    return pass_behind_gap (self, data + same, size - same, join);
  if (self->follow < self->history.size)
    return NULL;
  *join = self->exact ? ISR_JOIN_EXACT : ISR_JOIN_APPROXIMATE;
  return pass_on (self, data + same, size - same);
}

/* --- gathering --- */

/* The burst begins at @offset of the history. */
static GBytes *
join_at (IsrRejoin *self, gint64 offset, gboolean exact, const guint8 *data, gsize size, IsrJoin *join)
{
  gint64 skip = offset < 0 ? -offset : 0;

  self->state = REJOIN_FOLLOW;
  self->exact = exact;
  self->follow = (gsize) MAX (offset, 0);
  self->stats.swallowed += (guint64) skip;
  return follow (self, data + skip, size - (gsize) skip, join);
}

/* Less than ISR_REJOIN_OVERLAP proves nothing by itself; where nothing else fits, and at its
 * time, it is what came last. */
static gboolean
fits_in_time (const IsrRejoin *self, const IsrMatch *match, gint64 expected, gsize size)
{
  return match->candidates == 1 && !match->repeats && ABS (expected - match->offset) <= (gint64) size / 4 && expected - match->offset <= self->late;
}

/* @final: nothing more is waited for. */
static GBytes *
look (IsrRejoin *self, const guint8 *data, gsize size, gint64 elapsed, gboolean final, IsrJoin *join)
{
  gboolean ogg = size >= OGG_OVERLAP && memcmp (data, "OggS", 4) == 0;
  gint64 expected = (gint64) self->history.size + elapsed - (gint64) size;
  IsrMatch match;
  gboolean believed;

  isr_match_find (&match, self->history.data, self->history.size, data, size, ogg ? OGG_OVERLAP : ISR_REJOIN_OVERLAP, expected);
  believed = match.candidates > 0 && expected - match.offset <= self->late; /* else: may be more of the burst comes */
  self->wanted = match.candidates == 1 && match.open == 1 ? (gsize) ((gint64) self->history.size - match.offset) : 0;
  if (!final && (match.candidates != 1 || match.repeats || match.open > 0 || !believed))
    return NULL;
  if (believed)
    return join_at (self, match.offset, match.candidates == 1 && !match.repeats, data, size, join);
  if (isr_prologue_is_next (self->prologue, data, size)) {
    *join = ISR_JOIN_EXACT;
    return pass_on (self, data, size);
  }
  if (!ogg && match.candidates == 0)
    isr_match_find (&match, self->history.data, self->history.size, data, size, SHORT_OVERLAP, expected);
  if (fits_in_time (self, &match, expected, size))
    return join_at (self, match.offset, FALSE, data, size, join);
  return pass_behind_gap (self, data, size, join);
}

static GBytes *
gather (IsrRejoin *self, gint64 elapsed, gboolean final, IsrJoin *join)
{
  g_autoptr (GByteArray) burst = g_byte_array_ref (self->burst);
  gssize head = isr_prologue_measure (self->prologue, burst->data, burst->len);
  GBytes *out;

  if (head < 0 || head == (gssize) burst->len)
    return NULL; /* known, all of it: nothing is lost should the connection end here */
  self->tried = burst->len;
  g_clear_pointer (&self->head, g_bytes_unref);
  if ((self->fresh || self->lead) && head > 0)
    self->head = g_bytes_new (burst->data, (gsize) head);
  out = look (self, burst->data + head, burst->len - (gsize) head, elapsed, final, join);
  self->wanted += self->wanted ? (gsize) head : 0;
  if (self->state != REJOIN_GATHER) {
    self->stats.swallowed += (guint64) head;
    isr_rejoin_note_burst (self, burst->len);
    self->burst = (g_byte_array_unref (self->burst), g_byte_array_new ());
  }
  return out;
}

/* --- where only packets are known --- */

/* All that came counts as passed on: a connection that follows is compared with it. */
static GBytes *
pass_sequel (IsrRejoin *self, IsrSequel *sequel, gboolean joined)
{
  const GByteArray *burst = isr_sequel_get_burst (sequel);
  g_autoptr (GBytes) rest = joined ? isr_sequel_dup_rest (sequel) : g_bytes_new (burst->data, burst->len);
  gsize left_out = burst->len - g_bytes_get_size (rest);

  self->state = REJOIN_THROUGH;
  self->fresh = FALSE;
  isr_rejoin_note_burst (self, burst->len);
  remember (self, burst->data, burst->len);
  self->stats.passed -= left_out;
  self->stats.swallowed += left_out;
  return left_out < burst->len ? g_steal_pointer (&rest) : NULL;
}

static GBytes *
gather_packets (IsrRejoin *self, gint64 elapsed, gboolean final, IsrJoin *join)
{
  g_autoptr (IsrSequel) sequel = NULL;

  *join = isr_sequel_look (self->sequel, elapsed, self->late, final);
  if (*join == ISR_JOIN_UNDECIDED)
    return NULL;
  sequel = g_steal_pointer (&self->sequel);
  if (*join == ISR_JOIN_GAP)
    return pass_sequel (self, sequel, FALSE);
  self->lead = isr_sequel_dup_lead (sequel);
  self->known = isr_sequel_count_known (sequel);
  return pass_sequel (self, sequel, TRUE);
}

GBytes *
isr_rejoin_decide (IsrRejoin *self, gint64 elapsed, IsrJoin *join)
{
  *join = ISR_JOIN_UNDECIDED;
  if (self->sequel)
    return gather_packets (self, elapsed, TRUE, join);
  return self->state == REJOIN_GATHER && self->burst->len > 0 ? gather (self, elapsed, TRUE, join) : NULL;
}

GBytes *
isr_rejoin_take (IsrRejoin *self, GBytes *bytes, gint64 elapsed, IsrJoin *join)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  *join = ISR_JOIN_UNDECIDED;
  if (size == 0)
    return NULL;
  if (self->state == REJOIN_FOLLOW)
    return follow (self, data, size, join);
  if (self->state == REJOIN_THROUGH) {
    remember (self, data, size);
    return g_bytes_ref (bytes);
  }
  if (self->sequel) {
    isr_sequel_push (self->sequel, data, size);
    return gather_packets (self, elapsed, FALSE, join);
  }
  g_byte_array_append (self->burst, data, (guint) size);
  if (self->burst->len >= 2 * ISR_REJOIN_MAX)
    return gather (self, elapsed, TRUE, join);
  /* a look costs as much as the history is long: not at every packet */
  if (self->burst->len < (self->wanted ? self->wanted : self->tried + self->tried / 4))
    return NULL;
  return gather (self, elapsed, FALSE, join);
}
