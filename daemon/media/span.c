/* SPDX-License-Identifier: MIT */
/* span.c - from a question to its files. */
#include "daemon/media/span.h"

#include "daemon/core/error.h"
#include <errno.h>
#include <math.h>

#include "daemon/media/media-error.h"

#define MAX_PARTS 1000
#define LEAD_US G_TIME_SPAN_SECOND

static void
part_free (gpointer data)
{
  IsrSpanPart *self = data;

  isr_recording_free (self->recording);
  g_free (self->directory);
  g_free (self);
}

void
isr_span_free (IsrSpan *self)
{
  g_ptr_array_unref (self->parts);
  g_free (self);
}

gboolean
isr_span_is_open_ended (const IsrSpan *self)
{
  return self->end >= ISR_SPAN_OPEN_END;
}

const IsrRecording *
isr_span_get_anchor (const IsrSpan *self)
{
  return ((IsrSpanPart *) self->parts->pdata[self->anchor])->recording;
}

static gboolean
fail (GError **error, int code, const char *text)
{
  g_set_error_literal (error, ISR_MEDIA_ERROR, code, text);
  return FALSE;
}

static void
add (IsrSpan *self, IsrCatalog *catalog, const IsrRecording *recording)
{
  IsrSpanPart *part = g_new (IsrSpanPart, 1);

  part->recording = isr_recording_copy (recording);
  part->directory = g_strdup (isr_catalog_get_output_directory (catalog));
  g_ptr_array_add (self->parts, part);
}

static IsrSpan *
span_new (void)
{
  IsrSpan *self = g_new0 (IsrSpan, 1);

  self->parts = g_ptr_array_new_with_free_func (part_free);
  return self;
}

/* The recordings of @source in [from_us, to_us), oldest first. */
static GPtrArray *
list (IsrCatalog *catalog, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  IsrCatalogQuery query = { .source = source, .from_us = from_us, .to_us = to_us, .limit = MAX_PARTS };
  g_autofree char *next = NULL;
  g_autoptr (GPtrArray) newest_first = isr_catalog_list (catalog, &query, &next, error);
  GPtrArray *result;

  if (!newest_first)
    return NULL;
  if (next) {
    fail (error, ISR_MEDIA_ERROR_USAGE, "the span holds more than 1000 recordings: ask for a shorter one");
    return NULL;
  }
  result = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free);
  for (guint i = newest_first->len; i > 0; i--)
    g_ptr_array_add (result, isr_recording_copy (newest_first->pdata[i - 1]));
  return result;
}

/* Is something of @source being written now? */
static gboolean
is_open (IsrCatalog *catalog, const char *source)
{
  IsrCatalogQuery query = { .source = source, .limit = 1 };
  g_autoptr (GPtrArray) newest = isr_catalog_list (catalog, &query, NULL, NULL);

  return newest && newest->len && ((IsrRecording *) newest->pdata[0])->recording;
}

static void
set_times (IsrSpan *self, const IsrRecording *anchor)
{
  self->start_us = anchor->start_us + (gint64) llround (self->start * 1e6);
  self->end_us = anchor->start_us + (gint64) llround (self->end * 1e6);
}

/* The neighbours that the stretch reaches into. */
static gboolean
add_neighbours (IsrSpan *self, IsrCatalog *catalog, const IsrRecording *anchor, GError **error)
{
  gint64 last_us = MAX (anchor->end_us, anchor->start_us + 1);
  gint64 end_us = isr_span_is_open_ended (self) ? last_us : self->end_us;
  g_autoptr (GPtrArray) all = NULL;

  if (!*anchor->source || anchor->adopted || (self->start_us >= anchor->start_us + LEAD_US && end_us <= last_us)) {
    add (self, catalog, anchor);
    return TRUE;
  }
  all = list (catalog, anchor->source, MIN (self->start_us - LEAD_US, anchor->start_us), MAX (end_us, anchor->start_us + 1), error);
  for (guint i = 0; all && i < all->len; i++) {
    const IsrRecording *recording = all->pdata[i];

    if (recording->id == anchor->id || g_str_equal (recording->name, anchor->name))
      self->anchor = self->parts->len;
    else if (recording->adopted)
      continue;
    add (self, catalog, recording);
  }
  return all != NULL;
}

IsrSpan *
isr_span_new_file (IsrCatalog *catalog, const char *name, double start, double end, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (IsrRecording) anchor = isr_catalog_require (catalog, name, &wrong);
  g_autoptr (IsrSpan) self = span_new ();

  if (!anchor && wrong->code != ISR_ERROR_NOT_FOUND) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return NULL;
  }
  if (!anchor) {
    fail (error, ISR_MEDIA_ERROR_NOT_FOUND, "there is no such recording: it was deleted or renamed, or the address is wrong");
    return NULL;
  }
  self->start = start;
  self->end = end < 0 ? ISR_SPAN_OPEN_END : end;
  set_times (self, anchor);
  if (!add_neighbours (self, catalog, anchor, error))
    return NULL;
  if (self->parts->len == 0) {
    fail (error, ISR_MEDIA_ERROR_NOT_FOUND, "the recording was deleted meanwhile");
    return NULL;
  }
  self->open = *anchor->source && is_open (catalog, anchor->source);
  return g_steal_pointer (&self);
}

IsrSpan *
isr_span_new_source (IsrCatalog *catalog, const char *source, gint64 from_us, gint64 to_us, GError **error)
{
  g_autoptr (GPtrArray) all = list (catalog, source, from_us - LEAD_US, to_us, error);
  g_autoptr (IsrSpan) self = span_new ();
  const IsrRecording *anchor;

  if (!all)
    return NULL;
  self->open = is_open (catalog, source);
  if (all->len == 0) {
    if (self->open && to_us > g_get_real_time () - ISR_SPAN_SLACK_US)
      fail (error, ISR_MEDIA_ERROR_NOT_YET, "this moment is still to be recorded, or lies in the last second, which is not on disk yet: ask again");
    else
      fail (error, ISR_MEDIA_ERROR_NOT_FOUND, "nothing of this source was recorded in that span");
    return NULL;
  }
  for (guint i = 0; i < all->len; i++)
    add (self, catalog, all->pdata[i]);
  anchor = all->pdata[0];
  self->start = (double) (from_us - anchor->start_us) / 1e6;
  self->end = (double) (to_us - anchor->start_us) / 1e6;
  self->start_us = from_us;
  self->end_us = to_us;
  return g_steal_pointer (&self);
}

/* A link, or a file, where a directory was is as good as nothing. */
static gboolean
is_gone (int code)
{
  return code == ENOENT || code == ELOOP || code == ENOTDIR;
}

int
isr_span_part_open (const IsrSpanPart *part, GError **error)
{
  int fd = isr_recording_open (part->directory, part->recording);

  if (fd < 0)
    g_set_error (error, ISR_MEDIA_ERROR, is_gone (errno) ? ISR_MEDIA_ERROR_NOT_FOUND : ISR_MEDIA_ERROR_FAILED, "%s can not be opened: %s", part->recording->name, g_strerror (errno));
  return fd;
}
