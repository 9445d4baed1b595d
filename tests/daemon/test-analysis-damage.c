/* SPDX-License-Identifier: MIT */
/* The catalog is damaged, and made again, in the moment that an analysis comes to its end: its
 * levels and its events are there afterwards. */
#include "daemon/analysis/analysis-private.h"
#include "daemon/archive/catalog-private.h"
#include "tests/daemon/loud-house.h"

#include <fcntl.h>
#include <unistd.h>

#include "plugins/format/stream.h"

#define SECONDS 60
#define NAME "mic/mic_loud.wav"
#define LIVE "mic/live.flac"

static const char *const sources[] = { "mic", NULL };

static void
destroy (House *h)
{
  g_autofree char *path = g_build_filename (h->base.directory, "isr.db", NULL), *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *garbage = g_strnfill (1 << 20, 'x');
  const char *const files[] = { path, wal };

  isr_writer_flush (h->base.catalog->writer);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    int fd = g_open (files[i], O_WRONLY | O_CLOEXEC, 0);

    g_assert_cmpint (pwrite (fd, garbage, 1 << 20, 0), ==, 1 << 20);
    close (fd);
  }
}

/* The worker waits for the writer, and the writer for us. */
static gboolean
wait_for_us (sqlite3 *db, gpointer go_on, GError **error)
{
  g_async_queue_pop (go_on);
  return TRUE;
}

static void
mend_slowly (House *h, GAsyncQueue *go_on)
{
  isr_writer_call (h->base.catalog->writer, wait_for_us, g_async_queue_ref (go_on), (GDestroyNotify) g_async_queue_unref);
  g_assert_true (isr_catalog_mend (h->base.catalog));
}

static void
let_go (House *h, GAsyncQueue *go_on)
{
  for (guint i = 0; i < 3; i++) /* it may be tried more than once */
    g_async_queue_push (go_on, GINT_TO_POINTER (1));
  TEMP_WAIT_FOR (isr_catalog_check_whole (h->base.catalog, NULL));
}

static guint
count_events (House *h)
{
  return isr_catalog_count_events (h->base.catalog, "mic", 0, G_MAXINT64);
}

/* --- what is heard live ---------------------------------------------------------- */

static void
record_live (House *h)
{
  g_autoptr (IsrRecording) recording = loud_recording ("mic", LIVE, T0, 0, SECONDS * RATE, RATE);
  g_autofree gint16 *levels = g_new (gint16, SECONDS * 10);

  for (guint i = 0; i < SECONDS * 10; i++)
    levels[i] = i >= 300 && i < 310 ? -2000 : -6000;
  temp_write (h->base.directory, LIVE, levels, SECONDS);
  begin (h, recording);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, SECONDS * 10);
  end (h, recording);
  settle (h, LIVE, ISR_LEVELS_COMPLETE);
}

static void
renew (House *h)
{
  isr_analysis_renew_events (h->analysis, "mic", T0, T0 + SECONDS * G_TIME_SPAN_SECOND, LIVE, 0);
}

/* Asked while it is made again, and by a catalog that knows of half of it. */
static void
test_renewed (House *h, gconstpointer data)
{
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();

  record_live (h);
  g_assert_cmpuint (count_events (h), ==, 0);
  destroy (h);
  mend_slowly (h, go_on);
  renew (h);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  let_go (h, go_on);
  TEMP_WAIT_FOR (count_events (h) == 1);
}

/* Asked just before, its answer comes when nobody is to be asked. */
static void
test_interrupted (House *h, gconstpointer data)
{
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();

  record_live (h);
  renew (h);
  destroy (h);
  mend_slowly (h, go_on);
  let_go (h, go_on);
  TEMP_WAIT_FOR (count_events (h) == 1);
}

