/* SPDX-License-Identifier: MIT */
/* door.c - addresses of the config, or sockets of systemd.socket(5).
 *
 * A name stands for all its addresses: “localhost” is 127.0.0.1 and ::1. The first must
 * be had; of the others, a machine without IPv6 has none.
 *
 * libsoup keeps connections alive only as long as it listens itself: it is told of each
 * socket, on a loop that never runs. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/door.h"

#include "daemon/core/error.h"
#include "daemon/http/tcp.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_FD 3
#define WAITING 1024 /* connections that are not accepted yet; the system may allow fewer */
#define AT_ONCE 64   /* accepted, before others have their turn */
#define REST_MS 250  /* after one that could not be accepted */
#define QUIET_S 60   /* between two sentences about that */

struct _IsrDoor {
  SoupServer *server;
  GTlsCertificate *certificate; /* NULL: without TLS */
  GMainContext *nowhere;        /* the loop that never runs */
  GPtrArray *leaves;
  gboolean handed;
  gint64 said; /* when the log was told last that somebody could not be let in */
};

/* A socket that listens. */
typedef struct {
  IsrDoor *door;
  GSocket *socket;
  GSource *source; /* waits for those who come, or until it is worth to look again */
} Leaf;

static void wait_for_more (Leaf *self);

static void
set_source (Leaf *self, GSource *source)
{
  if (self->source) {
    g_source_destroy (self->source);
    g_source_unref (self->source);
  }
  self->source = source;
  if (source)
    g_source_attach (source, g_main_context_get_thread_default ());
}

static void
leaf_free (gpointer data)
{
  Leaf *self = data;

  set_source (self, NULL);
  g_object_unref (self->socket);
  g_free (self);
}

/* --- letting in --------------------------------------------------------------- */

static gboolean
on_rested (gpointer leaf)
{
  wait_for_more (leaf);
  return G_SOURCE_REMOVE;
}

/* They stay in the queue of the system, or try again. */
static void
rest (Leaf *self, const GError *error)
{
  IsrDoor *door = self->door;
  gint64 now = g_get_monotonic_time ();
  GSource *source = g_timeout_source_new (REST_MS);

  if (!door->said || now - door->said >= QUIET_S * G_TIME_SPAN_SECOND) {
    g_warning ("a connection can not be accepted: %s; pages and players wait. Should this last, raise the limit of open files (LimitNOFILE= of systemd, ulimit -n)", error->message);
    door->said = now;
  }
  g_source_set_callback (source, on_rested, self, NULL);
  set_source (self, source);
}

/* FALSE: nobody waits any more, or can be let in. */
static gboolean
let_one_in (Leaf *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (self->socket, NULL, &error);

  if (socket) {
    if (!isr_tcp_hand_over (self->door->server, socket, self->door->certificate, &error))
      g_debug ("a connection was over before it began: %s", error->message);
    return TRUE;
  }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    rest (self, error);
  return FALSE;
}

static gboolean
on_coming (GSocket *socket, GIOCondition condition, gpointer leaf)
{
  for (int i = 0; i < AT_ONCE && let_one_in (leaf); i++)
    ;
  return G_SOURCE_CONTINUE; /* unless it rests, which has ended this source */
}

static void
wait_for_more (Leaf *self)
{
  GSource *source = g_socket_create_source (self->socket, G_IO_IN, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (on_coming), self, NULL);
  set_source (self, source);
}

/* --- listening ------------------------------------------------------------------ */

static gboolean
tell_libsoup (IsrDoor *self, GSocket *socket, GError **error)
{
  SoupServerListenOptions options = self->certificate ? SOUP_SERVER_LISTEN_HTTPS : 0;
  gboolean told;

  g_main_context_push_thread_default (self->nowhere);
  told = soup_server_listen_socket (self->server, socket, options, error);
  g_main_context_pop_thread_default (self->nowhere);
  return told;
}

static gboolean
listen_on_socket (IsrDoor *self, GSocket *socket, GError **error)
{
  Leaf *leaf;

  if (!tell_libsoup (self, socket, error))
    return FALSE;
  leaf = g_new0 (Leaf, 1);
  leaf->door = self;
  leaf->socket = g_object_ref (socket);
  g_socket_set_blocking (socket, FALSE);
  wait_for_more (leaf);
  g_ptr_array_add (self->leaves, leaf);
  return TRUE;
}

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
listen_on_handed (IsrDoor *self, int n, GError **error)
{
  for (int fd = FIRST_FD; fd < FIRST_FD + n; fd++) {
    g_autoptr (GError) reason = NULL;
    g_autoptr (GSocket) socket = NULL;

    fcntl (fd, F_SETFD, FD_CLOEXEC);
    socket = g_socket_new_from_fd (fd, &reason);
    if (socket && listen_on_socket (self, socket, &reason))
      continue;
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "the socket that was handed over as number %d (LISTEN_FDS) can not be used: %s; it must be a listening TCP socket", fd, reason->message);
    return FALSE;
  }
  return TRUE;
}

