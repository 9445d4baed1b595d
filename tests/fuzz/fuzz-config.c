/* SPDX-License-Identifier: MIT */
/* The INI reader against any bytes: whatever they are, the loader ends, and
 * gives either a configuration or a reason that is fatal and valid UTF-8. */
#include <string.h>

#include "daemon/config/config.h"
#include "daemon/config/ini.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_scan (const char *text, gsize size)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrIni) ini = isr_ini_parse ("x.ini", text, size, problems);

  for (guint i = 0; i < ini->sections->len; i++) {
    const IsrIniSection *section = g_ptr_array_index (ini->sections, i);

    g_assert (*section->name && section->line > 0);
    for (guint j = 0; j < section->entries->len; j++)
      g_assert (((IsrIniEntry *) g_ptr_array_index (section->entries, j))->line > section->line);
  }
}

static void
check_load (const char *text)
{
  static const char *const environ_[] = { "ISR_A_TYPE=test", "ISR_GENERAL_SPLIT_MINUTES=1", NULL };
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_config_load_text ("x.ini", text, environ_, NULL, problems);
  gboolean fatal = FALSE;

  for (guint i = 0; i < problems->len; i++) {
    const IsrConfigProblem *problem = g_ptr_array_index (problems, i);

    fatal |= problem->fatal;
    g_assert (g_utf8_validate (problem->text, -1, NULL));
  }
  g_assert (fatal == (config == NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  check_scan ((const char *) data, size);
  /* Files that the text names would be read: not those of this machine. */
  if (!strstr (text, "password_file"))
    check_load (text);
  return 0;
}
