/* SPDX-License-Identifier: MIT */
/* log.c - one line per thing, written by one write() each.
 *
 * A line is made whole and handed to the kernel in one piece (O_APPEND), so
 * that threads need no lock and two processes may share a file. */
#include "daemon/core/log.h"

#include "daemon/core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The one log of the process. Set on the main loop, read everywhere. */
static struct {
  int level;     /* atomic */
  int fd;        /* atomic; -1: no file */
  int installed; /* main loop only */
} out = { ISR_LOG_INFO, -1, FALSE };

static const struct {
  const char *name, *priority; /* priority: of syslog, for the journal */
  GLogLevelFlags flag;
} levels[] = {
  [ISR_LOG_DEBUG] = { "DEBUG", "7", G_LOG_LEVEL_DEBUG },
  [ISR_LOG_INFO] = { "INFO", "6", G_LOG_LEVEL_INFO },
  [ISR_LOG_WARNING] = { "WARNING", "4", G_LOG_LEVEL_WARNING },
  [ISR_LOG_ERROR] = { "ERROR", "3", G_LOG_LEVEL_CRITICAL },
  [ISR_LOG_CRITICAL] = { "CRITICAL", "2", G_LOG_LEVEL_ERROR },
};

IsrLogLevel
isr_log_level_from_flags (GLogLevelFlags flags)
{
  for (int i = G_N_ELEMENTS (levels) - 1; i >= 0; i--)
    if (flags & levels[i].flag)
      return i;
  return ISR_LOG_INFO; /* G_LOG_LEVEL_MESSAGE */
}

char *
isr_log_format_line (GDateTime *when, IsrLogLevel level, const char *source, const char *text)
{
  g_autofree char *time = g_date_time_format (when, "%Y-%m-%dT%H:%M:%S%:z");
  g_autofree char *trimmed = g_strchomp (g_strdup (text));
  g_auto (GStrv) lines = g_strsplit (trimmed, "\n", -1);
  g_autofree char *one = g_strjoinv (" | ", lines);

  if (source)
    return g_strdup_printf ("%s %-5s [%s] %s\n", time, levels[level].name, source, one);
  return g_strdup_printf ("%s %-5s %s\n", time, levels[level].name, one);
}

static void
write_all (int fd, const char *line)
{
  gsize left = strlen (line);

  while (left > 0) {
    gssize n = write (fd, line, left);

    if (n < 0 && errno != EINTR)
      return; /* nobody is left to be told */
    if (n > 0) {
      line += n;
      left -= n;
    }
  }
}

static gboolean
write_journal (IsrLogLevel level, const char *source, const char *text)
{
  GLogField fields[] = {
    { "MESSAGE", text, -1 },
    { "PRIORITY", levels[level].priority, -1 },
    { "SYSLOG_IDENTIFIER", "isr", -1 },
    { "ISR_SOURCE", source, -1 },
  };
  gsize n = source ? G_N_ELEMENTS (fields) : G_N_ELEMENTS (fields) - 1;

  return g_log_writer_is_journald (STDERR_FILENO) && g_log_writer_journald (levels[level].flag, fields, n, NULL) == G_LOG_WRITER_HANDLED;
}

static void
write_line (IsrLogLevel level, const char *source, const char *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *line = isr_log_format_line (now, level, source, text);
  int fd = g_atomic_int_get (&out.fd);

  if (!write_journal (level, source, text))
    write_all (STDERR_FILENO, line);
  if (fd >= 0)
    write_all (fd, line);
}

void
isr_log (IsrLogLevel level, const char *source, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if ((int) level < g_atomic_int_get (&out.level))
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  write_line (level, source, text);
}

static const char *
find_field (const GLogField *fields, gsize n, const char *key)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (fields[i].key, key))
      return fields[i].value;
  return NULL;
}

/* What libraries say. Fatality is GLib's business and stays as it was. */
static GLogWriterOutput
write_glib (GLogLevelFlags flags, const GLogField *fields, gsize n, gpointer data)
{
  IsrLogLevel level = isr_log_level_from_flags (flags);
  const char *text = find_field (fields, n, "MESSAGE");

  if (text && (int) level >= g_atomic_int_get (&out.level) && (level > ISR_LOG_INFO || !g_log_writer_default_would_drop (flags, find_field (fields, n, "GLIB_DOMAIN"))))
    write_line (level, find_field (fields, n, "GLIB_DOMAIN"), text);
  return G_LOG_WRITER_HANDLED;
}

gboolean
isr_log_setup (IsrLogLevel level, const char *path, GError **error)
{
  int fd = path ? open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644) : -1;

  if (path && fd < 0) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "log_file %s can not be opened: %s; give a path that can be written, or remove log_file", path, g_strerror (errno));
    return FALSE;
  }
  g_atomic_int_set (&out.level, level);
  if (!out.installed)
    g_log_set_writer_func (write_glib, NULL, NULL);
  out.installed = TRUE;
  fd = g_atomic_int_exchange (&out.fd, fd);
  if (fd >= 0)
    close (fd);
  return TRUE;
}
