/* SPDX-License-Identifier: MIT */
/* api-storage.c - how much room there is and how long it lasts: /api/storage. */
#include "daemon/archive/storage.h"
#include "daemon/archive/trash.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/work.h"

static void
add_null (JsonBuilder *builder, const char *name)
{
  isr_json_add_string (builder, name, NULL);
}

/* 0 is null. */
static void
add_some (JsonBuilder *builder, const char *name, gint64 value)
{
  if (value)
    isr_json_add_int (builder, name, value);
  else
    add_null (builder, name);
}

static void
add_space (JsonBuilder *builder, const IsrStorageReport *report)
{
  if (report->known) {
    isr_json_add_int (builder, "free", (gint64) report->space.free);
    isr_json_add_int (builder, "total", (gint64) report->space.total);
  } else {
    add_null (builder, "free");
    add_null (builder, "total");
  }
}

static char *
answer (IsrCatalog *snapshot, gpointer zone, GError **error)
{
  const IsrStorageRules *rules = isr_catalog_get_storage_rules (snapshot);
  g_autoptr (JsonBuilder) builder = NULL;
  IsrStorageReport report;

  if (!isr_catalog_report_storage (snapshot, g_get_real_time (), &report, error))
    return NULL;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  add_space (builder, &report);
  isr_json_add_int (builder, "used_by_recordings", (gint64) report.used);
  isr_json_add_int (builder, "trash", (gint64) report.trash);
  isr_json_add_int (builder, "bytes_per_day", (gint64) report.bytes_per_day);
  isr_json_add_time (builder, "full_at", report.full_at_us, zone);
  add_some (builder, "keep_days", rules->keep_days);
  add_some (builder, "min_free", (gint64) isr_storage_rules_need (rules, report.space.total));
  isr_json_add_int (builder, "trash_days", isr_catalog_get_trash_days (snapshot));
  isr_json_add_string (builder, "directory", isr_catalog_get_output_directory (snapshot));
  json_builder_end_object (builder);
  return isr_json_finish (builder);
}

void
isr_handle_storage (const IsrRequest *request)
{
  isr_reply_worked (request, answer, g_time_zone_ref (request->house->zone), (GDestroyNotify) g_time_zone_unref);
}