/* GSocket lets ten wait; a hundred pages that come back after a restart are more. */
static gboolean
listen_on_address (IsrDoor *self, GSocketAddress *address, GError **error)
{
  GSocketFamily family = g_socket_address_get_family (address);
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (!socket)
    return FALSE;
  if (family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, TRUE, NULL);
  g_socket_set_listen_backlog (socket, WAITING);
  return g_socket_bind (socket, address, TRUE, error) && g_socket_listen (socket, error) && listen_on_socket (self, socket, error);
}

static guint16
find_port (const IsrDoor *self)
{
  const Leaf *first = self->leaves->pdata[0];
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (first->socket, NULL);

  return address ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

/* At the port that the first one got. */
static void
listen_as_well (IsrDoor *self, GInetAddress *host)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (host, find_port (self));

  listen_on_address (self, address, NULL);
}

static gboolean
listen_on_name (IsrDoor *self, const IsrConfig *config, GError **error)
{
  g_autoptr (GSocketConnectable) target = g_network_address_new (config->listen_host, (guint16) config->listen_port);
  g_autoptr (GSocketAddressEnumerator) addresses = g_socket_connectable_enumerate (target);
  g_autoptr (GSocketAddress) address = g_socket_address_enumerator_next (addresses, NULL, error);

  if (!address || !listen_on_address (self, address, error))
    return FALSE;
  while (TRUE) {
    g_autoptr (GSocketAddress) next = g_socket_address_enumerator_next (addresses, NULL, NULL);

    if (!next)
      return TRUE;
    listen_as_well (self, g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (next)));
  }
}

static gboolean
listen_on_all (IsrDoor *self, const IsrConfig *config, GError **error)
{
  g_autoptr (GInetAddress) any4 = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4), any6 = g_inet_address_new_any (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any4, (guint16) config->listen_port);

  if (!listen_on_address (self, address, error))
    return FALSE;
  listen_as_well (self, any6);
  return TRUE;
}

static gboolean
listen_on_config (IsrDoor *self, const IsrConfig *config, GError **error)
{
  g_autoptr (GError) reason = NULL;
  gboolean all = g_str_equal (config->listen_host, "*");

  if (all ? listen_on_all (self, config, &reason) : listen_on_name (self, config, &reason))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "[web] listen: can not listen on %s:%u: %s; stop the program that has the port, choose another one with listen = %s:PORT, or listen = none", all ? "" : config->listen_host, config->listen_port, reason ? reason->message : "the name has no address", all ? "" : config->listen_host);
  return FALSE;
}

/* --- the door ------------------------------------------------------------------- */

static gboolean
set_certificate (IsrDoor *self, const IsrConfig *config, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (!config->tls_certificate && config->tls_key) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] tls_key: a key alone is of no use: name its certificate in tls_certificate");
    return FALSE;
  }
  if (!config->tls_certificate)
    return TRUE;
  self->certificate = g_tls_certificate_new_from_files (config->tls_certificate, config->tls_key ? config->tls_key : config->tls_certificate, &reason);
  if (self->certificate) {
    soup_server_set_tls_certificate (self->server, self->certificate);
    return TRUE;
  }
  g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] tls_certificate: %s can not be used: %s; it must be a PEM file, its key in tls_key or in the same file", config->tls_certificate, reason->message);
  return FALSE;
}

static gboolean
open_all (IsrDoor *self, const IsrConfig *config, GError **error)
{
  int n;

  if (!set_certificate (self, config, error))
    return FALSE;
  n = take_handed ();
  self->handed = n > 0;
  return n > 0 ? listen_on_handed (self, n, error) : listen_on_config (self, config, error);
}

IsrDoor *
isr_door_open (SoupServer *server, const IsrConfig *config, GError **error)
{
  IsrDoor *self = g_new0 (IsrDoor, 1);

  self->server = g_object_ref (server);
  self->nowhere = g_main_context_new ();
  self->leaves = g_ptr_array_new_with_free_func (leaf_free);
  if (open_all (self, config, error))
    return self;
  isr_door_close (self);
  return NULL;
}

void
isr_door_close (IsrDoor *self)
{
  g_ptr_array_unref (self->leaves);
  g_clear_object (&self->certificate);
  g_object_unref (self->server);
  g_main_context_unref (self->nowhere);
  g_free (self);
}

gboolean
isr_door_is_handed (const IsrDoor *self)
{
  return self->handed;
}

static gboolean
is_loopback (GUri *uri)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (g_uri_get_host (uri));

  return address && g_inet_address_get_is_loopback (address);
}

GUri *
isr_door_find_widest (const IsrDoor *self)
{
  GSList *uris = soup_server_get_uris (self->server);
  GUri *found = uris ? uris->data : NULL;

  for (GSList *item = uris; item; item = item->next)
    if (!is_loopback (item->data))
      found = item->data;
  if (found)
    g_uri_ref (found);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return found;
}
