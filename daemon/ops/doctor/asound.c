/* SPDX-License-Identifier: MIT */
/* asound.c - a tokenizer and a recursive reader of ALSA's configuration language.
 *
 *     pcm.mic { type dsnoop  ipc_key 5678  slave { pcm "hw:1" } }    # compound
 *     pcm.!default mic                                               # a name
 *     pcm { mic { ... } }  pcm.mic.type dsnoop  <file>  @hooks [ ... ]
 *
 * Only what the doctor asks for is kept: names, lines, types, ipc_key. Values that
 * are computed (@func) and files that are included are passed over. */
#include "daemon/ops/doctor/asound.h"

#include <string.h>

#define DEEPEST 64

typedef struct {
  IsrAsound *result;
  const char *file;
  const char *at;
  guint line;
  guint word_line; /* where the last word began */
  gboolean broken;
} Reader;

static void
pcm_free (gpointer data)
{
  IsrAsoundPcm *self = data;

  g_free (self->name);
  g_free (self->file);
  g_free (self->type);
  g_free (self);
}

static void
error_free (gpointer data)
{
  IsrAsoundError *self = data;

  g_free (self->file);
  g_free (self->text);
  g_free (self);
}

IsrAsound *
isr_asound_new (void)
{
  IsrAsound *self = g_new (IsrAsound, 1);

  self->pcms = g_ptr_array_new_with_free_func (pcm_free);
  self->errors = g_ptr_array_new_with_free_func (error_free);
  return self;
}

void
isr_asound_free (IsrAsound *self)
{
  g_ptr_array_unref (self->pcms);
  g_ptr_array_unref (self->errors);
  g_free (self);
}

/* The first mistake of a file is the one to mend; what follows is its echo. */
static void
complain (Reader *self, guint line, const char *text)
{
  IsrAsoundError *error;

  if (self->broken)
    return;
  error = g_new (IsrAsoundError, 1);
  error->file = g_strdup (self->file);
  error->line = line;
  error->text = g_strdup (text);
  g_ptr_array_add (self->result->errors, error);
  self->broken = TRUE;
}

/* --- words --- */

static void
skip_blanks (Reader *self)
{
  while (*self->at) {
    if (*self->at == '#')
      self->at += strcspn (self->at, "\n");
    else if (*self->at == '\n')
      self->line++, self->at++;
    else if (strchr (" \t\r,;=", *self->at))
      self->at++;
    else
      return;
  }
}

static char *
read_quoted (Reader *self)
{
  GString *word = g_string_new (NULL);
  char quote = *self->at++;

  while (*self->at && *self->at != quote) {
    self->line += *self->at == '\n';
    if (*self->at == '\\' && self->at[1])
      self->at++;
    g_string_append_c (word, *self->at++);
  }
  if (*self->at == quote)
    self->at++;
  else
    complain (self, self->word_line, "a quote is opened here and never closed");
  return g_string_free (word, FALSE);
}

static void
append_part (Reader *self, GString *word)
{
  if (*self->at == '"' || *self->at == '\'') {
    g_autofree char *quoted = read_quoted (self);

    g_string_append (word, quoted);
  } else {
    gsize n = strcspn (self->at, " \t\r\n,;={}[]\"'#.");

    g_string_append_len (word, self->at, (gssize) n);
    self->at += n;
  }
}

/* A key or a value; parts of a key may be quoted: pcm."my mic".type. NULL at a
 * brace, a bracket or the end. */
static char *
read_word (Reader *self)
{
  GString *word;

  skip_blanks (self);
  self->word_line = self->line;
  if (!*self->at || strchr ("{}[]", *self->at))
    return NULL;
  word = g_string_new (NULL);
  append_part (self, word);
  while (*self->at == '.') {
    g_string_append_c (word, '.');
    self->at++;
    append_part (self, word);
  }
  return g_string_free (word, FALSE);
}

static void
skip_include (Reader *self)
{
  gsize n = strcspn (self->at, ">\n");

  if (self->at[n] != '>')
    complain (self, self->line, "“<” begins the name of a file, which ends with “>”");
  self->at += self->at[n] == '>' ? n + 1 : n;
}

/* --- definitions --- */

/* "pcm.!shared_mic.slave.pcm" -> parts without the marks that say how to merge. */
static GStrv
split_path (const char *path, gboolean *replaces)
{
  GStrv parts = g_strsplit (path, ".", -1);

  *replaces = FALSE;
  for (guint i = 0; parts[i]; i++)
    if (*parts[i] && strchr ("!+-?", *parts[i])) {
      if (i <= 1 && *parts[i] == '!')
        *replaces = TRUE;
      memmove (parts[i], parts[i] + 1, strlen (parts[i]));
    }
  return parts;
}

