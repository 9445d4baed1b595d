/* SPDX-License-Identifier: MIT */
/* scene.h - the golden scenes: levels, and the sections that must come of them.
 *
 * Kept in the files that scenes/convert.py makes and describes. */
#pragma once

#include <gio/gio.h>

#include "plugins/loudness/detector.h"

#define SCENE_ADAPTIVE "adaptive"
#define SCENE_BLOCKS "blocks"

typedef struct {
  gsize n;
  gint16 *ac, *raw;
  char *golden; /* the text of all sections */
} Scene;

static inline void
scene_free (Scene *self)
{
  g_free (self->ac);
  g_free (self->raw);
  g_free (self->golden);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

static inline GBytes *
scene_unpack (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GZlibDecompressor) unzip = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) packed = NULL;
  g_autoptr (GInputStream) plain = NULL;

  packed = G_INPUT_STREAM (g_file_read (file, NULL, &error));
  g_assert_no_error (error);
  plain = g_converter_input_stream_new (packed, G_CONVERTER (unzip));
  g_output_stream_splice (out, plain, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
}

static inline gint16 *
scene_column (const guint8 *bytes, gsize n)
{
  gint16 *values = g_new (gint16, n);
  gint16 before = 0;

  for (gsize i = 0; i < n; i++) {
    int zigzag = bytes[i] | bytes[n + i] << 8;

    before = (gint16) (before + ((zigzag >> 1) ^ -(zigzag & 1)));
    values[i] = before;
  }

  return values;
}

static inline Scene *
scene_load (const char *name)
{
  g_autofree char *levels = g_strconcat (g_getenv ("ISR_SCENES"), "/", name, ".levels.gz", NULL);
  g_autofree char *sections = g_strconcat (g_getenv ("ISR_SCENES"), "/", name, ".sections", NULL);
  g_autoptr (GBytes) plain = scene_unpack (levels);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (plain, &size);
  Scene *self = g_new0 (Scene, 1);
  gboolean is_day = g_str_has_prefix (name, "day_"); /* without raw */

  self->n = is_day ? size / 2 : size / 4;
  self->ac = scene_column (bytes, self->n);
  self->raw = is_day ? g_memdup2 (self->ac, self->n * sizeof (gint16)) : scene_column (bytes + 2 * self->n, self->n);
  for (gsize i = 0; i < self->n && !is_day; i++)
    self->raw[i] = (gint16) (self->raw[i] + self->ac[i]);
  g_assert_true (g_file_get_contents (sections, &self->golden, NULL, NULL));
  return self;
}

/* --- sections as text, in the order of the files --- */

static inline int
scene_compare (gconstpointer a, gconstpointer b)
{
  const IsrSection *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

static inline void
scene_collect (const IsrSection *section, gpointer sections)
{
  g_array_append_vals (sections, section, 1);
}

static inline char *
scene_print (GArray *sections, const char *mode)
{
  GString *s = g_string_new (NULL);

  g_array_sort (sections, scene_compare);
  for (guint i = 0; i < sections->len; i++) {
    const IsrSection *x = &g_array_index (sections, IsrSection, i);

    g_string_append_printf (s, "%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %d %d %s\n",
        mode, x->start, x->end, x->score, x->peak, isr_section_reason_to_string (x->reason));
  }

  return g_string_free (s, FALSE);
}

/* The lines of one mode. */
static inline char *
scene_golden (const Scene *self, const char *mode)
{
  g_auto (GStrv) lines = g_strsplit (self->golden, "\n", -1);
  GString *s = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++) {
    if (g_str_has_prefix (lines[i], mode))
      g_string_append_printf (s, "%s\n", lines[i]);
  }

  return g_string_free (s, FALSE);
}
