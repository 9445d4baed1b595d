/* SPDX-License-Identifier: MIT */
/* cue.c - line by line. */
#include "daemon/archive/cue.h"

#define FRAMES 75

/* In quotes, on one line. */
static void
add_quoted (GString *sheet, const char *prefix, const char *text)
{
  g_string_append_printf (sheet, "%s \"", prefix);
  for (const char *p = text; *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c == '"')
      g_string_append_c (sheet, '\'');
    else
      g_string_append_unichar (sheet, g_unichar_iscntrl (c) ? ' ' : c);
  }
  g_string_append_c (sheet, '"');
}

/* The format has a word for few kinds; WAVE is the one for whatever is decoded. */
static const char *
get_type (const char *name)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);

  return g_str_has_suffix (folded, ".mp3") ? "MP3" : "WAVE";
}

static gint64
get_frame (const IsrRecording *recording, const IsrTitle *title)
{
  return MAX (0, title->at_us - recording->start_us) * FRAMES / G_TIME_SPAN_SECOND;
}

static void
add_track (GString *sheet, guint number, const IsrTitle *title, gint64 frame)
{
  g_autofree char *artist = NULL, *text = NULL;

  isr_title_split (title, &artist, &text);
  g_string_append_printf (sheet, "  TRACK %02u AUDIO\n", number);
  add_quoted (sheet, "    TITLE", text);
  if (artist)
    add_quoted (sheet, "\n    PERFORMER", artist);
  g_string_append_printf (sheet, "\n    INDEX 01 %02d:%02d:%02d\n", (int) (frame / FRAMES / 60), (int) (frame / FRAMES % 60), (int) (frame % FRAMES));
}

/* Tracks must not begin in one frame: the last of them is what is heard. */
static gboolean
is_covered (const IsrRecording *recording, GPtrArray *titles, guint i)
{
  return i + 1 < titles->len && get_frame (recording, titles->pdata[i]) == get_frame (recording, titles->pdata[i + 1]);
}

/* A sheet has a track at least. */
static void
add_only_track (GString *sheet, const IsrRecording *recording)
{
  g_string_append (sheet, "  TRACK 01 AUDIO\n");
  add_quoted (sheet, "    TITLE", recording->source ? recording->source : "");
  g_string_append (sheet, "\n    INDEX 01 00:00:00\n");
}

char *
isr_cue_format (const IsrRecording *recording, GPtrArray *titles)
{
  g_autofree char *name = g_path_get_basename (recording->name);
  GString *sheet = g_string_new (NULL);
  guint number = 0;

  add_quoted (sheet, "FILE", name);
  g_string_append_printf (sheet, " %s\n", get_type (name));
  for (guint i = 0; i < titles->len; i++)
    if (!is_covered (recording, titles, i))
      add_track (sheet, ++number, titles->pdata[i], get_frame (recording, titles->pdata[i]));
  if (!number)
    add_only_track (sheet, recording);
  return g_string_free (sheet, FALSE);
}
