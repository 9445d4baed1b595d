/* SPDX-License-Identifier: MIT */
/* catalog-private.h - the catalog as its own files see it: catalog.c (what is given
 * and asked), catalog-reconcile.c (looking the directory through) and
 * catalog-coverage.c (the ledger). Nobody else includes this. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/day-cache.h"
#include "daemon/archive/db-mend.h"
#include "daemon/archive/dir-watch.h"
#include "daemon/archive/journal.h"
#include "daemon/archive/ledger.h"
#include "daemon/archive/lock.h"
#include "daemon/archive/overlay.h"
#include "daemon/archive/snapshots.h"
#include "daemon/archive/storage.h"
#include "daemon/archive/writer.h"

G_BEGIN_DECLS

typedef struct _IsrMending IsrMending; /* catalog-damage.c */
typedef struct _IsrMove IsrMove;       /* catalog-memory.c */

struct _IsrCatalog {
  GObject parent;

  char *output_directory;
  char *database; /* path; NULL: in memory */
  char *place;    /* where it is, or is to be */
  gboolean writable;
  gboolean snapshot; /* of another one, for a worker: its connection alone */
  IsrSnapshots *snapshots;
  GTimeZone *zone;
  IsrLock *lock;
  sqlite3 *db; /* the reader's connection, with `pending` */
  IsrWriter *writer;
  gsize next_id;        /* atomic: reconcile takes a range of them in its worker */
  gsize first_id;       /* what is being written and has less is a dead process'; 0: the rows say it */
  gboolean left_behind; /* they could not be told so */
  gsize settled;        /* the last commit that was taken note of */
  GHashTable *found;    /* name -> Found: what was asked for since; emptied by every change */
  guint forget;         /* timer */
  sqlite3_stmt *find;   /* the question for it, prepared once */
  gsize overlays_settled[ISR_OVERLAYS];
  gboolean reconciling;
  IsrDirWatch *watch;         /* from the first look on */
  gboolean look_again;        /* what follows has changed meanwhile */
  GPtrArray *look_at;         /* names; NULL: everything */
  guint progress;             /* timer */
  gint told;                  /* looked_at, when it was told */
  gint looked_at, to_look_at; /* atomic: new files that its worker has looked into, and has found */
  GAsyncQueue *reconciled;    /* one token when the worker has ended */

  IsrDayCache *days;
  GPtrArray *sources; /* IsrSourceFiles, counted; NULL: to be counted */
  guint64 changes;    /* of what they are counted from */
  gint64 polled;      /* of another process' catalog, when its news were told */
  guint64 hides;      /* how often events were hidden, or shown again; of a snapshot: which of these times it knows */
  GArray *hidden_ids; /* gint64: which ones, as of */
  guint64 hidden_ids_of;
  gint64 hidden;  /* of another process' catalog, when the events of its trash were hidden */
  gint64 version; /* of another process' catalog, when the days were counted */

  guint trash_days;
  gboolean trash_stuck; /* it was said that it can not be emptied */
  IsrStorageRules rules;
  IsrSpaceFunc measure; /* NULL: statvfs() */
  gpointer measure_data;
  IsrJournal *journal; /* opened when it is needed */

  GHashTable *live;     /* name -> IsrRecording: what is being written by us */
  GPtrArray *held_back; /* what could not be noted, for it is damaged */
  gboolean incomplete;  /* it is made again, and the directory is not looked through yet */
  IsrMending *mended;   /* what came out of it, until that is told */
  IsrMending *mending;  /* NULL: it is whole, or nobody does anything about that */
  IsrMove *moving;      /* NULL: it stays in memory, or on the disk */
  IsrDbMended left;     /* how what lies at its place was read */
  gint64 move_at;       /* monotonic: not before */
  gint64 pause;         /* µs between two attempts */
  IsrCatalogCondition condition;
  guint damages;    /* of databases, when ours was last looked at */
  gint64 mended_at; /* monotonic; 0: never */
  guint look;       /* timer */

  IsrLedger *ledger;      /* with a writer of our own archive */
  char *state_directory;  /* where a living recorder leaves its status.json */
  GStrv alive;            /* sources of the configuration: they count until now */
  GHashTable *news;       /* where another process writes: what it says, and can not note (status-news.h) */
  gboolean today_unknown; /* and that was said */
  GHashTable *today;      /* source -> what is known of its coverage today */
};

/* catalog.c, catalog-days.c */
void isr_catalog_changed (IsrCatalog *self, const char *kind, const char *name);
/* A finished recording came or went, or is another now: what was counted is kept true. */
void isr_catalog_recount (IsrCatalog *self, const IsrRecording *recording, gboolean gone);
/* Where another process writes: what was counted is dropped when it has committed something. */
void isr_catalog_drop_old (IsrCatalog *self);
/* Of all recordings, what is being written as well: out of the days, which are counted. */
gboolean isr_catalog_sum_bytes (IsrCatalog *self, guint64 *bytes, GError **error);
/* Drops what is committed from the overlay: before every question. */
void isr_catalog_settle (IsrCatalog *self);
/* A file has another name, or a place in the trash instead of one; NULL: neither. */
void isr_catalog_renamed (IsrCatalog *self, const char *from, const char *to);
/* The row goes, whatever becomes of the file. */
void isr_catalog_drop_row (IsrCatalog *self, const IsrRecording *recording);
/* The file of a recording is gone for good. */
void isr_catalog_deleted (IsrCatalog *self, const IsrRecording *recording);
/* A recording that was away, as it is now: no news for the ledger. */
void isr_catalog_bring_back (IsrCatalog *self, const IsrRecording *recording);
/* ISR_ERROR_READ_ONLY where nothing may be changed. */
gboolean isr_catalog_check_writable (IsrCatalog *self, GError **error);

