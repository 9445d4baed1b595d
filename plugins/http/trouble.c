/* SPDX-License-Identifier: MIT */
/* trouble.c - tables. */
#include "plugins/http/trouble.h"

#include <libsoup/soup.h>

#include "plugins/messages.h"

IsrTrouble *
isr_trouble_new (const char *reason, const char *format, ...)
{
  IsrTrouble *self = g_new0 (IsrTrouble, 1);
  va_list args;

  va_start (args, format);
  self->reason = g_strdup (reason);
  self->detail = g_strdup_vprintf (format, args);
  va_end (args);
  return self;
}

void
isr_trouble_free (IsrTrouble *self)
{
  g_free (self->reason);
  g_free (self->detail);
  g_free (self);
}

static const struct {
  GQuark (*domain) (void);
  int code; /* -1: any */
  const char *reason, *words;
} errors[] = {
  { g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, ISR_STREAM_REFUSED, "refuses the connection: nothing listens at that address and port" },
  { g_io_error_quark, G_IO_ERROR_TIMED_OUT, ISR_STREAM_TIMEOUT, "does not answer" },
  { g_io_error_quark, G_IO_ERROR_HOST_UNREACHABLE, ISR_STREAM_UNREACHABLE, "can not be reached" },
  { g_io_error_quark, G_IO_ERROR_NETWORK_UNREACHABLE, ISR_STREAM_UNREACHABLE, "can not be reached: no network" },
  { g_io_error_quark, G_IO_ERROR_HOST_NOT_FOUND, ISR_STREAM_DNS, "has a name that is not known" },
  { g_io_error_quark, G_IO_ERROR_PARTIAL_INPUT, ISR_STREAM_UNAVAILABLE, "does not answer as a web server does" },
  { g_io_error_quark, G_IO_ERROR_CONNECTION_CLOSED, ISR_STREAM_DROPPED, "closed the connection" },
  { g_resolver_error_quark, -1, ISR_STREAM_DNS, "has a name that is not known" },
  { g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE, ISR_STREAM_TLS, "shows a certificate that proves nothing: this system has to know who signed it (update-ca-certificates)" },
  { g_tls_error_quark, -1, ISR_STREAM_TLS, "makes no secure connection" },
  { soup_session_error_quark, -1, ISR_STREAM_UNAVAILABLE, "does not answer as a web server does" },
};

IsrTrouble *
isr_trouble_from_error (const char *where, const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    if (error->domain == errors[i].domain () && (errors[i].code < 0 || errors[i].code == error->code))
      return isr_trouble_new (errors[i].reason, "%s %s (%s)", where, errors[i].words, error->message);
  return isr_trouble_new (ISR_STREAM_UNAVAILABLE, "%s can not be connected to (%s)", where, error->message);
}

static const struct {
  guint from, to;
  const char *reason, *advice; /* reason NULL: "http-<status>" */
} statuses[] = {
  { 401, 401, ISR_STREAM_UNAUTHORIZED, "check username and password" },
  { 403, 403, ISR_STREAM_UNAUTHORIZED, "the server forbids it; check username and password" },
  { 404, 404, ISR_STREAM_NOT_FOUND, "there is no such mount now; check the path of the address" },
  { 407, 407, ISR_STREAM_UNAUTHORIZED, "the proxy wants a password" },
  { 410, 410, ISR_STREAM_NOT_FOUND, "the mount is gone; check the path of the address" },
  { 503, 503, ISR_STREAM_UNAVAILABLE, "the server is overloaded or in maintenance" },
  { 500, 599, ISR_STREAM_UNAVAILABLE, "the server has an error of its own" },
  { 0, G_MAXUINT, NULL, "that is no stream" },
};

IsrTrouble *
isr_trouble_from_status (const char *where, guint status, const char *phrase)
{
  g_autofree char *number = g_strdup_printf ("http-%u", status);
  IsrTrouble *self;
  guint i = 0;

  while (status < statuses[i].from || status > statuses[i].to)
    i++;
  self = isr_trouble_new (statuses[i].reason ? statuses[i].reason : number, "%s answers %u %s: %s", where, status, phrase, statuses[i].advice);
  self->status = status;
  return self;
}
