/* SPDX-License-Identifier: MIT */
/* test-asound.c - asound.conf as people write it, broken and whole. */
#include "daemon/ops/doctor/asound.h"

#include <string.h>

static IsrAsound *
scan (const char *text)
{
  IsrAsound *asound = isr_asound_new ();

  isr_asound_scan (asound, "/etc/asound.conf", text);
  return asound;
}

static const struct {
  const char *text;
  guint line;
  const char *words;
} broken[] = {
  { "pcm.mic {\n type hw\n card 1\n", 1, "never closed" },
  { "pcm.mic {\n type hw\n}\n}\n", 4, "too many" },
  { "pcm.mic {\n slave {\n  pcm \"hw:1\"\n type hw\n}\n", 1, "never closed" },
  { "pcm.mic {\n slave { pcm \"hw:1 }\n}\n", 2, "quote" },
  { "pcm.mic {\n type\n}\n", 2, "“type” has no value" },
  { "pcm.mic { list [ 1 2 }\n", 1, "another kind" },
  { "</etc/x.conf\npcm.mic hw\n", 1, ">" },
  { "pcm.mic\n", 1, "no value" },
  { "{ type hw }\n", 1, "name should be" },
};

static void
test_broken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (IsrAsound) asound = scan (broken[i].text);
    const IsrAsoundError *error;

    g_assert_cmpuint (asound->errors->len, ==, 1);
    error = asound->errors->pdata[0];
    g_assert_cmpuint (error->line, ==, broken[i].line);
    g_assert_cmpstr (error->file, ==, "/etc/asound.conf");
    if (!strstr (error->text, broken[i].words))
      g_error ("%s: %s", broken[i].text, error->text);
  }
}

static void
test_whole (void)
{
  static const char text[] = "# the card of the shed\n"
                             "pcm.shared_mic {\n"
                             "  type dsnoop\n"
                             "  ipc_key 5678; ipc_perm 0666\n"
                             "  slave { pcm \"hw:CARD=Mic,DEV=0\", channels = 1 }\n"
                             "}\n"
                             "pcm.!default { type plug slave.pcm 'shared_mic' }\n"
                             "pcm.lone.type DSNOOP\n"
                             "pcm.lone.slave.pcm hw\n"
                             "pcm.\"my mic\" hw\n"
                             "ctl.shared_mic { type hw card Mic }\n"
                             "</usr/share/alsa/x.conf>\n"
                             "@hooks [ { func load files [ \"/a.conf\" ] errors false } ]\n";
  g_autoptr (IsrAsound) asound = scan (text);
  const IsrAsoundPcm *pcm;

  g_assert_cmpuint (asound->errors->len, ==, 0);
  g_assert_cmpuint (asound->pcms->len, ==, 4);
  pcm = asound->pcms->pdata[0];
  g_assert_cmpstr (pcm->name, ==, "shared_mic");
  g_assert_cmpstr (pcm->type, ==, "dsnoop");
  g_assert_cmpuint (pcm->line, ==, 2);
  g_assert_true (pcm->has_ipc_key);
  pcm = asound->pcms->pdata[1];
  g_assert_cmpstr (pcm->name, ==, "default");
  g_assert_true (pcm->replaces);
  pcm = asound->pcms->pdata[2];
  g_assert_cmpstr (pcm->name, ==, "lone");
  g_assert_cmpstr (pcm->type, ==, "dsnoop");
  g_assert_false (pcm->has_ipc_key);
  g_assert_cmpstr (((IsrAsoundPcm *) asound->pcms->pdata[3])->name, ==, "my mic");
  for (guint i = 0; i < asound->pcms->len; i++)
    g_assert_null (isr_asound_find_twin (asound, asound->pcms->pdata[i]));
}

static void
test_twins (void)
{
  g_autoptr (IsrAsound) asound = scan ("pcm.mic { type hw card 1 }\n");
  const IsrAsoundPcm *twin;

  isr_asound_scan (asound, "/root/.asoundrc", "\npcm { mic { type dsnoop } }\n");
  g_assert_cmpuint (asound->pcms->len, ==, 2);
  twin = isr_asound_find_twin (asound, asound->pcms->pdata[1]);
  g_assert_true (twin == asound->pcms->pdata[0]);
  g_assert_cmpuint (twin->line, ==, 1);
  g_assert_cmpuint (((IsrAsoundPcm *) asound->pcms->pdata[1])->line, ==, 2);
}

/* Whatever bytes there are, it ends. */
static void
test_noise (void)
{
  static const char alphabet[] = "pcm.{}[]\"'\\#\n <>=;,!a";

  for (guint seed = 0; seed < 20000; seed++) {
    g_autoptr (GRand) dice = g_rand_new_with_seed (seed);
    char text[40];

    for (guint i = 0; i < sizeof text - 1; i++)
      text[i] = alphabet[g_rand_int_range (dice, 0, sizeof alphabet - 1)];
    text[sizeof text - 1] = '\0';
    isr_asound_free (scan (text));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/asound/broken", test_broken);
  g_test_add_func ("/asound/whole", test_whole);
  g_test_add_func ("/asound/twins", test_twins);
  g_test_add_func ("/asound/noise", test_noise);
  return g_test_run ();
}
