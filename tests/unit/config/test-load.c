/* SPDX-License-Identifier: MIT */
/* From a text to values: inheritance, precedence, logins, the built-in texts. */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "daemon/config/config.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define MINUTE (60 * SECOND)

/* Loads what must be right, with @warnings warnings. */
static IsrConfig *
load (const char *text, const char *const *environ_, const char *const *overrides, guint warnings)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  IsrConfig *config = isr_config_load_text ("x.ini", text, environ_, overrides, problems);

  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", ((IsrConfigProblem *) problems->pdata[i])->text);
  g_assert_nonnull (config);
  g_assert_cmpuint (problems->len, ==, warnings);
  return config;
}

/* The one thing that is said about what is not. */
static void
assert_told (const char *text, const char *const *environ_, const char *const *overrides, gboolean fatal, const char *expected)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_config_load_text ("x.ini", text, environ_, overrides, problems);
  const IsrConfigProblem *problem;

  g_assert_cmpuint (problems->len, ==, 1);
  problem = problems->pdata[0];
  g_assert_cmpstr (problem->text, ==, expected);
  g_assert_true (problem->fatal == fatal);
  g_assert_true ((config == NULL) == fatal);
}

static void
test_inheritance (void)
{
  g_autoptr (IsrConfig) config = load ("[radio]\ntype = stream\nurl = http://localhost/\nsplit_minutes = 0.1\n"
                                       "[mic]\ntype = soundcard\nsplit_minutes =\nchannels = native\n"
                                       "[general]\nsplit_minutes = 30\nsplit_offset_minutes = 5\nchannels = 2\nsample_rate = 44100\nstall_seconds = 9\n",
      NULL, NULL, 0);
  const IsrSourceConfig *radio = isr_config_get_source (config, "radio");
  const IsrSourceConfig *mic = isr_config_get_source (config, "mic");

  g_assert_cmpuint (config->sources->len, ==, 2);
  g_assert_true (config->sources->pdata[0] == radio && config->sources->pdata[1] == mic);
  g_assert_null (isr_config_get_source (config, "general"));
  g_assert_cmpuint (radio->line, ==, 1);
  g_assert_cmpuint (mic->line, ==, 5);
  g_assert_cmpint (radio->split_interval, ==, 6 * SECOND);
  g_assert_cmpint (mic->split_interval, ==, 30 * MINUTE);
  g_assert_cmpint (radio->split_offset, ==, 5 * MINUTE);
  g_assert_cmpint (radio->stall, ==, 9 * SECOND);
  g_assert_cmpuint (radio->channels, ==, 0);
  g_assert_cmpuint (mic->channels, ==, 0);
  g_assert_cmpuint (mic->sample_rate, ==, 44100);
}

static void
test_smallest_split (void)
{
  g_autoptr (IsrConfig) config = load ("[a]\ntype = test\nsplit_minutes = 0.0016666667\nfilename_pattern = %s-%f\n", NULL, NULL, 0);

  g_assert_cmpint (((IsrSourceConfig *) config->sources->pdata[0])->split_interval / 1000000, ==, 100);
}

static void
test_precedence (void)
{
  static const char text[] = "[my mic]\ntype = soundcard\nsample_rate = 8000\nchannels = 1\ndevice = a # not this\n";
  static const char *const environ_[] = { "ISR_MY_MIC_CHANNELS=2", "ISR_MY_MIC_SAMPLE_RATE=16000", "ISR_MY_MIC_FORMAT=", "ISR_GENERAL_SPLIT_MINUTES=15",
    "ISR_WEB_LISTEN=:1", "ISR_SERVICE_HOST=10.0.0.1", "ISR_PORT=tcp://10.0.0.1:80", "ISR", "HOME=/invalid", NULL };
  static const char *const overrides[] = { "my mic.sample_rate=32000", "my mic.device=b # and \\this", "general.timezone=Europe/Berlin", "general.timezone=", NULL };
  g_autoptr (IsrConfig) config = load (text, environ_, overrides, 0);
  const IsrSourceConfig *mic = isr_config_get_source (config, "my mic");

  g_assert_cmpuint (mic->sample_rate, ==, 32000);
  g_assert_cmpuint (mic->channels, ==, 2);
  g_assert_cmpstr (mic->device, ==, "b # and \\this");
  g_assert_cmpstr (mic->format, ==, "flac");
  g_assert_cmpint (mic->split_interval, ==, 15 * MINUTE);
  g_assert_null (mic->timezone);
  g_assert_cmpstr (config->listen_host, ==, "*");
  g_assert_cmpuint (config->listen_port, ==, 1);
}

