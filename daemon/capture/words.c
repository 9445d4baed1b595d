/* SPDX-License-Identifier: MIT */
/* words.c - tables from errors to words. */
#include "daemon/capture/words.h"

#include "daemon/capture/advice.h"
#include "daemon/core/error.h"

#include <gio/gio.h>
#include <string.h>

IsrFault *
isr_fault_new (const char *reason, const char *format, ...)
{
  IsrFault *self = g_new0 (IsrFault, 1);
  va_list args;

  va_start (args, format);
  self->reason = g_strdup (reason);
  self->detail = g_strdup_vprintf (format, args);
  va_end (args);
  return self;
}

void
isr_fault_free (IsrFault *self)
{
  g_free (self->reason);
  g_free (self->detail);
  g_free (self);
}

char *
isr_words_redact (const char *text)
{
  g_autoptr (GRegex) userinfo = g_regex_new ("://[^/?#\\s]*@", 0, 0, NULL);

  return g_regex_replace_literal (userinfo, text, -1, 0, "://", 0, NULL);
}

char *
isr_words_where (const IsrSourceConfig *config)
{
  switch (config->type) {
    case ISR_SOURCE_STREAM:
      return isr_words_redact (config->url);
    case ISR_SOURCE_SOUNDCARD:
      return g_strdup_printf ("device “%s”", config->device ? config->device : "default");
    case ISR_SOURCE_TEST:
    default:
      return g_strdup_printf ("scene “%s”", config->scene ? config->scene : "demo");
  }
}

/* --- HTTP --- */

static const struct {
  guint from, to;
  const char *reason, *advice;
} statuses[] = {
  { 401, 401, "unauthorized", "check username and password" },
  { 403, 403, "unauthorized", "the server forbids it; check username and password" },
  { 404, 404, "not-found", "there is no such mount now; check the path of the url" },
  { 407, 407, "unauthorized", "the proxy wants a password" },
  { 410, 410, "not-found", "the mount is gone; check the path of the url" },
  { 400, 499, "unavailable", "the server does not accept the request" },
  { 503, 503, "unavailable", "the server is overloaded or in maintenance" },
  { 500, 599, "unavailable", "the server has an error of its own" },
};

static IsrFault *
from_status (const char *where, guint status, const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].from <= status && status <= statuses[i].to)
      return isr_fault_new (statuses[i].reason, "%s answers %u %s: %s", where, status, text, statuses[i].advice);
  return NULL;
}

/* --- GStreamer's own codes --- */

typedef struct {
  GQuark (*domain) (void);
  int code;
  const char *stream, *soundcard; /* reason; NULL: not known from this alone */
  const char *words;              /* NULL: what the element says */
} Row;

static const Row rows[] = {
  { gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_FOUND, "not-found", "no-device", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_AUTHORIZED, "unauthorized", "unavailable", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_BUSY, "unavailable", "busy", "in use by another process" },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ, NULL, "unavailable", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_READ, NULL, "disconnected", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_SEEK, "dropped", "internal", "the connection broke" },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_WRITE, "disk", "disk", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_WRITE, "disk", "disk", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_SYNC, "disk", "disk", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "disk", "disk", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_FAILED, "internal", "disconnected", NULL },
  { gst_resource_error_quark, GST_RESOURCE_ERROR_SETTINGS, "internal", "unavailable", NULL },
  { gst_core_error_quark, GST_CORE_ERROR_CAPS, "format-change", "format-change", "the stream goes on in another format" },
  { gst_stream_error_quark, GST_STREAM_ERROR_TYPE_NOT_FOUND, "not-audio", "not-audio", NULL },
  { gst_stream_error_quark, GST_STREAM_ERROR_WRONG_TYPE, "not-audio", "not-audio", NULL },
  { gst_stream_error_quark, GST_STREAM_ERROR_CODEC_NOT_FOUND, "not-audio", "not-audio", NULL },
  { gst_stream_error_quark, GST_STREAM_ERROR_FORMAT, "not-audio", "not-audio", NULL },
  { gst_stream_error_quark, GST_STREAM_ERROR_DEMUX, "not-audio", "not-audio", NULL },
  { gst_stream_error_quark, GST_STREAM_ERROR_DECODE, "not-audio", "not-audio", NULL },
  { gst_stream_error_quark, GST_STREAM_ERROR_FAILED, NULL, "disconnected", NULL },
};

/* ALSA's words are truer than the code that GStreamer made of them. */
static const struct {
  const char *words, *reason;
} alsa_words[] = {
  { "busy", "busy" },
  { "used by another application", "busy" },
  { "disconnected", "disconnected" },
  { "No such device", "no-device" },
  { "No such file", "no-device" },
  { "Unknown PCM", "no-device" },
  { "Cannot get card index", "no-device" },
  { "cannot find card", "no-device" },
};

static const char *
reason_of_alsa (const char *text)
{
  for (guint i = 0; text && i < G_N_ELEMENTS (alsa_words); i++)
    if (strstr (text, alsa_words[i].words))
      return alsa_words[i].reason;
  return NULL;
}

