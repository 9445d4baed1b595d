/* SPDX-License-Identifier: MIT */
/* feed.c - what capture tells the catalog. */
#include "daemon/capture/capture.h"

static void
on_state_changed (IsrCapture *capture, IsrSourceState *state, gpointer data)
{
  isr_catalog_note_state (data, state);
}

static void
on_file_opened (IsrCapture *capture, IsrRecording *recording, gpointer data)
{
  isr_catalog_begin (data, recording);
}

static void
on_file_closed (IsrCapture *capture, IsrRecording *recording, gpointer data)
{
  isr_catalog_finish (data, recording);
}

static void
on_file_lost (IsrCapture *capture, const char *name, gpointer data)
{
  isr_catalog_forget (data, name);
}

static void
on_title (IsrCapture *capture, IsrTitle *title, gpointer data)
{
  isr_catalog_note_title (data, title);
}

/* What else is known of it stays; its URL is the new name. */
static void
on_file_renamed (IsrCapture *capture, const char *old, IsrRecording *recording, gpointer data)
{
  g_autoptr (IsrRecording) entry = isr_catalog_lookup (data, old);

  if (!entry)
    return;
  g_free (entry->name);
  entry->name = g_strdup (recording->name);
  entry->start_us = recording->start_us;
  entry->end_us = recording->end_us;
  entry->utc_offset = recording->utc_offset;
  isr_catalog_forget (data, old);
  isr_catalog_finish (data, entry);
}

void
isr_capture_feed (IsrCapture *self, IsrCatalog *catalog)
{
  g_signal_connect_object (self, "state-changed", G_CALLBACK (on_state_changed), catalog, 0);
  g_signal_connect_object (self, "file-opened", G_CALLBACK (on_file_opened), catalog, 0);
  g_signal_connect_object (self, "file-closed", G_CALLBACK (on_file_closed), catalog, 0);
  g_signal_connect_object (self, "file-lost", G_CALLBACK (on_file_lost), catalog, 0);
  g_signal_connect_object (self, "title", G_CALLBACK (on_title), catalog, 0);
  g_signal_connect_object (self, "file-renamed", G_CALLBACK (on_file_renamed), catalog, 0);
}
