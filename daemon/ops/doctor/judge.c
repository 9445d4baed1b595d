/* SPDX-License-Identifier: MIT */
/* judge.c - from figures to verdicts. Pure.
 *
 * A live microphone hisses: exact zeros, or less than -80 dBFS, are a switch that is
 * off or a gain of 0, never a quiet room. */
#include "daemon/ops/doctor/exam.h"

#include <math.h>

#define FAINT -80.0    /* dBFS */
#define CLIPS 8        /* samples at full scale in a few seconds */
#define DC 0.05        /* of full scale */
#define UNEQUAL 20.0   /* dB between channels */
#define DRIFT 1000.0   /* ppm: crystals are within 200 */
#define SLOW_WARN 10.0 /* times the rate of recording that the disk should have */
#define SLOW_FAIL 2.0
#define DAY (24 * 3600.0)

typedef struct {
  double peak, level, lowest; /* of the loudest and of the quietest channel, dBFS */
  double dc;
  guint64 clipped;
  guint dead; /* a channel of exact zeros beside others; counted from 1 */
} Summary;

static void
summarize (const IsrSounding *sounding, Summary *s)
{
  *s = (Summary){ .peak = ISR_SOUNDING_SILENCE, .level = ISR_SOUNDING_SILENCE };
  for (guint i = 0; i < sounding->channels; i++) {
    double level = isr_sounding_get_level (sounding, i), dc = isr_sounding_get_dc (sounding, i);

    s->peak = MAX (s->peak, isr_sounding_get_peak (sounding, i));
    s->level = MAX (s->level, level);
    s->lowest = i ? MIN (s->lowest, level) : level;
    s->dc = fabs (dc) > fabs (s->dc) ? dc : s->dc;
    s->clipped += sounding->channel[i].clipped;
    if (sounding->channel[i].peak <= 0)
      s->dead = i + 1;
  }
}

/* What does not make the recording useless. */
static void
judge_details (const IsrSounding *sounding, const Summary *s, const char *title, const char *mixer_command, IsrReport *report)
{
  if (s->dead)
    isr_report_add (report, ISR_CHECK_WARN, "dead-channel", title, "record the other one alone (channels = 1), or look at cable and plug", "channel %u of %u is exact zero", s->dead, sounding->channels);
  else if (s->level - s->lowest > UNEQUAL)
    isr_report_add (report, ISR_CHECK_WARN, "channel-balance", title, mixer_command, "the channels differ by %.0f dB", s->level - s->lowest);
  if (s->clipped >= CLIPS)
    isr_report_add (report, ISR_CHECK_WARN, "clipping", title, mixer_command, "%" G_GUINT64_FORMAT " samples are at full scale: the gain is too high", s->clipped);
  if (fabs (s->dc) > DC)
    isr_report_add (report, ISR_CHECK_WARN, "dc-offset", title, "another USB port or card; the analysis of loudness leaves DC out", "a constant %+.1f %% of full scale lies under the signal", 100 * s->dc);
}

void
isr_judge_sounding (const IsrSounding *sounding, const char *title, const char *mixer_command, IsrReport *report)
{
  double seconds = (double) sounding->frames / sounding->rate;
  guint before = report->checks->len;
  Summary s;

  summarize (sounding, &s);
  if (isr_sounding_is_zero (sounding)) {
    isr_report_add (report, ISR_CHECK_FAIL, "digital-zero", title, mixer_command, "%.1f s of exact zeros: the capture switch is off, the gain is 0, or it is another channel", seconds);
    return;
  }
  if (s.peak < FAINT) {
    isr_report_add (report, ISR_CHECK_FAIL, "below-80dbfs", title, mixer_command, "the loudest of %.1f s is %.1f dBFS, less than any microphone's own noise: gain 0, a wrong input, a microphone without power", seconds, s.peak);
    return;
  }
  judge_details (sounding, &s, title, mixer_command, report);
  if (report->checks->len == before)
    isr_report_add (report, ISR_CHECK_OK, "signal", title, NULL, "%.1f s heard: peak %.1f dBFS, level %.1f dBFS, DC %+.2f %%, no clipping", seconds, s.peak, s.level, 100 * s.dc);
}

