/* SPDX-License-Identifier: MIT */
/* catalog.h - the index of the archive.
 *
 * The audio files are the truth; this is an index that can be made again from
 * them. It lies in <state_directory>/isr.db (SQLite, WAL). The main loop owns
 * the object and reads with its own connection; one writer thread owns the
 * read-write connection and commits what it was given in groups of 200 ms, so
 * no call here waits for a disk. What was given is visible to every query at
 * once, committed or not. */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

#include "daemon/archive/coverage.h"
#include "daemon/core/event.h"
#include "daemon/core/recording.h"
#include "daemon/core/source-state.h"
#include "daemon/core/title.h"

G_BEGIN_DECLS

#define ISR_TYPE_CATALOG (isr_catalog_get_type ())
G_DECLARE_FINAL_TYPE (IsrCatalog, isr_catalog, ISR, CATALOG, GObject)

/* Signal "changed" (const char *kind, const char *name): something of @kind is
 * different: "file" (name of the recording; "" after a reconcile: any of them),
 * "source", "gap", "title", "section", "label" (name of the source: its state, its coverage,
 * what it plays, its loud events, what people said). Says what to ask
 * again, never the news itself.
 *
 * Signal "gap" (IsrGap *): a hole is over, from its first moment to the begin of
 * the next file, with its first cause.
 *
 * Signal "deleted" (IsrRecording *): its file is gone for good, deleted by a rule or out of
 * the trash.
 *
 * Signal "renamed" (const char *from, const char *to): what is kept by the name of a
 * recording belongs to another one. While it is in the trash, its path there is its
 * name; @to NULL: it is gone. All are emitted on the main loop. */

/* Opens, or makes, the catalog. ISR_ERROR_STORAGE; with @writable also
 * ISR_ERROR_LOCKED, when another process records into this archive (its pid is
 * in the message). Without @writable nothing is created, repaired or migrated:
 * where there is no catalog to read, isr_catalog_reconcile() makes one in memory. */
IsrCatalog *isr_catalog_open (const char *output_directory, const char *state_directory, gboolean writable, GError **error);

/* Whether this process may change anything: it holds the lock. */
gboolean isr_catalog_is_writable (IsrCatalog *self);

typedef struct {
  const char *state; /* "ok"; "rebuilding": another one is made, of what can be read of it, "damaged": it could
                        not be; "memory": it is no file, until it can be one */
  gint64 since_us;
  char *message; /* what is or was wrong, and what to do; NULL: nothing */
} IsrCatalogCondition;
/* Changes are told as "changed" ("source", ""). Valid until the next one. */
const IsrCatalogCondition *isr_catalog_get_condition (IsrCatalog *self);
/* ISR_ERROR_UNAVAILABLE while it is made again: what it is asked then, it has no answer to. */
gboolean isr_catalog_check_whole (IsrCatalog *self, GError **error);

/* For a reader: tells its listeners when another process has committed something since
 * the last time. */
void isr_catalog_poll (IsrCatalog *self);

/* The zone in which the names of foreign files tell their time; the system's,
 * unless set. */
void isr_catalog_set_timezone (IsrCatalog *self, GTimeZone *zone);

/* Brings catalog and directory together: adopts new files, drops vanished ones,
 * and settles the entries of files that an earlier process left behind. Does
 * nothing when the catalog of another process is read. The first form does it
 * in a worker and is the one for the main loop; the second one blocks. Both end
 * with "changed" ("file", "") if anything was different. */
void isr_catalog_reconcile_async (IsrCatalog *self, GAsyncReadyCallback callback, gpointer data);
gboolean isr_catalog_reconcile_finish (IsrCatalog *self, GAsyncResult *result, GError **error);
gboolean isr_catalog_reconcile (IsrCatalog *self, GError **error);

/* Whether a worker looks into new files now, and how far it is. */
gboolean isr_catalog_is_looking (IsrCatalog *self, guint *done, guint *total);

/* Everything that was given is committed when this returns; nothing is asked or
 * given afterwards. */
void isr_catalog_close (IsrCatalog *self);

