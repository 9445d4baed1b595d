/* SPDX-License-Identifier: MIT */
/* Headers that decide something: who asks, from where, what may be sent. */
#include "daemon/http/access.h"
#include "daemon/http/coding.h"
#include "daemon/http/credentials.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const origins[] = { "https://radio.example", NULL };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *bearer = isr_bearer_find (text);
  g_autofree char *cookie = isr_cookie_find (text, "isr_session_8080");
  IsrAccess *access = isr_access_new ("127.0.0.1", origins);

  g_assert_true (!bearer || isr_token_is_valid (bearer));
  g_assert_true (!cookie || isr_token_is_valid (cookie));
  isr_accepts_gzip (text);
  g_assert_true (!isr_etag_matches (text, "W/\"a\"") || g_strstr_len (text, -1, "\"a\"") || g_strstr_len (text, -1, "*"));
  isr_access_allows_host (access, text);
  g_assert_true (!isr_access_allows_origin (access, text, "127.0.0.1:8080") || g_str_has_suffix (text, "127.0.0.1:8080") || g_ascii_strcasecmp (text, origins[0]) == 0);
  isr_access_free (access);
  return 0;
}
