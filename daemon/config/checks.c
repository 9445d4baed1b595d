/* SPDX-License-Identifier: MIT */
/* checks.c - does a configuration whose values are right each make sense as a whole. */
#include "daemon/config/checks.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "daemon/config/problem.h"
#include "daemon/config/sections.h"
#include "daemon/core/advice.h"
#include "plugins/format/format.h"

#define SPLIT_MIN (100 * 1000 * 1000) /* ns */

typedef struct {
  const IsrConfig *config;
  const IsrIni *ini;
  GPtrArray *problems;
} Check;

/* Where @key of @section was said, or else of [general]; NULL: nowhere. */
static const IsrIniEntry *
find_entry (const Check *self, const char *section, const char *key)
{
  const char *const places[] = { section, "general" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    const IsrIniSection *place = isr_ini_get_section (self->ini, places[i]);
    const IsrIniEntry *entry = place ? isr_ini_section_get (place, key) : NULL;

    if (entry)
      return entry;
  }
  return NULL;
}

static void complain (const Check *self, gboolean fatal, const char *section, const char *key, const char *format, ...) G_GNUC_PRINTF (5, 6);

/* A problem of @key: where it was said, or where its section is. */
static void
complain (const Check *self, gboolean fatal, const char *section, const char *key, const char *format, ...)
{
  const IsrIniEntry *entry = find_entry (self, section, key);
  const IsrIniSection *place = isr_ini_get_section (self->ini, section);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  isr_problem_add (self->problems, fatal, entry ? entry->where : self->ini->name,
      entry ? entry->line : place ? place->line
                                  : 0,
      "[%s] %s: %s", entry ? entry->section : section, key, text);
}

/* Why files can not be made in @directory, which need not be there yet. */
static char *
find_obstacle (const char *directory)
{
  g_autofree char *place = g_strdup (directory);

  while (!g_file_test (place, G_FILE_TEST_EXISTS) && strcmp (place, "/") != 0) {
    g_autofree char *parent = g_path_get_dirname (place);

    g_free (g_steal_pointer (&place));
    place = g_steal_pointer (&parent);
  }
  if (!g_file_test (place, G_FILE_TEST_IS_DIR))
    return g_strdup_printf ("“%s” is no directory: name another one", place);
  if (g_access (place, W_OK | X_OK) != 0) {
    int code = errno;
    g_autofree char *advice = isr_advise_writing (code, place);

    return g_strdup_printf ("“%s” can not be written: %s%s; or name another directory", place, g_strerror (code), advice);
  }
  return NULL;
}

static void
check_directory (const Check *self, const char *section, const char *key, const char *directory)
{
  g_autofree char *obstacle = find_obstacle (directory);

  if (obstacle)
    complain (self, TRUE, section, key, "%s", obstacle);
}

static void
check_log_file (const Check *self)
{
  const char *path = self->config->log_file;
  g_autofree char *directory = path ? g_path_get_dirname (path) : NULL;

  if (!path)
    return;
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    complain (self, TRUE, "general", "log_file", "“%s” is a directory: add the name of a file", path);
  else if (!g_file_test (directory, G_FILE_TEST_IS_DIR))
    complain (self, TRUE, "general", "log_file", "there is no directory “%s”: make it first", directory);
  else if (g_access (g_file_test (path, G_FILE_TEST_EXISTS) ? path : directory, W_OK) != 0)
    complain (self, TRUE, "general", "log_file", "“%s” can not be written: %s", path, g_strerror (errno));
}

static gboolean
is_below (const char *path, const char *directory)
{
  gsize length = strlen (directory);

  return g_str_equal (directory, "/") || (g_str_has_prefix (path, directory) && (path[length] == '\0' || path[length] == '/'));
}

static void
check_output (const Check *self, const IsrSourceConfig *source)
{
  if (!is_below (source->output_directory, self->config->output_directory))
    complain (self, TRUE, source->name, "output_directory", "“%s” does not lie below “%s”, the output_directory of [general]: one archive has one root",
        source->output_directory, self->config->output_directory);
  else if (!g_str_equal (source->output_directory, self->config->output_directory))
    check_directory (self, source->name, "output_directory", source->output_directory);
}

static void
check_split (const Check *self, const IsrSourceConfig *source)
{
  if (source->split_interval > 0 && source->split_interval < SPLIT_MIN)
    complain (self, TRUE, source->name, "split_minutes", "a file can not be shorter than 100 ms (0.0017 minutes); 0 = never split");
}

/* A login in the address becomes username and password: addresses are logged. */
static void
take_login (const Check *self, IsrSourceConfig *source)
{
  g_autoptr (GUri) uri = g_uri_parse (source->url, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED, NULL);
  const char *user = uri ? g_uri_get_user (uri) : NULL;

  if (!user)
    return;
  if (source->username || source->password)
    complain (self, TRUE, source->name, "url", "there is a login in the address and one beside it: remove one of the two");
  source->username = source->username ? source->username : g_uri_unescape_string (user, NULL);
  if (!source->password && g_uri_get_password (uri))
    source->password = g_uri_unescape_string (g_uri_get_password (uri), NULL);
  g_free (source->url);
  source->url = g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
}

