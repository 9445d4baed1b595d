/* SPDX-License-Identifier: MIT */
/* door.c - addresses of the config, or sockets of systemd.socket(5).
 *
 * A name stands for all its addresses: “localhost” is 127.0.0.1 and ::1. The first must
 * be had; of the others, a machine without IPv6 has none. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/door.h"

#include "daemon/core/error.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_FD 3
#define WAITING 1024 /* connections that are not accepted yet; the system may allow fewer */

/* How many sockets are handed to this very process; its children shall not think so. */
static int
take_handed (void)
{
  const char *pid = g_getenv ("LISTEN_PID"), *count = g_getenv ("LISTEN_FDS");
  gboolean ours = pid && count && g_ascii_strtoll (pid, NULL, 10) == getpid ();
  int n = ours ? (int) CLAMP (g_ascii_strtoll (count, NULL, 10), 0, 64) : 0;

  if (ours) {
    g_unsetenv ("LISTEN_PID");
    g_unsetenv ("LISTEN_FDS");
    g_unsetenv ("LISTEN_FDNAMES");
  }
  return n;
}

static gboolean
listen_on_handed (SoupServer *server, int n, SoupServerListenOptions options, GError **error)
{
  for (int fd = FIRST_FD; fd < FIRST_FD + n; fd++) {
    g_autoptr (GError) reason = NULL;
    g_autoptr (GSocket) socket = NULL;

    fcntl (fd, F_SETFD, FD_CLOEXEC);
    socket = g_socket_new_from_fd (fd, &reason);
    if (socket && soup_server_listen_socket (server, socket, options, &reason))
      continue;
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "the socket that was handed over as number %d (LISTEN_FDS) can not be used: %s; it must be a listening TCP socket", fd, reason->message);
    return FALSE;
  }
  return TRUE;
}

static guint
find_port (SoupServer *server)
{
  GSList *uris = soup_server_get_uris (server);
  guint port = uris ? (guint) g_uri_get_port (uris->data) : 0;

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

/* All addresses of the name, at the one port that the first of them got. */
static gboolean
listen_on_name (SoupServer *server, const IsrConfig *config, SoupServerListenOptions options, GError **error)
{
  g_autoptr (GSocketConnectable) target = g_network_address_new (config->listen_host, (guint16) config->listen_port);
  g_autoptr (GSocketAddressEnumerator) addresses = g_socket_connectable_enumerate (target);
  g_autoptr (GSocketAddress) address = g_socket_address_enumerator_next (addresses, NULL, error);

  if (!address || !soup_server_listen (server, address, options, error))
    return FALSE;
  while (TRUE) {
    g_autoptr (GSocketAddress) next = g_socket_address_enumerator_next (addresses, NULL, NULL);
    g_autoptr (GSocketAddress) same_port = next ? g_inet_socket_address_new (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (next)), (guint16) find_port (server)) : NULL;

    if (!next)
      return TRUE;
    soup_server_listen (server, same_port, options, NULL);
  }
}

static gboolean
listen_on_config (SoupServer *server, const IsrConfig *config, SoupServerListenOptions options, GError **error)
{
  g_autoptr (GError) reason = NULL;
  gboolean all = g_str_equal (config->listen_host, "*");

  if (all ? soup_server_listen_all (server, config->listen_port, options, &reason) : listen_on_name (server, config, options, &reason))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "[web] listen: can not listen on %s:%u: %s; stop the program that has the port, choose another one with listen = %s:PORT, or listen = none", all ? "" : config->listen_host, config->listen_port, reason ? reason->message : "the name has no address", all ? "" : config->listen_host);
  return FALSE;
}

static gboolean
set_certificate (SoupServer *server, const IsrConfig *config, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) reason = NULL;

  if (!config->tls_certificate && config->tls_key) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] tls_key: a key alone is of no use: name its certificate in tls_certificate");
    return FALSE;
  }
  if (!config->tls_certificate)
    return TRUE;
  certificate = g_tls_certificate_new_from_files (config->tls_certificate, config->tls_key ? config->tls_key : config->tls_certificate, &reason);
  if (certificate) {
    soup_server_set_tls_certificate (server, certificate);
    return TRUE;
  }
  g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] tls_certificate: %s can not be used: %s; it must be a PEM file, its key in tls_key or in the same file", config->tls_certificate, reason->message);
  return FALSE;
}

/* GSocket lets ten wait; a hundred pages that come back after a restart are more. */
static void
let_wait (SoupServer *server)
{
  GSList *listeners = soup_server_get_listeners (server);

  for (GSList *item = listeners; item; item = item->next)
    listen (g_socket_get_fd (item->data), WAITING);
  g_slist_free (listeners);
}

gboolean
isr_door_open (SoupServer *server, const IsrConfig *config, gboolean *handed, GError **error)
{
  SoupServerListenOptions options = config->tls_certificate ? SOUP_SERVER_LISTEN_HTTPS : 0;
  int n;

  if (!set_certificate (server, config, error))
    return FALSE;
  n = take_handed ();
  *handed = n > 0;
  if (!(n > 0 ? listen_on_handed (server, n, options, error) : listen_on_config (server, config, options, error)))
    return FALSE;
  let_wait (server);
  return TRUE;
}

static gboolean
is_loopback (GUri *uri)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (g_uri_get_host (uri));

  return address && g_inet_address_get_is_loopback (address);
}

GUri *
isr_door_find_widest (SoupServer *server)
{
  GSList *uris = soup_server_get_uris (server);
  GUri *found = uris ? uris->data : NULL;

  for (GSList *item = uris; item; item = item->next)
    if (!is_loopback (item->data))
      found = item->data;
  if (found)
    g_uri_ref (found);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return found;
}
