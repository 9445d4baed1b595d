/* SPDX-License-Identifier: MIT */
/* mask.c - first the secrets are collected, then texts are cleaned of them.
 *
 * Arguments of hooks are often plain words ("isr", "audio"): they are masked where
 * they stand, but only long ones are looked for elsewhere. */
#include "daemon/ops/bundle/mask.h"

#include "daemon/capture/words.h"
#include "daemon/config/ini.h"
#include "daemon/config/sections.h"
#include "daemon/config/values.h"

#include <string.h>

#define STARS "***"
#define SHORTEST 3
#define SHORTEST_ARGUMENT 8
#define SHORTEST_VALUE 5 /* of a query; “mp3” is none */

struct _IsrMask {
  GPtrArray *secrets; /* char *, the longest first */
};

static void
add_form (IsrMask *self, char *text)
{
  for (guint i = 0; i < self->secrets->len; i++)
    if (g_str_equal (self->secrets->pdata[i], text)) {
      g_free (text);
      return;
    }
  g_ptr_array_add (self->secrets, text);
}

/* As it stands between the quotes of JSON. */
static char *
to_json (const char *text)
{
  GString *out = g_string_new (NULL);

  for (; *text; text++)
    g_string_append_printf (out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
  return g_string_free (out, FALSE);
}

static void
add_secret (IsrMask *self, const char *text)
{
  g_autofree char *escaped = NULL;

  if (!text || strlen (text) < SHORTEST)
    return;
  add_form (self, g_strdup (text));
  add_form (self, g_uri_escape_string (text, NULL, FALSE));
  add_form (self, to_json (text));
  escaped = g_uri_unescape_string (text, NULL);
  if (escaped && strlen (escaped) >= SHORTEST)
    add_form (self, g_steal_pointer (&escaped));
}

/* --- what is secret in a value --- */

/* "t=abc&format=mp3": each value by itself, and all of it. */
static void
add_query (IsrMask *self, const char *query)
{
  g_auto (GStrv) parts = g_strsplit (query, "&", -1);

  add_secret (self, query);
  for (guint i = 0; parts[i]; i++) {
    const char *value = strchr (parts[i], '=');

    if (strlen (value ? value + 1 : parts[i]) >= SHORTEST_VALUE)
      add_secret (self, value ? value + 1 : parts[i]);
  }
}

static void
add_url (IsrMask *self, const char *url)
{
  const char *begin = strstr (url, "://"), *at, *query = strchr (url, '?');
  gsize host = begin ? strcspn (begin + 3, "/?#") : 0;

  if (query)
    add_query (self, query + 1);
  if (!begin || !(at = g_strrstr_len (begin + 3, (gssize) host, "@")))
    return;
  {
    g_autofree char *login = g_strndup (begin + 3, (gsize) (at - begin - 3));
    g_auto (GStrv) parts = g_strsplit (login, ":", 2);

    add_secret (self, parts[0]);
    add_secret (self, parts[0] ? parts[1] : NULL);
  }
}

static void
add_command (IsrMask *self, const char *command)
{
  g_auto (GStrv) words = NULL;

  if (!g_shell_parse_argv (command, NULL, &words, NULL))
    return;
  for (guint i = 1; words[i]; i++)
    if (strlen (words[i]) >= SHORTEST_ARGUMENT)
      add_secret (self, words[i]);
}

static void
add_first_line (IsrMask *self, const char *path)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  text[strcspn (text, "\r\n")] = '\0';
  add_secret (self, g_strstrip (text));
}

typedef enum {
  PLAIN,   /* nothing is secret, but for the login of a URL */
  WHOLE,   /* all of it */
  FILE_OF, /* the file that it names */
  URL,
  COMMAND,
} Kind;

static Kind
get_kind (const IsrOption *option, const char *key)
{
  if (!option)
    return WHOLE;
  if (g_str_has_suffix (key, "password_file"))
    return FILE_OF;
  if (strstr (key, "password") || strstr (key, "username") || strstr (key, "token") || strstr (key, "secret"))
    return WHOLE;
  if (g_str_equal (key, "webhook")) /* often the path is the key */
    return WHOLE;
  if (option->set == isr_set_url)
    return URL;
  return option->set == isr_set_command ? COMMAND : PLAIN;
}

static void
add_value (IsrMask *self, Kind kind, const char *value)
{
  switch (kind) {
    case WHOLE:
      add_secret (self, value);
      break;
    case FILE_OF:
      add_first_line (self, value);
      break;
    case COMMAND:
      add_command (self, value);
      break;
    case URL:
    case PLAIN:
    default:
      add_url (self, value);
  }
}

