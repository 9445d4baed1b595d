/* SPDX-License-Identifier: MIT */
/* day-lines.c - a text a day, valid as long as all that it says is the same: nobody has
 * to tell that something changed. */
#include "daemon/http/day-lines.h"

#include "daemon/http/json.h"

#include <string.h>

#define MAX_LISTS 64 /* their names come from requests */
#define SLACK 100    /* days that went away, and are kept all the same */

typedef struct {
  IsrDay day; /* owns its date */
  char *text;
} Line;

struct _IsrDayLines {
  GHashTable *lists; /* name -> (date -> Line) */
};

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->day.day);
  g_free (line->text);
  g_free (line);
}

IsrDayLines *
isr_day_lines_new (void)
{
  IsrDayLines *self = g_new (IsrDayLines, 1);

  self->lists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  return self;
}

void
isr_day_lines_free (IsrDayLines *self)
{
  g_hash_table_unref (self->lists);
  g_free (self);
}

static GHashTable *
find_list (IsrDayLines *self, const char *name, guint n_days)
{
  GHashTable *list = g_hash_table_lookup (self->lists, name);

  if (!list && g_hash_table_size (self->lists) == MAX_LISTS)
    g_hash_table_remove_all (self->lists);
  if (!list) {
    list = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, line_free);
    g_hash_table_insert (self->lists, g_strdup (name), list);
  } else if (g_hash_table_size (list) > n_days + SLACK) {
    g_hash_table_remove_all (list);
  }
  return list;
}

static gboolean
says_the_same (const IsrDay *one, const IsrDay *two)
{
  return one->files == two->files && one->bytes == two->bytes && memcmp (&one->duration, &two->duration, sizeof one->duration) == 0 && one->recorded_us == two->recorded_us && one->span_us == two->span_us && one->events == two->events && one->unreviewed == two->unreviewed;
}

static Line *
line_new (const IsrDay *day)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  Line *line = g_new (Line, 1);

  isr_json_add_day (builder, day);
  line->day = *day;
  line->day.day = g_strdup (day->day);
  line->text = isr_json_finish (builder);
  return line;
}

static const char *
get_text (GHashTable *list, const IsrDay *day)
{
  Line *line = g_hash_table_lookup (list, day->day);

  if (!line || !says_the_same (&line->day, day)) {
    line = line_new (day);
    g_hash_table_replace (list, line->day.day, line);
  }
  return line->text;
}

char *
isr_day_lines_write (IsrDayLines *self, const char *name, GPtrArray *days)
{
  GHashTable *list = find_list (self, name, days->len);
  GString *out = g_string_sized_new (128 * (days->len + 1));

  g_string_append (out, "{\"days\":[");
  for (guint i = 0; i < days->len; i++) {
    if (i)
      g_string_append_c (out, ',');
    g_string_append (out, get_text (list, days->pdata[i]));
  }
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}
