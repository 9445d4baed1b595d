/* SPDX-License-Identifier: MIT */
/* loud-house.h - a catalog with an analysis behind it, told by hand. */
#pragma once

#include "daemon/analysis/levels-file.h"
#include "daemon/analysis/store.h"
#include "tests/daemon/catalog.h"
#include "tests/daemon/loud.h"

#define T0 G_GINT64_CONSTANT (1706698800000000)
#define RATE 48000
#define WINDOW (RATE / 10) /* samples */

typedef struct {
  Fixture base;
  IsrConfig config;
  IsrAnalysis *analysis;
} House;

static inline void
open_house (House *h)
{
  open_catalog (&h->base, TRUE);
  h->analysis = isr_analysis_new (&h->config, h->base.catalog, TRUE);
  isr_analysis_set_program (h->analysis, "/bin/false");
}

static inline void
close_house (House *h)
{
  isr_analysis_close (h->analysis);
  TEMP_WAIT_FOR ((g_main_context_wakeup (NULL), G_OBJECT (h->analysis)->ref_count == 1)); /* its workers have answered */
  g_assert_finalize_object (h->analysis);
  close_catalog (&h->base);
}

static inline void
set_up_house (House *h, gconstpointer data)
{
  h->base.directory = temp_new ();
  h->base.news = g_ptr_array_new_with_free_func (g_free);
  open_house (h);
}

static inline void
tear_down_house (House *h, gconstpointer data)
{
  close_house (h);
  g_ptr_array_unref (h->base.news);
  temp_remove (h->base.directory);
  g_free (h->base.directory);
}

/* --- telling --- */

static inline void
begin (House *h, const IsrRecording *recording)
{
  g_autoptr (IsrRecording) live = isr_recording_copy (recording);

  live->recording = TRUE;
  live->end_us = live->start_us;
  live->samples = live->bytes = 0;
  g_clear_pointer (&live->reason, g_free);
  isr_catalog_begin (h->base.catalog, live);
  isr_analysis_file_opened (h->analysis, live);
}

static inline void
end (House *h, const IsrRecording *recording)
{
  isr_catalog_finish (h->base.catalog, recording);
  isr_analysis_file_closed (h->analysis, recording);
}

static inline char *
get_path (House *h, const char *name)
{
  g_autoptr (IsrStore) store = isr_store_new (h->base.directory);

  return isr_store_get_path (store, name);
}

/* Waits until the store has done what it was given, with whatever the loop had in it. */
static inline void
settle (House *h, const char *name, guint state)
{
  g_autofree char *path = get_path (h, name);

  while (TRUE) {
    g_auto (IsrLevelsReader) reader = { .fd = -1 };

    g_main_context_iteration (NULL, FALSE);
    if (isr_levels_reader_open (&reader, path, NULL) && reader.header.state == state)
      return;
    g_thread_yield ();
  }
}

/* "offset in ms: levels" of a recording. */
static inline char *
print_levels (House *h, const char *name)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };
  g_autofree char *path = get_path (h, name);
  g_autofree gint16 *values = NULL;
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);

  isr_levels_reader_open (&reader, path, &error);
  g_assert_no_error (error);
  values = g_new (gint16, reader.header.n);
  g_assert_true (isr_levels_reader_read (&reader, ISR_COLUMN_LEVEL, 0, reader.header.n, values));
  g_string_append_printf (text, "%d:", (int) (reader.header.offset_ns / 1000000));
  for (guint i = 0; i < reader.header.n; i++)
    g_string_append_printf (text, values[i] == ISR_LEVELS_UNKNOWN ? " -" : " %d", -values[i]);
  return g_string_free (text, FALSE);
}

#define assert_levels(h, name, expected)               \
  G_STMT_START                                         \
  {                                                    \
    g_autofree char *text_ = print_levels ((h), name); \
    g_assert_cmpstr (text_, ==, expected);             \
  }                                                    \
  G_STMT_END

static inline gint16 *
count_up (guint n)
{
  gint16 *levels = g_new (gint16, n);

  for (guint i = 0; i < n; i++)
    levels[i] = (gint16) - (int) (1000 + i);
  return levels;
}
