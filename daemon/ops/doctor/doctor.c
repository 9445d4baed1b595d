/* SPDX-License-Identifier: MIT */
/* doctor.c - first everything is gathered, then judged in a fixed order: what is
 * wrong with /dev/snd matters only when a card is dead.
 *
 * Each source is listened to in a thread of its own, all at once. A driver that hangs
 * keeps its thread: it is left behind, with what it works on. */
#include "daemon/ops/doctor/doctor.h"

#include "daemon/archive/status-file.h"
#include "daemon/ops/doctor/exam.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define SECONDS 3   /* of capture */
#define PATIENCE 10 /* s for the first sound */
#define LIMIT 25    /* s for everything */
#define FRESH 10    /* s: status.json of a living recorder */

void
isr_source_exam_free (IsrSourceExam *self)
{
  g_clear_pointer (&self->listening, isr_listening_free);
  g_strfreev (self->warnings);
  g_free (self);
}

gboolean
isr_exam_has_type (const IsrExam *self, IsrSourceType type)
{
  for (guint i = 0; i < self->sources->len; i++)
    if (((const IsrSourceExam *) self->sources->pdata[i])->config->type == type)
      return TRUE;
  return FALSE;
}

gboolean
isr_exam_uses_pcm (const IsrExam *self, const char *name)
{
  for (guint i = 0; i < self->sources->len; i++) {
    const IsrSourceConfig *config = ((const IsrSourceExam *) self->sources->pdata[i])->config;

    if (config->type == ISR_SOURCE_SOUNDCARD && g_strcmp0 (config->device, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* --- listening --- */

typedef struct {
  IsrConfig *config; /* held: the source is part of it */
  const IsrSourceConfig *source;
  guint index;
  IsrListening *result;
  GAsyncQueue *done; /* of Ear; held */
} Ear;

static void
ear_free (Ear *self)
{
  g_clear_pointer (&self->result, isr_listening_free);
  isr_config_unref (self->config);
  g_async_queue_unref (self->done);
  g_free (self);
}

static gpointer
listen_in_thread (gpointer data)
{
  Ear *self = data;

  self->result = isr_listen (self->source, SECONDS, PATIENCE);
  g_async_queue_push (self->done, self);
  return NULL;
}

static guint
begin (const IsrExam *exam, GAsyncQueue *done)
{
  guint n = 0;

  for (guint i = 0; i < exam->sources->len; i++) {
    const IsrSourceExam *source = exam->sources->pdata[i];
    Ear *ear;

    if (source->config->type == ISR_SOURCE_TEST)
      continue;
    ear = g_new0 (Ear, 1);
    ear->config = isr_config_ref ((IsrConfig *) exam->config);
    ear->source = source->config;
    ear->index = i;
    ear->done = g_async_queue_ref (done);
    g_thread_unref (g_thread_new ("isr-doctor", listen_in_thread, ear));
    n++;
  }
  return n;
}

static void
listen_to_all (const IsrExam *exam)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new_full ((GDestroyNotify) ear_free);
  gint64 end = g_get_monotonic_time () + LIMIT * G_TIME_SPAN_SECOND;

  for (guint n = begin (exam, done); n; n--) {
    gint64 left = end - g_get_monotonic_time ();
    Ear *ear = g_async_queue_timeout_pop (done, (guint64) MAX (left, 1));

    if (!ear)
      return;
    ((IsrSourceExam *) exam->sources->pdata[ear->index])->listening = g_steal_pointer (&ear->result);
    ear_free (ear);
  }
}

/* --- the recorder that may be running --- */

static GStrv
read_warnings (JsonObject *source)
{
  JsonArray *list = json_object_has_member (source, "warnings") ? json_object_get_array_member (source, "warnings") : NULL;
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new ();

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    g_strv_builder_add (warnings, json_array_get_string_element (list, i));
  return g_strv_builder_end (warnings);
}

static void
read_source (const IsrExam *exam, JsonObject *told)
{
  const char *name = json_object_get_string_member_with_default (told, "name", "");

  for (guint i = 0; i < exam->sources->len; i++) {
    IsrSourceExam *source = exam->sources->pdata[i];

    if (!g_str_equal (source->config->name, name))
      continue;
    source->recording = g_str_equal (json_object_get_string_member_with_default (told, "state", ""), "recording");
    g_strfreev (source->warnings);
    source->warnings = read_warnings (told);
  }
}

static void
read_status (IsrExam *exam, const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root;
  JsonArray *sources;

  if (!json_parser_load_from_data (parser, text, -1, NULL) || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return;
  root = json_node_get_object (json_parser_get_root (parser));
  sources = json_object_has_member (root, "sources") ? json_object_get_array_member (root, "sources") : NULL;
  for (guint i = 0; sources && i < json_array_get_length (sources); i++)
    read_source (exam, json_array_get_object_element (sources, i));
}

static void
find_recorder (IsrExam *exam)
{
  g_autofree char *status = isr_status_file_read (exam->config->state_directory, FRESH);
  g_autofree char *lock = g_build_filename (exam->config->state_directory, "isr.lock", NULL);
  g_autofree char *pid = NULL;

  if (!status)
    return;
  if (g_file_get_contents (lock, &pid, NULL, NULL))
    exam->recorder = (guint) g_ascii_strtoull (pid, NULL, 10);
  read_status (exam, status);
}

/* --- the examination --- */

static void
add_sources (IsrExam *exam)
{
  for (guint i = 0; exam->config && i < exam->config->sources->len; i++) {
    IsrSourceExam *source = g_new0 (IsrSourceExam, 1);

    source->config = exam->config->sources->pdata[i];
    source->warnings = g_new0 (char *, 1);
    g_ptr_array_add (exam->sources, source);
  }
}

static void
exam_begin (IsrExam *self, const IsrConfig *config)
{
  *self = (IsrExam){ .config = config };
  self->container = isr_system_get_container ();
  self->user = isr_system_user_new ();
  self->cards = isr_cards_list ();
  self->asound = isr_exam_read_asound ();
  self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_exam_free);
  add_sources (self);
}

static void
exam_end (IsrExam *self)
{
  g_free (self->container);
  isr_system_user_free (self->user);
  g_ptr_array_unref (self->cards);
  isr_asound_free (self->asound);
  g_ptr_array_unref (self->sources);
}

/* What the daemon refuses to start for; the path stands in quotes. */
static void
add_problem (const IsrExam *self, const IsrConfigProblem *problem, IsrReport *report)
{
  const char *begin = strstr (problem->text, "“"), *end = begin ? strstr (begin, "”") : NULL;
  g_autofree char *path = NULL, *fix = NULL;

  if (end && strstr (end, "can not be written")) {
    path = g_strndup (begin + strlen ("“"), (gsize) (end - begin) - strlen ("“"));
    fix = isr_exam_make_owner_fix (self, path);
    isr_report_add (report, ISR_CHECK_FAIL, "not-writable", "storage", fix, "%s", problem->text);
  } else {
    isr_report_add (report, problem->fatal ? ISR_CHECK_FAIL : ISR_CHECK_WARN, "config", "configuration", "isr check", "%s", problem->text);
  }
}

static void
check_config (const IsrExam *self, const GPtrArray *problems, IsrReport *report)
{
  for (guint i = 0; problems && i < problems->len; i++)
    add_problem (self, problems->pdata[i], report);
  if (self->config && !(problems && problems->len))
    isr_report_add (report, ISR_CHECK_OK, "config", "configuration", NULL, "%s: %u sources", self->config->path ? self->config->path : "the built-in one", self->sources->len);
  if (self->recorder)
    isr_report_add (report, ISR_CHECK_OK, "recorder", "ISR", NULL, "process %u is recording into %s", self->recorder, self->config->output_directory);
}

typedef void (*Check) (const IsrExam *self, IsrReport *report);

static const Check checks[] = {
  isr_check_place,
  isr_check_usb,
  isr_check_nodes,
  isr_check_cards,
  isr_check_asound,
  isr_check_sources,
  isr_check_storage,
  isr_check_time,
};

IsrReport *
isr_doctor_examine (const IsrConfig *config, const GPtrArray *problems)
{
  IsrReport *report = isr_report_new ();
  IsrExam exam;

  exam_begin (&exam, config);
  if (config)
    find_recorder (&exam);
  listen_to_all (&exam);
  check_config (&exam, problems, report);
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    checks[i](&exam, report);
  exam_end (&exam);
  return report;
}