static void
test_override_begins_source (void)
{
  static const char *const overrides[] = { "bbc.radio4.url=http://localhost/a=b", "bbc.radio4.type=stream", NULL };
  static const char *const environ_[] = { "ISR_BBC_RADIO4_FORMAT=mp3", NULL };
  g_autoptr (IsrConfig) config = load ("", environ_, overrides, 0);
  const IsrSourceConfig *radio = isr_config_get_source (config, "bbc.radio4");

  g_assert_cmpstr (radio->url, ==, "http://localhost/a=b");
  g_assert_cmpstr (radio->format, ==, "mp3");
  g_assert_cmpuint (radio->line, ==, 0);
}

static void
test_wrong_overrides (void)
{
  static const char text[] = "[mic]\ntype = soundcard\n";
  static const struct {
    const char *override;
    const char *told;
  } cases[] = {
    { "mic.sample_rate=banana", "-o mic.sample_rate: [mic] sample_rate: “banana” is not a number; it takes native, or a whole number from 1000 to 768000 (Hz)" },
    { "mic.sample_rte=8000", "-o mic.sample_rte: [mic] sample_rte: is no key that this section knows; did you mean sample_rate?" },
    { "mci.device=a", "-o mci.device: a new source begins with -o mci.type=stream, soundcard or test; there is no section [mci] yet; did you mean [mic]?" },
    { "device=a", "-o device: an override is written SECTION.KEY=VALUE, such as general.split_minutes=10" },
    { "mic.device", "-o mic.device: an override is written SECTION.KEY=VALUE, such as general.split_minutes=10" },
    { "mic.device=\xFF", "-o: override 1 is not UTF-8" },
    { "m\xFF.type=test", "-o: override 1 is not UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const overrides[] = { cases[i].override, NULL };

    assert_told (text, NULL, overrides, TRUE, cases[i].told);
  }
}

static void
test_wrong_variables (void)
{
  static const char text[] = "[mic]\ntype = soundcard\n";
  static const char *const wrong[] = { "ISR_MIC_CHANNELS=many", NULL };
  static const char *const typo[] = { "ISR_MIC_CHANELS=2", NULL };

  assert_told (text, wrong, NULL, TRUE, "ISR_MIC_CHANNELS: [mic] channels: “many” is not a number; it takes native, or a whole number from 1 to 64");
  assert_told (text, typo, NULL, FALSE, "ISR_MIC_CHANELS: warning: this variable has no effect; did you mean ISR_MIC_CHANNELS?");
}

static void
test_ambiguous_variable (void)
{
  static const char *const environ_[] = { "ISR_A_1_SCENE=demo", NULL };

  assert_told ("[a-1]\ntype = test\n[a_1]\ntype = test\n", environ_, NULL, FALSE,
      "ISR_A_1_SCENE: warning: this variable means [a-1] and [a_1]; it is taken for [a-1] alone");
}

static void
test_login (void)
{
  g_autoptr (IsrConfig) config = load ("[a]\ntype = stream\nurl = http://joe%40x:s%2Fc@[::1]:8000/a.mp3?x=1\n", NULL, NULL, 0);
  const IsrSourceConfig *source = config->sources->pdata[0];

  g_assert_cmpstr (source->url, ==, "http://[::1]:8000/a.mp3?x=1");
  g_assert_cmpstr (source->username, ==, "joe@x");
  g_assert_cmpstr (source->password, ==, "s/c");
}

static void
test_password_file (void)
{
  static const char *const overrides[] = { "a.type=stream", "a.url=http://localhost/", "a.password_file=password", NULL };
  g_autoptr (IsrConfig) config = NULL;

  g_assert_true (g_file_set_contents ("password", "top # secret \r\nsecond line\n", -1, NULL));
  config = load ("", NULL, overrides, 0);
  g_assert_cmpstr (((IsrSourceConfig *) config->sources->pdata[0])->password, ==, "top # secret ");
  g_assert_cmpint (g_unlink ("password"), ==, 0);
}

static void
test_files (void)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autofree char *none = isr_config_find (), *found = NULL;
  g_autoptr (IsrConfig) config = NULL, again = NULL;

  g_assert_cmpstr (none, !=, "config.ini");
  g_assert_null (isr_config_load ("config.ini", NULL, NULL, problems));
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_true (g_file_set_contents ("config.ini", "\xEF\xBB\xBF[a]\r\ntype=test\r\n", -1, NULL));
  found = isr_config_find ();
  g_assert_cmpstr (found, ==, "config.ini");
  config = isr_config_load (found, NULL, NULL, problems);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_cmpstr (config->path, ==, "config.ini");
  again = isr_config_ref (config);
  g_assert_true (again == config);
  g_assert_true (g_file_set_contents ("config.ini", "\xFF\xFE[\0a\0]\0", 8, NULL));
  g_assert_null (isr_config_load ("config.ini", NULL, NULL, problems));
  g_assert_cmpstr (((IsrConfigProblem *) problems->pdata[1])->text, ==, "config.ini: the file is written in UTF-16: save it as UTF-8");
  g_assert_cmpint (g_unlink ("config.ini"), ==, 0);
}

