/* SPDX-License-Identifier: MIT */
/* credentials.c - both headers carry the same token. */
#include "daemon/http/credentials.h"

#include <string.h>

gboolean
isr_token_is_valid (const char *text)
{
  return strlen (text) == ISR_TOKEN_LENGTH && strspn (text, "0123456789abcdef") == ISR_TOKEN_LENGTH;
}

char *
isr_bearer_find (const char *authorization)
{
  static const char scheme[] = "Bearer ";
  g_autofree char *token = NULL;

  if (g_ascii_strncasecmp (authorization, scheme, strlen (scheme)) != 0)
    return NULL;
  token = g_strstrip (g_strdup (authorization + strlen (scheme)));
  return isr_token_is_valid (token) ? g_steal_pointer (&token) : NULL;
}

char *
isr_cookie_find (const char *cookies, const char *name)
{
  g_auto (GStrv) pairs = g_strsplit (cookies, ";", -1);
  gsize length = strlen (name);

  for (guint i = 0; pairs[i]; i++) {
    const char *pair = g_strstrip (pairs[i]);

    if (strncmp (pair, name, length) == 0 && pair[length] == '=' && isr_token_is_valid (pair + length + 1))
      return g_strdup (pair + length + 1);
  }
  return NULL;
}