static void
check_stream (const Check *self, IsrSourceConfig *source)
{
  const IsrIniSection *section = isr_ini_get_section (self->ini, source->name);

  if (isr_ini_section_get (section, "password") && isr_ini_section_get (section, "password_file"))
    complain (self, TRUE, source->name, "password_file", "there is a password too: remove one of the two");
  if (source->url)
    take_login (self, source);
  else if (!isr_ini_section_get (section, "url"))
    isr_problem_add (self->problems, TRUE, self->ini->name, source->line,
        "[%s] url: is missing: a stream needs its address, such as url = http://host:8000/live.mp3", source->name);
}

static void
check_name (const Check *self, const IsrSourceConfig *source)
{
  const char *bad = strpbrk (source->name, "/\\:*?\"<>|");

  if (bad)
    isr_problem_add (self->problems, FALSE, self->ini->name, source->line,
        "[%s]: “%c” in a source's name makes trouble in file names; use letters, digits, - and _", source->name, *bad);
  else if (source->name[0] == '.')
    isr_problem_add (self->problems, FALSE, self->ini->name, source->line,
        "[%s]: the dot at the beginning becomes _ in file names", source->name);
}

static GTimeZone *
get_zone (const IsrSourceConfig *source)
{
  return source->timezone ? g_time_zone_new_identifier (source->timezone) : g_time_zone_new_local ();
}

/* A name that the sources @a and @b would both give to a file; NULL: none. */
static char *
find_collision (const IsrSourceConfig *a, const IsrSourceConfig *b, gint64 time_a, gint64 time_b)
{
  g_autoptr (GTimeZone) zone = get_zone (a);
  g_autofree char *name_a = isr_naming_format (a->filename_pattern, a->name, zone, time_a);
  g_autofree char *name_b = isr_naming_format (b->filename_pattern, b->name, zone, time_b);
  g_autofree char *path_a = g_build_filename (a->output_directory, name_a, NULL);
  g_autofree char *path_b = g_build_filename (b->output_directory, name_b, NULL);

  return g_str_equal (path_a, path_b) ? g_steal_pointer (&path_a) : NULL;
}

/* Noon of a Sunday, 2023-01-01, where the source's clock is; microseconds. */
static gint64
get_noon (const IsrSourceConfig *source)
{
  g_autoptr (GTimeZone) zone = get_zone (source);
  g_autoptr (GDateTime) noon = g_date_time_new (zone, 2023, 1, 1, 12, 0, 0);

  return g_date_time_to_unix (noon) * G_USEC_PER_SEC;
}

/* Names that come again: at the next boundary, day, week, month, year. */
static void
check_repetition (const Check *self, const IsrSourceConfig *source)
{
  const gint64 noon = get_noon (source);
  const struct {
    double seconds;
    const char *when;
  } later[] = {
    { (double) source->split_interval / 1e9, "at the next boundary" },
    { 86400, "a day later" },
    { 7 * 86400, "a week later" },
    { 31 * 86400, "a month later" },
    { 365 * 86400, "a year later" },
  };

  for (guint i = source->split_interval ? 0 : 1; i < G_N_ELEMENTS (later); i++) {
    g_autofree char *path = find_collision (source, source, noon, noon + (gint64) (later[i].seconds * G_USEC_PER_SEC));

    if (!path)
      continue;
    complain (self, FALSE, source->name, "filename_pattern", "%s the names of [%s] repeat: the files get _2, _3 and so on; add what tells them apart (%s)",
        later[i].when, source->name, i == 0 && later[0].seconds < 1 ? "%Y%m%d_%H%M%S_%f" : "%Y%m%d_%H%M%S");
    return;
  }
}

static void
check_pair (const Check *self, const IsrSourceConfig *a, const IsrSourceConfig *b)
{
  const gint64 noon = get_noon (a);
  g_autofree char *path = find_collision (a, b, noon, noon);

  if (path)
    complain (self, FALSE, b->name, "filename_pattern", "[%s] and [%s] give their files the same names; add {source}", a->name, b->name);
  if (g_ascii_strcasecmp (a->name, b->name) == 0)
    isr_problem_add (self->problems, FALSE, self->ini->name, b->line,
        "[%s] and [%s] differ in capitals alone: they are two sources", a->name, b->name);
}

static void
check_source (const Check *self, IsrSourceConfig *source, guint index)
{
  check_name (self, source);
  check_output (self, source);
  check_split (self, source);
  check_repetition (self, source);
  if (source->type == ISR_SOURCE_STREAM)
    check_stream (self, source);
  for (guint i = 0; i < index; i++)
    check_pair (self, g_ptr_array_index (self->config->sources, i), source);
}

/* Whether there is a section that is or was meant to be a source. */
static gboolean
has_source (const IsrIni *ini)
{
  for (guint i = 0; i < ini->sections->len; i++)
    if (!isr_section_is_reserved (((IsrIniSection *) g_ptr_array_index (ini->sections, i))->name))
      return TRUE;
  return FALSE;
}

void
isr_checks_run (IsrConfig *config, const IsrIni *ini, gboolean need_source, GPtrArray *problems)
{
  const Check self = { config, ini, problems };

  if (need_source) /* who records nothing writes nothing */
    check_directory (&self, "general", "output_directory", config->output_directory);
  if (need_source && !g_str_equal (config->state_directory, config->output_directory))
    check_directory (&self, "storage", "state_directory", config->state_directory);
  check_log_file (&self);
  for (guint i = 0; i < config->sources->len; i++)
    check_source (&self, g_ptr_array_index (config->sources, i), i);
  if (need_source && !has_source (ini))
    isr_problem_add (problems, TRUE, ini->name, 0,
        "there is nothing to record: add a section with “type = stream”, soundcard or test");
}
