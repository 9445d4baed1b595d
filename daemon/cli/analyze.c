/* SPDX-License-Identifier: MIT */
/* analyze.c - files to threads, answers to stdout, trouble to stderr.
 *
 *   day.flac: 1:00:00, 2 loud sections
 *     0:12:03.1-0:12:07.0   18.4 dB
 *     0:40:00.0-0:44:10.0   12.1 dB  long
 *
 * What a file gives is printed as soon as those before it are done: the order is that
 * of the command line. */
#include "daemon/cli/analyze.h"

#include "daemon/analysis/child.h"
#include "daemon/analysis/export.h"
#include "daemon/analysis/heard.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2
#define POLL_US (100 * G_TIME_SPAN_MILLISECOND)
#define BAR 30

typedef struct {
  const char *path;
  const IsrDetectorParams *params;
  GAsyncQueue *done;
  gint progress; /* atomic: 0-1000 */
  IsrHeard *heard;
  GError *error;
  gboolean ended;
} File;

static void
file_free (gpointer data)
{
  File *file = data;

  g_clear_pointer (&file->heard, isr_heard_free);
  g_clear_error (&file->error);
  g_free (file);
}

/* --- what was written on the command line --- */

static gboolean
complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

static gboolean
complain (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("isr: %s\n", text);
  return FALSE;
}

static gboolean
read_number (const char *name, const char *text, double min, double max, const char *unit, double *value)
{
  char *end;

  errno = 0;
  *value = g_ascii_strtod (text, &end);
  if (*text && !*end && !errno && *value >= min && *value <= max)
    return TRUE;
  return complain ("%s: “%s” is not a number from %g to %g (%s)", name, text, min, max, unit);
}

static gboolean
read_params (const IsrAnalyzeQuestion *question, IsrDetectorParams *params)
{
  double value;

  isr_detector_params_init (params);
  if (question->margin && !read_number ("--margin", question->margin, ISR_DETECTOR_MARGIN_MIN / 100.0, ISR_DETECTOR_MARGIN_MAX / 100.0, "dB", &value))
    return FALSE;
  if (question->margin)
    params->margin = (int) lrint (value * 100);
  if (question->min_gap && !read_number ("--min-gap", question->min_gap, 0.1, (double) ISR_DETECTOR_MIN_GAP_MAX / ISR_WINDOWS_PER_SECOND, "seconds", &value))
    return FALSE;
  if (question->min_gap)
    params->min_gap = (guint) lrint (value * ISR_WINDOWS_PER_SECOND);
  if (g_strcmp0 (question->mode, "blocks") == 0)
    params->mode = ISR_DETECTOR_BLOCKS;
  else if (question->mode && !g_str_equal (question->mode, "adaptive"))
    return complain ("--mode: “%s” is neither adaptive nor blocks", question->mode);
  return TRUE;
}

static gboolean
check_question (const IsrAnalyzeQuestion *question, IsrExportFormat *format)
{
  gboolean several = g_strv_length ((GStrv) question->files) > 1;

  if (question->labels && !isr_export_parse_format (question->labels, format))
    return complain ("--labels: “%s” is none of audacity, raven and csv", question->labels);
  if (question->labels && question->json)
    return complain ("--labels and --json: give one of them");
  if (question->labels && *format == ISR_EXPORT_AUDACITY && several)
    return complain ("--labels audacity: a label track belongs to one file: give one FILE");
  if (question->plot && several)
    return complain ("--plot: a picture shows one file: give one FILE");
  return TRUE;
}

/* --- answers --- */

static void
append_time (GString *out, guint64 window)
{
  guint seconds = (guint) (window / 10);

  g_string_append_printf (out, "%u:%02u:%02u.%u", seconds / 3600, seconds / 60 % 60, seconds % 60, (guint) (window % 10));
}

static void
append_plain (GString *out, const File *file)
{
  const GArray *sections = file->heard->sections;
  guint seconds = (guint) isr_heard_get_duration (file->heard);

  g_string_append_printf (out, "%s: %u:%02u:%02u, %u loud section%s\n", file->path, seconds / 3600, seconds / 60 % 60, seconds % 60, sections->len, sections->len == 1 ? "" : "s");
  for (guint i = 0; i < sections->len; i++) {
    const IsrSection *section = &g_array_index (sections, IsrSection, i);

    g_string_append (out, "  ");
    append_time (out, section->start);
    g_string_append_c (out, '-');
    append_time (out, section->end);
    g_string_append_printf (out, "  %5.1f dB", section->score / 100.0);
    if (section->reason != ISR_SECTION_LEVEL)
      g_string_append_printf (out, "  %s", isr_section_reason_to_string (section->reason));
    g_string_append_c (out, '\n');
  }
}

