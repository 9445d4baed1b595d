/* SPDX-License-Identifier: MIT */
/* nearest.c - "did you mean": the known word that is most like the one written.
 *
 * The restricted Damerau-Levenshtein distance over bytes, with three rows of
 * the usual table. Words longer than any key are nobody's typing mistake. */
#include "daemon/config/nearest.h"

#include <string.h>

#define WORD_MAX 64

static char
fold (char c)
{
  return c == '-' || c == ' ' ? '_' : g_ascii_tolower (c);
}

guint
isr_edit_distance (const char *a, const char *b)
{
  gsize n = strlen (a), m = strlen (b);
  guint rows[3][WORD_MAX + 1];
  guint *before = rows[0], *last = rows[1], *row = rows[2];

  if (n > WORD_MAX || m > WORD_MAX)
    return G_MAXUINT;
  for (guint j = 0; j <= m; j++)
    last[j] = j;
  for (guint i = 1; i <= n; i++) {
    guint *oldest = before;

    row[0] = i;
    for (guint j = 1; j <= m; j++) {
      gboolean same = fold (a[i - 1]) == fold (b[j - 1]);

      row[j] = MIN (MIN (last[j], row[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && fold (a[i - 1]) == fold (b[j - 2]) && fold (a[i - 2]) == fold (b[j - 1]))
        row[j] = MIN (row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
    row = oldest;
  }
  return last[m];
}

const char *
isr_nearest (const char *word, const GPtrArray *words)
{
  const char *best = NULL;
  guint limit = MAX (1, strlen (word) / 3) + 1;

  for (guint i = 0; i < words->len; i++) {
    const char *candidate = g_ptr_array_index (words, i);
    guint distance = isr_edit_distance (word, candidate);

    if (distance < limit) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}
