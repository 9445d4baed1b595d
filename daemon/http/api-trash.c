/* SPDX-License-Identifier: MIT */
/* api-trash.c - recordings that are deleted and can be had back: /api/trash, and
 * DELETE /api/files/<name>. */
#include "daemon/archive/trash.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/work.h"

#include <string.h>

static void
add_entry (JsonBuilder *builder, const IsrTrashed *entry, GTimeZone *zone)
{
  const IsrRecording *recording = entry->recording;
  g_autoptr (GTimeZone) own = g_time_zone_new_offset (recording->utc_offset);

  json_builder_begin_object (builder);
  isr_json_add_int (builder, "id", entry->id);
  isr_json_add_string (builder, "name", recording->name);
  isr_json_add_string (builder, "source", recording->source);
  isr_json_add_time (builder, "start", recording->start_us, own);
  isr_json_add_double (builder, "duration", isr_recording_get_duration (recording));
  isr_json_add_int (builder, "size", (gint64) recording->bytes);
  isr_json_add_time (builder, "deleted", entry->deleted_us, zone);
  isr_json_add_time (builder, "expires", entry->expires_us, zone);
  json_builder_end_object (builder);
}

/* Thousands of them are no rarity. */
static char *
answer (IsrCatalog *snapshot, gpointer zone, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GPtrArray) list = isr_catalog_list_trash (snapshot, error);

  if (!list)
    return NULL;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "trash");
  json_builder_begin_array (builder);
  for (guint i = 0; i < list->len; i++)
    add_entry (builder, list->pdata[i], zone);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return isr_json_finish (builder);
}

void
isr_handle_trash (const IsrRequest *request)
{
  isr_reply_worked (request, answer, g_time_zone_ref (request->house->zone), (GDestroyNotify) g_time_zone_unref);
}

void
isr_handle_delete_file (const IsrRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GError) error = NULL;
  gint64 id = isr_catalog_trash (request->house->catalog, request->rest, g_get_real_time (), &error);

  if (!id) {
    isr_reply_gerror (request, error);
    return;
  }
  json_builder_begin_object (builder);
  isr_json_add_int (builder, "trash", id);
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}

/* "17" and @verb ("/restore" or ""); 0: it is not that, and the request is answered. */
static gint64
read_id (const IsrRequest *request, const char *verb)
{
  g_autofree char *number = g_str_has_suffix (request->rest, verb) ? g_strndup (request->rest, strlen (request->rest) - strlen (verb)) : NULL;
  gint64 id;

  if (number && g_ascii_string_to_signed (number, 10, 1, G_MAXINT64, &id, NULL))
    return id;
  isr_reply_error (request, 404, "not-found", "there is nothing at this address: things in the trash have a number, as /api/trash has it");
  return 0;
}

void
isr_handle_restore (const IsrRequest *request)
{
  gint64 id = read_id (request, "/restore");
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (IsrRecording) recording = NULL;
  g_autoptr (GError) error = NULL;

  if (!id)
    return;
  recording = isr_catalog_restore (request->house->catalog, id, &error);
  if (!recording) {
    isr_reply_gerror (request, error);
    return;
  }
  recording->analysed = request->house->analysis && isr_analysis_has_levels (request->house->analysis, recording->name);
  isr_json_add_recording (builder, recording);
  isr_reply_built (request, builder);
}

void
isr_handle_delete_trash (const IsrRequest *request)
{
  gint64 id = read_id (request, "");
  g_autoptr (GError) error = NULL;

  if (!id)
    return;
  if (isr_catalog_delete_trashed (request->house->catalog, id, &error))
    isr_reply_json (request, 200, g_strdup ("{}"));
  else
    isr_reply_gerror (request, error);
}
