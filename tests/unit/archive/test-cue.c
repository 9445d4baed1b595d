/* SPDX-License-Identifier: MIT */
/* test-cue.c - from titles to a CUE sheet. */
#include "daemon/archive/cue.h"

#define START (1706698800 * G_TIME_SPAN_SECOND)

static char *
format (const char *name, const IsrTitle *titles, guint n)
{
  g_autoptr (IsrRecording) recording = isr_recording_new ();
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  recording->name = g_strdup (name);
  recording->start_us = START;
  recording->end_us = START + 3600 * G_TIME_SPAN_SECOND;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (list, (gpointer) &titles[i]);
  return isr_cue_format (recording, list);
}

static void
test_sheet (void)
{
  const IsrTitle titles[] = {
    { .at_us = START - 5, .title = (char *) "Miles Davis - So What" },
    { .at_us = START + 61 * G_TIME_SPAN_SECOND + 500000, .title = (char *) "Tür an Tür", .artist = (char *) "Die Ärzte - live" },
    { .at_us = START + 7200 * G_TIME_SPAN_SECOND - 1, .title = (char *) "100 - 200 - 300" },
    { .at_us = START + 7200 * G_TIME_SPAN_SECOND, .title = (char *) " - " },
  };
  g_autofree char *sheet = format ("jazz/2024-01-31/jazz.mp3", titles, G_N_ELEMENTS (titles));

  g_assert_cmpstr (sheet, ==,
      "FILE \"jazz.mp3\" MP3\n"
      "  TRACK 01 AUDIO\n"
      "    TITLE \"So What\"\n"
      "    PERFORMER \"Miles Davis\"\n"
      "    INDEX 01 00:00:00\n"
      "  TRACK 02 AUDIO\n"
      "    TITLE \"Tür an Tür\"\n"
      "    PERFORMER \"Die Ärzte - live\"\n"
      "    INDEX 01 01:01:37\n"
      "  TRACK 03 AUDIO\n"
      "    TITLE \"200 - 300\"\n"
      "    PERFORMER \"100\"\n"
      "    INDEX 01 119:59:74\n"
      "  TRACK 04 AUDIO\n"
      "    TITLE \" - \"\n"
      "    INDEX 01 120:00:00\n");
}

/* Whatever is in a name or a title, it ends neither its quotes nor its line. */
static void
test_escapes (void)
{
  const IsrTitle title = { .at_us = START, .title = (char *) "He said \"no';\"\nREM \t\302\205x\\" };
  g_autofree char *sheet = format ("a \"b\".FLAC", &title, 1);

  g_assert_cmpstr (sheet, ==,
      "FILE \"a 'b'.FLAC\" WAVE\n"
      "  TRACK 01 AUDIO\n"
      "    TITLE \"He said 'no';' REM   x\\\"\n"
      "    INDEX 01 00:00:00\n");
}

static void
test_types (void)
{
  static const char *const rows[][2] = { { "a.MP3", "MP3" }, { "a.wav", "WAVE" }, { "a.opus", "WAVE" }, { "mp3", "WAVE" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *sheet = format (rows[i][0], NULL, 0);
    g_autofree char *expected = g_strdup_printf ("FILE \"%s\" %s\n", rows[i][0], rows[i][1]);

    g_assert_true (g_str_has_prefix (sheet, expected));
  }
}

/* Two in one frame of 1/75 s: the later one counts. */
static void
test_one_frame (void)
{
  const IsrTitle titles[] = {
    { .at_us = START - G_TIME_SPAN_HOUR, .title = (char *) "before" },
    { .at_us = START + 13332, .title = (char *) "first" },
    { .at_us = START + 13334, .title = (char *) "second" },
    { .at_us = START + 26666, .title = (char *) "third" },
  };
  g_autofree char *sheet = format ("a.wav", titles, G_N_ELEMENTS (titles));

  g_assert_cmpstr (sheet, ==,
      "FILE \"a.wav\" WAVE\n"
      "  TRACK 01 AUDIO\n    TITLE \"first\"\n    INDEX 01 00:00:00\n"
      "  TRACK 02 AUDIO\n    TITLE \"third\"\n    INDEX 01 00:00:01\n");
}

/* A sheet without a track is none. */
static void
test_no_titles (void)
{
  g_autoptr (IsrRecording) recording = isr_recording_new ();
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();
  g_autofree char *sheet = NULL;

  recording->source = g_strdup ("jazz");
  recording->name = g_strdup ("jazz/a.mp3");
  sheet = isr_cue_format (recording, titles);
  g_assert_cmpstr (sheet, ==, "FILE \"a.mp3\" MP3\n  TRACK 01 AUDIO\n    TITLE \"jazz\"\n    INDEX 01 00:00:00\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cue/sheet", test_sheet);
  g_test_add_func ("/cue/escapes", test_escapes);
  g_test_add_func ("/cue/types", test_types);
  g_test_add_func ("/cue/one-frame", test_one_frame);
  g_test_add_func ("/cue/no-titles", test_no_titles);
  return g_test_run ();
}