/* A file begins (isr-file-opened): @recording->recording is TRUE, its name is
 * relative to the output directory, without ".part". In queries, end_us and bytes
 * of such an entry are those of the file at this moment. */
void isr_catalog_begin (IsrCatalog *self, const IsrRecording *recording);
/* A file is finished (isr-file-closed); the entry is found by its name. Of source,
 * clock, utc_offset, rate, channels, what is not set stays as it was. */
void isr_catalog_finish (IsrCatalog *self, const IsrRecording *recording);
/* What a decoder has found of @name, if its header did not say how long it is (files of
 * other programs: MP4, Matroska). Without that: nothing happens. */
void isr_catalog_note_length (IsrCatalog *self, const char *name, guint64 samples, guint rate, guint channels);
/* The file never came to be, or is gone. */
void isr_catalog_forget (IsrCatalog *self, const char *name);
/* A source changed its state: kept with its time, the ledger is made of these. */
void isr_catalog_note_state (IsrCatalog *self, const IsrSourceState *state);
/* A source plays something else. One that is in force already is not kept again. */
void isr_catalog_note_title (IsrCatalog *self, const IsrTitle *title);

typedef struct {
  const char *source; /* NULL: all */
  const char *text;   /* part of the name, case-insensitive; NULL: all */
  gint64 from_us;     /* overlaps [from_us, to_us), as UTC µs; 0, 0: everything */
  gint64 to_us;
  guint limit;        /* 1-1000 */
  const char *cursor; /* opaque, from the page before; NULL: the first page */
} IsrCatalogQuery;

/* A page of recordings, newest first. @next: cursor of the page after this one,
 * NULL at the end. Stable: what comes or goes meanwhile neither repeats nor hides
 * another recording. ISR_ERROR_USAGE: @cursor is none of ours. */
GPtrArray *isr_catalog_list (IsrCatalog *self, const IsrCatalogQuery *query, char **next, GError **error);
/* Many questions that are asked without a turn of the main loop between them are cheaper, and
 * answered from one state of the catalog, while it is held. NULL: it is, by another one. */
typedef IsrCatalog IsrCatalogHold;
IsrCatalogHold *isr_catalog_hold (IsrCatalog *self);
void isr_catalog_let_go (IsrCatalogHold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrCatalogHold, isr_catalog_let_go)

/* FALSE: there is surely no recording of that name. */
gboolean isr_catalog_has (IsrCatalog *self, const char *name);

/* By its name (the final one, also while it is being written). ISR_ERROR_NOT_FOUND: there is
 * none; else it can not be told. */
IsrRecording *isr_catalog_require (IsrCatalog *self, const char *name, GError **error);
/* The same for whom both are one: NULL. */
IsrRecording *isr_catalog_lookup (IsrCatalog *self, const char *name);
/* (element-type utf8): names of all that reach into the span of @query, in any order. */
GPtrArray *isr_catalog_names (IsrCatalog *self, const IsrCatalogQuery *query, GError **error);
/* The one of @source that holds @at_us; NULL without an error: none. */
IsrRecording *isr_catalog_search_at (IsrCatalog *self, const char *source, gint64 at_us, GError **error);
/* The same for whom both are one. */
IsrRecording *isr_catalog_find_at (IsrCatalog *self, const char *source, gint64 at_us);
/* The newest ones of @source, @n at most, newest first, before this process records anything:
 * what is being written there was so when another one died, and reconcile has not settled it. */
GPtrArray *isr_catalog_find_last (IsrCatalog *self, const char *source, guint n);
/* Its row alone (no events, no protection, a file being written as it began), and @fd, its
 * bytes, with what @st says of them, or -1 and errno. Row and descriptor are the catalog's,
 * valid until its next call. NULL without an error: there is none. What was found a moment
 * before is found also while the catalog can not be read. */
const IsrRecording *isr_catalog_find (IsrCatalog *self, const char *name, int *fd, struct stat *st, GError **error);
/* Its bytes, to be read; -1, and errno. No link is followed. */
int isr_catalog_open_file (IsrCatalog *self, const IsrRecording *recording);
/* The same for workers, who have values only. */
int isr_recording_open (const char *output_directory, const IsrRecording *recording);
/* Where its bytes are now: absolute, with ".part" while it is being written (or
 * when it could not be finished). */