static char *
mask_url (const char *url)
{
  g_autofree char *bare = isr_words_redact (url);
  const char *query = strchr (bare, '?');

  return query ? g_strdup_printf ("%.*s?" STARS, (int) (query - bare), bare) : g_steal_pointer (&bare);
}

static char *
mask_value (Kind kind, const char *value)
{
  gsize program = strcspn (value, " \t");

  switch (kind) {
    case WHOLE:
      return g_strdup (STARS);
    case URL:
      return mask_url (value);
    case COMMAND:
      return value[program] ? g_strdup_printf ("%.*s " STARS, (int) program, value) : g_strdup (value);
    case FILE_OF:
    case PLAIN:
    default:
      return isr_words_redact (value);
  }
}

/* --- where values are --- */

static const IsrOption *
find_option (const IsrIniSection *section, const char *key)
{
  guint group = isr_section_get_group (section);

  return isr_options_find (group ? group : ISR_GROUP_SOURCES, key);
}

static void
add_ini (IsrMask *self, const char *text)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrIni) ini = isr_ini_parse ("config.ini", text, strlen (text), problems);

  for (guint i = 0; i < ini->sections->len; i++) {
    const IsrIniSection *section = ini->sections->pdata[i];

    for (guint j = 0; j < section->entries->len; j++) {
      const IsrIniEntry *entry = section->entries->pdata[j];

      if (entry->value)
        add_value (self, get_kind (find_option (section, entry->key), entry->key), entry->value);
    }
  }
}

/* The value of a row in the struct, of those that are texts. */
static void
add_field (IsrMask *self, const IsrOption *option, gconstpointer base, gsize offset)
{
  Kind kind = get_kind (option, option->key);
  const char *value;

  if (!base || !offset || (kind == PLAIN && option->set != isr_set_text))
    return;
  value = G_STRUCT_MEMBER (const char *, base, offset);
  if (value)
    add_value (self, option->set == isr_set_secret ? WHOLE : kind, value);
}

static void
add_config (IsrMask *self, const IsrConfig *config)
{
  guint n;
  const IsrOption *options = isr_options_get (&n);

  for (guint i = 0; i < n; i++) {
    add_field (self, &options[i], config, options[i].in_config);
    for (guint j = 0; j < config->sources->len; j++)
      add_field (self, &options[i], config->sources->pdata[j], options[i].in_source);
  }
}

static int
compare_lengths (gconstpointer a, gconstpointer b)
{
  gsize left = strlen (*(char *const *) a), right = strlen (*(char *const *) b);

  return left > right ? -1 : left < right;
}

IsrMask *
isr_mask_new (const char *text, const IsrConfig *config)
{
  IsrMask *self = g_new (IsrMask, 1);

  self->secrets = g_ptr_array_new_with_free_func (g_free);
  if (text)
    add_ini (self, text);
  if (config)
    add_config (self, config);
  g_ptr_array_sort (self->secrets, compare_lengths);
  return self;
}

void
isr_mask_free (IsrMask *self)
{
  g_ptr_array_unref (self->secrets);
  g_free (self);
}

char *
isr_mask_text (const IsrMask *self, const char *text)
{
  char *clean = isr_words_redact (text);

  for (guint i = 0; i < self->secrets->len; i++) {
    g_auto (GStrv) parts = g_strsplit (clean, self->secrets->pdata[i], -1);

    g_free (clean);
    clean = g_strjoinv (STARS, parts);
  }
  return clean;
}

static void
append_section (IsrMask *self, GString *out, const IsrIniSection *section)
{
  g_string_append_printf (out, "%s[%s]\n", out->len ? "\n" : "", section->name);
  for (guint i = 0; i < section->entries->len; i++) {
    const IsrIniEntry *entry = section->entries->pdata[i];
    g_autofree char *value = entry->value ? mask_value (get_kind (find_option (section, entry->key), entry->key), entry->value) : g_strdup ("");

    g_string_append_printf (out, "%s = %s\n", entry->key, value);
  }
}

char *
isr_mask_config (IsrMask *self, const char *text)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrIni) ini = isr_ini_parse ("config.ini", text, strlen (text), problems);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < ini->sections->len; i++)
    append_section (self, out, ini->sections->pdata[i]);
  return isr_mask_text (self, out->str);
}