/* sources.c */
/* A row was @was (NULL: there was none), and is @now (NULL: there is none any more). */
void isr_sources_follow (IsrCatalog *self, const IsrRecording *was, const IsrRecording *now);
/* They are to be counted again. */
void isr_sources_forget (IsrCatalog *self);

/* catalog-files.c */
/* When its file was written last, as far as there is one: what the directory says. */
void isr_catalog_measure (IsrCatalog *self, IsrRecording *recording);
/* An entry of `found`. */
void isr_found_file_free (gpointer data);
/* The row of a name, as it is in the database and before it; NULL without an error: none. */
IsrRecording *isr_catalog_read_row (IsrCatalog *self, const char *name, GError **error);

/* catalog-open.c */
/* What is laid over a connection that reads; any thread. */
gboolean isr_catalog_prepare (sqlite3 *db, GError **error);

/* catalog-damage.c */
/* From now on the database is looked at when something is said to be damaged. */
void isr_catalog_watch_damage (IsrCatalog *self);
/* Now, in a worker, until when nothing is read or written. FALSE: not now, the directory is
 * looked through. */
gboolean isr_catalog_mend (IsrCatalog *self);
/* It is waited for, whatever comes out of it. */
void isr_catalog_end_mending (IsrCatalog *self);
void isr_catalog_forget_mended (IsrCatalog *self);
/* @func is called with @value, which is taken, as soon as it is made again, if @error is that it
 * is damaged. */
typedef void (*IsrHeldFunc) (IsrCatalog *self, gpointer value);
void isr_catalog_hold_back (IsrCatalog *self, const GError *error, IsrHeldFunc func, gpointer value, GDestroyNotify free_value);
void isr_catalog_set_condition (IsrCatalog *self, const char *state, const char *message);

/* catalog-memory.c */
/* It is in memory because @why, with what could be read of the one at its place. */
void isr_catalog_note_memory (IsrCatalog *self, const GError *why, const IsrDbMended *read);
/* Where that is possible now, it goes to the disk in a worker. */
void isr_catalog_leave_memory (IsrCatalog *self);
/* It is waited for, if it is on its way; where it is not, it goes now. */
void isr_catalog_end_move (IsrCatalog *self);
void isr_catalog_save_memory (IsrCatalog *self);

/* catalog-exchange.c */
typedef struct {
  sqlite3 *db, *reader; /* prepared; without a reader it is in memory, and one for both */
  gboolean broken;      /* not all of its trash may be known */
} IsrNewDatabase;
/* One that was written to @path: it gets a reader. Takes @db, if it is not NULL. */
gboolean isr_new_database_open (IsrNewDatabase *self, sqlite3 *db, const char *path, GError **error);
/* Takes both, while the writer rests: it goes on in it. */
void isr_catalog_exchange (IsrCatalog *self, const IsrNewDatabase *new);

/* catalog-rows.c */
/* What a file being written has so far. */
void isr_catalog_refresh (IsrCatalog *self, IsrRecording *recording);
/* The same, and what else is known: protection, events. */
gboolean isr_catalog_complete (IsrCatalog *self, IsrRecording **recordings, guint n, GError **error);

/* catalog-reconcile.c: its worker has the writer, neither goes before it has ended;
 * nothing is watched any more. */
void isr_catalog_stop_reconcile (IsrCatalog *self);
/* What was changed by hand while it was not to be looked at. */
void isr_catalog_look_after (IsrCatalog *self);

/* catalog-coverage.c */
/* Gives each day of @days that has none its coverage. @keep: but days that are not
 * over, for the list is kept. */
gboolean isr_catalog_cover_days (IsrCatalog *self, GPtrArray *days, const char *source, GTimeZone *zone, gboolean keep, GError **error);
/* Adds the days without recordings that something may be noted of. */
gboolean isr_catalog_fill_days (IsrCatalog *self, GPtrArray *days, const char *source, GTimeZone *zone, GError **error);

/* catalog-live.c */
/* What may not be in the database yet of the notes of @source: asked before it, so that what is
 * committed meanwhile is in one of the two. */
GArray *isr_catalog_list_given (IsrCatalog *self, const char *source);
/* All notes that reach into the span, to @notes. */
gboolean isr_catalog_read_notes (IsrCatalog *self, const char *source, gint64 from_us, gint64 to_us, GArray *notes, GError **error);
/* Adds its files being written to @stretches, and lowers @end_us, how far the source counts, to where
 * what is recorded of it now ends. @last_us: end of its last finished one. */
gboolean isr_catalog_add_live (IsrCatalog *self, const char *source, GPtrArray *live, GArray *stretches, gint64 last_us, gint64 *end_us, GError **error);

/* For those siblings that need no more: */
sqlite3 *isr_catalog_get_reader (IsrCatalog *self);   /* never NULL before it is closed */
IsrWriter *isr_catalog_get_writer (IsrCatalog *self); /* NULL: another process writes */

G_END_DECLS
