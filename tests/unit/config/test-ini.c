/* SPDX-License-Identifier: MIT */
/* The pre-scan: what a line is, and in which line it stood. */
#include <string.h>

#include "daemon/config/config.h"
#include "daemon/config/ini.h"

typedef struct {
  const char *name;
  const char *text;
  const char *value; /* of [a] key; NULL: unset */
  guint line;        /* of it */
} Case;

static const Case cases[] = {
  { "plain", "[a]\nkey = x y\n", "x y", 2 },
  { "no-blanks", "[a]\nkey=x", "x", 2 },
  { "tabs", "\t[a]\t\n\tkey\t=\tx\t\n", "x", 2 },
  { "blanks-in-header", "[ a ]\nkey=x\n", "x", 2 },
  { "crlf", "[a]\r\n\r\nkey = x\r\n", "x", 3 },
  { "bom", "\xEF\xBB\xBF[a]\nkey = x\n", "x", 2 },
  { "no-newline-at-end", "\n\n[a]\n\nkey = x", "x", 5 },
  { "comment-lines", "# a\n; b\n  # c\n[a]\n;key = y\nkey = x\n", "x", 6 },
  { "comment-behind-value", "[a]\nkey = x # y\n", "x", 2 },
  { "comment-behind-tab", "[a]\nkey = x\t; y\n", "x", 2 },
  { "comment-behind-header", "[a] # y\nkey = x\n", "x", 2 },
  { "comment-close-to-header", "[a]; y\nkey = x\n", "x", 2 },
  { "comment-with-equals", "[a]\nkey = x # y = z\n", "x", 2 },
  { "no-comment-in-word", "[a]\nkey = x#y;z\n", "x#y;z", 2 },
  { "no-comment-behind-equals", "[a]\nkey =#x\n", "#x", 2 },
  { "equals-in-value", "[a]\nkey = http://h/?a=b\n", "http://h/?a=b", 2 },
  { "escapes", "[a]\nkey = \\sx\\s#\\\\y\n", " x #\\y", 2 },
  { "empty", "[a]\nkey =\n", NULL, 0 },
  { "empty-with-comment", "[a]\nkey = # nothing\n", NULL, 0 },
  { "other-section", "[b]\nkey = y\n[a]\nkey = x\n[c]\nkey = z\n", "x", 4 },
  { "unicode", "[a]\nkey = Küche 🎤\n", "Küche 🎤", 2 },
};

static void
test_case (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrIni) ini = isr_ini_parse ("x.ini", self->text, strlen (self->text), problems);
  const IsrIniSection *section = isr_ini_get_section (ini, "a");
  const IsrIniEntry *entry;

  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_nonnull (section);
  entry = isr_ini_section_get (section, "key");
  g_assert_cmpstr (entry ? entry->value : NULL, ==, self->value);
  g_assert_cmpuint (entry ? entry->line : 0, ==, self->line);
}

/* A line that is wrong does not hide the ones behind it. */
static void
test_goes_on (void)
{
  static const char text[] = "early = 1\n[a]\nnonsense\nk\xFF = 1\nzero = \0\n[b\nlost = 1\n[c]\nkey = x\n";
  static const guint lines[] = { 1, 3, 4, 4, 5, 6 };
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrIni) ini = isr_ini_parse ("x.ini", text, sizeof (text) - 1, problems);

  g_assert_cmpuint (problems->len, ==, G_N_ELEMENTS (lines));
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_assert_cmpuint (((IsrConfigProblem *) problems->pdata[i])->line, ==, lines[i]);
  g_assert_cmpuint (ini->sections->len, ==, 2);
  g_assert_cmpstr (isr_ini_section_get (isr_ini_get_section (ini, "c"), "key")->value, ==, "x");
}

/* However many mistakes there are, what is told has an end, and is fatal. */
static void
test_too_many (void)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (GString) text = g_string_new ("[a]\n");
  g_autoptr (IsrIni) ini = NULL;
  const IsrConfigProblem *last;

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "nonsense\n");
  ini = isr_ini_parse ("x.ini", text->str, text->len, problems);
  g_assert_cmpuint (problems->len, ==, 200);
  last = problems->pdata[199];
  g_assert_true (last->fatal);
  g_assert_cmpstr (last->text, ==, "x.ini: there are more problems than these; mend them first");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/config/ini/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/config/ini/goes-on", test_goes_on);
  g_test_add_func ("/config/ini/too-many", test_too_many);
  return g_test_run ();
}
