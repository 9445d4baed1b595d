/* SPDX-License-Identifier: MIT */
/* Who may change something: headers, sessions, tries. */
#include "daemon/http/peer.h"
#include "daemon/http/credentials.h"
#include "daemon/http/sessions.h"
#include "daemon/http/throttle.h"

#include <string.h>

#define TOKEN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define SECOND G_TIME_SPAN_SECOND

static void
test_headers (void)
{
  static const struct {
    const char *header, *token;
  } bearers[] = {
    { "Bearer " TOKEN, TOKEN },
    { "bearer  " TOKEN " ", TOKEN },
    { "Bearer", NULL },
    { "Bearer ", NULL },
    { "Basic " TOKEN, NULL },
    { "Bearer " TOKEN "0", NULL },
    { "Bearer ABCDEF", NULL },
    { "", NULL },
  };
  static const struct {
    const char *header, *token;
  } cookies[] = {
    { "isr_session_8080=" TOKEN, TOKEN },
    { "a=b; isr_session_8080=" TOKEN "; c", TOKEN },
    { "isr_session_8080=;isr_session_8080=" TOKEN, TOKEN },
    { "isr_session_8080=" OTHER ";isr_session_8080=" TOKEN, OTHER },
    { "isr_session_80800=" TOKEN, NULL },
    { "xisr_session_8080=" TOKEN, NULL },
    { "isr_session_8080=\"" TOKEN "\"", NULL },
    { "isr_session_8080", NULL },
    { ";;;=;", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bearers); i++) {
    g_autofree char *token = isr_bearer_find (bearers[i].header);

    g_assert_cmpstr (token, ==, bearers[i].token);
  }
  for (guint i = 0; i < G_N_ELEMENTS (cookies); i++) {
    g_autofree char *token = isr_cookie_find (cookies[i].header, "isr_session_8080");

    g_assert_cmpstr (token, ==, cookies[i].token);
  }
}

static void
test_sessions (void)
{
  IsrSessions *sessions = isr_sessions_new ();
  g_autofree char *one = isr_sessions_add (sessions, 0);
  g_autofree char *two = isr_sessions_add (sessions, 0);
  const gint64 lasts = ISR_SESSION_SECONDS * SECOND;

  g_assert_true (isr_token_is_valid (one));
  g_assert_cmpstr (one, !=, two);
  g_assert_true (isr_sessions_touch (sessions, one, lasts));
  g_assert_false (isr_sessions_touch (sessions, TOKEN, 0));
  g_assert_false (isr_sessions_touch (sessions, two, lasts + 1)); /* was not used */
  g_assert_true (isr_sessions_touch (sessions, one, 2 * lasts));
  isr_sessions_remove (sessions, one);
  g_assert_false (isr_sessions_touch (sessions, one, 2 * lasts));
  g_assert_cmpuint (isr_sessions_count (sessions), ==, 0);
  isr_sessions_free (sessions);
}

/* Who asks for ever more sessions ends the one that nobody used. */
static void
test_many_sessions (void)
{
  IsrSessions *sessions = isr_sessions_new ();
  g_autofree char *used = isr_sessions_add (sessions, 0);
  g_autofree char *unused = isr_sessions_add (sessions, 1);

  isr_sessions_touch (sessions, used, 2);
  for (int i = 0; i < ISR_SESSION_MAX - 1; i++)
    g_free (isr_sessions_add (sessions, 3 + i));
  g_assert_cmpuint (isr_sessions_count (sessions), ==, ISR_SESSION_MAX);
  g_assert_false (isr_sessions_touch (sessions, unused, 5000));
  g_assert_true (isr_sessions_touch (sessions, used, 5000));
  isr_sessions_free (sessions);
}

static guint
take (IsrThrottle *throttle, const char *text, gint64 now_us)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return isr_throttle_take (throttle, address, now_us);
}

static void
test_throttle (void)
{
  IsrThrottle *throttle = isr_throttle_new ();
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string ("10.0.0.1");

  for (int i = 0; i < ISR_THROTTLE_TRIES; i++)
    g_assert_cmpuint (take (throttle, "10.0.0.1", 0), ==, 0);
  g_assert_cmpuint (take (throttle, "10.0.0.1", 0), ==, ISR_THROTTLE_SECONDS);
  g_assert_cmpuint (take (throttle, "10.0.0.1", 4 * SECOND), ==, ISR_THROTTLE_SECONDS - 4);
  g_assert_cmpuint (take (throttle, "10.0.0.2", 0), ==, 0);
  g_assert_cmpuint (take (throttle, "10.0.0.1", ISR_THROTTLE_SECONDS * SECOND), ==, 0);
  g_assert_cmpuint (take (throttle, "10.0.0.1", ISR_THROTTLE_SECONDS * SECOND), >, 0);
  isr_throttle_forgive (throttle, address);
  g_assert_cmpuint (take (throttle, "10.0.0.1", ISR_THROTTLE_SECONDS * SECOND), ==, 0);
  isr_throttle_free (throttle);
}