void
isr_judge_clock (const IsrSounding *sounding, guint overruns, const char *title, IsrReport *report)
{
  double ppm, error;

  if (overruns)
    isr_report_add (report, ISR_CHECK_WARN, "overrun", title, "a powered hub or another USB port; stop what loads the machine (top); dmesg | grep -i usb | tail",
        "samples are missing at %u places of a few seconds", overruns);
  if (!isr_sounding_get_drift (sounding, &ppm, &error))
    isr_report_add (report, ISR_CHECK_OK, "clock-drift", title, NULL, "%sits clock can not be compared: it delivers in bursts", overruns ? "" : "no overrun; ");
  else if (fabs (ppm) - error > DRIFT)
    isr_report_add (report, ISR_CHECK_WARN, "clock-drift", title, "another USB port without a hub; remove sample_rate if it is set",
        "its clock runs %+.0f ppm (± %.0f) beside ours, more than any crystal: samples get lost, or it has another rate than it says", ppm, error);
  else
    isr_report_add (report, ISR_CHECK_OK, "clock-drift", title, NULL, "%sits clock runs %+.0f ppm (± %.0f) beside ours; files are cut by the wall clock, so it does no harm", overruns ? "" : "no overrun; ", ppm, error);
}

/* --- storage --- */

static char *
describe_time (double seconds)
{
  if (seconds >= 730 * DAY)
    return g_strdup_printf ("%.0f years", seconds / (365.25 * DAY));
  if (seconds >= 2 * DAY)
    return g_strdup_printf ("%.0f days", seconds / DAY);
  return seconds >= 2 * 3600 ? g_strdup_printf ("%.0f hours", seconds / 3600) : g_strdup_printf ("%.0f minutes", seconds / 60);
}

void
isr_judge_space (guint64 free, double bytes_per_second, gboolean retention, const char *directory, IsrReport *report)
{
  double seconds = bytes_per_second > 0 ? (double) free / bytes_per_second : 0;
  g_autofree char *lasts = describe_time (seconds), *fix = g_strdup_printf ("[storage] min_free = 5 %% deletes the oldest recordings in time, or make room: du -h %s | sort -h | tail", directory);
  g_autofree char *size = g_format_size (free);
  IsrCheckStatus status = ISR_CHECK_OK;

  if (bytes_per_second <= 0) {
    isr_report_add (report, ISR_CHECK_OK, "space", "storage", NULL, "%s are free in %s", size, directory);
    return;
  }
  if (!retention)
    status = seconds < 3600 ? ISR_CHECK_FAIL : seconds < 7 * DAY ? ISR_CHECK_WARN
                                                                 : ISR_CHECK_OK;
  isr_report_add (report, status, "space", "storage", status ? fix : NULL, "%s are free in %s: at %.0f kB/s of all sources it lasts %s%s", size, directory, bytes_per_second / 1000, lasts,
      retention ? "; old recordings are deleted as configured" : "");
}

void
isr_judge_speed (double written_per_second, double bytes_per_second, const char *directory, IsrReport *report)
{
  double times = bytes_per_second > 0 ? written_per_second / bytes_per_second : G_MAXDOUBLE;
  IsrCheckStatus status = times < SLOW_FAIL ? ISR_CHECK_FAIL : times < SLOW_WARN ? ISR_CHECK_WARN
                                                                                 : ISR_CHECK_OK;

  isr_report_add (report, status, status ? "disk-slow" : "disk-speed", "storage", status ? "record to another disk, or fewer sources at once" : NULL,
      "%s takes %.1f MB/s%s", directory, written_per_second / 1e6, status ? ", too little for what is recorded" : "");
}

/* --- time --- */

#define OLDEST G_GINT64_CONSTANT (1704067200000000) /* 2024: a machine without a battery clock comes up in 1970 */

void
isr_judge_sync (gboolean synchronised, gint64 now_us, gboolean container, IsrReport *report)
{
  const char *fix = container ? "on the host: sudo timedatectl set-ntp true; timedatectl" : "sudo timedatectl set-ntp true; timedatectl";
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (now, "%Y-%m-%d %H:%M:%S");

  if (now_us < OLDEST)
    isr_report_add (report, ISR_CHECK_FAIL, "clock-unset", "time", fix, "the clock says %s UTC: it was never set", text);
  else if (!synchronised)
    isr_report_add (report, ISR_CHECK_WARN, "clock-unsynced", "time", fix, "the clock (%s UTC) is not synchronised: files get the time that it shows", text);
  else
    isr_report_add (report, ISR_CHECK_OK, "clock", "time", NULL, "the clock is synchronised");
}
