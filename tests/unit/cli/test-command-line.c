/* SPDX-License-Identifier: MIT */
/* What each command line asks for, and what a wrong one is told. */
#include "daemon/cli/command-line.h"

#include "daemon/core/error.h"

static IsrCommandLine *
parse (const char *line, GError **error)
{
  g_autofree char *whole = g_strconcat ("isr ", line, NULL);
  g_auto (GStrv) argv = g_strsplit (g_strstrip (whole), " ", -1);
  /* GOption rearranges the array that it is given */
  g_autofree char **shallow = g_memdup2 (argv, (g_strv_length (argv) + 1) * sizeof *argv);

  return isr_command_line_parse (g_strv_length (argv), shallow, error);
}

static void
test_right (void)
{
  static const struct {
    const char *line;
    IsrCommand command;
    const char *config;
  } rows[] = {
    { "", ISR_COMMAND_RECORD, NULL },
    { "x.ini", ISR_COMMAND_RECORD, "x.ini" },
    { "./check", ISR_COMMAND_RECORD, "./check" },
    { "--demo", ISR_COMMAND_RECORD, NULL },
    { "check", ISR_COMMAND_CHECK, NULL },
    { "check x.ini", ISR_COMMAND_CHECK, "x.ini" },
    { "coverage", ISR_COMMAND_COVERAGE, NULL },
    { "coverage --day 2024-01-31 --source mic --json x.ini", ISR_COMMAND_COVERAGE, "x.ini" },
    { "repair a b c", ISR_COMMAND_REPAIR, NULL },
    { "serve", ISR_COMMAND_SERVE, NULL },
    { "serve archive", ISR_COMMAND_SERVE, NULL },
    { "backup a.db", ISR_COMMAND_BACKUP, NULL },
    { "backup a.db x.ini", ISR_COMMAND_BACKUP, "x.ini" },
    { "--list-devices", ISR_COMMAND_LIST_DEVICES, NULL },
    { "--list-devices --json", ISR_COMMAND_LIST_DEVICES, NULL },
    { "--version", ISR_COMMAND_VERSION, NULL },
    { "--help", ISR_COMMAND_HELP, NULL },
    { "-h", ISR_COMMAND_HELP, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (IsrCommandLine) line = parse (rows[i].line, &error);

    g_assert_no_error (error);
    g_assert_cmpint (line->command, ==, rows[i].command);
    g_assert_cmpstr (line->config, ==, rows[i].config);
  }
}

static void
test_overrides (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCommandLine) line = parse ("x.ini -o web.listen=none -o mic.device=hw:1", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (line->overrides[0], ==, "web.listen=none");
  g_assert_cmpstr (line->overrides[1], ==, "mic.device=hw:1");
  g_assert_null (line->overrides[2]);
}

static void
test_analyze (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCommandLine) line = parse ("analyze --json --margin 15 --min-gap 0.5 --mode blocks a.wav b.mp3", &error);

  g_assert_no_error (error);
  g_assert_cmpint (line->command, ==, ISR_COMMAND_ANALYZE);
  g_assert_true (line->json);
  g_assert_cmpstr (line->margin, ==, "15");
  g_assert_cmpstr (line->min_gap, ==, "0.5");
  g_assert_cmpstr (line->mode, ==, "blocks");
  g_assert_null (line->labels);
  g_assert_null (line->config);
  g_assert_cmpuint (g_strv_length (line->paths), ==, 2);
}

static void
test_wrong (void)
{
  static const struct {
    const char *line, *says;
  } rows[] = {
    { "--banana", "--banana" },
    { "a.ini b.ini", "b.ini" },
    { "check a b", "“b”" },
    { "--demo a.ini", "--demo" },
    { "--json", "--list-devices" },
    { "check --day 2024-01-31", "--day" },
    { "--source mic", "--source" },
    { "coverage a b", "“b”" },
    { "repair", "repair" },
    { "analyze", "analyze" },
    { "check --margin 3", "--margin" },
    { "--labels csv x.ini", "--labels" },
    { "repair --plot p.svg x", "--plot" },
    { "--version x", "“x”" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (IsrCommandLine) line = parse (rows[i].line, &error);

    g_assert_null (line);
    g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, rows[i].says));
    g_assert_nonnull (strstr (error->message, "--help"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/command-line/right", test_right);
  g_test_add_func ("/cli/command-line/analyze", test_analyze);
  g_test_add_func ("/cli/command-line/overrides", test_overrides);
  g_test_add_func ("/cli/command-line/wrong", test_wrong);
  return g_test_run ();
}