static void
test_throttle_networks (void)
{
  IsrThrottle *throttle = isr_throttle_new ();

  for (int i = 0; i < ISR_THROTTLE_TRIES; i++) {
    g_autofree char *one_of_them = g_strdup_printf ("2001:db8:1:2::%x", 1 + i);

    g_assert_cmpuint (take (throttle, one_of_them, 0), ==, 0);
  }
  g_assert_cmpuint (take (throttle, "2001:db8:1:2:ffff::1", 0), >, 0);
  g_assert_cmpuint (take (throttle, "2001:db8:1:3::1", 0), ==, 0);
  isr_throttle_free (throttle);
}

/* However many addresses try, memory is bounded, and who waited is let in again. */
static void
test_throttle_full (void)
{
  IsrThrottle *throttle = isr_throttle_new ();

  for (guint i = 0; i < ISR_THROTTLE_MAX; i++) {
    g_autofree char *text = g_strdup_printf ("127.%u.%u.1", i / 256, i % 256);

    g_assert_cmpuint (take (throttle, text, 0), ==, 0);
  }
  g_assert_cmpuint (take (throttle, "192.0.2.1", 0), >, 0);
  g_assert_cmpuint (take (throttle, "192.0.2.1", ISR_THROTTLE_SECONDS * SECOND), ==, 0);
  isr_throttle_free (throttle);
}

/* Ten thousand addresses together have no more tries than a few of them, and do not keep out
 * this machine, nor who was let in before. */
static void
test_throttle_all (void)
{
  IsrThrottle *throttle = isr_throttle_new ();
  g_autoptr (GInetAddress) owner = g_inet_address_new_from_string ("192.0.2.1");
  guint tried = 0;

  isr_throttle_forgive (throttle, owner);
  for (guint i = 0; i < 10000; i++) {
    g_autofree char *text = g_strdup_printf ("10.%u.%u.1", i / 256, i % 256);

    tried += take (throttle, text, i * SECOND / 100) == 0; /* 100 s */
  }
  g_assert_cmpuint (tried, ==, ISR_THROTTLE_ALL_TRIES + 100 / ISR_THROTTLE_ALL_SECONDS - 1);
  g_assert_cmpuint (take (throttle, "203.0.113.1", 99 * SECOND), >, 0);
  g_assert_cmpuint (take (throttle, "203.0.113.1", 99 * SECOND), <=, ISR_THROTTLE_ALL_SECONDS);
  g_assert_cmpuint (take (throttle, "127.0.0.1", 99 * SECOND), ==, 0);
  for (int i = 0; i < ISR_THROTTLE_TRIES; i++)
    g_assert_cmpuint (take (throttle, "192.0.2.1", 99 * SECOND), ==, 0);
  g_assert_cmpuint (take (throttle, "192.0.2.1", 99 * SECOND), >, 0);
  isr_throttle_free (throttle);
}

static void
assert_peer (const char *text, const char *name, gboolean here)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  g_autofree char *got = isr_peer_name (address);

  g_assert_cmpstr (got, ==, name);
  g_assert_cmpint (isr_peer_is_here (address), ==, here);
}

static void
test_peers (void)
{
  assert_peer ("192.0.2.1", "192.0.2.1", FALSE);
  assert_peer ("::ffff:192.0.2.1", "192.0.2.1", FALSE);
  assert_peer ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", FALSE);
  assert_peer ("127.0.0.7", "127.0.0.7", TRUE);
  assert_peer ("::ffff:127.0.0.7", "127.0.0.7", TRUE);
  assert_peer ("::1", "::", TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/auth/headers", test_headers);
  g_test_add_func ("/auth/sessions", test_sessions);
  g_test_add_func ("/auth/many-sessions", test_many_sessions);
  g_test_add_func ("/auth/throttle", test_throttle);
  g_test_add_func ("/auth/throttle-networks", test_throttle_networks);
  g_test_add_func ("/auth/throttle-full", test_throttle_full);
  g_test_add_func ("/auth/throttle-all", test_throttle_all);
  g_test_add_func ("/auth/peers", test_peers);
  return g_test_run ();
}