/* `isr serve` needs no source; `isr` does. */
static void
test_archive (void)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = NULL;

  g_assert_true (g_file_set_contents ("serve.ini", "[web]\nlisten = none\n", -1, NULL));
  config = isr_config_load_archive ("serve.ini", NULL, NULL, problems);
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_null (config->listen_host);
  g_assert_cmpuint (config->sources->len, ==, 0);
  g_assert_null (isr_config_load ("serve.ini", NULL, NULL, problems));
  g_assert_cmpint (g_unlink ("serve.ini"), ==, 0);
}

static void
test_built_in (void)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_config_load (NULL, NULL, NULL, problems);
  g_autoptr (IsrConfig) demo = load (isr_config_get_demo_text (), NULL, NULL, 0);
  const IsrSourceConfig *source = config->sources->pdata[0];

  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_null (config->path);
  g_assert_cmpuint (config->sources->len, ==, 1);
  g_assert_cmpint (source->type, ==, ISR_SOURCE_SOUNDCARD);
  source = demo->sources->pdata[0];
  g_assert_cmpuint (demo->sources->len, ==, 1);
  g_assert_cmpint (source->type, ==, ISR_SOURCE_TEST);
}

static void
test_below (void)
{
  g_autoptr (IsrConfig) config = load ("[general]\noutput_directory = out\n[a]\ntype = test\noutput_directory = out/../out/a\n", NULL, NULL, 0);
  g_autofree char *directory = g_canonicalize_filename ("out/a", NULL);

  g_assert_cmpstr (((IsrSourceConfig *) config->sources->pdata[0])->output_directory, ==, directory);
  g_assert_false (g_file_test ("out", G_FILE_TEST_EXISTS));
}

/* What stands in the way of all is told once. */
static void
test_obstacle (void)
{
  g_autofree char *path = g_canonicalize_filename ("recordings", NULL);
  g_autofree char *told = g_strdup_printf ("x.ini: [general] output_directory: “%s” is no directory: name another one",
      path);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  assert_told ("[a]\ntype = test\n[b]\ntype = test\n", NULL, NULL, TRUE, told);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *work = g_dir_make_tmp ("isr-load-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (g_chdir (work), ==, 0);
  g_test_add_func ("/config/load/inheritance", test_inheritance);
  g_test_add_func ("/config/load/smallest-split", test_smallest_split);
  g_test_add_func ("/config/load/precedence", test_precedence);
  g_test_add_func ("/config/load/override-begins-source", test_override_begins_source);
  g_test_add_func ("/config/load/wrong-overrides", test_wrong_overrides);
  g_test_add_func ("/config/load/wrong-variables", test_wrong_variables);
  g_test_add_func ("/config/load/ambiguous-variable", test_ambiguous_variable);
  g_test_add_func ("/config/load/login", test_login);
  g_test_add_func ("/config/load/password-file", test_password_file);
  g_test_add_func ("/config/load/files", test_files);
  g_test_add_func ("/config/load/archive", test_archive);
  g_test_add_func ("/config/load/built-in", test_built_in);
  g_test_add_func ("/config/load/below", test_below);
  g_test_add_func ("/config/load/obstacle", test_obstacle);
  status = g_test_run ();
  g_assert_cmpint (g_rmdir (work), ==, 0);
  return status;
}
