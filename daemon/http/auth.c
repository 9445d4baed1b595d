/* SPDX-License-Identifier: MIT */
/* auth.c - puts password, sessions and throttle together. */
#include "daemon/http/auth.h"

#include "daemon/http/credentials.h"

IsrAuth *
isr_auth_new (const char *password_file, gboolean secure, GError **error)
{
  g_autoptr (IsrPassword) password = password_file ? isr_password_load (password_file, error) : NULL;
  IsrAuth *self;

  if (password_file && !password)
    return NULL;
  self = g_new0 (IsrAuth, 1);
  self->password = g_steal_pointer (&password);
  self->sessions = isr_sessions_new ();
  self->throttle = isr_throttle_new ();
  self->secure = secure;
  self->cookie = g_strdup ("isr_session");
  return self;
}

void
isr_auth_free (IsrAuth *self)
{
  g_clear_pointer (&self->password, isr_password_unref);
  isr_sessions_free (self->sessions);
  isr_throttle_free (self->throttle);
  g_free (self->cookie);
  g_free (self);
}

void
isr_auth_set_port (IsrAuth *self, guint port)
{
  g_free (self->cookie);
  self->cookie = g_strdup_printf ("isr_session_%u", port);
}

gboolean
isr_auth_has_password (const IsrAuth *self)
{
  return self->password != NULL;
}

char *
isr_auth_find_token (const IsrAuth *self, SoupMessageHeaders *headers)
{
  const char *authorization = soup_message_headers_get_one (headers, "Authorization");
  const char *cookies = soup_message_headers_get_list (headers, "Cookie");
  char *token = authorization ? isr_bearer_find (authorization) : NULL;

  return token || !cookies ? token : isr_cookie_find (cookies, self->cookie);
}

gboolean
isr_auth_knows (const IsrAuth *self, SoupMessageHeaders *headers)
{
  g_autofree char *token = isr_auth_find_token (self, headers);

  return token && isr_sessions_touch (self->sessions, token, g_get_monotonic_time ());
}

char *
isr_auth_format_cookie (const IsrAuth *self, const char *token)
{
  int seconds = token ? ISR_SESSION_SECONDS : 0;

  return g_strdup_printf ("%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s", self->cookie, token ? token : "", seconds, self->secure ? "; Secure" : "");
}
