/* SPDX-License-Identifier: MIT */
/* What holds for any levels and any parameters, against a detector written by the letter
 * of detector.h that sorts every span of every window. */
#include "plugins/loudness/detector.h"

#include <string.h>

/* --- by the letter --- */

typedef struct {
  guint64 start, end;
  int score, peak, reason;
} Plain;

typedef struct {
  const IsrDetectorParams *params;
  const gint16 *levels;
  int n;
  int floor;
  gboolean open, waits;
  Plain section, waiting;
  int last, threshold, still;        /* of section */
  int waiting_threshold, since, low; /* of waiting */
  GArray *pieces, *found;            /* of Plain */
} Oracle;

static int
compare_levels (gconstpointer a, gconstpointer b)
{
  return *(const gint16 *) a - *(const gint16 *) b;
}

/* The levels of [from, to] that are not silent, sorted. */
static guint
sorted_span (const Oracle *o, int from, int to, gint16 *out)
{
  guint n = 0;

  for (int i = MAX (from, 0); i <= MIN (to, o->n - 1); i++) {
    if (o->levels[i] > o->params->silence)
      out[n++] = o->levels[i];
  }
  qsort (out, n, sizeof *out, compare_levels);
  return n;
}

static int
spread (const Oracle *o, int from, int to)
{
  gint16 s[512];
  guint n = sorted_span (o, from, to, s);

  return n < 10 ? 0 : s[50 * (n - 1) / 100] - s[20 * (n - 1) / 100];
}

static gboolean
reference (Oracle *o, int i, int *ref)
{
  gint16 s[1024];
  int half = (int) o->params->floor_window / 2;
  guint n = sorted_span (o, i - half, i + half - 1, s);
  int before = spread (o, i - 300, i), after = spread (o, i, i + 150);

  if (n >= 10)
    o->floor = s[o->params->floor_percentile * (n - 1) / 100];
  *ref = o->floor + CLAMP (2 * (MIN (before, after) - 100), 0, o->params->allowance_max);
  return o->floor != ISR_LEVEL_UNKNOWN;
}

static void
expire (Oracle *o)
{
  o->waits = FALSE;
  o->waiting.reason = ISR_SECTION_FLOOR;
  g_array_append_val (o->found, o->waiting);
  if (o->pieces->len)
    g_array_append_vals (o->found, o->pieces->data, o->pieces->len);
}

static void
close_section (Oracle *o, int i, int reason)
{
  o->open = FALSE;
  o->section.end = (guint64) o->last + 1;
  o->section.reason = reason;
  if (o->waits && (reason == ISR_SECTION_FLOOR || o->low > 0))
    g_array_append_val (o->pieces, o->section);
  else if (!o->waits && reason == ISR_SECTION_FLOOR && o->params->extend) {
    o->waits = TRUE;
    o->waiting = o->section;
    o->waiting_threshold = o->threshold;
    o->since = i;
    o->low = 0;
    g_array_set_size (o->pieces, 0);
  } else
    g_array_append_val (o->found, o->section);
}

static void
complete (Oracle *o, int i)
{
  Plain whole = o->waiting;

  whole.end = MAX (whole.end, (guint64) (i - o->low + 1));
  for (guint k = 0; k < o->pieces->len; k++) {
    const Plain *piece = &g_array_index (o->pieces, Plain, k);

    whole.end = MAX (whole.end, piece->end);
    whole.score = MAX (whole.score, piece->score);
    whole.peak = MAX (whole.peak, piece->peak);
  }
  whole.reason = ISR_SECTION_LONG;
  o->waits = FALSE;
  g_array_append_val (o->found, whole);
}

