/* SPDX-License-Identifier: MIT */
/* ledger.h - a source called mic: what becomes of it, and what the ledger says then. */
#pragma once

#include "tests/daemon/catalog.h"

#define S G_TIME_SPAN_SECOND
#define T0 G_GINT64_CONSTANT (1706700000) /* s */

static const char *const mic[] = { "mic", NULL };

static inline void
begin (IsrCatalog *catalog, const char *name, gint64 start_s)
{
  g_autoptr (IsrRecording) recording = make ("mic", name, start_s, 0);

  recording->recording = TRUE;
  isr_catalog_begin (catalog, recording);
}

static inline void
finish_of (IsrCatalog *catalog, const char *source, const char *name, gint64 start_s, gint64 seconds, const char *reason, const char *cause)
{
  g_autoptr (IsrRecording) recording = make (source, name, start_s, seconds);

  g_free (recording->reason);
  recording->reason = g_strdup (reason);
  recording->cause = g_strdup (cause);
  isr_catalog_finish (catalog, recording);
}

static inline void
finish (IsrCatalog *catalog, const char *name, gint64 start_s, gint64 seconds, const char *reason, const char *cause)
{
  finish_of (catalog, "mic", name, start_s, seconds, reason, cause);
}

static inline void
change_of (IsrCatalog *catalog, const char *source, IsrState state, const char *reason, gint64 at_s)
{
  g_autoptr (IsrSourceState) value = isr_source_state_new (source, "stream");

  value->state = state;
  value->reason = g_strdup (reason);
  value->since_us = at_s * S;
  isr_catalog_note_state (catalog, value);
}

static inline void
change (IsrCatalog *catalog, IsrState state, const char *reason, gint64 at_s)
{
  change_of (catalog, "mic", state, reason, at_s);
}

/* "share: start-end cause, ..." in seconds since T0 */
static inline char *
ask (IsrCatalog *catalog, gint64 from_s, gint64 to_s, gint64 now_s)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = isr_catalog_coverage (catalog, "mic", from_s * S, to_s * S, now_s * S, &error);
  GString *text = g_string_new (NULL);
  IsrCoverage *coverage;
  gint64 missing = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 1);
  coverage = list->pdata[0];
  g_string_append_printf (text, "%g:", isr_coverage_get_share (coverage));
  for (guint i = 0; i < coverage->holes->len; i++) {
    const IsrGap *hole = &g_array_index (coverage->holes, IsrGap, i);

    g_string_append_printf (text, " %g-%g %s", (double) (hole->start_us - T0 * S) / 1e6, (double) (hole->end_us - T0 * S) / 1e6, hole->cause);
    missing += hole->end_us - hole->start_us;
  }
  g_assert_cmpint (coverage->recorded_us + missing, ==, coverage->to_us - coverage->from_us);
  return g_string_free (text, FALSE);
}

#define assert_holes(catalog, from, to, now, expected)                           \
  G_STMT_START                                                                   \
  {                                                                              \
    g_autofree char *got_ = ask ((catalog), T0 + (from), T0 + (to), T0 + (now)); \
    g_assert_cmpstr (got_, ==, expected);                                        \
  }                                                                              \
  G_STMT_END

static inline void
reopen (Fixture *f)
{
  close_catalog (f);
  open_catalog (f, TRUE);
  isr_catalog_set_sources (f->catalog, mic);
}

/* Files on disk, so that a reconcile leaves their entries alone. */
static inline void
touch (Fixture *f, const char *name, gint64 seconds)
{
  g_autofree guint8 *data = g_malloc0 ((gsize) seconds * 10);

  temp_write (f->directory, name, data, seconds * 10);
}

#define ADD(name, data, func) g_test_add ("/ledger/" name, Fixture, data, set_up, func, tear_down)
