/* SPDX-License-Identifier: MIT */
/* api-storage.c - how much room there is and how long it lasts: /api/storage. */
#include "daemon/archive/storage.h"
#include "daemon/archive/trash.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"

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

void
isr_handle_storage (const IsrRequest *request)
{
  IsrCatalog *catalog = request->house->catalog;
  const IsrStorageRules *rules = isr_catalog_get_storage_rules (catalog);
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GError) error = NULL;
  IsrStorageReport report;

  if (!isr_catalog_report_storage (catalog, g_get_real_time (), &report, &error)) {
    isr_reply_gerror (request, error);
    return;
  }
  json_builder_begin_object (builder);
  add_space (builder, &report);
  isr_json_add_int (builder, "used_by_recordings", (gint64) report.used);
  isr_json_add_int (builder, "trash", (gint64) report.trash);
  isr_json_add_int (builder, "bytes_per_day", (gint64) report.bytes_per_day);
  isr_json_add_time (builder, "full_at", report.full_at_us, request->house->zone);
  add_some (builder, "keep_days", rules->keep_days);
  add_some (builder, "min_free", (gint64) isr_storage_rules_need (rules, report.space.total));
  isr_json_add_int (builder, "trash_days", isr_catalog_get_trash_days (catalog));
  isr_json_add_string (builder, "directory", isr_catalog_get_output_directory (catalog));
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}
