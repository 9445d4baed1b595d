/* SPDX-License-Identifier: MIT */
/* report.c - a list of checks, as lines for people and as JSON for programs. */
#include "daemon/ops/doctor/report.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const struct {
  const char *word, *json;
} names[] = {
  [ISR_CHECK_OK] = { "OK", "ok" },
  [ISR_CHECK_WARN] = { "WARN", "warn" },
  [ISR_CHECK_FAIL] = { "FAIL", "fail" },
};

static void
check_free (gpointer data)
{
  IsrCheck *self = data;

  g_free (self->code);
  g_free (self->title);
  g_free (self->detail);
  g_free (self->fix);
  g_free (self);
}

IsrReport *
isr_report_new (void)
{
  IsrReport *self = g_new (IsrReport, 1);

  self->checks = g_ptr_array_new_with_free_func (check_free);
  return self;
}

void
isr_report_free (IsrReport *self)
{
  g_ptr_array_unref (self->checks);
  g_free (self);
}

void
isr_report_add (IsrReport *self, IsrCheckStatus status, const char *code, const char *title, const char *fix, const char *format, ...)
{
  IsrCheck *check = g_new0 (IsrCheck, 1);
  va_list args;

  va_start (args, format);
  check->code = g_strdup (code);
  check->status = status;
  check->title = g_strdup (title);
  check->detail = g_strstrip (g_strdelimit (g_strdup_vprintf (format, args), "\n\r\t", ' '));
  check->fix = fix ? g_strdelimit (g_strdup (fix), "\n\r", ' ') : NULL;
  va_end (args);
  g_ptr_array_add (self->checks, check);
}

void
isr_report_take (IsrReport *self, IsrReport *other)
{
  g_ptr_array_extend_and_steal (self->checks, g_steal_pointer (&other->checks));
  g_free (other);
}

IsrCheckStatus
isr_report_get_status (const IsrReport *self)
{
  IsrCheckStatus worst = ISR_CHECK_OK;

  for (guint i = 0; i < self->checks->len; i++)
    worst = MAX (worst, ((const IsrCheck *) self->checks->pdata[i])->status);
  return worst;
}

gboolean
isr_report_has (const IsrReport *self, const char *code, IsrCheckStatus at_least)
{
  for (guint i = 0; i < self->checks->len; i++) {
    const IsrCheck *check = self->checks->pdata[i];

    if (check->status >= at_least && g_str_equal (check->code, code))
      return TRUE;
  }
  return FALSE;
}

char *
isr_report_to_text (const IsrReport *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->checks->len; i++) {
    const IsrCheck *check = self->checks->pdata[i];

    g_string_append_printf (text, "%-4s  %-18s  %s: %s", names[check->status].word, check->code, check->title, check->detail);
    g_string_append_printf (text, "%s%s\n", check->fix ? ". Do: " : "", check->fix ? check->fix : "");
  }
  return g_string_free (text, FALSE);
}

static void
add (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  if (value) {
    g_autofree char *valid = g_utf8_make_valid (value, -1); /* what libraries say may be anything */

    json_builder_add_string_value (builder, valid);
  } else
    json_builder_add_null_value (builder);
}

static void
add_check (JsonBuilder *builder, const IsrCheck *check)
{
  json_builder_begin_object (builder);
  add (builder, "code", check->code);
  add (builder, "status", names[check->status].json);
  add (builder, "title", check->title);
  add (builder, "detail", check->detail);
  add (builder, "fix", check->fix);
  json_builder_end_object (builder);
}

char *
isr_report_to_json (const IsrReport *self, gboolean pretty)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add (builder, "status", names[isr_report_get_status (self)].json);
  json_builder_set_member_name (builder, "checks");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->checks->len; i++)
    add_check (builder, self->checks->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, pretty);
}
