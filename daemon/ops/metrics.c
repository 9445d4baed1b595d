/* SPDX-License-Identifier: MIT */
/* metrics.c - counters kept from signals, everything else asked when it is scraped. */
#include "daemon/ops/metrics.h"

#include <dirent.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/archive/storage.h"
#include "daemon/core/levels.h"
#include "daemon/media/turns.h"
#include "daemon/ops/exposition.h"

typedef struct {
  const char *name, *help, *label; /* label: what is counted apart beside the source, or NULL */
} Counter;

typedef enum {
  MISSING,
  FILES,
  EVENTS,
  N_COUNTERS,
} CounterKind;

static const Counter counters[N_COUNTERS] = {
  [MISSING] = { "isr_source_missing_seconds_total", "Length of the holes that are over, by cause.", "cause" },
  [FILES] = { "isr_source_files_total", "Finished files, by why they ended.", "reason" },
  [EVENTS] = { "isr_source_events_total", "Loud events that are over.", NULL },
};

struct _IsrMetrics {
  IsrCapture *capture; /* or NULL */
  IsrCatalog *catalog;
  GTimeZone *zone;
  gint64 begun_us;
  GHashTable *counts[N_COUNTERS]; /* "source\nlabel" -> double */
};

/* --- counting ------------------------------------------------------------- */

static void
count (IsrMetrics *self, CounterKind kind, const char *source, const char *label, double by)
{
  g_autofree char *key = g_strconcat (source, "\n", label ? label : "", NULL);
  double *value = g_hash_table_lookup (self->counts[kind], key);

  if (!value) {
    value = g_new0 (double, 1);
    g_hash_table_insert (self->counts[kind], g_steal_pointer (&key), value);
  }
  *value += by;
}

static void
on_gap (IsrCatalog *catalog, const IsrGap *gap, IsrMetrics *self)
{
  count (self, MISSING, gap->source, gap->cause, (double) (gap->end_us - gap->start_us) / G_TIME_SPAN_SECOND);
}

static void
on_file_closed (IsrCapture *capture, const IsrRecording *recording, IsrMetrics *self)
{
  count (self, FILES, recording->source, recording->reason, 1);
}

static void
on_event (IsrCapture *capture, const IsrEvent *event, IsrMetrics *self)
{
  if (event->state == ISR_EVENT_ENDED)
    count (self, EVENTS, event->source, NULL, 1);
}

/* What is no source any more has no series, whatever it tells in the end. */
static gboolean
is_strange (gpointer key, gpointer value, gpointer names)
{
  g_autofree char *source = g_strndup (key, strcspn (key, "\n"));

  return !g_hash_table_contains (names, source);
}

static void
add_counters (IsrMetrics *self, GString *text, GPtrArray *states)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < states->len; i++)
    g_hash_table_add (names, ((IsrSourceState *) states->pdata[i])->name);
  for (guint kind = 0; kind < N_COUNTERS; kind++) {
    g_autoptr (GList) keys = NULL;

    g_hash_table_foreach_remove (self->counts[kind], is_strange, names);
    keys = g_list_sort (g_hash_table_get_keys (self->counts[kind]), (GCompareFunc) g_strcmp0);

    isr_exposition_begin (text, counters[kind].name, "counter", counters[kind].help);
    for (GList *key = keys; key; key = key->next) {
      g_auto (GStrv) parts = g_strsplit (key->data, "\n", 2);
      double *value = g_hash_table_lookup (self->counts[kind], key->data);

      isr_exposition_add (text, counters[kind].name, *value, "source", parts[0], counters[kind].label, parts[1], NULL);
    }
  }
}

/* --- sources -------------------------------------------------------------- */

static void
add_states (GString *text, GPtrArray *states)
{
  isr_exposition_begin (text, "isr_source_state", "gauge", "1 for the state that a source is in.");
  for (guint i = 0; i < states->len; i++) {
    const IsrSourceState *state = states->pdata[i];

    for (int s = ISR_STATE_IDLE; s <= ISR_STATE_FAILED; s++)
      isr_exposition_add (text, "isr_source_state", state->state == (IsrState) s, "source", state->name, "type", state->type, "state", isr_state_to_string (s), NULL);
  }
  isr_exposition_begin (text, "isr_source_warning", "gauge", "1 while a condition beside the state holds.");
  for (guint i = 0; i < states->len; i++) {
    const IsrSourceState *state = states->pdata[i];

    for (guint w = 0; state->warnings[w]; w++)
      isr_exposition_add (text, "isr_source_warning", 1, "source", state->name, "warning", state->warnings[w], NULL);
  }
}