char *isr_catalog_get_path (IsrCatalog *self, const IsrRecording *recording);
const char *isr_catalog_get_output_directory (IsrCatalog *self);
const char *isr_catalog_get_state_directory (IsrCatalog *self);

typedef struct {
  char *day; /* YYYY-MM-DD, in @zone */
  guint files;
  guint64 bytes;
  double duration; /* seconds */
  /* Of all sources that count that day together: */
  gint64 recorded_us;
  gint64 span_us;   /* 0: nothing of the day counts; negative: not known */
  guint events;     /* loud ones that begin in it */
  guint unreviewed; /* of them: without a verdict */
  gboolean counted; /* the catalog's: the two are known */
  gboolean noted;   /* the catalog's: something went wrong in it, for a day without files */
} IsrDay;

void isr_day_free (IsrDay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDay, isr_day_free)
/* Days that have recordings, or should have (files 0: the ledger knows why there is none),
 * newest first; @source NULL: all. A recording counts for the local day that it begins in. */
GPtrArray *isr_catalog_days (IsrCatalog *self, const char *source, GTimeZone *zone, GError **error);
/* The same of those whose name holds @text, whatever its case; coverage and events
 * stay those of the whole day. */
GPtrArray *isr_catalog_search_days (IsrCatalog *self, const char *source, const char *text, GTimeZone *zone, GError **error);
/* Both (@text NULL: the first one) on the main loop: a worker counts. */
void isr_catalog_days_async (IsrCatalog *self, const char *source, const char *text, GTimeZone *zone, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *isr_catalog_days_finish (IsrCatalog *self, GAsyncResult *result, GError **error);

/* The ledger: every second of every source is recorded, or in a hole with its
 * cause. A source counts from its first recorded second on; one of the
 * configuration until now (while a file is written: until the end of that file),
 * any other until its last recorded second. */

/* The sources of the configuration. */
void isr_catalog_set_sources (IsrCatalog *self, const char *const *names);
/* Recording is about to be stopped because the process ends: what is missing from
 * now on is "not-running" and not "stopped". */
void isr_catalog_note_end (IsrCatalog *self, gint64 now_us);
/* (element-type IsrCoverage): of @source, or (NULL) of each source that counts in
 * [from_us, to_us), by name. Of a source that there never was, nothing counts. */
GPtrArray *isr_catalog_coverage (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, gint64 now_us, GError **error);
/* The share of today, in @zone, that @source has; negative: nothing counts yet.
 * Cheap: known again every few seconds. */
double isr_catalog_coverage_today (IsrCatalog *self, const char *source, GTimeZone *zone, gint64 now_us);

/* A page of titles (IsrTitle), newest first: those that begin in [from_us, to_us) and
 * have the text in title or artist; cursors as above. */
GPtrArray *isr_catalog_titles (IsrCatalog *self, const IsrCatalogQuery *query, char **next, GError **error);
/* All of a recording, oldest first; the first one may have begun before it. */
GPtrArray *isr_catalog_titles_of (IsrCatalog *self, const IsrRecording *recording, GError **error);

/* A loud event is final (its state is ENDED). One that begins when another of its
 * source begins is that one, told again. */
void isr_catalog_note_event (IsrCatalog *self, const IsrEvent *event);
/* The first of the events (IsrEvent) of @source (NULL: all) that begin in [from_us, to_us), by
 * their start, fewer than @limit (2 or more): all that begin before @next_us, which is @to_us
 * when there are no others. */
GPtrArray *isr_catalog_events_from (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, guint limit, gint64 *next_us, GError **error);
/* How many begin in [from_us, to_us). */
guint isr_catalog_count_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us);
/* Those that begin in it (IsrEvent), the highest scores first: @limit of them, of @total. */
GPtrArray *isr_catalog_top_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, guint limit, guint *total, GError **error);
/* @events (of @source, element-type IsrEvent) are all there are now that begin in
 * [from_us, to_us): what was known of that span is forgotten. */
void isr_catalog_replace_events (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GPtrArray *events);

G_END_DECLS
