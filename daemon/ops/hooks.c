/* SPDX-License-Identifier: MIT */
/* hooks.c - from what happens to an environment, and to the command that wants it. */
#include "daemon/ops/hooks.h"

#include "daemon/ops/incident.h"
#include "daemon/ops/runner.h"

#include <stdio.h>
#include <string.h>

typedef enum {
  HOOK_STATE,
  HOOK_FILE,
  HOOK_GAP,
  N_HOOKS,
} Hook;

static const struct {
  const char *name, *event;
  gsize command; /* in IsrConfig */
} hooks[N_HOOKS] = {
  { "on_state", "state", G_STRUCT_OFFSET (IsrConfig, on_state) },
  { "on_file", "file", G_STRUCT_OFFSET (IsrConfig, on_file) },
  { "on_gap", "gap", G_STRUCT_OFFSET (IsrConfig, on_gap) },
};

struct _IsrHooks {
  IsrRunner *runners[N_HOOKS]; /* NULL: no command */
  GTimeZone *zone;
  GHashTable *incidents; /* source -> IsrIncident */
  GStrv environment;     /* ours, without ISR_* */
  guint limit_ms;

  GPtrArray *watched; /* objects */
  IsrCatalog *catalog;

  void (*done) (gpointer data);
  gpointer data;
  guint finish; /* timer or idle */
};

/* --- the environment ------------------------------------------------------ */

static GStrv
make_base (void)
{
  g_auto (GStrv) all = g_get_environ ();
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; all[i]; i++)
    if (!g_str_has_prefix (all[i], "ISR_"))
      g_strv_builder_add (builder, all[i]);
  return g_strv_builder_end (builder);
}

static char *
format_time (gint64 utc_us, GTimeZone *zone)
{
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (utc_us / G_TIME_SPAN_SECOND);
  g_autoptr (GDateTime) utc = second ? g_date_time_add (second, utc_us % G_TIME_SPAN_SECOND) : NULL;
  g_autoptr (GDateTime) local = utc ? g_date_time_to_timezone (utc, zone) : NULL;

  return local ? g_date_time_format (local, "%Y-%m-%dT%H:%M:%S.%f%:z") : g_strdup ("");
}

/* What one call tells; NULL and 0: nothing. */
typedef struct {
  const char *source, *state, *reason, *detail, *file, *name, *cause;
  gint64 start_us, end_us;
  guint suppressed;
} News;

static void
set (GStrv *environment, const char *name, const char *value)
{
  *environment = g_environ_setenv (*environment, name, value ? value : "", TRUE);
}

static void
set_time (GStrv *environment, const char *name, gint64 utc_us, GTimeZone *zone)
{
  g_autofree char *name_us = g_strconcat (name, "_US", NULL);
  g_autofree char *text = utc_us ? format_time (utc_us, zone) : NULL;
  g_autofree char *number = utc_us ? g_strdup_printf ("%" G_GINT64_FORMAT, utc_us) : NULL;

  set (environment, name, text);
  set (environment, name_us, number);
}

static GStrv
make_environment (IsrHooks *self, Hook hook, const News *news)
{
  GStrv environment = g_strdupv (self->environment);
  g_autofree char *suppressed = g_strdup_printf ("%u", news->suppressed);
  gint64 ms = (news->end_us - news->start_us + 500) / 1000;
  g_autofree char *seconds = news->end_us ? g_strdup_printf ("%" G_GINT64_FORMAT ".%03d", ms / 1000, (int) (ms % 1000)) : NULL;

  set (&environment, "ISR_EVENT", hooks[hook].event);
  set (&environment, "ISR_SOURCE", news->source);
  set (&environment, "ISR_STATE", news->state);
  set (&environment, "ISR_REASON", news->reason);
  set (&environment, "ISR_DETAIL", news->detail);
  set (&environment, "ISR_FILE", news->file);
  set (&environment, "ISR_NAME", news->name);
  set (&environment, "ISR_CAUSE", news->cause);
  set (&environment, "ISR_SECONDS", seconds);
  set (&environment, "ISR_SUPPRESSED", suppressed);
  set_time (&environment, "ISR_START", news->start_us, self->zone);
  set_time (&environment, "ISR_END", news->end_us, self->zone);
  return environment;
}

static void
tell (IsrHooks *self, Hook hook, const News *news)
{
  if (self->runners[hook])
    isr_runner_run (self->runners[hook], make_environment (self, hook, news));
}

/* --- what happens --------------------------------------------------------- */

static IsrIncident *
get_incident (IsrHooks *self, const char *source)
{
  IsrIncident *incident = g_hash_table_lookup (self->incidents, source);

  if (!incident) {
    incident = g_new0 (IsrIncident, 1);
    g_hash_table_insert (self->incidents, g_strdup (source), incident);
  }
  return incident;
}

void
isr_hooks_tell_state (IsrHooks *self, const IsrSourceState *state)
{
  IsrIncident *incident = get_incident (self, state->name);
  News news = { .source = state->name, .state = isr_state_to_string (state->state), .reason = state->reason, .detail = state->detail, .start_us = state->since_us };

  if (!isr_incident_state (incident, state))
    return;
  news.suppressed = isr_incident_take_suppressed (incident);
  tell (self, HOOK_STATE, &news);
}