static void
append_json (GString *out, const File *file)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  const GArray *sections = file->heard->sections;
  g_autofree char *name = g_utf8_make_valid (file->path, -1), *text = NULL;

  json_builder_begin_object (builder);
  isr_json_add_string (builder, "file", name);
  isr_json_add_double (builder, "duration", isr_heard_get_duration (file->heard));
  json_builder_set_member_name (builder, "sections");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sections->len; i++) {
    const IsrSection *section = &g_array_index (sections, IsrSection, i);

    json_builder_begin_object (builder);
    isr_json_add_double (builder, "start", (double) section->start / 10);
    isr_json_add_double (builder, "end", (double) section->end / 10);
    isr_json_add_double (builder, "score", section->score / 100.0);
    isr_json_add_double (builder, "peak", section->peak / 100.0);
    isr_json_add_string (builder, "reason", isr_section_reason_to_string (section->reason));
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  text = isr_json_finish (builder);
  g_string_append_printf (out, "%s\n", text);
}

static void
append_labels (GString *out, const File *file, IsrExportFormat format, guint *number)
{
  g_autofree char *name = g_utf8_make_valid (file->path, -1);

  for (guint i = 0; i < file->heard->sections->len; i++) {
    const IsrSection *section = &g_array_index (file->heard->sections, IsrSection, i);
    const IsrExportRow row = {
      .start = (double) section->start / 10,
      .end = (double) section->end / 10,
      .file = name,
      .found = TRUE,
      .score = section->score / 100.0,
      .peak = section->peak / 100.0,
      .floor = section->floor / 100.0,
      .reason = isr_section_reason_to_string (section->reason),
      .rate = file->heard->result.rate,
    };

    isr_export_add (out, format, &row, ++*number);
  }
}

static gboolean
write_plot (const File *file, const char *path)
{
  g_autofree char *title = g_utf8_make_valid (file->path, -1);
  g_autofree char *svg = isr_heard_plot (file->heard, title);
  g_autoptr (GError) error = NULL;

  return g_file_set_contents (path, svg, -1, &error) || complain ("--plot: %s", error->message);
}

/* FALSE: something went wrong, and was said. */
static gboolean
answer (const IsrAnalyzeQuestion *question, IsrExportFormat format, const File *file, guint *number)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (file->error)
    return complain ("%s: %s", file->path, file->error->message);
  if (question->labels)
    append_labels (out, file, format, number);
  else if (question->json)
    append_json (out, file);
  else
    append_plain (out, file);
  fputs (out->str, stdout);
  fflush (stdout);
  return !question->plot || write_plot (file, question->plot);
}

/* --- the work --- */

static void
work (gpointer data, gpointer unused)
{
  File *file = data;

  file->heard = isr_heard_new (file->path, file->params, &file->progress, &file->error);
  g_async_queue_push (file->done, file);
}

static void
show_progress (GPtrArray *files, gboolean end)
{
  guint64 sum = 0;
  guint done = 0, filled;

  if (!isatty (STDERR_FILENO))
    return;
  for (guint i = 0; i < files->len; i++) {
    File *file = files->pdata[i];

    sum += file->ended ? 1000 : (guint64) g_atomic_int_get (&file->progress);
    done += file->ended;
  }
  filled = (guint) (sum * BAR / (1000 * files->len));
  if (end)
    g_printerr ("\r\033[K");
  else
    g_printerr ("\r[%.*s%*s] %3u %%, %u of %u", (int) filled, "##############################", (int) (BAR - filled), "", (guint) (sum / 10 / files->len), done, files->len);
}

static gboolean
collect (const IsrAnalyzeQuestion *question, IsrExportFormat format, GPtrArray *files, GAsyncQueue *done)
{
  gboolean ok = TRUE;
  guint next = 0, number = 0;

  while (next < files->len) {
    File *file = g_async_queue_timeout_pop (done, POLL_US);

    if (file)
      file->ended = TRUE;
    while (next < files->len && ((File *) files->pdata[next])->ended) {
      show_progress (files, TRUE);
      ok = answer (question, format, files->pdata[next++], &number) && ok;
    }
    show_progress (files, next == files->len);
  }
  return ok;
}

static GPtrArray *
make_files (const IsrAnalyzeQuestion *question, const IsrDetectorParams *params, GAsyncQueue *done)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (file_free);

  for (guint i = 0; question->files[i]; i++) {
    File *file = g_new0 (File, 1);

    file->path = question->files[i];
    file->params = params;
    file->done = done;
    g_ptr_array_add (files, file);
  }
  return files;
}

int
isr_cli_analyze (const IsrAnalyzeQuestion *question)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GString) head = g_string_new (NULL);
  IsrExportFormat format = ISR_EXPORT_CSV;
  IsrDetectorParams params;
  GThreadPool *pool;
  gboolean ok;

  if (!read_params (question, &params) || !check_question (question, &format))
    return EXIT_USAGE;
  isr_decode_prefer_ours ();
  files = make_files (question, &params, done);
  if (question->labels)
    isr_export_begin (head, format);
  fputs (head->str, stdout);
  pool = g_thread_pool_new (work, NULL, (gint) g_get_num_processors (), FALSE, NULL);
  for (guint i = 0; i < files->len; i++)
    g_thread_pool_push (pool, files->pdata[i], NULL);
  ok = collect (question, format, files, done);
  g_thread_pool_free (pool, FALSE, TRUE);
  return ok ? 0 : EXIT_FAILED;
}
