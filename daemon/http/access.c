/* SPDX-License-Identifier: MIT */
/* access.c - names and addresses.
 *
 * An address as Host is never rebinding: that needs a name. So whoever listens
 * wide answers to any address, to the machine's own name, and to the configured
 * origins; whoever listens on loopback answers to loopback's names only. */
#include "daemon/http/access.h"

#include <gio/gio.h>
#include <string.h>

struct _IsrAccess {
  char *listen_host;
  GStrv origins;
  gboolean loopback;
  char *last; /* the Host that was allowed last: a client says the same each time */
};

static gboolean
is_loopback_name (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0;
}

IsrAccess *
isr_access_new (const char *listen_host, const char *const *origins)
{
  IsrAccess *self = g_new0 (IsrAccess, 1);

  self->listen_host = g_strdup (listen_host);
  self->origins = g_strdupv ((char **) origins);
  self->loopback = is_loopback_name (listen_host);
  return self;
}

void
isr_access_free (IsrAccess *self)
{
  g_free (self->listen_host);
  g_free (self->last);
  g_strfreev (self->origins);
  g_free (self);
}

gboolean
isr_access_is_writable (const IsrAccess *self)
{
  return self->loopback;
}

/* The name of "name:port", "name.:port" (which is the same, said in full), "[::1]:port";
 * NULL when it is none of them. */
static char *
strip_port (const char *host)
{
  const char *end;
  char *name;

  if (*host == '[') {
    end = strchr (host, ']');
    return end && (end[1] == '\0' || end[1] == ':') ? g_strndup (host + 1, (gsize) (end - host - 1)) : NULL;
  }
  end = strchr (host, ':');
  if (end && end[1 + strspn (end + 1, "0123456789")] != '\0')
    return NULL;
  name = end ? g_strndup (host, (gsize) (end - host)) : g_strdup (host);
  if (g_str_has_suffix (name, "."))
    name[strlen (name) - 1] = '\0';
  return name;
}

static gboolean
is_configured (const IsrAccess *self, const char *name)
{
  for (guint i = 0; self->origins && self->origins[i]; i++) {
    g_autoptr (GUri) uri = g_uri_parse (self->origins[i], G_URI_FLAGS_NONE, NULL);
    const char *host = uri ? g_uri_get_host (uri) : self->origins[i];

    if (host && g_ascii_strcasecmp (host, name) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_own_name (const char *name)
{
  const char *own = g_get_host_name ();
  g_autofree char *local = g_strconcat (own, ".local", NULL);

  return g_ascii_strcasecmp (name, own) == 0 || g_ascii_strcasecmp (name, local) == 0;
}

static gboolean
knows_host (const IsrAccess *self, const char *host)
{
  g_autofree char *name = strip_port (host);

  if (!name || !*name)
    return FALSE;
  if (is_loopback_name (name) || g_ascii_strcasecmp (name, self->listen_host) == 0 || is_configured (self, name))
    return TRUE;
  return !self->loopback && (g_hostname_is_ip_address (name) || is_own_name (name));
}

gboolean
isr_access_allows_host (IsrAccess *self, const char *host)
{
  if (self->last && strcmp (self->last, host) == 0)
    return TRUE;
  if (!knows_host (self, host))
    return FALSE;
  g_free (self->last);
  self->last = g_strdup (host);
  return TRUE;
}

gboolean
isr_access_is_listed (const IsrAccess *self, const char *origin)
{
  for (guint i = 0; self->origins && self->origins[i]; i++)
    if (g_ascii_strcasecmp (self->origins[i], origin) == 0)
      return TRUE;
  return FALSE;
}

gboolean
isr_access_allows_origin (const IsrAccess *self, const char *origin, const char *host)
{
  const char *authority = NULL;

  if (!origin || isr_access_is_listed (self, origin))
    return TRUE;
  if (g_ascii_strncasecmp (origin, "http://", 7) == 0)
    authority = origin + 7;
  else if (g_ascii_strncasecmp (origin, "https://", 8) == 0) /* a proxy in front of us has TLS */
    authority = origin + 8;
  return authority && host && g_ascii_strcasecmp (authority, host) == 0;
}
