/* SPDX-License-Identifier: MIT */
/* Who may ask and who may change, by Host and Origin. */
#include "daemon/http/access.h"

static void
assert_hosts (const char *listen, const char *const *good, const char *const *bad)
{
  static const char *const origins[] = { "https://radio.example:8443", NULL };
  IsrAccess *access = isr_access_new (listen, origins);

  for (; *good; good++)
    if (!isr_access_allows_host (access, *good))
      g_error ("listening on %s, “%s” is refused", listen, *good);
  for (; *bad; bad++)
    if (isr_access_allows_host (access, *bad))
      g_error ("listening on %s, “%s” is allowed", listen, *bad);
  isr_access_free (access);
}

static void
test_loopback (void)
{
  static const char *const good[] = { "localhost", "localhost:8080", "LocalHost", "127.0.0.1", "127.0.0.1:1", "127.1.2.3", "[::1]", "[::1]:8080", "radio.example", "radio.example:8443", NULL };
  static const char *const bad[] = { "", ":80", "evil.example", "localhost.evil", "127.0.0.1.evil", "192.168.1.2", "[fe80::1]", "[::1", "[::1]x", "localhost:80:80", "a@localhost", "radio.example.evil", NULL };

  assert_hosts ("127.0.0.1", good, bad);
  assert_hosts ("::1", good, bad);
}

static void
test_wide (void)
{
  g_autofree char *local = g_strconcat (g_get_host_name (), ".local:8080", NULL);
  const char *good[] = { "192.168.1.2:8080", "[fe80::1]:8080", "localhost", g_get_host_name (), local, "radio.example", NULL };
  static const char *const bad[] = { "evil.example", "192.168.1.2.evil", "", NULL };

  assert_hosts ("0.0.0.0", good, bad);
  assert_hosts ("::", good, bad);
  assert_hosts ("192.168.1.2", good, bad);
}

static void
test_named (void)
{
  static const char *const good[] = { "studio.lan", "STUDIO.lan:8080", "10.0.0.1", NULL };
  static const char *const bad[] = { "other.lan", NULL };

  assert_hosts ("studio.lan", good, bad);
}

static void
test_writable (void)
{
  static const struct {
    const char *listen;
    gboolean writable;
  } cases[] = { { "127.0.0.1", TRUE }, { "::1", TRUE }, { "localhost", TRUE }, { "127.5.5.5", TRUE }, { "0.0.0.0", FALSE }, { "::", FALSE }, { "10.0.0.1", FALSE }, { "studio.lan", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    IsrAccess *access = isr_access_new (cases[i].listen, NULL);

    g_assert_cmpint (isr_access_is_writable (access), ==, cases[i].writable);
    isr_access_free (access);
  }
}

static void
test_origins (void)
{
  static const char *const origins[] = { "https://radio.example:8443", NULL };
  IsrAccess *access = isr_access_new ("127.0.0.1", origins);

  g_assert_true (isr_access_allows_origin (access, NULL, "localhost:8080"));
  g_assert_true (isr_access_allows_origin (access, "http://localhost:8080", "localhost:8080"));
  g_assert_true (isr_access_allows_origin (access, "https://radio.example:8443", "localhost:8080"));
  g_assert_false (isr_access_allows_origin (access, "https://radio.example", "localhost:8080"));
  g_assert_false (isr_access_allows_origin (access, "http://localhost:8081", "localhost:8080"));
  g_assert_false (isr_access_allows_origin (access, "http://localhost", "localhost:8080"));
  g_assert_false (isr_access_allows_origin (access, "null", "localhost:8080"));
  g_assert_false (isr_access_allows_origin (access, "", "localhost:8080"));
  g_assert_false (isr_access_allows_origin (access, "http://localhost:8080", NULL));
  isr_access_free (access);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/access/loopback", test_loopback);
  g_test_add_func ("/access/wide", test_wide);
  g_test_add_func ("/access/named", test_named);
  g_test_add_func ("/access/writable", test_writable);
  g_test_add_func ("/access/origins", test_origins);
  return g_test_run ();
}
