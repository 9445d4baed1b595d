/* SPDX-License-Identifier: MIT */
/* test-mask.c - no secret of the configuration is left in any text. */
#include "daemon/ops/bundle/mask.h"

#include <string.h>

static const char config[] = "# password = oldsecret\n"
                             "[general]\n"
                             "output_directory = /srv/recordings\n"
                             "[jazz]\n"
                             "type = stream\n"
                             "url = http://uname:p%40ssword1@radio.example:8000/jazz.mp3?token=abc123\n"
                             "username = fritz\n"
                             "password = hunter2\"x\n"
                             "pasword = misspelt\n"
                             "[hooks]\n"
                             "on_gap = curl -H \"Authorization: Bearer s3cr3t-token\" http://h/\n"
                             "on_file = /usr/bin/upload\n"
                             "[cloud]\n"
                             "api_key = zzzzzz\n";

static const char *const secrets[] = { "oldsecret", "uname", "p%40ssword1", "p@ssword1", "abc123", "fritz", "hunter2", "misspelt", "s3cr3t", "zzzzzz" };

static void
assert_clean (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (strstr (text, secrets[i]))
      g_error ("“%s” is in “%s”", secrets[i], text);
}

static void
test_config (void)
{
  g_autoptr (IsrMask) mask = isr_mask_new (config, NULL);
  g_autofree char *clean = isr_mask_config (mask, config);

  assert_clean (clean);
  g_assert_cmpstr (clean, ==, "[general]\noutput_directory = /srv/recordings\n\n[jazz]\ntype = stream\nurl = http://radio.example:8000/jazz.mp3?***\n"
                              "username = ***\npassword = ***\npasword = ***\n\n[hooks]\non_gap = curl ***\non_file = /usr/bin/upload\n\n[cloud]\napi_key = ***\n");
}

static void
test_text (void)
{
  g_autoptr (IsrMask) mask = isr_mask_new (config, NULL);
  g_autofree char *clean = isr_mask_text (mask, "config.ini:8: “hunter2\"x” {\"detail\":\"hunter2\\\"x\"} http://other:login@h/ p@ssword1 p%40ssword1 "
                                                "misspelt Authorization: Bearer s3cr3t-token; jazz records");

  assert_clean (clean);
  g_assert_null (strstr (clean, "login"));
  g_assert_nonnull (strstr (clean, "jazz records"));
}

/* From the environment, from -o, from a password file: in no text, but known. */
static void
test_effective (void)
{
  static const char text[] = "[jazz]\ntype = stream\nurl = http://radio.example/\n";
  static const char *const environ_[] = { "ISR_JAZZ_PASSWORD=from-the-environment", NULL };
  static const char *const overrides[] = { "jazz.username=from-an-override", NULL };
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) loaded = isr_config_load_text ("x", text, environ_, overrides, problems);
  g_autoptr (IsrMask) mask = NULL;
  g_autofree char *clean = NULL;

  g_assert_nonnull (loaded);
  mask = isr_mask_new (text, loaded);
  clean = isr_mask_text (mask, "a from-the-environment b from-an-override c");
  g_assert_cmpstr (clean, ==, "a *** b *** c");
}

/* What ends a text early or means nothing is no reason to stop. */
static void
test_odd (void)
{
  static const char *const odd[] = { "", "[", "[x]\n=\n", "[x]\npassword =\n", "[x]\ntype = stream\nurl = ://@?\n", "[hooks]\non_gap = \"\n" };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++) {
    g_autoptr (IsrMask) mask = isr_mask_new (odd[i], NULL);
    g_autofree char *clean = isr_mask_config (mask, odd[i]);

    g_assert_nonnull (clean);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mask/config", test_config);
  g_test_add_func ("/mask/text", test_text);
  g_test_add_func ("/mask/effective", test_effective);
  g_test_add_func ("/mask/odd", test_odd);
  return g_test_run ();
}
