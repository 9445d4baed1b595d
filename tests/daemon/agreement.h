/* SPDX-License-Identifier: MIT */
/* agreement.h - what was heard live against what comes of the files: levels of every
 * window, and sections. */
#pragma once

#include "tests/daemon/loud-house.h"

#define AGREEMENT_SECONDS 90 /* longer than any recording here */

typedef struct {
  House house;
  GPtrArray *events; /* IsrEvent, as told live */
  GPtrArray *names;  /* of the recordings */
} Agreement;

static inline void
agreement_set_up (Agreement *t)
{
  set_up_house (&t->house, NULL);
  isr_analysis_set_program (t->house.analysis, g_getenv ("ISR_PROGRAM"));
  t->events = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free);
  t->names = g_ptr_array_new_with_free_func (g_free);
}

/* Files whose levels came with a hole are decoded at once, as in the daemon. */
static inline gboolean
agreement_has_jobs (Agreement *t)
{
  g_autoptr (GPtrArray) jobs = isr_analysis_list_jobs (t->house.analysis);

  for (guint i = 0; i < jobs->len; i++)
    if (((IsrJob *) jobs->pdata[i])->state < ISR_JOB_DONE)
      return TRUE;
  return FALSE;
}

static inline void
agreement_tear_down (Agreement *t)
{
  g_ptr_array_unref (t->names);
  g_ptr_array_unref (t->events);
  tear_down_house (&t->house, NULL);
}

static inline void
agreement_open (Agreement *t, const IsrRecording *recording)
{
  begin (&t->house, recording);
  g_ptr_array_add (t->names, g_strdup (recording->name));
}

/* --- comparing --- */

static inline int
by_start (gconstpointer a, gconstpointer b)
{
  const IsrEvent *x = *(IsrEvent *const *) a, *y = *(IsrEvent *const *) b;

  return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

static inline void
compare_events (GPtrArray *a, GPtrArray *b, gint64 tolerance_us, int tolerance)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++) {
    const IsrEvent *x = a->pdata[i], *y = b->pdata[i];

    g_test_message ("section %u: %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, i, x->start_us - T0, x->end_us - T0, y->start_us - T0, y->end_us - T0);
    g_assert_cmpint (ABS (x->start_us - y->start_us), <=, tolerance_us);
    g_assert_cmpint (ABS (x->end_us - y->end_us), <=, tolerance_us);
    g_assert_cmpint (ABS (x->score - y->score), <=, tolerance);
    g_assert_cmpstr (x->reason, ==, y->reason);
  }
}

static inline gint16 *
read_column (Agreement *t, const char *name, IsrLevelsColumn column, IsrLevelsHeader *header)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };
  g_autofree char *path = get_path (&t->house, name);
  g_autoptr (GError) error = NULL;
  gint16 *values;

  isr_levels_reader_open (&reader, path, &error);
  g_assert_no_error (error);
  *header = reader.header;
  values = g_new (gint16, header->n);
  g_assert_true (isr_levels_reader_read (&reader, column, 0, header->n, values));
  return values;
}

typedef struct {
  IsrLevelsHeader header;
  gint16 *columns[3];
} Kept;

static inline GArray *
keep_levels (Agreement *t)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Kept));

  for (guint i = 0; i < t->names->len; i++) {
    Kept kept;

    for (guint column = 0; column < 3; column++)
      kept.columns[column] = read_column (t, t->names->pdata[i], (IsrLevelsColumn) column, &kept.header);
    g_array_append_val (all, kept);
  }
  return all;
}

/* @tolerance centi-dB; the first @warm and the last @seam windows of a file may be anything. */
static inline void
compare_levels (Agreement *t, GArray *live, GArray *offline, int tolerance, guint warm, guint seam)
{
  for (guint i = 0; i < live->len; i++) {
    Kept *a = &g_array_index (live, Kept, i), *b = &g_array_index (offline, Kept, i);

    g_assert_cmpuint (a->header.n, ==, b->header.n);
    g_assert_cmpuint (a->header.first_window, ==, b->header.first_window);
    g_assert_cmpint (ABS ((gint64) (a->header.position - b->header.position)), <, 200000);
    for (guint column = 0; column < 3; column++)
      for (guint w = warm; w + seam < a->header.n; w++)
        if (ABS (a->columns[column][w] - b->columns[column][w]) > tolerance)
          g_error ("%s: column %u, window %u of %u: %d live, %d decoded", (char *) t->names->pdata[i], column, w, (guint) a->header.n, a->columns[column][w], b->columns[column][w]);
  }
}

static inline void
free_levels (GArray *all)
{
  for (guint i = 0; i < all->len; i++)
    for (guint column = 0; column < 3; column++)
      g_free (g_array_index (all, Kept, i).columns[column]);
  g_array_unref (all);
}

static inline IsrAnswer *
ask_all (Agreement *t)
{
  return loud_ask (t->house.analysis, (IsrQuestion){ .source = "mic", .from_us = T0 - G_TIME_SPAN_SECOND, .to_us = T0 + 2 * AGREEMENT_SECONDS * G_TIME_SPAN_SECOND });
}

static inline void
on_job (GObject *object, GAsyncResult *result, gpointer job)
{
  *(IsrJob **) job = isr_analysis_analyze_span_finish (result, NULL);
}

static inline void
decode_all (Agreement *t)
{
  g_autofree char *levels = g_build_filename (t->house.base.directory, "analyses", NULL);
  g_autoptr (IsrJob) job = NULL;

  temp_remove (levels);
  isr_analysis_set_program (t->house.analysis, g_getenv ("ISR_PROGRAM"));
  isr_analysis_analyze_span_async (t->house.analysis, NULL, T0 - G_TIME_SPAN_SECOND, T0 + 2 * AGREEMENT_SECONDS * G_TIME_SPAN_SECOND, NULL, NULL, on_job, &job);
  TEMP_WAIT_FOR (job);
  g_assert_cmpuint (job->files, ==, t->names->len);
  while (job->state < ISR_JOB_DONE) {
    gint64 id = job->id;

    g_main_context_iteration (NULL, TRUE);
    isr_job_free (job);
    job = isr_analysis_get_job (t->house.analysis, id);
  }
  g_assert_cmpstr (job->error, ==, NULL);
  close_house (&t->house); /* all is on disk then */
  open_house (&t->house);
}

typedef struct {
  gint64 tolerance_us; /* of sections */
  int levels, scores;  /* centi-dB */
  guint warm;          /* windows at the start of a file that may be anything */
  gint64 exact_us;     /* live against scored again */
  guint events;        /* at least */
  int exact_scores;    /* the same, centi-dB */
  guint seam;          /* windows at the end of a file that may be anything: the last one reaches into the next */
} AgreementLimits;

/* All has been told. */
static inline void
agreement_assert (Agreement *t, const AgreementLimits *limits)
{
  g_autoptr (IsrAnswer) scored = NULL, decoded = NULL;
  GArray *live, *offline;

  TEMP_WAIT_FOR (!agreement_has_jobs (t));
  close_house (&t->house);
  open_house (&t->house);
  g_ptr_array_sort (t->events, by_start);
  g_assert_cmpuint (t->events->len, >=, limits->events);
  scored = ask_all (t);
  compare_events (t->events, scored->sections, limits->exact_us, limits->exact_scores);
  live = keep_levels (t);
  decode_all (t);
  offline = keep_levels (t);
  decoded = ask_all (t);
  compare_levels (t, live, offline, limits->levels, limits->warm, limits->seam);
  compare_events (t->events, decoded->sections, limits->tolerance_us, limits->scores);
  free_levels (live);
  free_levels (offline);
}
