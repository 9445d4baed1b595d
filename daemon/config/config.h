/* SPDX-License-Identifier: MIT */
/* config.h - the configuration as typed, validated values.
 *
 * Made once at start (and again at a reload), immutable, shared by reference.
 * Everything is checked here, before gst_init() and before anything is opened:
 * whoever is given an IsrConfig need not doubt it. Which keys there are, their
 * defaults, units and ranges: the table in options.c, which parses, documents
 * and tests itself. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_SOURCE_STREAM,
  ISR_SOURCE_SOUNDCARD,
  ISR_SOURCE_TEST,
} IsrSourceType;

const char *isr_source_type_to_string (IsrSourceType type); /* "stream", "soundcard", "test" */

#define ISR_KEEP_AS_STORAGE G_MAXUINT

/* One section with a `type`; what it does not say it has from [general]. */
typedef struct {
  char *name;
  IsrSourceType type;
  guint line; /* of the section in the file; 0: not from a file */

  char *output_directory; /* absolute */
  char *filename_pattern; /* strftime and {source}, below output_directory */
  gint64 split_interval;  /* ns; 0 = never */
  gint64 split_offset;    /* ns */
  char *timezone;         /* NULL: the system's */
  gint64 sync_interval;   /* ns */
  gint64 fsync_interval;  /* ns; 0 = at close */
  guint max_retries;      /* 0 = for ever */
  gint64 retry_delay;     /* ns */

  guint keep_days; /* 0 = for ever; ISR_KEEP_AS_STORAGE: as [storage] says */

  gboolean loudness;
  double margin;  /* dB */
  gint64 min_gap; /* ns */
  char *mode;     /* "adaptive", "blocks" */

  char *format; /* stream: auto mp3 ogg aac flac opus; soundcard, test: wav flac */

  char *url; /* stream; a login that was in it is in username and password */
  char *username;
  char *password; /* password_file is read at load time into this */
  gint64 stall;   /* ns */
  char *http_source;

  char *device;      /* soundcard */
  guint sample_rate; /* Hz; 0 = native */
  guint channels;    /* 0 = native */

  char *scene; /* test */
} IsrSourceConfig;

typedef struct {
  char *path;         /* of the file; NULL for the embedded default */
  GPtrArray *sources; /* IsrSourceConfig, in the order of the file */

  char *output_directory;   /* absolute */
  char *state_directory;    /* absolute */
  char *timezone;           /* of [general]; NULL: the system's */
  GLogLevelFlags log_level; /* the least severe level that is logged */
  char *log_file;           /* NULL: stderr only */

  double margin;  /* of [general], dB: what the page begins with */
  gint64 min_gap; /* ns */
  char *mode;

  char *listen_host; /* [web]; NULL: `listen = none`; "*": every address of the machine */
  guint listen_port; /* 0: any free one */
  char *web_password_file;
  char *tls_certificate;
  char *tls_key;
  GStrv allow_origins; /* never NULL */
  guint connections_per_address;

  guint keep_days;       /* [storage]; 0 = for ever */
  guint64 min_free;      /* bytes; 0 = unset */
  double min_free_share; /* 0-1; 0 = unset */
  guint trash_days;

  char *on_state; /* [hooks]; commands as a shell splits them; NULL: none */
  char *on_file;
  char *on_gap;
  char *on_event;
  char *webhook;        /* NULL: none; a secret */
  GStrv webhook_events; /* of state, file, gap, event; never NULL */
  gint64 hook_limit;    /* ns */

  char *mqtt_host; /* [mqtt]; NULL: none */
  guint mqtt_port;
  gboolean mqtt_tls;
  char *mqtt_username;
  char *mqtt_password; /* password_file is read at load time into this */
  char *mqtt_ca_file;  /* NULL: the system's */
  char *mqtt_topic;
  char *mqtt_discovery_prefix; /* "none": no discovery */
} IsrConfig;

/* One mistake (or warning) of the configuration, as people read it:
 * "config.ini:12: [mic] sample_rate: “banana” is not a number; ..." */
typedef struct {
  gboolean fatal; /* FALSE: a warning */
  guint line;     /* 0: not in the file */
  char *text;     /* complete, with path and line */
} IsrConfigProblem;

/* Reads @path (NULL: the embedded default), then ISR_<SECTION>_<KEY> of
 * @environ, then @overrides ("SECTION.KEY=VALUE"), and checks everything.
 * All problems are appended to @problems (IsrConfigProblem), warnings too.
 * NULL when any of them is fatal. */
IsrConfig *isr_config_load (const char *path, const char *const *environ_, const char *const *overrides, GPtrArray *problems);

/* The same for those that record nothing (`isr serve`): no source is needed. */
IsrConfig *isr_config_load_archive (const char *path, const char *const *environ_, const char *const *overrides, GPtrArray *problems);

/* Before it is shared: what was loaded is for the archive in @directory, which is another
 * one than the configuration says; then it has no sources, and keeps its state itself. */
void isr_config_set_archive (IsrConfig *self, const char *directory);

/* The same for a text, which messages call @name. */
IsrConfig *isr_config_load_text (const char *name, const char *text, const char *const *environ_, const char *const *overrides, GPtrArray *problems);
GPtrArray *isr_config_problems_new (void);

IsrConfig *isr_config_ref (IsrConfig *self);
void isr_config_unref (IsrConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrConfig, isr_config_unref)

const IsrSourceConfig *isr_config_get_source (const IsrConfig *self, const char *name);

/* Whether the two are recorded alike: all that a recorder has to know is the same, by
 * the table of options. How long it is kept (keep_days) and where it stands in the file do not count. */
gboolean isr_source_config_equal (const IsrSourceConfig *a, const IsrSourceConfig *b);

/* ./config.ini, /etc/isr/config.ini, else NULL: the embedded default. */
char *isr_config_find (void);

/* The embedded default, as an INI text: records the default sound card. */
const char *isr_config_get_default_text (void);

/* The one of `isr --demo`: records the synthetic scene. */
const char *isr_config_get_demo_text (void);

G_END_DECLS
