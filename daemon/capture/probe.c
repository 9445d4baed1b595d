/* SPDX-License-Identifier: MIT */
/* probe.c - a connection for its error alone. */
#include "daemon/capture/probe.h"

typedef struct {
  char *where;
  GCancellable *cancellable;
  IsrProbeFunc func;
  gpointer data;
} Probe;

static void
on_connected (GObject *client, GAsyncResult *result, gpointer data)
{
  Probe *probe = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_uri_finish (G_SOCKET_CLIENT (client), result, &error);

  if (connection)
    g_io_stream_close_async (G_IO_STREAM (connection), G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  if (!g_cancellable_is_cancelled (probe->cancellable))
    probe->func (error ? isr_words_from_connect (probe->where, error) : NULL, probe->data);
  g_object_unref (probe->cancellable);
  g_free (probe->where);
  g_free (probe);
}

void
isr_probe_url (const char *url, guint timeout_s, GCancellable *cancellable, IsrProbeFunc func, gpointer data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Probe *probe = g_new (Probe, 1);

  *probe = (Probe){ isr_words_redact (url), g_object_ref (cancellable), func, data };
  g_socket_client_set_timeout (client, timeout_s);
  g_socket_client_set_tls (client, g_str_has_prefix (url, "https:"));
  g_socket_client_connect_to_uri_async (client, url, g_str_has_prefix (url, "https:") ? 443 : 80, cancellable, on_connected, probe);
}
