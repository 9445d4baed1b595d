/* SPDX-License-Identifier: MIT */
/* news.h - what happened, as people outside are told it: commands by their environment,
 * web servers by JSON. Both say the same facts, from one list. Pure.
 *
 *     environment     JSON          says
 *     ISR_EVENT       event         state, file, gap, event
 *     ISR_SOURCE      source        name of the source
 *     ISR_STATE       state         recording, waiting-to-retry, stopped, failed
 *     ISR_REASON      reason        of the state; why the file ended; how the loud event
 *                                   ended: level, floor, long, eos
 *     ISR_DETAIL      detail        of the state, a sentence
 *     ISR_FILE        file          absolute path of the file; of an event: of the
 *                                   recording in which it begins, which may still be
 *                                   written and then ends in .part
 *     ISR_NAME        name          its name in the archive, which stays
 *     ISR_START       start         ISO 8601, of the file, the hole, the event; of a
 *     ISR_END         end           state: since when
 *     ISR_START_US    start_us      the same in UTC microseconds
 *     ISR_END_US      end_us
 *     ISR_SECONDS     seconds       length of the file, the hole, the event: 12.345
 *     ISR_CAUSE       cause         of a hole
 *     ISR_SCORE       score         of an event: dB above the noise floor: 23.45
 *     ISR_PEAK        peak          of an event: level of its loudest window, dBFS
 *     ISR_FLOOR       floor         of an event: the noise floor then, dBFS
 *     ISR_SUPPRESSED  suppressed    number of states and gaps of this source that were
 *                                   not told since the last one (incident.h)
 *
 * What is not known is an empty variable, and null. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_NEWS_STATE,
  ISR_NEWS_FILE,
  ISR_NEWS_GAP,
  ISR_NEWS_EVENT,
  ISR_NEWS_N_KINDS,
} IsrNewsKind;

const char *isr_news_kind_to_string (IsrNewsKind kind); /* "state", "file", "gap", "event" */

/* NULL and 0: nothing is known. Borrows its strings. */
typedef struct {
  IsrNewsKind kind;
  const char *source, *state, *reason, *detail, *file, *name, *cause;
  gint64 start_us, end_us;
  int score, peak, floor; /* centi-dB; of an event */
  guint suppressed;
} IsrNews;

/* @environment (transfer full) with all of them. */
GStrv isr_news_to_environment (const IsrNews *self, GStrv environment, GTimeZone *zone);

/* One object on one line. */
char *isr_news_to_json (const IsrNews *self, GTimeZone *zone);

/* A text as JSON has it, with its quotes. */
char *isr_news_quote (const char *text);

G_END_DECLS
