/* SPDX-License-Identifier: MIT */
/* bext.c - fields of fixed width, one after the other. */
#include "plugins/format/bext.h"

#include <stdio.h>
#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/iso8601.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define DAY (86400 * SECOND)
#define ORIGINATOR "ISR"

/* Offsets of the fields in the payload. */
enum {
  BEXT_ORIGINATOR = 256,
  BEXT_DATE = 320,
  BEXT_TIME_REFERENCE = 338,
  BEXT_CODING_HISTORY = 602,
};

/* Text in a field of @width bytes: cut between characters, filled with NUL. */
static void
put_text (GByteArray *out, const char *text, guint width)
{
  gsize length = text ? strlen (text) : 0;

  if (length > width) {
    const char *end = g_utf8_validate (text, length, NULL) ? g_utf8_find_prev_char (text, text + width + 1) : NULL;

    length = end ? (gsize) (end - text) : width;
  }
  g_byte_array_append (out, (const guint8 *) text, length);
  isr_put_zero (out, width - length);
}

static gint64
time_of_day (gint64 local_us)
{
  return (local_us % DAY + DAY) % DAY;
}

static guint64
time_reference (gint64 of_day_us, guint rate)
{
  guint64 seconds = of_day_us / SECOND;
  guint64 micros = of_day_us % SECOND;

  return seconds * rate + (micros * rate + SECOND / 2) / SECOND;
}

static char *
coding_history (const IsrPcm *pcm, guint bits, const IsrFileInfo *info)
{
  g_autofree char *start = isr_iso8601 (info->start_us, 0);
  g_autofree char *mode = pcm->channels == 1 ? g_strdup ("mono") : pcm->channels == 2 ? g_strdup ("stereo")
                                                                                      : g_strdup_printf ("%u channels", pcm->channels);

  return g_strdup_printf ("A=%s,F=%u,W=%u,M=%s,T=ISR start=%s offset=%+d\r\n",
      pcm->format == ISR_SAMPLE_F32 ? "FLOAT" : "PCM", pcm->rate, bits, mode, start, info->utc_offset);
}

void
isr_bext_put (GByteArray *out, const IsrPcm *pcm, guint bits, const IsrFileInfo *info)
{
  gint64 local = info->start_us + info->utc_offset * SECOND;
  gint64 of_day = time_of_day (local);
  g_autofree char *iso = isr_iso8601 (info->start_us, info->utc_offset);
  g_autofree char *history = coding_history (pcm, bits, info);

  iso[19] = '\0'; /* date, T, time */
  put_text (out, info->source, 256);
  put_text (out, ORIGINATOR, 32);
  put_text (out, NULL, 32); /* OriginatorReference */
  iso[10] = '\0';
  put_text (out, iso, 10);
  put_text (out, iso + 11, 8);
  isr_put_le (out, time_reference (of_day, pcm->rate), 8);
  isr_put_le (out, 1, 2);       /* version */
  isr_put_zero (out, 64 + 190); /* UMID: none; reserved */
  put_text (out, history, (strlen (history) + 1) & ~1u);
}

gboolean
isr_bext_is_ours (const guint8 *data, gsize size)
{
  return size >= BEXT_CODING_HISTORY && memcmp (data + BEXT_ORIGINATOR, ORIGINATOR, sizeof ORIGINATOR) == 0;
}

char *
isr_bext_get_source (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, MIN (size, 256));

  return *text && g_utf8_validate (text, -1, NULL) ? g_steal_pointer (&text) : NULL;
}

/* Out of the coding history: exact to the µs, where the time reference is exact to the sample. */
static gboolean
start_of_history (const char *history, gint64 *start_us, int *utc_offset)
{
  const char *start = strstr (history, "T=ISR start=");
  const char *offset = strstr (history, " offset=");
  int utc = 0;

  if (!start || !offset || !isr_iso8601_parse (start + strlen ("T=ISR start="), start_us, &utc))
    return FALSE;
  *utc_offset = g_ascii_strtoll (offset + strlen (" offset="), NULL, 10);
  return TRUE;
}

static gboolean
midnight_of (const guint8 *date, gint64 *local_us)
{
  char text[11] = { 0 };
  int y = 0, m = 0, d = 0;
  g_autoptr (GDateTime) t = NULL;

  memcpy (text, date, 10);
  if (sscanf (text, "%4d%*c%2d%*c%2d", &y, &m, &d) == 3)
    t = g_date_time_new_utc (y, m, d, 0, 0, 0);
  if (!t)
    return FALSE;
  *local_us = g_date_time_to_unix (t) * SECOND;
  return TRUE;
}

gboolean
isr_bext_get_start (const guint8 *data, gsize size, guint rate, gint64 *start_us, int *utc_offset)
{
  g_autofree char *history = NULL;
  gint64 midnight = 0;
  guint64 reference = 0;

  if (size < BEXT_CODING_HISTORY || !rate || !midnight_of (data + BEXT_DATE, &midnight))
    return FALSE;
  history = g_strndup ((const char *) data + BEXT_CODING_HISTORY, size - BEXT_CODING_HISTORY);
  if (start_of_history (history, start_us, utc_offset))
    return TRUE;
  reference = isr_get_le (data + BEXT_TIME_REFERENCE, 8);
  if (reference / rate > 366 * 86400)
    return FALSE;
  *start_us = midnight + reference / rate * SECOND + reference % rate * SECOND / rate - *utc_offset * SECOND;
  return TRUE;
}