static gboolean
get_level (int value, double *decibels)
{
  *decibels = value / 100.0;
  return value != ISR_LEVELS_UNKNOWN;
}

/* What is one number a source. FALSE: it has none now. */
typedef gboolean (*SourceValue) (IsrMetrics *self, const IsrSourceState *state, double *value);

static gboolean
get_received (IsrMetrics *self, const IsrSourceState *state, double *value)
{
  *value = (double) state->bytes;
  return TRUE;
}

static gboolean
get_heard (IsrMetrics *self, const IsrSourceState *state, double *value)
{
  *value = (double) state->heard_us / G_TIME_SPAN_SECOND;
  return state->heard_us > 0;
}

static gboolean
get_failures (IsrMetrics *self, const IsrSourceState *state, double *value)
{
  *value = state->retries;
  return TRUE;
}

static gboolean
get_loudness (IsrMetrics *self, const IsrSourceState *state, double *value)
{
  return get_level (state->level, value);
}

static gboolean
get_peak (IsrMetrics *self, const IsrSourceState *state, double *value)
{
  return get_level (state->peak, value);
}

static gboolean
get_floor (IsrMetrics *self, const IsrSourceState *state, double *value)
{
  return get_level (state->floor, value);
}

static gboolean
get_coverage (IsrMetrics *self, const IsrSourceState *state, double *value)
{
  *value = isr_catalog_coverage_today (self->catalog, state->name, self->zone, g_get_real_time ());
  return *value >= 0;
}

static const struct {
  const char *name, *type, *help;
  SourceValue get;
} source_values[] = {
  { "isr_source_received_bytes_total", "counter", "Bytes of audio that came in.", get_received },
  { "isr_source_last_audio_timestamp_seconds", "gauge", "When audio last came in.", get_heard },
  { "isr_source_consecutive_failures", "gauge", "Failures in a row; 0 after ten seconds of audio.", get_failures },
  { "isr_source_level_decibels", "gauge", "Loudest 100 ms of the newest second, dBFS.", get_loudness },
  { "isr_source_peak_decibels", "gauge", "Largest sample of the newest second, dBFS.", get_peak },
  { "isr_source_floor_decibels", "gauge", "Noise floor, dBFS.", get_floor },
  { "isr_source_coverage_ratio", "gauge", "Share of today that is recorded.", get_coverage },
};

static void
add_sources (IsrMetrics *self, GString *text, GPtrArray *states)
{
  for (guint v = 0; v < G_N_ELEMENTS (source_values); v++) {
    isr_exposition_begin (text, source_values[v].name, source_values[v].type, source_values[v].help);
    for (guint i = 0; i < states->len; i++) {
      const IsrSourceState *state = states->pdata[i];
      double value;

      if (source_values[v].get (self, state, &value))
        isr_exposition_add (text, source_values[v].name, value, "source", state->name, NULL);
    }
  }
}

/* --- the house ------------------------------------------------------------ */

static void
add_one (GString *text, const char *name, const char *type, const char *help, double value)
{
  isr_exposition_begin (text, name, type, help);
  isr_exposition_add (text, name, value, NULL);
}

static void
add_catalog (IsrMetrics *self, GString *text)
{
  static const char *const states[] = { "ok", "rebuilding", "damaged", "memory" };
  const char *state = isr_catalog_get_condition (self->catalog)->state;

  isr_exposition_begin (text, "isr_catalog_state", "gauge", "1 for the state that the catalog is in; /api/status says why.");
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    isr_exposition_add (text, "isr_catalog_state", g_str_equal (states[i], state), "state", states[i], NULL);
}

