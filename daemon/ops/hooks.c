/* SPDX-License-Identifier: MIT */
/* hooks.c - what happens, thinned, to the commands that want it. */
#include "daemon/ops/hooks.h"

#include "daemon/ops/incident.h"
#include "daemon/ops/news.h"
#include "daemon/ops/runner.h"
#include "daemon/ops/webhook.h"

static const struct {
  const char *name;
  gsize command; /* in IsrConfig */
} hooks[ISR_NEWS_N_KINDS] = {
  [ISR_NEWS_STATE] = { "on_state", G_STRUCT_OFFSET (IsrConfig, on_state) },
  [ISR_NEWS_FILE] = { "on_file", G_STRUCT_OFFSET (IsrConfig, on_file) },
  [ISR_NEWS_GAP] = { "on_gap", G_STRUCT_OFFSET (IsrConfig, on_gap) },
  [ISR_NEWS_EVENT] = { "on_event", G_STRUCT_OFFSET (IsrConfig, on_event) },
};

struct _IsrHooks {
  IsrRunner *runners[ISR_NEWS_N_KINDS]; /* NULL: there never was a command */
  gboolean wanted[ISR_NEWS_N_KINDS];    /* there is one now */
  IsrWebhook *webhook;                  /* the same */
  gboolean posted[ISR_NEWS_N_KINDS];    /* it is told of these now */
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

static void
tell (IsrHooks *self, const IsrNews *news)
{
  if (self->wanted[news->kind])
    isr_runner_run (self->runners[news->kind], isr_news_to_environment (news, g_strdupv (self->environment), self->zone));
  if (self->posted[news->kind])
    isr_webhook_post (self->webhook, isr_news_to_json (news, self->zone));
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
  IsrNews news = { .kind = ISR_NEWS_STATE, .source = state->name, .state = isr_state_to_string (state->state), .reason = state->reason, .detail = state->detail, .start_us = state->since_us };

  if (!isr_incident_state (incident, state))
    return;
  news.suppressed = isr_incident_take_suppressed (incident);
  tell (self, &news);
}

void
isr_hooks_tell_file (IsrHooks *self, const IsrRecording *recording, const char *path)
{
  IsrNews news = { .kind = ISR_NEWS_FILE, .source = recording->source, .reason = recording->reason, .file = path, .name = recording->name, .start_us = recording->start_us, .end_us = recording->end_us };

  tell (self, &news);
}

void
isr_hooks_tell_gap (IsrHooks *self, const IsrGap *gap)
{
  IsrIncident *incident = get_incident (self, gap->source);
  gboolean wanted = g_str_equal (gap->cause, ISR_CAUSE_STOPPED) || g_str_equal (gap->cause, ISR_CAUSE_NOT_RUNNING);
  IsrNews news = { .kind = ISR_NEWS_GAP, .source = gap->source, .cause = gap->cause, .start_us = gap->start_us, .end_us = gap->end_us };

  if (!isr_incident_gap (incident, wanted, gap->end_us))
    return;
  news.suppressed = isr_incident_take_suppressed (incident);
  tell (self, &news);
}

/* In the recording in which it begins. */
void
isr_hooks_tell_event (IsrHooks *self, const IsrEvent *event)
{
  g_autoptr (IsrRecording) recording = self->catalog ? isr_catalog_find_at (self->catalog, event->source, event->start_us) : NULL;
  g_autofree char *path = recording ? isr_catalog_get_path (self->catalog, recording) : NULL;
  const IsrNews news = {
    .kind = ISR_NEWS_EVENT,
    .source = event->source,
    .reason = event->reason,
    .file = path,
    .name = recording ? recording->name : NULL,
    .start_us = event->start_us,
    .end_us = event->end_us,
    .score = event->score,
    .peak = event->peak,
    .floor = event->floor,
  };

  if (event->state == ISR_EVENT_ENDED)
    tell (self, &news);
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
on_event (IsrCapture *capture, IsrEvent *event, gpointer data)
{
  isr_hooks_tell_event (data, event);
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
  g_signal_connect (capture, "event", G_CALLBACK (on_event), self);
  g_signal_connect (catalog, "gap", G_CALLBACK (on_gap), self);
}

/* --- the end --------------------------------------------------------------- */

static gboolean
is_idle (IsrHooks *self)
{
  for (guint i = 0; i < ISR_NEWS_N_KINDS; i++)
    if (self->runners[i] && !isr_runner_is_idle (self->runners[i]))
      return FALSE;
  return !self->webhook || isr_webhook_is_idle (self->webhook);
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
  for (guint i = 0; i < ISR_NEWS_N_KINDS; i++)
    if (self->runners[i])
      isr_runner_stop (self->runners[i]);
  if (self->webhook)
    isr_webhook_stop (self->webhook);
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

static void
configure_runner (IsrHooks *self, IsrNewsKind kind, const char *command)
{
  self->wanted[kind] = command != NULL;
  if (!command)
    return;
  if (self->runners[kind]) {
    isr_runner_configure (self->runners[kind], command, self->limit_ms);
    return;
  }
  self->runners[kind] = isr_runner_new (hooks[kind].name, command, self->limit_ms, ISR_RUNNER_GRACE_MS);
  isr_runner_set_idle_func (self->runners[kind], on_idle, self);
}

static void
configure_webhook (IsrHooks *self, const IsrConfig *config)
{
  for (guint i = 0; i < ISR_NEWS_N_KINDS; i++)
    self->posted[i] = config->webhook && g_strv_contains ((const char *const *) config->webhook_events, isr_news_kind_to_string (i));
  if (!config->webhook)
    return;
  if (self->webhook) {
    isr_webhook_configure (self->webhook, config->webhook, self->limit_ms);
    return;
  }
  self->webhook = isr_webhook_new (config->webhook, self->limit_ms, ISR_WEBHOOK_FIRST_MS);
  isr_webhook_set_idle_func (self->webhook, on_idle, self);
}

void
isr_hooks_configure (IsrHooks *self, const IsrConfig *config)
{
  g_clear_pointer (&self->zone, g_time_zone_unref);
  self->zone = config->timezone ? g_time_zone_new_identifier (config->timezone) : g_time_zone_new_local ();
  self->limit_ms = (guint) (config->hook_limit / 1000000);
  for (guint i = 0; i < ISR_NEWS_N_KINDS; i++)
    configure_runner (self, i, G_STRUCT_MEMBER (char *, config, hooks[i].command));
  configure_webhook (self, config);
}

IsrHooks *
isr_hooks_new (const IsrConfig *config)
{
  IsrHooks *self = g_new0 (IsrHooks, 1);

  self->incidents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->environment = make_base ();
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
  isr_hooks_configure (self, config);
  return self;
}

void
isr_hooks_free (IsrHooks *self)
{
  g_clear_handle_id (&self->finish, g_source_remove);
  for (guint i = 0; i < self->watched->len; i++)
    g_signal_handlers_disconnect_by_data (self->watched->pdata[i], self);
  g_ptr_array_unref (self->watched);
  for (guint i = 0; i < ISR_NEWS_N_KINDS; i++)
    g_clear_pointer (&self->runners[i], isr_runner_free);
  g_clear_pointer (&self->webhook, isr_webhook_free);
  g_hash_table_unref (self->incidents);
  g_strfreev (self->environment);
  g_time_zone_unref (self->zone);
  g_free (self);
}
