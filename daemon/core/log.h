/* SPDX-License-Identifier: MIT */
/* log.h - what the daemon says about itself: one line per thing.
 *
 *     2026-11-20T10:00:00+01:00 INFO  [mic] recording: hw:CARD=Mic, 48000 Hz 1 ch
 *
 * to stderr, to a file when one is set, and to the journal with its own fields
 * (PRIORITY, ISR_SOURCE) when stderr is the journal. Any thread may log. Our own
 * lines never pass through g_log(): G_DEBUG=fatal-warnings stays a trap for
 * programming errors and does not end a recorder that only reports a lost
 * server. What libraries say through g_log() comes out in the same form. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In rising order; the words of the config's `log_level`. */
typedef enum {
  ISR_LOG_DEBUG,
  ISR_LOG_INFO,
  ISR_LOG_WARNING,  /* needs attention, recording goes on */
  ISR_LOG_ERROR,    /* something is not recorded now */
  ISR_LOG_CRITICAL, /* given up */
} IsrLogLevel;

/* IsrConfig.log_level as ours. GLib's order of severity: its “critical” is ours
 * “ERROR”, its “error” is ours “CRITICAL”. */
IsrLogLevel isr_log_level_from_flags (GLogLevelFlags flags);

/* Lines below @level are dropped from now on; the rest goes to stderr and, when
 * @path is not NULL, is appended to that file, which is opened once and kept.
 * From the first call on GLib's own messages are written the same way.
 * ISR_ERROR_STORAGE: the file can not be opened; what was set before stays. */
gboolean isr_log_setup (IsrLogLevel level, const char *path, GError **error);

/* @source: name of the source (or of the room) it is about, or NULL. */
void isr_log (IsrLogLevel level, const char *source, const char *format, ...) G_GNUC_PRINTF (3, 4);

#define isr_log_debug(source, ...) isr_log (ISR_LOG_DEBUG, source, __VA_ARGS__)
#define isr_log_info(source, ...) isr_log (ISR_LOG_INFO, source, __VA_ARGS__)
#define isr_log_warning(source, ...) isr_log (ISR_LOG_WARNING, source, __VA_ARGS__)
#define isr_log_error(source, ...) isr_log (ISR_LOG_ERROR, source, __VA_ARGS__)
#define isr_log_critical(source, ...) isr_log (ISR_LOG_CRITICAL, source, __VA_ARGS__)

/* The line itself, with its newline: pure. Line breaks in @text become " | ". */
char *isr_log_format_line (GDateTime *when, IsrLogLevel level, const char *source, const char *text);

G_END_DECLS
