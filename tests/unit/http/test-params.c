/* SPDX-License-Identifier: MIT */
/* What an address takes: names, what excludes what, spans that do not run backwards. */
#include "daemon/core/error.h"
#include "daemon/http/params.h"

#include <string.h>

#define KNOWN "day from to source file start end start_us end_us limit min_gap"

/* NULL: it is as it should be. */
static char *
judge (const char *text, const char *known)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (IsrQuery) query = isr_query_parse (text, NULL);

  g_assert_nonnull (query);
  if (isr_params_check (query, known, zone, &error))
    return NULL;
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  return g_strdup (error->message);
}

static void
test_good (void)
{
  static const char *const good[] = {
    NULL, "", "&", "day=2024-01-31&source=a&limit=5", "day=nonsense&limit=nonsense", /* the handlers' to judge */
    "from=1", "to=1", "from=2024-01-31&to=2024-02-01", "from=1&to=2&source=x", "file=x&start=3&end=2", "from=-9223372036854775808&to=9223372036854775807",
    "from=2024-01-31T12:00:00Z&to=2024-01-31T13:00:00.000001+01:00"
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *wrong = judge (good[i], KNOWN);

    g_assert_cmpstr (wrong, ==, NULL);
  }
}

static void
test_bad (void)
{
  static const struct {
    const char *text, *known, *said;
  } bad[] = {
    { "sorce=desk", KNOWN, "“sorce” is no parameter here: did you mean “source”?" },
    { "limit=1&SOURCE=desk", KNOWN, "“SOURCE” is no parameter here: did you mean “source”?" },
    { "min-gap=2", KNOWN, "“min-gap” is no parameter here: did you mean “min_gap”?" },
    { "zzzzzz=1", "a b", "“zzzzzz” is no parameter here: there are a b" },
    { "x", "", "“x” is no parameter here: there are none" },
    { "=1", KNOWN, "“” is no parameter here: there are day from" },
    { "source%20=1", "source ", "“source ” is no parameter here: did you mean “source”?" },
    { "day=2024-01-31&from=1", KNOWN, "“day” and “from” exclude each other: a day is from midnight to midnight" },
    { "to=1&day=", KNOWN, "“day” and “to” exclude each other" },
    { "file=x&source=y", KNOWN, "“file” and “source” exclude each other" },
    { "file=x&day=2024-01-31", KNOWN, "“file” and “day” exclude each other" },
    { "start=1&source=y", KNOWN, "“start” and “source” exclude each other" },
    { "end=1&to=2", KNOWN, "“end” and “to” exclude each other" },
    { "from=2&to=1", KNOWN, "to: it must be later than from" },
    { "from=2&to=2", KNOWN, "to: it must be later than from" },
    { "from=2024-02-01&to=2024-01-31", KNOWN, "to: it must be later than from" },
    { "from=2024-01-31T13:00:00+01:00&to=2024-01-31T12:00:00Z", KNOWN, "to: it must be later than from" },
    { "from=9223372036854775807&to=9223372036854775807", KNOWN, "to: it must be later than from" },
    { "start_us=2&end_us=1", KNOWN, "end_us: it must be later than start_us" },
    { "from=yesterday", KNOWN, "from: “yesterday” is no time" },
    { "to=", KNOWN, "to: “” is no time" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *wrong = judge (bad[i].text, bad[i].known);

    g_assert_nonnull (wrong);
    if (!g_str_has_prefix (wrong, bad[i].said))
      g_assert_cmpstr (wrong, ==, bad[i].said);
  }
}

/* Bodies have names too. */
static void
test_members (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (isr_params_check_name ("verdict", "source verdict", "member of the body", &error));
  g_assert_no_error (error);
  g_assert_false (isr_params_check_name ("verdct", "source verdict", "member of the body", &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  g_assert_cmpstr (error->message, ==, "“verdct” is no member of the body here: did you mean “verdict”?");
  g_assert_false (isr_params_check_name ("", "", "parameter", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/params/good", test_good);
  g_test_add_func ("/params/bad", test_bad);
  g_test_add_func ("/params/members", test_members);
  return g_test_run ();
}
