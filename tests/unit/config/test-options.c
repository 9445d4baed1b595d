/* SPDX-License-Identifier: MIT */
/* The table of options against itself, the loader and README.md. */
#include <locale.h>
#include <string.h>

#include <glib.h>

#include "daemon/config/config-private.h"
#include "daemon/config/nearest.h"
#include "daemon/config/options.h"
#include "daemon/config/values.h"

static const char *readme;

static gboolean
apply (const IsrOption *option, const char *value)
{
  g_autoptr (IsrConfig) config = isr_config_new ();
  g_autoptr (IsrSourceConfig) source = isr_source_config_new ();

  return isr_option_apply (option, value, config, source, NULL);
}

/* Every row is complete: it has a field, a sentence, and no key twice in a group. */
static void
test_rows (void)
{
  guint n;
  const IsrOption *options = isr_options_get (&n);

  for (guint i = 0; i < n; i++) {
    g_autofree char *values = isr_option_describe (&options[i]);

    g_test_message ("%s", options[i].key);
    g_assert_nonnull (options[i].set);
    g_assert_true (options[i].in_config || options[i].in_source);
    g_assert_true (!(options[i].groups & ISR_GROUP_SOURCES) || options[i].in_source);
    g_assert_true (g_str_has_suffix (options[i].help, "."));
    g_assert_true (*values != '\0');
    for (guint j = 0; j < i; j++)
      g_assert_false (g_str_equal (options[i].key, options[j].key) && options[i].groups & options[j].groups);
  }
}

/* A documented default is a value that may be written. */
static void
test_defaults_parse (void)
{
  guint n;
  const IsrOption *options = isr_options_get (&n);

  for (guint i = 0; i < n; i++) {
    g_test_message ("%s = %s", options[i].key, options[i].fallback);
    g_assert_true (!options[i].fallback || apply (&options[i], options[i].fallback));
  }
}

/* The ends of a range are inside, what is just beyond is not; every word is one. */
static void
test_ranges (void)
{
  guint n;
  const IsrOption *options = isr_options_get (&n);

  for (guint i = 0; i < n; i++) {
    g_auto (GStrv) words = g_strsplit (options[i].words ? options[i].words : "", " ", -1);
    const double ends[] = { options[i].min, options[i].max, options[i].min - 1, options[i].max + 1 };

    for (guint j = 0; words[j]; j++)
      g_assert_true (apply (&options[i], words[j]));
    g_assert_true (!options[i].words || !apply (&options[i], "no such word"));
    for (guint j = 0; options[i].max > 0 && j < G_N_ELEMENTS (ends); j++) {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_dtostr (text, sizeof text, ends[j]);
      g_test_message ("%s = %s", options[i].key, text);
      g_assert_true (apply (&options[i], text) == (j < 2));
    }
  }
}

/* What the loader fills in is what the table says, for each type of source. */
static void
test_defaults_hold (void)
{
  static const char text[] = "[a]\ntype=stream\nurl=http://localhost/\n[b]\ntype=soundcard\n[c]\ntype=test\n";
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_config_load_text ("x.ini", text, NULL, NULL, problems);
  const IsrSourceConfig *stream = isr_config_get_source (config, "a");
  const IsrSourceConfig *card = isr_config_get_source (config, "b");
  const IsrSourceConfig *test = isr_config_get_source (config, "c");
  g_autofree char *directory = g_canonicalize_filename ("recordings", NULL);

  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_cmpstr (config->output_directory, ==, directory);
  g_assert_cmpstr (config->state_directory, ==, directory);
  g_assert_cmpint (config->log_level, ==, G_LOG_LEVEL_INFO);
  g_assert_null (config->log_file);
  g_assert_null (config->timezone);
  g_assert_cmpstr (config->listen_host, ==, "127.0.0.1");
  g_assert_cmpuint (config->listen_port, ==, 8080);
  g_assert_nonnull (config->allow_origins);
  g_assert_cmpstr (card->output_directory, ==, directory);
  g_assert_cmpstr (card->filename_pattern, ==, "{source}/%Y-%m-%d/{source}_%Y%m%dT%H%M%S%z");
  g_assert_cmpint (card->split_interval, ==, G_GINT64_CONSTANT (3600000000000));
  g_assert_cmpint (card->split_offset, ==, 0);
  g_assert_cmpint (card->sync_interval, ==, G_GINT64_CONSTANT (1000000000));
  g_assert_cmpint (card->fsync_interval, ==, G_GINT64_CONSTANT (30000000000));
  g_assert_cmpuint (card->max_retries, ==, 0);
  g_assert_cmpint (card->retry_delay, ==, G_GINT64_CONSTANT (5000000000));
  g_assert_cmpstr (card->device, ==, "default");
  g_assert_cmpuint (card->sample_rate, ==, 0);
  g_assert_cmpuint (card->channels, ==, 0);
  g_assert_cmpstr (card->format, ==, "flac");
  g_assert_cmpstr (stream->format, ==, "auto");
  g_assert_cmpint (stream->stall, ==, G_GINT64_CONSTANT (5000000000));
#ifdef ISR_WITH_HTTP
  g_assert_cmpstr (stream->http_source, ==, "isrhttpsrc");
#else
  g_assert_cmpstr (stream->http_source, ==, "souphttpsrc");
#endif
  g_assert_null (stream->username);
  g_assert_cmpstr (test->scene, ==, "demo");
  g_assert_cmpstr (test->format, ==, "flac");
}

