/* SPDX-License-Identifier: MIT */
/* icy.c - a machine of three states (audio, length, text), and the reading of
 * the text.
 *
 * A title may hold quotes and semicolons ("Don't; 'Stop';"). A value ends where
 * "';" is followed by a key that is known, or by the end; of several places where
 * the title could end before a StreamUrl the last one is taken. */
#include "plugins/format/icy.h"

#include <string.h>

#define MAX_TEXT 4080

typedef enum {
  ICY_AUDIO,  /* left: bytes until the next block */
  ICY_LENGTH, /* the next byte is the length of the block */
  ICY_TEXT,   /* left: bytes of the block still to come */
} IcyState;

struct _IsrIcy {
  guint metaint;
  IcyState state;
  gsize left;
  guint8 text[MAX_TEXT];
  gsize text_size;
  guint64 position;

  GQueue chunks; /* GBytes pushed and not used up */
  gsize used;    /* bytes of the first one */
};

/* --- text --------------------------------------------------------------- */

void
isr_icy_metadata_clear (IsrIcyMetadata *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->url, g_free);
  self->position = 0;
}

static char *
latin1_to_utf8 (const guint8 *text, gsize size)
{
  GString *utf8 = g_string_sized_new (size + size / 4);

  for (gsize i = 0; i < size; i++)
    g_string_append_unichar (utf8, text[i]);
  return g_string_free (utf8, FALSE);
}

/* A text that fills its block may have lost the end of its last character. */
static char *
text_to_utf8 (const guint8 *text, gsize size)
{
  const char *end = NULL;
  gsize rest;

  if (g_utf8_validate_len ((const char *) text, size, &end))
    return g_strndup ((const char *) text, size);
  rest = (const char *) text + size - end;
  if (rest < 4 && g_utf8_get_char_validated (end, rest) == (gunichar) -2)
    return g_strndup ((const char *) text, size - rest);
  return latin1_to_utf8 (text, size);
}

static void
blank_controls (char *text)
{
  for (char *p = text; *p; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
}

/* Is @p "key='", the key one of those that follow a title? */
static gboolean
is_known_key (const char *p)
{
  static const char *keys[] = { "StreamTitle", "StreamUrl", "StreamNext", "adw_ad", "adId", "adContext", "durationMilliseconds", "insertionType" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_has_prefix (p, keys[i]) && p[strlen (keys[i])] == '=' && p[strlen (keys[i]) + 1] == '\'')
      return TRUE;
  return FALSE;
}

/* Where the value that begins at @value ends. */
static const char *
find_end (const char *value, gboolean before_url)
{
  const char *url = before_url ? g_strrstr (value, "';StreamUrl='") : NULL;
  const char *p = value;
  gsize size = strlen (value);

  if (url)
    return url;
  while ((p = strstr (p, "';"))) {
    if (is_known_key (p + 2))
      return p;
    p += 2;
  }
  if (g_str_has_suffix (value, "';"))
    return value + size - 2;
  return g_str_has_suffix (value, "'") ? value + size - 1 : value + size;
}

static char *
find_value (const char *text, const char *key)
{
  g_autofree char *first = g_strdup_printf ("%s='", key);
  g_autofree char *later = g_strdup_printf ("';%s='", key);
  const char *found = strstr (text, later);
  const char *value = g_str_has_prefix (text, first) ? text + strlen (first) : (found ? found + strlen (later) : NULL);
  gboolean is_url = g_str_equal (key, "StreamUrl");

  if (!value)
    return NULL;
  if (is_url && found)
    value = g_strrstr (text, later) + strlen (later);
  return g_strndup (value, find_end (value, !is_url) - value);
}

void
isr_icy_metadata_parse (IsrIcyMetadata *self, const guint8 *text, gsize size)
{
  const guint8 *padding = size ? memchr (text, 0, size) : NULL;
  g_autofree char *utf8 = text_to_utf8 (text, padding ? (gsize) (padding - text) : size);

  blank_controls (utf8);
  g_strchomp (utf8);
  g_free (self->title);
  g_free (self->url);
  self->title = find_value (utf8, "StreamTitle");
  self->url = find_value (utf8, "StreamUrl");
}

/* --- machine ------------------------------------------------------------ */

IsrIcy *
isr_icy_new (guint metaint)
{
  IsrIcy *self = g_new0 (IsrIcy, 1);

  g_queue_init (&self->chunks);
  isr_icy_restart (self, metaint);
  return self;
}

void
isr_icy_free (IsrIcy *self)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  g_free (self);
}

void
isr_icy_restart (IsrIcy *self, guint metaint)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  self->used = 0;
  self->metaint = metaint;
  self->state = ICY_AUDIO;
  self->left = metaint;
  self->text_size = 0;
}

guint64
isr_icy_get_position (const IsrIcy *self)
{
  return self->position;
}

void
isr_icy_push (IsrIcy *self, GBytes *bytes)
{
  if (g_bytes_get_size (bytes) > 0)
    g_queue_push_tail (&self->chunks, g_bytes_ref (bytes));
}

static void
icy_use (IsrIcy *self, gsize n)
{
  self->used += n;
  if (self->used == g_bytes_get_size (g_queue_peek_head (&self->chunks))) {
    g_bytes_unref (g_queue_pop_head (&self->chunks));
    self->used = 0;
  }
}

static void
icy_begin_audio (IsrIcy *self)
{
  self->state = ICY_AUDIO;
  self->left = self->metaint;
}

static GBytes *
icy_take_audio (IsrIcy *self, GBytes *chunk, gsize available)
{
  gsize n = self->metaint ? MIN (self->left, available) : available;
  GBytes *audio = g_bytes_new_from_bytes (chunk, self->used, n);

  self->position += n;
  if (self->metaint) {
    self->left -= n;
    self->state = self->left ? ICY_AUDIO : ICY_LENGTH;
  }
  icy_use (self, n);
  return audio;
}

static void
icy_take_length (IsrIcy *self, guint8 length)
{
  if (length == 0) {
    icy_begin_audio (self);
  } else {
    self->state = ICY_TEXT;
    self->left = 16 * length;
    self->text_size = 0;
  }
  icy_use (self, 1);
}

/* TRUE: the block is complete. */
static gboolean
icy_take_text (IsrIcy *self, const guint8 *data, gsize available)
{
  gsize n = MIN (self->left, available);

  memcpy (self->text + self->text_size, data, n);
  self->text_size += n;
  self->left -= n;
  icy_use (self, n);
  return self->left == 0;
}

IsrIcyKind
isr_icy_next (IsrIcy *self, GBytes **audio, IsrIcyMetadata *metadata)
{
  GBytes *chunk;

  while ((chunk = g_queue_peek_head (&self->chunks))) {
    gsize size = 0;
    const guint8 *data = (const guint8 *) g_bytes_get_data (chunk, &size) + self->used;
    gsize available = size - self->used;

    if (self->state == ICY_AUDIO) {
      *audio = icy_take_audio (self, chunk, available);
      return ISR_ICY_AUDIO;
    }
    if (self->state == ICY_LENGTH) {
      icy_take_length (self, *data);
    } else if (icy_take_text (self, data, available)) {
      icy_begin_audio (self);
      *metadata = (IsrIcyMetadata){ .position = self->position };
      isr_icy_metadata_parse (metadata, self->text, self->text_size);
      return ISR_ICY_METADATA;
    }
  }
  return ISR_ICY_MORE;
}