static void
oracle_window (Oracle *o, int i)
{
  const IsrDetectorParams *p = o->params;
  int x = o->levels[i], ref, gap = (int) p->min_gap;
  gboolean sound = x > p->silence;

  if (!reference (o, i, &ref))
    return;
  if (o->waits && i > o->since)
    o->low = x < o->waiting_threshold ? o->low + 1 : 0;
  if (!o->open && sound && x >= ref + p->margin) {
    o->open = TRUE;
    o->section = (Plain){ (guint64) i, 0, x - ref, x, 0 };
    o->last = i;
    o->threshold = ref + p->margin - p->leave;
    o->still = 0;
  } else if (o->open) {
    if (sound) {
      o->section.score = MAX (o->section.score, x - ref);
      o->section.peak = MAX (o->section.peak, x);
    }
    if (sound && x >= ref + p->margin - p->leave) {
      o->last = i;
      o->still = 0;
    } else {
      o->still += x >= o->threshold;
      if (i - o->last >= gap)
        close_section (o, i, 2 * o->still > gap ? ISR_SECTION_FLOOR : ISR_SECTION_LEVEL);
    }
  }
  if (o->waits && o->low >= gap && !o->open)
    complete (o, i);
  else if (o->waits && ((i - o->since >= (int) p->extend && o->low == 0) || o->pieces->len == ISR_DETECTOR_MAX_PIECES))
    expire (o);
}

static void
oracle_run (const IsrDetectorParams *params, const gint16 *levels, int n, GArray *found)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Plain));
  Oracle o = { .params = params, .levels = levels, .n = n, .floor = ISR_LEVEL_UNKNOWN, .pieces = pieces, .found = found };

  for (int i = 0; i < n; i++)
    oracle_window (&o, i);
  if (o.open)
    close_section (&o, n - 1, ISR_SECTION_EOS);
  if (o.waits)
    expire (&o);
}

/* --- ours --- */

typedef struct {
  GArray *found;
  guint64 last_id;
  GHashTable *open; /* ids that are announced and not answered */
} Heard;

static void
on_started (const IsrSection *section, gpointer data)
{
  Heard *heard = data;

  g_assert_cmpuint (section->id, >, heard->last_id);
  heard->last_id = section->id;
  g_assert_true (g_hash_table_add (heard->open, g_memdup2 (&section->id, sizeof section->id)));
}

static void
on_cancelled (const IsrSection *section, gpointer data)
{
  g_assert_true (g_hash_table_remove (((Heard *) data)->open, &section->id));
}

static void
on_ended (const IsrSection *section, gpointer data)
{
  Plain plain = { section->start, section->end, section->score, section->peak, (int) section->reason };

  g_assert_cmpuint (section->id, >, 0);
  g_assert_cmpuint (section->end, >, section->start);
  g_hash_table_remove (((Heard *) data)->open, &section->id);
  g_array_append_val (((Heard *) data)->found, plain);
}

static const IsrDetectorHooks announcing = { on_started, on_cancelled, on_ended };
static const IsrDetectorHooks quiet = { NULL, NULL, on_ended };

