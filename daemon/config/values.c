/* SPDX-License-Identifier: MIT */
/* values.c - the types of options: one function each reads a text into a field. */
#include "daemon/config/values.h"

#include <errno.h>
#include <gio/gio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "daemon/config/pattern.h"
#include "daemon/core/error.h"

#define SECRET_MAX 4096

static gboolean
fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error)
    *error = g_error_new_valist (ISR_ERROR, ISR_ERROR_CONFIG, format, args);
  va_end (args);
  return FALSE;
}

static gboolean
replace (gpointer field, char *text)
{
  char **place = field;

  g_free (*place);
  *place = text;
  return TRUE;
}

/* The word of @words that @value is, in any case; NULL: none. (transfer full) */
static char *
find_word (const char *words, const char *value, guint *index)
{
  g_auto (GStrv) list = g_strsplit (words ? words : "", " ", -1);

  for (guint i = 0; list[i]; i++)
    if (g_ascii_strcasecmp (list[i], value) == 0) {
      *index = i;
      return g_strdup (list[i]);
    }
  return NULL;
}

gboolean
isr_set_text (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  return replace (field, g_strdup (value));
}

gboolean
isr_set_command (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) wrong = NULL;

  if (g_shell_parse_argv (value, NULL, &words, &wrong))
    return replace (field, g_strdup (value));
  return fail (error, "“%s” can not be split into words: %s", value, wrong->message);
}

gboolean
isr_set_path (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  if (value[0] == '~')
    return fail (error, "“%s”: ~ is not expanded here: write the whole path", value);
  return replace (field, g_canonicalize_filename (value, NULL));
}

gboolean
isr_set_word (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  guint index;
  char *word = find_word (option->words, value, &index);

  return word ? replace (field, word) : fail (error, "“%s” is not one of them", value);
}

gboolean
isr_set_type (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  guint index;
  g_autofree char *word = find_word (option->words, value, &index);

  if (!word)
    return fail (error, "“%s” is no type of source", value);
  *(IsrSourceType *) field = (IsrSourceType) index;
  return TRUE;
}

gboolean
isr_set_flag (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  guint index;
  g_autofree char *word = find_word ("on off yes no true false 1 0", value, &index);

  if (!word)
    return fail (error, "“%s” is neither on nor off", value);
  *(gboolean *) field = index % 2 == 0;
  return TRUE;
}

/* A finite number and nothing else; digits, one point, an exponent. */
static gboolean
parse_number (const char *text, double *number, GError **error)
{
  char *end;

  *number = g_ascii_strtod (text, &end);
  if (*text && strspn (text, "+-.0123456789eE") == strlen (text) && *end == '\0' && isfinite (*number))
    return TRUE;
  if (*text && strspn (text, "+-0123456789,") == strlen (text))
    return fail (error, "“%s” is not a number: decimals are written with a point", text);
  return fail (error, "“%s” is not a number", text);
}

static gboolean
parse_ranged (const IsrOption *option, const char *text, double *number, GError **error)
{
  if (!parse_number (text, number, error))
    return FALSE;
  if (*number < option->min)
    return fail (error, "“%s” is too small", text);
  if (*number > option->max)
    return fail (error, "“%s” is too large", text);
  return TRUE;
}

gboolean
isr_set_duration (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  double number;

  if (!parse_ranged (option, value, &number, error))
    return FALSE;
  *(gint64 *) field = llround (number * option->scale);
  return TRUE;
}

gboolean
isr_set_decimal (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  return parse_ranged (option, value, field, error);
}

gboolean
isr_set_count (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  guint index;
  g_autofree char *word = find_word (option->words, value, &index);
  double number = 0;

  if (!word && !parse_ranged (option, value, &number, error))
    return FALSE;
  if (number != floor (number))
    return fail (error, "“%s” is not a whole number", value);
  *(guint *) field = (guint) number;
  return TRUE;
}

gboolean
isr_set_free (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  IsrConfig *config = (IsrConfig *) ((char *) field - option->in_config);
  g_autofree char *digits = g_strdup (value);
  gboolean share = g_str_has_suffix (value, "%");
  double number;

  if (share)
    digits[strlen (digits) - 1] = '\0';
  else if (strlen (value) > 2 && g_ascii_strcasecmp (value + strlen (value) - 2, "GB") == 0)
    digits[strlen (digits) - 2] = '\0';
  if (!parse_ranged (option, g_strstrip (digits), &number, error))
    return FALSE;
  if (share && number >= 100)
    return fail (error, "“%s” would leave no room for recordings", value);
  config->min_free = share ? 0 : (guint64) (number * option->scale);
  config->min_free_share = share ? number / 100 : 0;
  return TRUE;
}

gboolean
isr_set_log_level (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  static const GLogLevelFlags levels[] = { G_LOG_LEVEL_DEBUG, G_LOG_LEVEL_INFO, G_LOG_LEVEL_WARNING, G_LOG_LEVEL_CRITICAL, G_LOG_LEVEL_ERROR };
  guint index;
  g_autofree char *word = find_word (option->words, value, &index);

  if (!word)
    return fail (error, "“%s” is no level", value);
  *(GLogLevelFlags *) field = levels[index];
  return TRUE;
}

gboolean
isr_set_zone (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (value);

  if (!zone)
    return fail (error, "this system knows no time zone “%s”", value);
  return replace (field, g_strdup (value));
}

gboolean
isr_set_pattern (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  return isr_pattern_check (value, error) && replace (field, g_strdup (value));
}

