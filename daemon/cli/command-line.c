/* SPDX-License-Identifier: MIT */
/* command-line.c - GOption does the options; the first word may be a command.
 *
 * A configuration that has the name of a command is given as ./check. */
#include "daemon/cli/command-line.h"

#include "daemon/core/error.h"

static const struct {
  const char *name;
  IsrCommand command;
  guint max_paths; /* how many words may follow */
} commands[] = {
  { "analyze", ISR_COMMAND_ANALYZE, G_MAXUINT },
  { "backup", ISR_COMMAND_BACKUP, 2 },
  { "check", ISR_COMMAND_CHECK, 1 },
  { "coverage", ISR_COMMAND_COVERAGE, 1 },
  { "doctor", ISR_COMMAND_DOCTOR, 1 },
  { "health", ISR_COMMAND_HEALTH, 1 },
  { "repair", ISR_COMMAND_REPAIR, G_MAXUINT },
  { "serve", ISR_COMMAND_SERVE, 1 },
  { "decode-levels", ISR_COMMAND_DECODE, 5 },
};

static const char summary[] = "Records radio streams and sound cards, day and night, into files cut on the clock.\n"
                              "\n"
                              "Commands:\n"
                              "  isr [CONFIG]               record what CONFIG says, and serve the page; without CONFIG\n"
                              "                             ./config.ini, /etc/isr/config.ini, or the default sound card\n"
                              "  isr --demo                 record a synthetic scene: a first look without hardware\n"
                              "  isr check [CONFIG]         explain every mistake in CONFIG\n"
                              "  isr coverage [CONFIG]      which part of a day is recorded, and why the rest is not\n"
                              "  isr doctor [CONFIG]        why is it silent: machine, devices, streams, disk, clock\n"
                              "  isr health [CONFIG]        does the ISR of CONFIG live: exit status 0 or 1\n"
                              "  isr analyze FILE...        what is loud in recordings of any kind, and when\n"
                              "  isr repair PATH...         make playing files of .part files and of unfinished WAV and FLAC\n"
                              "  isr serve [DIR]            only the page, over an archive that nobody records or another isr\n"
                              "  isr backup FILE [CONFIG]   copy the catalog and the labels of people, also beside a recorder\n"
                              "  isr --list-devices         what can be recorded here";

static const char description[] = "Environment: ISR_<SECTION>_<KEY> overrides the configuration, -o overrides both.\n"
                                  "Exit status: 0 after success, SIGTERM and SIGINT; 1 failed; 2 usage, configuration,\n"
                                  "or another process records into the same directory.";

typedef struct {
  gboolean version, demo, list_devices, json, help;
  char *day, *source, *bundle;
  char *mode, *margin, *min_gap, *labels, *plot;
  char **overrides;
  char **words;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->day);
  g_free (self->source);
  g_free (self->bundle);
  g_free (self->mode);
  g_free (self->margin);
  g_free (self->min_gap);
  g_free (self->labels);
  g_free (self->plot);
  g_strfreev (self->overrides);
  g_strfreev (self->words);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static GOptionContext *
make_context (Options *options)
{
  GOptionEntry entries[] = {
    { "demo", 0, 0, G_OPTION_ARG_NONE, &options->demo, "Record the synthetic scene", NULL },
    { "override", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &options->overrides, "Set a value of the configuration", "SECTION.KEY=VALUE" },
    { "list-devices", 0, 0, G_OPTION_ARG_NONE, &options->list_devices, "List what can be recorded", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "With --list-devices, coverage, doctor and analyze: as JSON", NULL },
    { "day", 0, 0, G_OPTION_ARG_STRING, &options->day, "With coverage: another day than today", "YYYY-MM-DD" },
    { "source", 0, 0, G_OPTION_ARG_STRING, &options->source, "With coverage: this source only", "NAME" },
    { "bundle", 0, 0, G_OPTION_ARG_FILENAME, &options->bundle, "With doctor: pack all that helps, without passwords", "FILE.tar.gz" },
    { "mode", 0, 0, G_OPTION_ARG_STRING, &options->mode, "With analyze: how the noise floor is found", "adaptive|blocks" },
    { "margin", 0, 0, G_OPTION_ARG_STRING, &options->margin, "With analyze: how far above the noise floor is loud", "DB" },
    { "min-gap", 0, 0, G_OPTION_ARG_STRING, &options->min_gap, "With analyze: quiet that ends a section", "SECONDS" },
    { "labels", 0, 0, G_OPTION_ARG_STRING, &options->labels, "With analyze: as labels of another program", "audacity|raven|csv" },
    { "plot", 0, 0, G_OPTION_ARG_FILENAME, &options->plot, "With analyze: a picture of levels, floor and sections", "FILE.svg" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &options->help, "Print this help", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->words, NULL, "[CONFIG]" },
    { NULL },
  };
  GOptionContext *context = g_option_context_new (NULL);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  return context;
}

static gboolean usage (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
usage (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "%s; “isr --help” lists what there is", text);
  return FALSE;
}