static const Row *
find_row (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (error->domain == rows[i].domain () && error->code == rows[i].code)
      return &rows[i];
  return NULL;
}

/* The first line of the debug text is "file.c(123): function (): /path:"; what
 * follows is meant for people too. */
static char *
useful_debug (const char *debug)
{
  const char *rest = debug ? strchr (debug, '\n') : NULL;

  return rest && rest[1] ? g_strdelimit (g_strchomp (g_strdup (rest + 1)), "\n", ' ') : NULL;
}

static guint
get_status (GstMessage *message)
{
  const GstStructure *details = NULL;
  guint status = 0;

  gst_message_parse_error_details (message, &details);
  if (details)
    gst_structure_get_uint (details, "http-status-code", &status);
  return status;
}

static const char *
choose_reason (const IsrSourceConfig *config, const GError *error, const char *debug, const char *heard)
{
  const Row *row = find_row (error);
  const char *reason = row ? row->stream : "internal";

  if (debug && strstr (debug, "not-negotiated"))
    return "not-audio";
  if (row && config->type != ISR_SOURCE_STREAM)
    reason = row->soundcard;
  if (config->type == ISR_SOURCE_SOUNDCARD && g_strcmp0 (reason, "disk") != 0) {
    const char *alsa = reason_of_alsa (heard);

    alsa = alsa ? alsa : reason_of_alsa (error->message);
    alsa = alsa ? alsa : reason_of_alsa (debug);
    reason = alsa ? alsa : reason;
  }
  return reason;
}

IsrFault *
isr_words_from_message (const IsrSourceConfig *config, GstMessage *message, const char *heard)
{
  g_autofree char *where = isr_words_where (config), *debug = NULL, *more = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;
  guint status = get_status (message);
  IsrFault *fault = NULL;
  const Row *row;

  gst_message_parse_error (message, &error, &debug);
  if (status)
    fault = from_status (where, status, error->message);
  if (fault)
    return fault;
  row = find_row (error);
  more = row && row->words ? NULL : useful_debug (debug);
  text = g_strdup_printf ("%s%s%s%s%s%s%s", row && row->words ? row->words : error->message,
      more ? " (" : "", more ? more : "", more ? ")" : "",
      heard ? " (ALSA says: " : "", heard ? heard : "", heard ? ")" : "");
  g_free (debug);
  debug = isr_words_redact (text);
  return isr_fault_new (choose_reason (config, error, more, heard), "%s: %s", where, debug);
}

IsrFault *
isr_words_from_build (const IsrSourceConfig *config, const GError *error)
{
  const char *alsa = reason_of_alsa (error->message);

  if (g_error_matches (error, ISR_ERROR, ISR_ERROR_BUSY))
    return isr_fault_new ("busy", "%s", error->message);
  if (g_error_matches (error, ISR_ERROR, ISR_ERROR_DEVICE))
    return isr_fault_new (alsa ? alsa : "no-device", "%s", error->message);
  return isr_fault_new ("internal", "%s", error->message);
}

void
isr_words_advise (const IsrSourceConfig *config, IsrFault *fault)
{
  const IsrAdvice *advice = isr_advice_find (fault->detail);
  char *longer = NULL;

  if (config->type != ISR_SOURCE_SOUNDCARD || g_strcmp0 (fault->reason, "disk") == 0)
    return;
  if (advice)
    longer = g_strdup_printf ("%s; %s: %s", fault->detail, advice->cause, advice->fix);
  else if (!strstr (fault->detail, "--list-devices"))
    longer = g_strconcat (fault->detail, "; `isr doctor` looks for the cause", NULL);
  if (longer) {
    g_free (fault->detail);
    fault->detail = longer;
  }
}

/* --- a connection that was only tried --- */

static const struct {
  GQuark (*domain) (void);
  int code; /* -1: any */
  const char *reason, *words;
} connects[] = {
  { g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, "refused", "refuses the connection: nothing listens at that address and port" },
  { g_io_error_quark, G_IO_ERROR_TIMED_OUT, "timeout", "does not answer" },
  { g_io_error_quark, G_IO_ERROR_HOST_UNREACHABLE, "unreachable", "can not be reached" },
  { g_io_error_quark, G_IO_ERROR_NETWORK_UNREACHABLE, "unreachable", "can not be reached: no network" },
  { g_io_error_quark, G_IO_ERROR_HOST_NOT_FOUND, "dns", "has a name that is not known" },
  { g_resolver_error_quark, -1, "dns", "has a name that is not known" },
  { g_tls_error_quark, -1, "tls", "makes no secure connection" },
};

IsrFault *
isr_words_from_connect (const char *where, const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (connects); i++)
    if (error->domain == connects[i].domain () && (connects[i].code < 0 || connects[i].code == error->code))
      return isr_fault_new (connects[i].reason, "%s %s (%s)", where, connects[i].words, error->message);
  return isr_fault_new ("unavailable", "%s can not be connected to (%s)", where, error->message);
}