gboolean
isr_set_url (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GUri) uri = g_uri_parse (value, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED, &reason);
  const char *scheme = uri ? g_uri_get_scheme (uri) : NULL;

  if (!uri)
    return strchr (value, '@') ? fail (error, "this is no address (in a login, write %%40 for @, %%2F for / and %%3A for :)")
                               : fail (error, "this is no address (%s)", reason->message);
  if (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0)
    return fail (error, "“%s:” is neither http: nor https:", scheme);
  if (!g_uri_get_host (uri) || !*g_uri_get_host (uri))
    return fail (error, "there is no host behind %s://", scheme);
  return replace (field, g_strdup (value));
}

gboolean
isr_set_secret (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  FILE *file = fopen (value, "re");
  char line[SECRET_MAX] = "";
  int reason = errno;

  if (!file)
    return fail (error, "“%s” can not be read: %s", value, g_strerror (reason));
  errno = 0;
  if (!fgets (line, sizeof line, file))
    line[0] = '\0';
  reason = errno;
  fclose (file);
  if (reason)
    return fail (error, "“%s” can not be read: %s", value, g_strerror (reason));
  if (strlen (line) + 1 == sizeof line)
    return fail (error, "the first line of “%s” is too long for a password", value);
  line[strcspn (line, "\r\n")] = '\0';
  if (!*line)
    return fail (error, "the first line of “%s” is empty", value);
  if (!g_utf8_validate (line, -1, NULL))
    return fail (error, "“%s” is no text file in UTF-8", value);
  return replace (field, g_strdup (line));
}

/* "8080" -> 8080; FALSE: no port. */
static gboolean
parse_port (const char *text, guint *port)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, 65535, &number, NULL))
    return FALSE;
  *port = (guint) number;
  return TRUE;
}

/* The host of host:port, [v6]:port, :port; NULL: it is none of them. */
static char *
split_host (const char *value, const char *colon)
{
  g_autofree char *host = g_strndup (value, colon - value);
  gsize length = strlen (host);

  if (length > 1 && host[0] == '[' && host[length - 1] == ']') {
    g_autofree char *inside = g_strndup (host + 1, length - 2);

    return g_hostname_is_ip_address (inside) ? g_steal_pointer (&inside) : NULL;
  }
  if (length == 0 || g_str_equal (host, "*"))
    return g_strdup ("*");
  return strpbrk (host, ":/[] \t@") ? NULL : g_steal_pointer (&host);
}

gboolean
isr_set_listen (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  IsrConfig *config = (IsrConfig *) ((char *) field - option->in_config);
  const char *colon = strrchr (value, ':');
  g_autofree char *host = NULL;

  if (g_ascii_strcasecmp (value, "none") == 0)
    return replace (&config->listen_host, NULL);
  if (!colon)
    return fail (error, "“%s” has no port", value);
  host = split_host (value, colon);
  if (!host)
    return fail (error, "“%s” is no address to listen on (an IPv6 address goes in brackets)", value);
  if (!parse_port (colon + 1, &config->listen_port))
    return fail (error, "“%s” is no port: ports are numbers from 0 to 65535", colon + 1);
  return replace (&config->listen_host, g_steal_pointer (&host));
}

gboolean
isr_set_list (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (value, " ,\t", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GStrv *place = field;

  for (guint i = 0; parts[i]; i++)
    if (*parts[i])
      g_strv_builder_add (builder, parts[i]);
  g_strfreev (*place);
  *place = g_strv_builder_end (builder);
  return TRUE;
}

gboolean
isr_set_words (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  g_auto (GStrv) known = g_strsplit (option->words, " ", -1);
  g_auto (GStrv) found = NULL;
  GStrv *place = field;

  isr_set_list (option, value, &found, NULL);
  for (guint i = 0; found[i]; i++)
    if (!g_strv_contains ((const char *const *) known, found[i]))
      return fail (error, "“%s” is not known", found[i]);
  g_strfreev (*place);
  *place = g_steal_pointer (&found);
  return TRUE;
}

/* Like listen, with a scheme in front and without a port. */
gboolean
isr_set_broker (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  IsrConfig *config = (IsrConfig *) ((char *) field - option->in_config);
  const char *scheme = strstr (value, "://");
  g_autofree char *url = scheme ? g_strdup (value) : g_strconcat ("mqtt://", value, NULL);
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  gboolean tls = g_str_has_prefix (url, "mqtts://");

  if (!tls && !g_str_has_prefix (url, "mqtt://"))
    return fail (error, "“%.*s:” is neither mqtt: nor mqtts:", (int) (scheme - value), value);
  if (!uri || !g_uri_get_host (uri) || !*g_uri_get_host (uri) || g_uri_get_port (uri) == 0)
    return fail (error, "“%s” is no address of a broker (an IPv6 address goes in brackets)", strchr (value, '@') ? "..." : value);
  if (g_uri_get_userinfo (uri) || *g_uri_get_path (uri))
    return fail (error, "it has more than a host and a port (a login goes into username and password_file)");
  config->mqtt_port = g_uri_get_port (uri) > 0 ? (guint) g_uri_get_port (uri) : tls ? 8883
                                                                                    : 1883;
  config->mqtt_tls = tls;
  return replace (&config->mqtt_host, g_strdup (g_uri_get_host (uri)));
}

gboolean
isr_set_topic (const IsrOption *option, const char *value, gpointer field, GError **error)
{
  if (strpbrk (value, "+#\"\\$"))
    return fail (error, "“%s” has a character that a topic here can not have", value);
  if (*value == '/' || g_str_has_suffix (value, "/"))
    return fail (error, "“%s” begins or ends with /", value);
  return replace (field, g_strdup (value));
}
