/* SPDX-License-Identifier: MIT */
/* password.c - what begins with “$” is a hash; both kinds are compared as digests of equal length. */
#include "daemon/http/password.h"

#include "daemon/core/error.h"

#include <crypt.h>
#include <string.h>

struct _IsrPassword {
  char *line;
  gboolean hashed;
};

static void
password_clear (gpointer data)
{
  g_free (((IsrPassword *) data)->line);
}

IsrPassword *
isr_password_ref (IsrPassword *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
isr_password_unref (IsrPassword *self)
{
  g_atomic_rc_box_release_full (self, password_clear);
}

/* The hash of @text with the method and the salt of @line; NULL: it is none that is known. */
static char *
hash (const char *text, const char *line)
{
  g_autofree struct crypt_data *data = g_new0 (struct crypt_data, 1);

  return g_strdup (crypt_rn (text, line, data, sizeof *data));
}

/* Of a whole one every hash is as long as itself. */
static gboolean
is_hash (const char *line)
{
  g_autofree char *other = hash ("", line);

  return other && strlen (other) == strlen (line);
}

static gboolean
check_line (const char *path, const char *line, GError **error)
{
  if (!*line) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] password_file: the first line of %s is empty: write the password there, or a hash of it, which `mkpasswd -m yescrypt` makes", path);
    return FALSE;
  }
  if (!g_utf8_validate (line, -1, NULL)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] password_file: the first line of %s is not UTF-8: nobody could type it on the page", path);
    return FALSE;
  }
  if (*line != '$' || is_hash (line))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] password_file: the first line of %s begins with “$” but is no hash that crypt(3) knows: `mkpasswd -m yescrypt` makes one; a plain password must not begin with “$”", path);
  return FALSE;
}

IsrPassword *
isr_password_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;
  IsrPassword *self;

  if (!g_file_get_contents (path, &text, NULL, &reason)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] password_file: %s; it must be a file that this user can read, its first line the password", reason->message);
    return NULL;
  }
  text[strcspn (text, "\r\n")] = '\0';
  if (!check_line (path, text, error))
    return NULL;
  self = g_atomic_rc_box_new0 (IsrPassword);
  self->line = g_steal_pointer (&text);
  self->hashed = *self->line == '$';
  return self;
}

static gboolean
is_equal (const char *a, const char *b)
{
  g_autofree char *x = g_compute_checksum_for_string (G_CHECKSUM_SHA256, a, -1);
  g_autofree char *y = g_compute_checksum_for_string (G_CHECKSUM_SHA256, b, -1);
  guint different = 0;

  for (gsize i = 0; x[i]; i++)
    different |= (guint) (x[i] ^ y[i]);
  return different == 0;
}

gboolean
isr_password_is (const IsrPassword *self, const char *text)
{
  g_autofree char *hashed = self->hashed ? hash (text, self->line) : NULL;

  return self->hashed ? hashed && is_equal (self->line, hashed) : is_equal (self->line, text);
}
