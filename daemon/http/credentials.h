/* SPDX-License-Identifier: MIT */
/* credentials.h - what a request says to prove who asks: headers, read strictly. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_TOKEN_LENGTH 64 /* lower-case hexadecimal digits */

gboolean isr_token_is_valid (const char *text);

/* The token of "Authorization: Bearer TOKEN"; NULL: none that could be one of ours. */
char *isr_bearer_find (const char *authorization);
/* The value of the cookie @name in "a=b; c=d"; NULL: none that could be one of ours. When
 * it comes twice, the first that could be. */
char *isr_cookie_find (const char *cookies, const char *name);

G_END_DECLS
