/* SPDX-License-Identifier: MIT */
/* auth.h - the password, and who has given it.
 *
 * Reading needs none. POST /api/session with the password gives a token, as a cookie
 * for browsers and in the answer for scripts (Authorization: Bearer TOKEN). */
#pragma once

#include <libsoup/soup.h>

#include "daemon/http/password.h"
#include "daemon/http/sessions.h"
#include "daemon/http/throttle.h"

G_BEGIN_DECLS

#define ISR_AUTH_AT_ONCE 2 /* passwords that are checked at the same time; more are told to wait */

typedef struct {
  IsrPassword *password; /* NULL: none is set */
  IsrSessions *sessions;
  IsrThrottle *throttle;
  char *cookie;    /* its name: other ports of this machine share our cookies */
  gboolean secure; /* TLS: the cookie is of no other kind of connection */
  guint checking;
} IsrAuth;

/* @password_file NULL: no password. */
IsrAuth *isr_auth_new (const char *password_file, gboolean secure, GError **error);
void isr_auth_free (IsrAuth *self);
void isr_auth_set_port (IsrAuth *self, guint port);

gboolean isr_auth_has_password (const IsrAuth *self);
/* The token of the request; NULL: none. */
char *isr_auth_find_token (const IsrAuth *self, SoupMessageHeaders *headers);
/* The request comes from somebody who has given the password. */
gboolean isr_auth_knows (const IsrAuth *self, SoupMessageHeaders *headers);
/* "name=token; HttpOnly; ..."; @token NULL: takes the cookie away. */
char *isr_auth_format_cookie (const IsrAuth *self, const char *token);

G_END_DECLS
