/* SPDX-License-Identifier: MIT */
/* Any bytes as an ICY stream in pieces: what comes out does not depend on the
 * pieces, and is valid UTF-8. */
#include "plugins/format/icy.h"

static guint
fuzz_run (const guint8 *data, gsize size, guint metaint, gsize piece)
{
  g_autoptr (IsrIcy) icy = isr_icy_new (metaint);
  guint hash = 5381;
  guint64 total = 0;

  for (gsize at = 0; at < size; at += piece) {
    g_autoptr (GBytes) bytes = g_bytes_new (data + at, MIN (piece, size - at));
    GBytes *audio = NULL;
    IsrIcyMetadata metadata = { 0 };
    IsrIcyKind kind;

    isr_icy_push (icy, bytes);
    while ((kind = isr_icy_next (icy, &audio, &metadata)) != ISR_ICY_MORE) {
      if (kind == ISR_ICY_AUDIO) {
        gsize n = 0;
        const guint8 *p = g_bytes_get_data (audio, &n);

        for (gsize i = 0; i < n; i++)
          hash = hash * 33 + p[i];
        total += n;
        g_bytes_unref (audio);
      } else {
        g_assert (metadata.position == total);
        g_assert (!metadata.title || g_utf8_validate (metadata.title, -1, NULL));
        g_assert (!metadata.url || g_utf8_validate (metadata.url, -1, NULL));
        hash = hash * 33 + (metadata.title ? g_str_hash (metadata.title) : 1);
        hash = hash * 33 + (metadata.url ? g_str_hash (metadata.url) : 1);
        isr_icy_metadata_clear (&metadata);
      }
    }
  }
  g_assert (isr_icy_get_position (icy) == total);
  return hash;
}

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint metaint;
  gsize piece;

  if (size < 2)
    return 0;
  metaint = data[0];
  piece = 1 + data[1];
  g_assert (fuzz_run (data + 2, size - 2, metaint, piece) == fuzz_run (data + 2, size - 2, metaint, size));
  return 0;
}
