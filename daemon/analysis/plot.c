/* SPDX-License-Identifier: MIT */
/* plot.c - a file that was heard, as an SVG picture.
 *
 *   dBFS |        ___ section ___
 *        |   /\  |   level       |
 *        |__/__\_|___floor_______|___
 *        +---------------------------- time
 */
#include "daemon/analysis/heard.h"
#include "daemon/core/levels.h"

#define WIDTH 1200
#define HEIGHT 320
#define LEFT 56
#define TOP 32
#define BOTTOM 40
#define RIGHT 16
#define AREA_WIDTH (WIDTH - LEFT - RIGHT)
#define AREA_HEIGHT (HEIGHT - TOP - BOTTOM)
#define LOWEST (-9000) /* centi-dB at the bottom */
#define TICKS 8

static double
x_of (const IsrHeard *self, double window)
{
  return LEFT + AREA_WIDTH * window / MAX (self->rows->len, 1);
}

static double
y_of (int level)
{
  return TOP + (double) AREA_HEIGHT * CLAMP (level, LOWEST, 0) / LOWEST;
}

/* Numbers of a picture: one digit behind the point is finer than a pixel. */
static void
add (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, g_ascii_formatd (text, sizeof text, "%.1f", value));
}

static void
add_point (GString *out, const char *command, double x, double y)
{
  g_string_append (out, command);
  add (out, x);
  g_string_append_c (out, ' ');
  add (out, y);
}

static int
value_at (const IsrHeard *self, guint window, IsrLevelsColumn column)
{
  return g_array_index (self->rows, IsrLevelsRow, window).value[column];
}

/* The highest level of each column of pixels. */
static void
add_levels (GString *out, const IsrHeard *self)
{
  guint n = self->rows->len;

  g_string_append (out, "<path fill=\"#4a90c2\" stroke=\"none\" d=\"");
  add_point (out, "M", LEFT, y_of (LOWEST));
  for (guint x = 0; n && x < AREA_WIDTH; x++) {
    guint from = (guint) ((guint64) x * n / AREA_WIDTH), to = MAX (from + 1, (guint) ((guint64) (x + 1) * n / AREA_WIDTH));
    int highest = LOWEST;

    for (guint i = from; i < MIN (to, n); i++)
      highest = MAX (highest, value_at (self, i, ISR_COLUMN_LEVEL));
    add_point (out, "L", LEFT + x + 0.5, y_of (highest));
  }
  add_point (out, "L", LEFT + AREA_WIDTH, y_of (LOWEST));
  g_string_append (out, "Z\"/>\n");
}

static void
add_floor (GString *out, const IsrHeard *self)
{
  guint step = MAX (1, self->rows->len / AREA_WIDTH);
  const char *command = "M";

  g_string_append (out, "<path fill=\"none\" stroke=\"#1d3b53\" stroke-width=\"1.5\" d=\"");
  for (guint i = 0; i < self->rows->len; i += step) {
    int floor = value_at (self, i, ISR_COLUMN_FLOOR);

    if (floor == ISR_LEVELS_UNKNOWN) {
      command = "M";
      continue;
    }
    add_point (out, command, x_of (self, i), y_of (floor));
    command = "L";
  }
  g_string_append (out, "\"/>\n");
}

static void
add_sections (GString *out, const IsrHeard *self)
{
  for (guint i = 0; i < self->sections->len; i++) {
    const IsrSection *section = &g_array_index (self->sections, IsrSection, i);
    double x = x_of (self, (double) section->start), width = MAX (1, x_of (self, (double) section->end) - x);

    g_string_append (out, "<rect class=\"section\" fill=\"#e07b39\" fill-opacity=\"0.35\" x=\"");
    add (out, x);
    g_string_append_printf (out, "\" y=\"%d\" height=\"%d\" width=\"", TOP, AREA_HEIGHT);
    add (out, width);
    g_string_append_printf (out, "\"><title>%d.%d-%d.%d s, %d.%02d dB, %s</title></rect>\n", (int) section->start / 10, (int) section->start % 10, (int) section->end / 10, (int) section->end % 10,
        section->score / 100, ABS (section->score) % 100, isr_section_reason_to_string (section->reason));
  }
}

static void
add_text (GString *out, double x, double y, const char *anchor, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (out, "<text text-anchor=\"%s\" x=\"", anchor);
  add (out, x);
  g_string_append (out, "\" y=\"");
  add (out, y);
  g_string_append_printf (out, "\">%s</text>\n", escaped);
}

static void
add_axes (GString *out, const IsrHeard *self)
{
  for (int db = 0; db >= LOWEST / 100; db -= 15) {
    g_autofree char *text = g_strdup_printf ("%d", db);

    add_text (out, LEFT - 8, y_of (db * 100) + 4, "end", text);
    g_string_append (out, "<path stroke=\"#cccccc\" d=\"");
    add_point (out, "M", LEFT, y_of (db * 100));
    add_point (out, "L", LEFT + AREA_WIDTH, y_of (db * 100));
    g_string_append (out, "\"/>\n");
  }
  for (guint i = 0; i <= TICKS; i++) {
    int seconds = (int) (isr_heard_get_duration (self) * i / TICKS);
    g_autofree char *text = g_strdup_printf ("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);

    add_text (out, LEFT + (double) AREA_WIDTH * i / TICKS, TOP + AREA_HEIGHT + 20, i == TICKS ? "end" : "middle", text);
  }
}

char *
isr_heard_plot (const IsrHeard *self, const char *title)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n"
                               "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
      WIDTH, HEIGHT, WIDTH, HEIGHT);
  add_text (out, LEFT, TOP - 12, "start", title);
  add_axes (out, self);
  add_levels (out, self);
  add_sections (out, self);
  add_floor (out, self);
  g_string_append (out, "</svg>\n");
  return g_string_free (out, FALSE);
}