static IsrAsoundPcm *
get_pcm (Reader *self, const char *name, guint line, gboolean replaces, gboolean whole)
{
  IsrAsoundPcm *pcm = NULL;

  /* pcm.mic.type and pcm.mic.slave on lines of their own are one definition */
  for (guint i = 0; !whole && i < self->result->pcms->len; i++) {
    IsrAsoundPcm *other = self->result->pcms->pdata[i];

    if (g_str_equal (other->name, name) && g_str_equal (other->file, self->file))
      return other;
  }
  pcm = g_new0 (IsrAsoundPcm, 1);
  pcm->name = g_strdup (name);
  pcm->file = g_strdup (self->file);
  pcm->line = line;
  pcm->replaces = replaces;
  g_ptr_array_add (self->result->pcms, pcm);
  return pcm;
}

static void
note_value (Reader *self, const char *path, guint line, const char *value, gboolean compound)
{
  gboolean replaces;
  g_auto (GStrv) parts = split_path (path, &replaces);
  guint n = g_strv_length (parts);
  IsrAsoundPcm *pcm;

  if (n < 2 || !g_str_equal (parts[0], "pcm") || !*parts[1])
    return;
  pcm = get_pcm (self, parts[1], line, replaces, n == 2);
  if (n == 3 && !compound && g_str_equal (parts[2], "type") && value) {
    g_free (pcm->type);
    pcm->type = g_ascii_strdown (value, -1);
  }
  pcm->has_ipc_key = pcm->has_ipc_key || (n == 3 && g_str_equal (parts[2], "ipc_key"));
}

static void read_block (Reader *self, const char *path, char end, guint opened, int depth);

static void
read_compound (Reader *self, const char *path, guint line, int depth)
{
  char end = *self->at == '{' ? '}' : ']';
  guint opened = self->line;

  note_value (self, path, line, NULL, TRUE);
  self->at++;
  if (depth >= DEEPEST)
    complain (self, opened, "blocks are nested too deeply");
  else
    read_block (self, path, end, opened, depth + 1);
}

static void
read_entry (Reader *self, const char *parent, int depth)
{
  g_autofree char *key = read_word (self);
  guint line = self->word_line;
  g_autofree char *path = NULL, *value = NULL;

  if (!key || !*key) {
    complain (self, self->line, "a “{” or “[” stands where a name should be");
    return;
  }
  path = parent ? g_strconcat (parent, ".", key, NULL) : g_strdup (key);
  skip_blanks (self);
  if (*self->at == '{' || *self->at == '[') {
    read_compound (self, path, line, depth);
  } else if ((value = read_word (self))) {
    note_value (self, path, line, value, FALSE);
  } else {
    g_autofree char *text = g_strdup_printf ("“%s” has no value", key);

    complain (self, line, text);
  }
}

/* An array's members are values or blocks without a name. */
static void
read_member (Reader *self, const char *path, int depth)
{
  if (*self->at == '{' || *self->at == '[') {
    g_autofree char *member = g_strconcat (path, ".0", NULL);

    read_compound (self, member, self->line, depth);
  } else {
    g_free (read_word (self));
  }
}

static void
read_block (Reader *self, const char *path, char end, guint opened, int depth)
{
  while (!self->broken) {
    skip_blanks (self);
    if (*self->at == end && end) {
      self->at++;
      return;
    }
    if (!*self->at) {
      if (end)
        complain (self, opened, end == '}' ? "the “{” of this line is never closed by a “}”" : "the “[” of this line is never closed by a “]”");
      return;
    }
    if (strchr ("}]", *self->at))
      complain (self, self->line, end ? "a bracket closes a block that another kind has opened" : "a “}” too many: no block is open here");
    else if (*self->at == '<')
      skip_include (self);
    else if (end == ']')
      read_member (self, path, depth);
    else
      read_entry (self, path, depth);
  }
}

void
isr_asound_scan (IsrAsound *self, const char *file, const char *text)
{
  Reader reader = { .result = self, .file = file, .at = text, .line = 1 };

  read_block (&reader, NULL, '\0', 1, 0);
}

const IsrAsoundPcm *
isr_asound_find_twin (const IsrAsound *self, const IsrAsoundPcm *pcm)
{
  const IsrAsoundPcm *twin = NULL;

  for (guint i = 0; i < self->pcms->len && self->pcms->pdata[i] != pcm; i++)
    if (g_str_equal (((const IsrAsoundPcm *) self->pcms->pdata[i])->name, pcm->name))
      twin = self->pcms->pdata[i];
  return twin;
}