void
isr_hooks_tell_file (IsrHooks *self, const IsrRecording *recording, const char *path)
{
  News news = { .source = recording->source, .reason = recording->reason, .file = path, .name = recording->name, .start_us = recording->start_us, .end_us = recording->end_us };

  tell (self, HOOK_FILE, &news);
}

void
isr_hooks_tell_gap (IsrHooks *self, const IsrGap *gap)
{
  IsrIncident *incident = get_incident (self, gap->source);
  gboolean wanted = g_str_equal (gap->cause, ISR_CAUSE_STOPPED) || g_str_equal (gap->cause, ISR_CAUSE_NOT_RUNNING);
  News news = { .source = gap->source, .cause = gap->cause, .start_us = gap->start_us, .end_us = gap->end_us };

  if (!isr_incident_gap (incident, wanted, gap->end_us))
    return;
  news.suppressed = isr_incident_take_suppressed (incident);
  tell (self, HOOK_GAP, &news);
}

static void
on_state_changed (IsrCapture *capture, IsrSourceState *state, gpointer data)
{
  isr_hooks_tell_state (data, state);
}

static void
on_file_closed (IsrCapture *capture, IsrRecording *recording, gpointer data)
{
  IsrHooks *self = data;
  g_autofree char *path = isr_catalog_get_path (self->catalog, recording);

  if (g_file_test (path, G_FILE_TEST_EXISTS)) /* else not a sample of it reached the disk */
    isr_hooks_tell_file (self, recording, path);
}

static void
on_gap (IsrCatalog *catalog, IsrGap *gap, gpointer data)
{
  isr_hooks_tell_gap (data, gap);
}

void
isr_hooks_watch (IsrHooks *self, IsrCapture *capture, IsrCatalog *catalog)
{
  self->catalog = catalog;
  g_ptr_array_add (self->watched, g_object_ref (capture));
  g_ptr_array_add (self->watched, g_object_ref (catalog));
  g_signal_connect (capture, "state-changed", G_CALLBACK (on_state_changed), self);
  g_signal_connect (capture, "file-closed", G_CALLBACK (on_file_closed), self);
  g_signal_connect (catalog, "gap", G_CALLBACK (on_gap), self);
}

/* --- the end --------------------------------------------------------------- */

static gboolean
is_idle (IsrHooks *self)
{
  for (guint i = 0; i < N_HOOKS; i++)
    if (self->runners[i] && !isr_runner_is_idle (self->runners[i]))
      return FALSE;
  return TRUE;
}

static gboolean
on_all_done (gpointer data)
{
  IsrHooks *self = data;

  self->finish = 0;
  self->done (self->data);
  return G_SOURCE_REMOVE;
}

static void
on_idle (gpointer data)
{
  IsrHooks *self = data;

  if (!self->done || !is_idle (self))
    return;
  g_clear_handle_id (&self->finish, g_source_remove);
  self->finish = g_idle_add (on_all_done, self);
}

static gboolean
on_finish_limit (gpointer data)
{
  IsrHooks *self = data;

  self->finish = 0;
  for (guint i = 0; i < N_HOOKS; i++)
    if (self->runners[i])
      isr_runner_stop (self->runners[i]);
  on_idle (self);
  return G_SOURCE_REMOVE;
}

void
isr_hooks_finish (IsrHooks *self, void (*done) (gpointer data), gpointer data)
{
  self->done = done;
  self->data = data;
  self->finish = g_timeout_add (self->limit_ms, on_finish_limit, self);
  on_idle (self);
}

IsrHooks *
isr_hooks_new (const IsrConfig *config)
{
  IsrHooks *self = g_new0 (IsrHooks, 1);

  self->zone = config->timezone ? g_time_zone_new_identifier (config->timezone) : g_time_zone_new_local ();
  self->incidents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->environment = make_base ();
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
  self->limit_ms = (guint) (config->hook_limit / 1000000);
  for (guint i = 0; i < N_HOOKS; i++) {
    const char *command = G_STRUCT_MEMBER (char *, config, hooks[i].command);

    if (!command)
      continue;
    self->runners[i] = isr_runner_new (hooks[i].name, command, self->limit_ms, ISR_RUNNER_GRACE_MS);
    isr_runner_set_idle_func (self->runners[i], on_idle, self);
  }
  return self;
}

void
isr_hooks_free (IsrHooks *self)
{
  g_clear_handle_id (&self->finish, g_source_remove);
  for (guint i = 0; i < self->watched->len; i++)
    g_signal_handlers_disconnect_by_data (self->watched->pdata[i], self);
  g_ptr_array_unref (self->watched);
  for (guint i = 0; i < N_HOOKS; i++)
    g_clear_pointer (&self->runners[i], isr_runner_free);
  g_hash_table_unref (self->incidents);
  g_strfreev (self->environment);
  g_time_zone_unref (self->zone);
  g_free (self);
}
