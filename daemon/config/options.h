/* SPDX-License-Identifier: MIT */
/* options.h - the one table of options: it parses, documents and tests itself.
 *
 * A new option is one row of the table in options.c: nothing else has to know.
 * A row marked `later` belongs to a part that this version has not: its key is
 * known, earns a warning instead of silence, and has no effect. */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

/* Where a key may stand. */
typedef enum {
  ISR_GROUP_GENERAL = 1 << 0,
  ISR_GROUP_STREAM = 1 << 1, /* a section with type = stream */
  ISR_GROUP_SOUNDCARD = 1 << 2,
  ISR_GROUP_TEST = 1 << 3,
  ISR_GROUP_WEB = 1 << 4,
  ISR_GROUP_STORAGE = 1 << 5,
  ISR_GROUP_HOOKS = 1 << 6,
  ISR_GROUP_MQTT = 1 << 7,
} IsrGroup;

#define ISR_GROUP_SOURCES (ISR_GROUP_STREAM | ISR_GROUP_SOUNDCARD | ISR_GROUP_TEST)

typedef struct _IsrOption IsrOption;

/* Reads @value into @field (of the type that the row's struct has there). */
typedef gboolean (*IsrOptionSet) (const IsrOption *self, const char *value, gpointer field, GError **error);

struct _IsrOption {
  guint groups; /* IsrGroup */
  const char *key;
  const char *fallback; /* the default, as it would be written; NULL: unset */
  const char *help;     /* one sentence */

  IsrOptionSet set;
  const char *words; /* values that are words: "auto mp3 ogg" */
  double min, max;   /* of a number, in its unit */
  const char *unit;  /* how people call it: "minutes" */
  double scale;      /* what one unit is in the struct: ns, bytes, ... */

  gsize in_config; /* offset in IsrConfig; 0: not there */
  gsize in_source; /* offset in IsrSourceConfig; 0: not there */

  gboolean unheard; /* of a source: it does not matter to who records it */
  gboolean later;
};

const IsrOption *isr_options_get (guint *n);

/* The option that is called @key in sections of @group, or NULL. */
const IsrOption *isr_options_find (guint group, const char *key);

/* Keys of @groups (const char *), those of later versions not among them. */
GPtrArray *isr_options_list_keys (guint groups);

/* "[general] or a source", "[web]": for people. */
char *isr_groups_describe (guint groups);

/* What may be written: "a number from 0 to 1440 (minutes)". */
char *isr_option_describe (const IsrOption *self);

/* Reads @value into whichever of @config and @source is given and has the field. */
gboolean isr_option_apply (const IsrOption *self, const char *value, IsrConfig *config, IsrSourceConfig *source, GError **error);

/* The table as people read it: the part of README.md between the markers
 * <!-- options --> and <!-- /options -->. */
char *isr_options_to_markdown (void);

G_END_DECLS