static void
add_storage (IsrMetrics *self, GString *text)
{
  IsrStorageReport report = { 0 };

  if (!isr_catalog_report_storage (self->catalog, g_get_real_time (), &report, NULL))
    return;
  if (report.known) {
    add_one (text, "isr_storage_free_bytes", "gauge", "Room on the disk of the recordings.", (double) report.space.free);
    add_one (text, "isr_storage_size_bytes", "gauge", "Size of the disk of the recordings.", (double) report.space.total);
  }
  add_one (text, "isr_recordings_bytes", "gauge", "Size of all recordings.", (double) report.used);
  add_one (text, "isr_trash_bytes", "gauge", "Size of what is in the trash.", (double) report.trash);
  if (report.full_at_us)
    add_one (text, "isr_storage_full_timestamp_seconds", "gauge", "When the disk is full at the rate of the last day.", (double) report.full_at_us / G_TIME_SPAN_SECOND);
}

static void
add_clips (GString *text)
{
  add_one (text, "isr_clip_decoders", "gauge", "Clips that have a decoder.", isr_turns_get_taken ());
  add_one (text, "isr_clip_waiting", "gauge", "Clips that wait for one.", isr_turns_get_waiting ());
}

static guint
count_open_files (void)
{
  DIR *directory = opendir ("/proc/self/fd");
  guint n = 0;

  if (!directory)
    return 0;
  while (readdir (directory))
    n++;
  closedir (directory);
  return n - 3; /* . .. and this one */
}

static void
add_process (IsrMetrics *self, GString *text)
{
  struct rusage usage;
  g_autofree char *statm = NULL;
  guint64 pages = 0;

  getrusage (RUSAGE_SELF, &usage);
  add_one (text, "process_cpu_seconds_total", "counter", "User and system time.",
      (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  if (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL)) {
    g_auto (GStrv) fields = g_strsplit (statm, " ", 3);

    pages = fields[0] && fields[1] ? g_ascii_strtoull (fields[1], NULL, 10) : 0;
    add_one (text, "process_resident_memory_bytes", "gauge", "Resident memory.", (double) pages * (double) sysconf (_SC_PAGESIZE));
  }
  add_one (text, "process_open_fds", "gauge", "Open file descriptors.", count_open_files ());
  add_one (text, "process_start_time_seconds", "gauge", "When ISR began.", (double) self->begun_us / G_TIME_SPAN_SECOND);
}

char *
isr_metrics_dup_text (IsrMetrics *self)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) states = self->capture ? isr_control_states (isr_capture_get_control (self->capture)) : g_ptr_array_new ();

  isr_exposition_begin (text, "isr_build_info", "gauge", "1, with the version.");
  isr_exposition_add (text, "isr_build_info", 1, "version", ISR_VERSION, NULL);
  add_states (text, states);
  add_sources (self, text, states);
  add_counters (self, text, states);
  add_catalog (self, text);
  add_storage (self, text);
  add_clips (text);
  add_process (self, text);
  return g_string_free (text, FALSE);
}

void
isr_metrics_set_zone (IsrMetrics *self, GTimeZone *zone)
{
  g_time_zone_unref (self->zone);
  self->zone = g_time_zone_ref (zone);
}

IsrMetrics *
isr_metrics_new (IsrCapture *capture, IsrCatalog *catalog, GTimeZone *zone)
{
  IsrMetrics *self = g_new0 (IsrMetrics, 1);

  self->begun_us = g_get_real_time ();
  self->zone = g_time_zone_ref (zone);
  for (guint i = 0; i < N_COUNTERS; i++)
    self->counts[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->catalog = g_object_ref (catalog);
  g_signal_connect (catalog, "gap", G_CALLBACK (on_gap), self);
  if (!capture)
    return self;
  self->capture = g_object_ref (capture);
  g_signal_connect (capture, "file-closed", G_CALLBACK (on_file_closed), self);
  g_signal_connect (capture, "event", G_CALLBACK (on_event), self);
  return self;
}

void
isr_metrics_free (IsrMetrics *self)
{
  g_signal_handlers_disconnect_by_data (self->catalog, self);
  g_object_unref (self->catalog);
  if (self->capture) {
    g_signal_handlers_disconnect_by_data (self->capture, self);
    g_object_unref (self->capture);
  }
  for (guint i = 0; i < N_COUNTERS; i++)
    g_hash_table_unref (self->counts[i]);
  g_time_zone_unref (self->zone);
  g_free (self);
}
