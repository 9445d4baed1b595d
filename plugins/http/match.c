/* SPDX-License-Identifier: MIT */
/* match.c - mostly the first bytes stand at one place, which is compared. In silence they stand
 * at thousands, each nearly right, and to compare them all would be quadratic: there the Z function
 * (for each place in a text, how many bytes from there on equal its beginning) finds all offsets
 * in two passes; the prefix function of the text read backwards tells for each of its ends whether
 * it repeats itself. */
#include "plugins/http/match.h"

#include <string.h>

/* For each i of @head followed by @tail: bytes equal to the beginning. */
static guint32 *
z_function (const guint8 *head, gsize n_head, const guint8 *tail, gsize n_tail)
{
  gsize n = n_head + n_tail, left = 0, right = 0;
  g_autofree guint8 *text = g_malloc (n);
  guint32 *z = g_new0 (guint32, n);

  memcpy (text, head, n_head);
  memcpy (text + n_head, tail, n_tail);
  for (gsize i = 1; i < n; i++) {
    gsize k = i < right ? MIN (right - i, z[i - left]) : 0;

    while (i + k < n && text[k] == text[i + k])
      k++;
    z[i] = (guint32) k;
    if (i + k > right) {
      left = i;
      right = i + k;
    }
  }
  return z;
}

/* For each length L (index L - 1) of the text's end, or of its beginning: the longest
 * proper border of it. */
static guint32 *
borders (const guint8 *text, gsize n, gboolean backwards)
{
  guint32 *border = g_new0 (guint32, MAX (n, 1));
#define AT(i) (backwards ? text[n - 1 - (i)] : text[i])

  for (gsize i = 1; i < n; i++) {
    guint32 k = border[i - 1];

    while (k > 0 && AT (i) != AT (k))
      k = border[k - 1];
    border[i] = AT (i) == AT (k) ? k + 1 : 0;
  }
#undef AT
  return border;
}

/* Two or more times the same, as a whole or with a rest. */
static gboolean
repeats (const guint32 *border, gsize length)
{
  return 2 * (length - border[length - 1]) <= length;
}

static void
take (IsrMatch *self, gint64 offset, gboolean repeating, gint64 expected)
{
  if (self->candidates == 0 || (self->repeats && !repeating)) {
    *self = (IsrMatch){ 1, repeating, self->open, offset };
  } else if (self->repeats == repeating) {
    self->candidates++;
    if (ABS (offset - expected) < ABS (self->offset - expected))
      self->offset = offset;
  }
}

/* --- few places: each is looked at --- */

#define KEY 16 /* bytes that are searched for: in anything but silence they are nearly unique */
#define FEW 8

typedef struct {
  gsize at[FEW];
  guint n;
} Places;

/* Where @key stands in @text from @from on. FALSE: at too many places. */
static gboolean
find_places (Places *self, const guint8 *text, gsize n, gsize from, const guint8 *key, gsize key_size)
{
  const guint8 *found = text + MIN (from, n);

  self->n = 0;
  while ((found = memmem (found, n - (gsize) (found - text), key, key_size))) {
    if (self->n == FEW)
      return FALSE;
    self->at[self->n++] = (gsize) (found - text);
    found++;
  }
  return TRUE;
}

static gboolean
is_repetition (const guint8 *text, gsize n)
{
  g_autofree guint32 *border = borders (text, n, FALSE);

  return repeats (border, n);
}

/* FALSE: there are too many. */
static gboolean
look_at_few (IsrMatch *self, const guint8 *history, gsize n, const guint8 *burst, gsize m, gsize minimum, gint64 expected)
{
  gsize key = MIN (minimum, KEY);
  Places inside, before;

  if (!find_places (&inside, history, n, 0, burst, key) || !find_places (&before, burst, m, 1, history, key))
    return FALSE;
  for (guint i = 0; i < inside.n; i++) {
    gsize k = inside.at[i], overlap = MIN (m, n - k);

    if (overlap < minimum || memcmp (history + k, burst, overlap) != 0)
      continue;
    self->open += m < n - k;
    take (self, (gint64) k, is_repetition (burst, overlap), expected);
  }
  for (guint i = 0; i < before.n; i++) {
    gsize j = before.at[i], overlap = MIN (n, m - j);

    if (overlap < minimum || memcmp (burst + j, history, overlap) != 0)
      continue;
    self->open += m - j < n;
    take (self, -(gint64) j, is_repetition (history, overlap), expected);
  }
  return TRUE;
}

/* --- many: all at once --- */

static void
look_at_all (IsrMatch *self, const guint8 *history, gsize n, const guint8 *burst, gsize m, gsize minimum, gint64 expected)
{
  g_autofree guint32 *inside = z_function (burst, m, history, n);
  g_autofree guint32 *before = z_function (history, n, burst, m);
  g_autofree guint32 *ends = borders (history, n, TRUE);
  g_autofree guint32 *begins = borders (burst, m, FALSE);
  g_autofree guint32 *starts = borders (history, n, FALSE);

  for (gsize k = 0; k < n; k++) {
    gsize overlap = MIN (m, n - k);

    if (inside[m + k] < overlap || overlap < minimum)
      continue;
    self->open += m < n - k;
    take (self, (gint64) k, m < n - k ? repeats (begins, m) : repeats (ends, overlap), expected);
  }
  for (gsize j = 1; j < m; j++) {
    gsize overlap = MIN (n, m - j);

    if (before[n + j] < overlap || overlap < minimum)
      continue;
    self->open += m - j < n;
    take (self, -(gint64) j, m - j < n ? repeats (starts, overlap) : repeats (ends, n), expected);
  }
}

void
isr_match_find (IsrMatch *self, const guint8 *history, gsize n, const guint8 *burst, gsize m, gsize minimum, gint64 expected)
{
  *self = (IsrMatch){ 0 };
  if (n < minimum || m < minimum || look_at_few (self, history, n, burst, m, minimum, expected))
    return;
  *self = (IsrMatch){ 0 };
  look_at_all (self, history, n, burst, m, minimum, expected);
}