static GHashTable *
new_ids (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/* Ambience that wanders, bumps of all sizes, silence, steps that stay. */
static gint16 *
make_levels (guint32 seed, int n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  gint16 *levels = g_new (gint16, n);
  double ambience = -5500, bump = 0;
  int left = 0, spread_of = 100;

  for (int i = 0; i < n; i++) {
    if (left-- <= 0) {
      left = (int) (g_rand_int_range (rand, 1, 40) * g_rand_int_range (rand, 1, 40));
      bump = g_rand_int_range (rand, 0, 3) ? 0 : g_rand_double_range (rand, 300, 3500);
      if (g_rand_int_range (rand, 0, 30) == 0)
        bump = -20000;
      spread_of = g_rand_int_range (rand, 1, 900);
    }
    ambience = CLAMP (ambience + g_rand_double_range (rand, -12, 12), -8800, -3000);
    levels[i] = (gint16) CLAMP (ambience + bump + g_rand_double_range (rand, -spread_of, spread_of), -12000, 0);
  }

  return levels;
}

static void
run (const IsrDetectorParams *params, const IsrDetectorHooks *hooks, const gint16 *levels, int n, GArray *found, int largest)
{
  g_autofree IsrDetector *detector = g_new (IsrDetector, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GHashTable) open = new_ids ();
  Heard heard = { found, 0, open };

  isr_detector_init (detector, params, hooks, &heard);
  for (int done = 0; done < n;) {
    int size = g_rand_int_range (rand, 1, largest + 1);

    size = MIN (size, n - done);
    isr_detector_push (detector, levels + done, (gsize) size);
    done += size;
  }
  isr_detector_finish (detector);
  g_assert_cmpuint (g_hash_table_size (open), ==, 0);
}

static void
check (const IsrDetectorParams *params, const gint16 *levels, int n)
{
  g_autoptr (GArray) expected = g_array_new (FALSE, TRUE, sizeof (Plain));
  g_autoptr (GArray) found = g_array_new (FALSE, TRUE, sizeof (Plain));
  g_autoptr (GArray) announced = g_array_new (FALSE, TRUE, sizeof (Plain));

  oracle_run (params, levels, n, expected);
  run (params, &quiet, levels, n, found, 3000);
  run (params, &announcing, levels, n, announced, 50);
  g_assert_cmpuint (found->len, ==, expected->len);
  g_assert_cmpuint (announced->len, ==, expected->len);
  for (guint i = 0; i < expected->len; i++) { /* the same order, too */
    const Plain *e = &g_array_index (expected, Plain, i), *f = &g_array_index (found, Plain, i), *a = &g_array_index (announced, Plain, i);

    g_assert_true (e->start == f->start && e->end == f->end && e->score == f->score && e->peak == f->peak && e->reason == f->reason);
    g_assert_true (e->start == a->start && e->end == a->end && e->score == a->score && e->peak == a->peak && e->reason == a->reason);
  }
}

static void
test_random (void)
{
  for (guint32 seed = 1; seed <= 6; seed++) {
    g_autofree gint16 *levels = make_levels (seed, 6000);
    IsrDetectorParams params;

    isr_detector_params_init (&params);
    check (&params, levels, 6000);
    check (&params, levels, 40 * (int) seed); /* shorter than the lookahead */
  }
}

/* Each parameter at both ends of its range, and then all at random. */
static void
test_parameters (void)
{
  g_autofree gint16 *levels = make_levels (77, 3000);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  IsrDetectorParams params;

#define EACH_END(field, NAME)               \
  isr_detector_params_init (&params);       \
  params.field = ISR_DETECTOR_##NAME##_MIN; \
  check (&params, levels, 3000);            \
  params.field = ISR_DETECTOR_##NAME##_MAX; \
  check (&params, levels, 3000)

  EACH_END (margin, MARGIN);
  EACH_END (leave, LEAVE);
  EACH_END (min_gap, MIN_GAP);
  EACH_END (floor_window, FLOOR_WINDOW);
  EACH_END (floor_percentile, FLOOR_PERCENTILE);
  EACH_END (allowance_max, ALLOWANCE_MAX);
  EACH_END (extend, EXTEND);
  EACH_END (silence, SILENCE);
  for (guint i = 0; i < 10; i++) {
    params.margin = g_rand_int_range (rand, 100, 2000);
    params.leave = g_rand_int_range (rand, 0, MIN (params.margin, 800));
    params.min_gap = (guint) g_rand_int_range (rand, 1, 60);
    params.floor_window = (guint) g_rand_int_range (rand, 20, 601);
    params.floor_percentile = (guint) g_rand_int_range (rand, 0, 101);
    params.allowance_max = g_rand_int_range (rand, 0, 1200);
    params.extend = (guint) g_rand_int_range (rand, 0, 1500);
    params.silence = g_rand_int_range (rand, -11000, -6000);
    check (&params, levels, 3000);
  }
}

static void
test_clamp (void)
{
  g_autofree IsrDetector *detector = g_new (IsrDetector, 1);
  IsrDetectorParams wild = { (IsrDetectorMode) 9, -5, 99999, 0, 1, 1000, -1, G_MAXUINT, 77 };

  isr_detector_init (detector, &wild, &quiet, NULL);
  g_assert_cmpint (detector->params.mode, ==, ISR_DETECTOR_ADAPTIVE);
  g_assert_cmpint (detector->params.margin, ==, ISR_DETECTOR_MARGIN_MIN);
  g_assert_cmpint (detector->params.leave, ==, ISR_DETECTOR_LEAVE_MAX);
  g_assert_cmpuint (detector->params.min_gap, ==, ISR_DETECTOR_MIN_GAP_MIN);
  g_assert_cmpuint (detector->params.floor_window, ==, ISR_DETECTOR_FLOOR_WINDOW_MIN);
  g_assert_cmpuint (detector->params.floor_percentile, ==, ISR_DETECTOR_FLOOR_PERCENTILE_MAX);
  g_assert_cmpint (detector->params.allowance_max, ==, ISR_DETECTOR_ALLOWANCE_MAX_MIN);
  g_assert_cmpuint (detector->params.extend, ==, ISR_DETECTOR_EXTEND_MAX);
  g_assert_cmpint (detector->params.silence, ==, ISR_DETECTOR_SILENCE_MAX);
}

static void
test_silence (void)
{
  g_autoptr (GArray) found = g_array_new (FALSE, TRUE, sizeof (Plain));
  g_autofree gint16 *levels = g_new (gint16, 5000);
  IsrDetectorParams params;

  for (guint i = 0; i < 5000; i++)
    levels[i] = i % 1000 < 5 ? -9000 : ISR_LEVEL_LOWEST; /* at the limit is silent, too */
  isr_detector_params_init (&params);
  run (&params, &announcing, levels, 5000, found, 100);
  g_assert_cmpuint (found->len, ==, 0);
}

/* Every announcement is answered once, with parameters that change meanwhile, over runs. */
static void
test_answers (void)
{
  g_autoptr (GArray) found = g_array_new (FALSE, TRUE, sizeof (Plain));
  g_autofree IsrDetector *detector = g_new (IsrDetector, 1);
  g_autofree gint16 *levels = make_levels (4, 20000);
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (GHashTable) open = new_ids ();
  Heard heard = { found, 0, open };
  IsrDetectorParams params;

  isr_detector_params_init (&params);
  isr_detector_init (detector, &params, &announcing, &heard);
  for (guint i = 0; i < 20000; i++) {
    isr_detector_push (detector, levels + i, 1);
    if (g_rand_int_range (rand, 0, 400) == 0) {
      params.margin = g_rand_int_range (rand, 300, 1500);
      params.min_gap = (guint) g_rand_int_range (rand, 1, 30);
      params.floor_window = (guint) g_rand_int_range (rand, 20, 601);
      params.silence = g_rand_int_range (rand, -9500, -8000);
      isr_detector_set_params (detector, &params);
    }
    if (g_rand_int_range (rand, 0, 3000) == 0) {
      isr_detector_finish (detector);
      g_assert_cmpuint (g_hash_table_size (open), ==, 0);
      g_assert_cmpint (isr_detector_live_floor (detector), ==, ISR_LEVEL_UNKNOWN);
    }
  }
  isr_detector_finish (detector);
  g_assert_cmpuint (g_hash_table_size (open), ==, 0);
  g_assert_cmpuint (detector->next_id, >, found->len);
  g_assert_cmpuint (found->len, >, 20);
}

static void
test_memory (void)
{
  g_assert_cmpuint (sizeof (IsrDetector), <, 10 * 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loudness/detector/random", test_random);
  g_test_add_func ("/loudness/detector/parameters", test_parameters);
  g_test_add_func ("/loudness/detector/clamp", test_clamp);
  g_test_add_func ("/loudness/detector/silence", test_silence);
  g_test_add_func ("/loudness/detector/answers", test_answers);
  g_test_add_func ("/loudness/detector/memory", test_memory);

  return g_test_run ();
}