/* "0.5" is a half everywhere, also where people write "0,5". */
static void
test_locale (void)
{
  const IsrOption *option = isr_options_find (ISR_GROUP_GENERAL, "split_minutes");
  g_autoptr (IsrSourceConfig) source = isr_source_config_new ();

  if (!setlocale (LC_NUMERIC, "de_DE.UTF-8"))
    g_test_message ("no de_DE.UTF-8 here: tried in the C locale");
  g_assert_true (isr_option_apply (option, "0.1", NULL, source, NULL));
  g_assert_cmpint (source->split_interval, ==, G_GINT64_CONSTANT (6000000000));
  g_assert_false (isr_option_apply (option, "0,1", NULL, source, NULL));
  setlocale (LC_NUMERIC, "C");
}

static const struct {
  const char *value;
  const char *host; /* NULL: none */
  int port;         /* -1: wrong */
} listens[] = {
  { "127.0.0.1:8080", "127.0.0.1", 8080 },
  { "localhost:1", "localhost", 1 },
  { ":65535", "*", 65535 },
  { "*:80", "*", 80 },
  { "[::1]:8080", "::1", 8080 },
  { "[::]:0", "::", 0 },
  { "none", NULL, 0 },
  { "NONE", NULL, 0 },
  { "8080", NULL, -1 },
  { "localhost", NULL, -1 },
  { "::1:8080", NULL, -1 },
  { "[::1:8080", NULL, -1 },
  { "[mic]:8080", NULL, -1 },
  { ":65536", NULL, -1 },
  { ":-1", NULL, -1 },
  { ":", NULL, -1 },
  { "http://localhost:8080", NULL, -1 },
  { "a b:8080", NULL, -1 },
};

static void
test_listen (void)
{
  const IsrOption *option = isr_options_find (ISR_GROUP_WEB, "listen");

  for (guint i = 0; i < G_N_ELEMENTS (listens); i++) {
    g_autoptr (IsrConfig) config = isr_config_new ();

    g_test_message ("%s", listens[i].value);
    g_assert_true (isr_option_apply (option, listens[i].value, config, NULL, NULL) == (listens[i].port >= 0));
    g_assert_cmpstr (config->listen_host, ==, listens[i].host);
    g_assert_cmpint ((int) config->listen_port, ==, MAX (0, listens[i].port));
  }
}

static void
test_free_space (void)
{
  const IsrOption *option = isr_options_find (ISR_GROUP_STORAGE, "min_free");
  g_autoptr (IsrConfig) config = isr_config_new ();

  g_assert_true (isr_option_apply (option, "1.5 GB", config, NULL, NULL));
  g_assert_cmpuint (config->min_free, ==, 1500000000);
  g_assert_true (isr_option_apply (option, "10 %", config, NULL, NULL));
  g_assert_cmpuint (config->min_free, ==, 0);
  g_assert_cmpfloat_with_epsilon (config->min_free_share, 0.1, 1e-9);
  g_assert_false (isr_option_apply (option, "100%", config, NULL, NULL));
  g_assert_false (isr_option_apply (option, "GB", config, NULL, NULL));
  g_assert_false (isr_option_apply (option, "%", config, NULL, NULL));
}

static void
test_nearest (void)
{
  g_autoptr (GPtrArray) keys = isr_options_list_keys (~0u);

  g_assert_cmpuint (isr_edit_distance ("kitten", "sitting"), ==, 3);
  g_assert_cmpuint (isr_edit_distance ("", "abc"), ==, 3);
  g_assert_cmpuint (isr_edit_distance ("mci", "mic"), ==, 1);
  g_assert_cmpstr (isr_nearest ("Split-Minutes", keys), ==, "split_minutes");
  g_assert_cmpstr (isr_nearest ("sample rat", keys), ==, "sample_rate");
  g_assert_cmpstr (isr_nearest ("fromat", keys), ==, "format");
  g_assert_null (isr_nearest ("banana", keys));
  g_assert_null (isr_nearest ("", keys));
}

/* README.md says what the table says. ISR_UPDATE=1 writes it. */
static void
test_readme (void)
{
  static const char begin[] = "<!-- options -->\n", end[] = "<!-- /options -->";
  g_autofree char *text = NULL, *table = isr_options_to_markdown (), *found = NULL;
  char *from, *to;

#if !defined(ISR_WITH_HTTP) || !defined(ISR_WITH_MQTT)
  g_test_skip ("README.md tells of what this build has not");
  return;
#endif
  g_assert_true (g_file_get_contents (readme, &text, NULL, NULL));
  from = strstr (text, begin);
  g_assert_nonnull (from);
  from += strlen (begin);
  to = strstr (from, end);
  g_assert_nonnull (to);
  found = g_strndup (from, to - from);
  if (g_getenv ("ISR_UPDATE") && strcmp (found, table) != 0) {
    g_autofree char *whole = g_strdup_printf ("%.*s%s%s", (int) (from - text), text, table, to);

    g_assert_true (g_file_set_contents (readme, whole, -1, NULL));
    return;
  }
  g_assert_cmpstr (found, ==, table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  readme = argv[1];
  g_test_add_func ("/config/options/rows", test_rows);
  g_test_add_func ("/config/options/defaults-parse", test_defaults_parse);
  g_test_add_func ("/config/options/ranges", test_ranges);
  g_test_add_func ("/config/options/defaults-hold", test_defaults_hold);
  g_test_add_func ("/config/options/locale", test_locale);
  g_test_add_func ("/config/options/listen", test_listen);
  g_test_add_func ("/config/options/free-space", test_free_space);
  g_test_add_func ("/config/options/nearest", test_nearest);
  g_test_add_func ("/config/options/readme", test_readme);
  return g_test_run ();
}
