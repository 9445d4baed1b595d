/* SPDX-License-Identifier: MIT */
/* range.c - bytes=0-99, bytes=100-, bytes=-100, and lists of them.
 *
 * Numbers too large for 64 bits are as good as the largest one. Parts that
 * together are more than the file (somebody asks for it sixteen times over) are
 * answered with the file. */
#include "daemon/http/range.h"

#include <string.h>

static const char *
skip_blanks (const char *p)
{
  while (*p == ' ' || *p == '\t')
    p++;
  return p;
}

/* NULL: no digit there. */
static const char *
parse_number (const char *p, guint64 *value)
{
  const char *begin = p;

  *value = 0;
  for (; g_ascii_isdigit (*p); p++) {
    guint64 digit = (guint64) (*p - '0');

    *value = *value > (G_MAXUINT64 - digit) / 10 ? G_MAXUINT64 : *value * 10 + digit;
  }
  return p == begin ? NULL : p;
}

static void
add_part (GArray *ranges, guint64 size, guint64 first, guint64 last)
{
  IsrRange range;

  if (first >= size)
    return;
  range.start = first;
  range.length = MIN (last, size - 1) - first + 1;
  g_array_append_val (ranges, range);
}

static void
add_suffix (GArray *ranges, guint64 size, guint64 length)
{
  if (length && size)
    add_part (ranges, size, size - MIN (length, size), size - 1);
}

/* The end of one part; NULL: malformed. */
static const char *
parse_part (const char *p, guint64 size, GArray *ranges)
{
  guint64 first, last = G_MAXUINT64;
  const char *end;

  if (*p == '-') {
    end = parse_number (p + 1, &last);
    if (end)
      add_suffix (ranges, size, last);
    return end;
  }
  p = parse_number (p, &first);
  if (!p || *p++ != '-')
    return NULL;
  end = parse_number (p, &last);
  if (end ? last < first : FALSE)
    return NULL;
  if (!end)
    last = G_MAXUINT64;
  add_part (ranges, size, first, last);
  return end ? end : p;
}

static gboolean
parse_list (const char *p, guint64 size, GArray *ranges)
{
  guint parts = 0;

  for (p = skip_blanks (p); *p; p = skip_blanks (p)) {
    if (*p == ',') {
      p++;
      continue;
    }
    p = parse_part (p, size, ranges);
    if (!p || ++parts > ISR_RANGE_MAX_PARTS)
      return FALSE;
    p = skip_blanks (p);
    if (*p && *p != ',')
      return FALSE;
  }
  return parts > 0;
}

static gboolean
is_more_than (const GArray *ranges, guint64 size)
{
  for (guint i = 0; i < ranges->len; i++) {
    guint64 length = g_array_index (ranges, IsrRange, i).length;

    if (length > size)
      return TRUE;
    size -= length;
  }
  return FALSE;
}

IsrRangeResult
isr_range_parse (const char *header, guint64 size, GArray *ranges)
{
  if (!header || g_ascii_strncasecmp (header, "bytes", 5) != 0 || *skip_blanks (header + 5) != '=')
    return ISR_RANGE_WHOLE;
  if (!parse_list (strchr (header, '=') + 1, size, ranges) || !ranges->len) {
    g_array_set_size (ranges, 0);
    return ISR_RANGE_UNSATISFIABLE;
  }
  if (ranges->len == 1 || !is_more_than (ranges, size))
    return ISR_RANGE_PARTIAL;
  g_array_set_size (ranges, 0);
  return ISR_RANGE_WHOLE;
}
