/* SPDX-License-Identifier: MIT */
/* Percentiles of sliding spans, against sorting each of them. */
#include "plugins/loudness/floor.h"

#include <string.h>

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const gint16 *) a - *(const gint16 *) b;
}

/* The percentile by the letter; FALSE without a level that is not silent. */
static gboolean
oracle (const gint16 *levels, guint n, gint16 silence, guint percent, gint16 *value, guint *valid)
{
  g_autofree gint16 *sorted = g_new (gint16, n + 1);

  *valid = 0;
  for (guint i = 0; i < n; i++) {
    if (levels[i] > silence)
      sorted[(*valid)++] = levels[i];
  }
  if (*valid == 0)
    return FALSE;
  qsort (sorted, *valid, sizeof *sorted, compare);
  *value = sorted[percent * (*valid - 1) / 100];
  return TRUE;
}

typedef gint16 (*Series) (GRand *rand, guint i);

static gint16
noise (GRand *rand, guint i)
{
  return (gint16) g_rand_int_range (rand, -6000, -2000);
}

static gint16
few_values (GRand *rand, guint i)
{
  return (gint16) (-4000 + 100 * g_rand_int_range (rand, 0, 4));
}

static gint16
with_silence (GRand *rand, guint i)
{
  return (i / 150) % 3 == 0 ? ISR_LEVEL_LOWEST : noise (rand, i);
}

static gint16
steps (GRand *rand, guint i)
{
  return (gint16) ((i / 97) % 2 ? -2000 + (int) (i % 7) : -7000 - (int) (i % 5));
}

static gint16
anything (GRand *rand, guint i)
{
  return g_rand_int_range (rand, 0, 8) ? (gint16) g_rand_int (rand) : g_rand_boolean (rand) ? G_MININT16
                                                                                            : G_MAXINT16;
}

static const Series series[] = { noise, few_values, with_silence, steps, anything };

static void
check_span (const IsrLevelSpan *span, const IsrHistory *history, guint64 from, guint64 to)
{
  for (guint r = 0; r < span->n_ranks; r++) {
    gint16 value;
    guint valid;

    if (oracle (history->levels + (from - history->first), (guint) (to - from), span->silence, span->ranks[r].percent, &value, &valid))
      g_assert_cmpint (isr_span_percentile (span, r), ==, value);
    g_assert_cmpuint (isr_span_valid (span), ==, valid);
  }
}

/* Steps of a window mostly, now and then a leap. */
static void
test_random (gconstpointer data)
{
  Series next = series[GPOINTER_TO_UINT (data)];
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autofree IsrHistory *history = g_new0 (IsrHistory, 1);
  IsrLevelSpan spans[3];
  const guint percents[][2] = { { 20, 50 }, { 0, 100 }, { 1, 99 } }, sizes[] = { 200, 20, 600 };
  guint64 end = 0;

  for (guint s = 0; s < G_N_ELEMENTS (spans); s++)
    isr_span_init (&spans[s], -9000, percents[s], 2);
  for (guint i = 0; i < 20000; i++) {
    gint16 level = next (rand, i);

    g_assert_cmpuint (isr_history_append (history, &level, 1, end > 600 ? end - 600 : 0), ==, 1);
    end++;
    if (g_rand_int_range (rand, 0, 500) == 0)
      i += 17; /* another phase of the series */
    for (guint s = 0; s < G_N_ELEMENTS (spans); s++) {
      guint64 from = end > sizes[s] ? end - sizes[s] : 0;

      if (g_rand_int_range (rand, 0, 100) < 60 || spans[s].to == 0 || end % 300 > 200) {
        isr_span_move (&spans[s], history, from, end);
        check_span (&spans[s], history, from, end);
      }
    }
  }
}

static void
test_history (void)
{
  g_autofree IsrHistory *history = g_new0 (IsrHistory, 1);
  gint16 levels[4000];

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    levels[i] = (gint16) i;
  g_assert_cmpuint (isr_history_append (history, levels, 4000, 0), ==, ISR_HISTORY_CAPACITY);
  g_assert_cmpuint (isr_history_append (history, levels, 4000, 0), ==, 0);
  g_assert_cmpuint (isr_history_append (history, levels + ISR_HISTORY_CAPACITY, 10, 1000), ==, 10);
  g_assert_cmpuint (history->first, ==, 1000);
  for (guint64 w = 1000; w < history->end; w++)
    g_assert_cmpint (isr_history_at (history, w), ==, (int) w);
}

static void
test_nth (void)
{
  const gint16 levels[] = { 5, -32768, 32767, 5, 0, -1 }, sorted[] = { -32768, -1, 0, 5, 5, 32767 };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    g_assert_cmpint (isr_levels_nth (levels, G_N_ELEMENTS (levels), i), ==, sorted[i]);
  g_assert_cmpint (isr_levels_highest (levels, 2), ==, 5);
  g_assert_cmpuint (isr_levels_count (levels, 6, 0), ==, 3);
}

int
main (int argc, char **argv)
{
  static const char *const names[] = { "noise", "few-values", "with-silence", "steps", "anything" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (series); i++) {
    g_autofree char *path = g_strconcat ("/loudness/floor/random/", names[i], NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_random);
  }
  g_test_add_func ("/loudness/floor/history", test_history);
  g_test_add_func ("/loudness/floor/nth", test_nth);

  return g_test_run ();
}
