/* SPDX-License-Identifier: MIT */
/* pieces.c - pages of the catalog, one after the other. */
#include "daemon/analysis/pieces.h"

static void
add_page (GPtrArray *pieces, IsrStore *store, GPtrArray *page)
{
  for (guint i = 0; i < page->len; i++) {
    const IsrRecording *recording = page->pdata[i];

    g_ptr_array_add (pieces, isr_piece_new (recording, isr_store_get_path (store, recording->name)));
  }
}

GPtrArray *
isr_pieces_collect (IsrCatalog *catalog, IsrStore *store, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_piece_free);
  g_autofree char *cursor = NULL;

  do {
    IsrCatalogQuery query = { .source = source, .from_us = from_us, .to_us = to_us, .limit = 1000, .cursor = cursor };
    g_autofree char *next = NULL;
    g_autoptr (GPtrArray) page = isr_catalog_list (catalog, &query, &next, error);

    if (!page)
      return NULL;
    add_page (pieces, store, page);
    g_free (cursor);
    cursor = g_steal_pointer (&next);
  } while (cursor);
  isr_pieces_sort (pieces);
  return g_steal_pointer (&pieces);
}