/* Nobody has noticed yet: what is given is kept back. */
static void
test_not_noticed (House *h, gconstpointer data)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free);

  record_live (h);
  for (guint i = 0; i < 3; i++) {
    IsrEvent *event = isr_event_new ("mic");

    event->state = ISR_EVENT_ENDED;
    event->start_us = T0 + i * G_TIME_SPAN_SECOND;
    event->end_us = event->start_us + 1;
    g_ptr_array_add (events, event);
  }
  isr_writer_flush (h->base.catalog->writer);
  destroy (h);
  isr_catalog_replace_events (h->base.catalog, "mic", T0, T0 + SECONDS * G_TIME_SPAN_SECOND, events);
  TEMP_WAIT_FOR (isr_catalog_get_condition (h->base.catalog)->message && isr_catalog_check_whole (h->base.catalog, NULL));
  g_assert_cmpuint (count_events (h), ==, 3);
}

/* --- what is decoded --------------------------------------------------------------- */

/* Silence, nearly, and a second that is none. */
static void
add_file (House *h)
{
  static const IsrPcm pcm = { ISR_SAMPLE_S16, RATE, 1, 0 };
  const IsrFileInfo info = { .start_us = T0 };
  const guint64 samples = SECONDS * (guint64) RATE;
  g_autoptr (GBytes) header = isr_wav_header_new (&pcm, samples, &info);
  g_autoptr (IsrRecording) recording = loud_recording ("mic", NAME, T0, 0, samples, RATE);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autofree gint16 *audio = g_new (gint16, samples);

  for (guint64 i = 0; i < samples; i++)
    audio[i] = (gint16) ((i / 50 % 2 ? 1 : -1) * (i / RATE == 30 ? 10000 : 100));
  g_byte_array_append (file, g_bytes_get_data (header, NULL), (guint) g_bytes_get_size (header));
  g_byte_array_append (file, (guint8 *) audio, (guint) samples * 2);
  temp_write (h->base.directory, NAME, file->data, file->len);
  recording->bytes = file->len;
  recording->adopted = TRUE;
  isr_catalog_finish (h->base.catalog, recording);
}

static IsrJobState
get_job_state (House *h, gint64 id)
{
  g_autoptr (IsrJob) job = isr_analysis_get_job (h->analysis, id);

  g_assert_cmpint (job->state, !=, ISR_JOB_FAILED);
  return job->state;
}

static gint64
analyze (House *h)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrJob) job = NULL;

  isr_analysis_set_program (h->analysis, g_getenv ("ISR_PROGRAM"));
  add_file (h);
  job = isr_analysis_analyze_file (h->analysis, NAME, &error);
  g_assert_no_error (error);
  return job->id;
}

/* Its levels are written while the catalog is made again. */
static void
test_decoded (House *h, gconstpointer data)
{
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();
  gint64 id = analyze (h);

  destroy (h);
  mend_slowly (h, go_on);
  TEMP_WAIT_FOR (isr_analysis_has_levels (h->analysis, NAME));
  g_assert_cmpint (get_job_state (h, id), ==, ISR_JOB_RUNNING);
  let_go (h, go_on);
  TEMP_WAIT_FOR (get_job_state (h, id) == ISR_JOB_DONE);
  g_assert_cmpuint (count_events (h), ==, 1);
  g_assert_true (isr_analysis_has_levels (h->analysis, NAME));
}

/* A file that is to be decoded is, as soon as it is known again. */
static void
test_filled (House *h, gconstpointer data)
{
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();

  isr_catalog_set_sources (h->base.catalog, sources);
  isr_analysis_set_program (h->analysis, g_getenv ("ISR_PROGRAM"));
  add_file (h);
  destroy (h);
  mend_slowly (h, go_on);
  isr_analysis_fill (h->analysis, NAME);
  let_go (h, go_on);
  TEMP_WAIT_FOR (count_events (h) == 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR); /* what goes wrong here is said, and expected */
#define CASE(path, func) g_test_add ("/analysis/damage/" path, House, NULL, set_up_house, func, tear_down_house)
  CASE ("renewed", test_renewed);
  CASE ("interrupted", test_interrupted);
  CASE ("not-noticed", test_not_noticed);
  CASE ("decoded", test_decoded);
  CASE ("filled", test_filled);
  return g_test_run ();
}
