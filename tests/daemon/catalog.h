/* SPDX-License-Identifier: MIT */
/* catalog.h - a catalog in a directory of its own, and short ways to fill and ask it. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/core/error.h"
#include "tests/daemon/temp.h"

#include <string.h>

typedef struct {
  char *directory;
  IsrCatalog *catalog;
  GPtrArray *news; /* "kind name" */
} Fixture;

static inline void
on_changed (IsrCatalog *catalog, const char *kind, const char *name, GPtrArray *news)
{
  g_ptr_array_add (news, g_strdup_printf ("%s %s", kind, name));
}

static inline void
open_catalog (Fixture *f, gboolean writable)
{
  g_autoptr (GError) error = NULL;

  f->catalog = isr_catalog_open (f->directory, f->directory, writable, &error);
  g_assert_no_error (error);
  g_signal_connect (f->catalog, "changed", G_CALLBACK (on_changed), f->news);
}

static inline void
close_catalog (Fixture *f)
{
  isr_catalog_close (f->catalog);
  g_object_add_weak_pointer (G_OBJECT (f->catalog), (gpointer *) &f->catalog);
  g_object_unref (f->catalog);
  TEMP_WAIT_FOR (!f->catalog); /* a worker's answer may be on its way still */
}

static inline void
set_up (Fixture *f, gconstpointer data)
{
  f->directory = temp_new ();
  f->news = g_ptr_array_new_with_free_func (g_free);
  open_catalog (f, TRUE);
}

static inline void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->catalog)
    close_catalog (f);
  g_ptr_array_unref (f->news);
  temp_remove (f->directory);
  g_free (f->directory);
}

/* All that begin in the span. */
static inline GPtrArray *
list_events (IsrCatalog *catalog, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  gint64 next_us;

  return isr_catalog_events_from (catalog, source, from_us, to_us, G_MAXINT, &next_us, error);
}

static inline IsrRecording *
make (const char *source, const char *name, gint64 start_s, gint64 seconds)
{
  IsrRecording *recording = isr_recording_new ();

  recording->source = g_strdup (source);
  recording->name = g_strdup (name);
  recording->start_us = start_s * G_TIME_SPAN_SECOND;
  recording->end_us = (start_s + seconds) * G_TIME_SPAN_SECOND;
  recording->utc_offset = 3600;
  recording->position = 7;
  recording->rate = 48000;
  recording->channels = 2;
  recording->samples = (guint64) seconds * 48000;
  recording->bytes = (guint64) seconds * 10;
  recording->mtime_us = recording->end_us;
  recording->reason = g_strdup ("boundary");
  recording->clock = g_strdup ("given");
  return recording;
}

static inline void
add (Fixture *f, const char *source, const char *name, gint64 start_s, gint64 seconds)
{
  g_autoptr (IsrRecording) recording = make (source, name, start_s, seconds);

  isr_catalog_finish (f->catalog, recording);
}

static inline GPtrArray *
list (Fixture *f, IsrCatalogQuery query)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *page;

  query.limit = query.limit ? query.limit : 1000;
  page = isr_catalog_list (f->catalog, &query, NULL, &error);
  g_assert_no_error (error);
  return page;
}

static inline char *
list_names (Fixture *f, IsrCatalogQuery query)
{
  g_autoptr (GPtrArray) page = list (f, query);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < page->len; i++)
    g_string_append_printf (names, "%s%s", i ? " " : "", ((IsrRecording *) page->pdata[i])->name);
  return g_string_free (names, FALSE);
}

#define assert_names(f, expected, ...)                                            \
  G_STMT_START                                                                    \
  {                                                                               \
    g_autofree char *names_ = list_names ((f), (IsrCatalogQuery){ __VA_ARGS__ }); \
    g_assert_cmpstr (names_, ==, (expected));                                     \
  }                                                                               \
  G_STMT_END

static inline char *
list_days (Fixture *f, const char *source, const char *zone_name)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = isr_catalog_days (f->catalog, source, zone, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < days->len; i++) {
    IsrDay *day = days->pdata[i];

    g_string_append_printf (text, "%s%s:%u:%" G_GUINT64_FORMAT ":%g", i ? " " : "", day->day, day->files, day->bytes, day->duration);
  }
  return g_string_free (text, FALSE);
}