static void
take_command (IsrCommandLine *self, const Options *options)
{
  self->command = options->help ? ISR_COMMAND_HELP : options->version    ? ISR_COMMAND_VERSION
                                                 : options->list_devices ? ISR_COMMAND_LIST_DEVICES
                                                                         : ISR_COMMAND_RECORD;
}

/* The words: a command and what it works on, or a configuration. */
static gboolean
take_words (IsrCommandLine *self, const Options *options, GError **error)
{
  char *const *words = options->words ? options->words : (char *[]){ NULL };
  guint max = self->command == ISR_COMMAND_RECORD ? 1 : 0;

  for (guint i = 0; words[0] && self->command == ISR_COMMAND_RECORD && i < G_N_ELEMENTS (commands); i++) {
    if (g_str_equal (words[0], commands[i].name)) {
      self->command = commands[i].command;
      max = commands[i].max_paths;
      words++;
      break;
    }
  }
  if (g_strv_length ((GStrv) words) > max)
    return usage (error, "“%s” is one word too many", words[max]);
  self->paths = g_strdupv ((GStrv) words);
  if (self->command == ISR_COMMAND_BACKUP)
    self->config = g_strdup (words[0] ? words[1] : NULL);
  else if (self->command != ISR_COMMAND_REPAIR && self->command != ISR_COMMAND_SERVE && self->command != ISR_COMMAND_DECODE && self->command != ISR_COMMAND_ANALYZE)
    self->config = g_strdup (words[0]);
  return TRUE;
}

static gboolean
check_not_analyze (const IsrCommandLine *self, GError **error)
{
  const struct {
    const char *name, *value;
  } options[] = { { "--mode", self->mode }, { "--margin", self->margin }, { "--min-gap", self->min_gap }, { "--labels", self->labels }, { "--plot", self->plot } };

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (options[i].value)
      return usage (error, "%s goes with analyze", options[i].name);
  return TRUE;
}

static gboolean
check_sense (const IsrCommandLine *self, GError **error)
{
  if (self->demo && (self->config || self->command != ISR_COMMAND_RECORD))
    return usage (error, "%s records the built-in scene and takes no configuration", "--demo");
  if (self->json && self->command != ISR_COMMAND_LIST_DEVICES && self->command != ISR_COMMAND_COVERAGE && self->command != ISR_COMMAND_DOCTOR && self->command != ISR_COMMAND_ANALYZE)
    return usage (error, "%s goes with --list-devices, coverage, doctor and analyze", "--json");
  if (self->command != ISR_COMMAND_ANALYZE && !check_not_analyze (self, error))
    return FALSE;
  if (self->command == ISR_COMMAND_ANALYZE && !self->paths[0])
    return usage (error, "%s needs the path of a recording", "analyze");
  if ((self->day || self->source) && self->command != ISR_COMMAND_COVERAGE)
    return usage (error, "%s goes with coverage", self->day ? "--day" : "--source");
  if (self->bundle && self->command != ISR_COMMAND_DOCTOR)
    return usage (error, "%s goes with doctor", "--bundle");
  if (self->command == ISR_COMMAND_REPAIR && !self->paths[0])
    return usage (error, "%s needs the path of a file or directory", "repair");
  if (self->command == ISR_COMMAND_BACKUP && !self->paths[0])
    return usage (error, "%s needs the name of the file to be made", "backup");
  return TRUE;
}

IsrCommandLine *
isr_command_line_parse (int argc, char **argv, GError **error)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GOptionContext) context = make_context (&options);
  g_autoptr (IsrCommandLine) self = g_new0 (IsrCommandLine, 1);
  g_autoptr (GError) wrong = NULL;

  if (!g_option_context_parse (context, &argc, &argv, &wrong)) {
    usage (error, "%s", wrong->message);
    return NULL;
  }
  self->help = g_option_context_get_help (context, TRUE, NULL);
  self->demo = options.demo;
  self->json = options.json;
  self->day = g_strdup (options.day);
  self->source = g_strdup (options.source);
  self->bundle = g_strdup (options.bundle);
  self->mode = g_steal_pointer (&options.mode);
  self->margin = g_steal_pointer (&options.margin);
  self->min_gap = g_steal_pointer (&options.min_gap);
  self->labels = g_steal_pointer (&options.labels);
  self->plot = g_steal_pointer (&options.plot);
  self->overrides = options.overrides ? g_strdupv (options.overrides) : g_new0 (char *, 1);
  take_command (self, &options);
  if (!take_words (self, &options, error) || !check_sense (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
isr_command_line_free (IsrCommandLine *self)
{
  g_free (self->day);
  g_free (self->source);
  g_free (self->bundle);
  g_free (self->mode);
  g_free (self->margin);
  g_free (self->min_gap);
  g_free (self->labels);
  g_free (self->plot);
  g_free (self->config);
  g_strfreev (self->paths);
  g_strfreev (self->overrides);
  g_free (self->help);
  g_free (self);
}
