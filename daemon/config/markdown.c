/* SPDX-License-Identifier: MIT */
/* markdown.c - the table of options as people read it, for README.md. */
#include "daemon/config/options.h"

static const struct {
  const char *title;
  guint groups;
  gboolean whole; /* for keys of every type of source; else those are left out */
} tables[] = {
  { "Every source (in `[general]`: for all of them)", ISR_GROUP_SOURCES, TRUE },
  { "Sources with `type = stream`", ISR_GROUP_STREAM },
  { "Sources with `type = soundcard`", ISR_GROUP_SOUNDCARD },
  { "Sources with `type = test`", ISR_GROUP_TEST },
  { "`[general]`: ISR itself", ISR_GROUP_GENERAL },
  { "`[web]`", ISR_GROUP_WEB },
  { "`[storage]`", ISR_GROUP_STORAGE },
  { "`[hooks]`", ISR_GROUP_HOOKS },
  { "`[mqtt]`", ISR_GROUP_MQTT },
};

static gboolean
belongs (const IsrOption *option, guint table)
{
  gboolean for_all = (option->groups & ISR_GROUP_SOURCES) == ISR_GROUP_SOURCES;

  if (option->later)
    return FALSE;
  if (tables[table].groups == ISR_GROUP_GENERAL)
    return option->groups == ISR_GROUP_GENERAL;
  return option->groups & tables[table].groups && for_all == tables[table].whole;
}

static void
append_row (GString *text, const IsrOption *option, guint table)
{
  g_autofree char *values = isr_option_describe (option);
  gboolean general = option->groups & ISR_GROUP_GENERAL && tables[table].groups & ISR_GROUP_SOURCES;

  g_string_append_printf (text, "| `%s` |", option->key);
  if (option->fallback)
    g_string_append_printf (text, " `%s` |", option->fallback);
  else
    g_string_append (text, " – |");
  g_string_append_printf (text, " %s | %s%s |\n", values, option->help,
      general && !tables[table].whole ? " Also in `[general]`." : "");
}

char *
isr_options_to_markdown (void)
{
  GString *text = g_string_new (NULL);
  guint n;
  const IsrOption *options = isr_options_get (&n);

  for (guint table = 0; table < G_N_ELEMENTS (tables); table++) {
    g_string_append_printf (text, "%s**%s**\n\n| key | default | values | meaning |\n|---|---|---|---|\n", table ? "\n" : "", tables[table].title);
    for (guint i = 0; i < n; i++)
      if (belongs (&options[i], table))
        append_row (text, &options[i], table);
  }
  return g_string_free (text, FALSE);
}
