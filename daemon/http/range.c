/* SPDX-License-Identifier: MIT */
/* range.c - bytes=0-99, bytes=100-, bytes=-100, and lists of them.
 *
 * Where RFC 9110 leaves a choice, nginx's is taken, which every player knows: parts
 * outside of the file, and such as end before they begin, are passed over; lists
 * of too many parts, and parts that together are more than the file, get the file.
 * Numbers too large for 64 bits are as good as the largest one. */
#include "daemon/http/range.h"

#include <string.h>

static const char *
skip_blanks (const char *p)
{
  while (*p == ' ')
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

/* The end of one part, its first and last byte (@first > @last: none); NULL: malformed. */
static const char *
parse_part (const char *p, guint64 size, guint64 *first, guint64 *last)
{
  const char *end;

  if (*p == '-') {
    end = parse_number (skip_blanks (p + 1), last);
    *first = size - MIN (end ? *last : 0, size);
    *last = G_MAXUINT64;
    return end;
  }
  p = parse_number (p, first);
  p = p ? skip_blanks (p) : NULL;
  if (!p || *p++ != '-')
    return NULL;
  p = skip_blanks (p);
  *last = G_MAXUINT64;
  return *p == ',' || !*p ? p : parse_number (p, last);
}

static IsrRangeResult
parse_list (const char *p, guint64 size, GArray *ranges)
{
  for (;; p++) {
    guint64 first, last;

    p = parse_part (skip_blanks (p), size, &first, &last);
    p = p ? skip_blanks (p) : NULL;
    if (!p || (*p && *p != ','))
      return ISR_RANGE_UNSATISFIABLE;
    if (first < size && first <= last) {
      IsrRange range = { first, MIN (last, size - 1) - first + 1 };

      g_array_append_val (ranges, range);
      if (ranges->len > ISR_RANGE_MAX_PARTS)
        return ISR_RANGE_WHOLE;
    } else if (first == 0 && size == 0) {
      return ISR_RANGE_WHOLE;
    }
    if (!*p)
      return ranges->len ? ISR_RANGE_PARTIAL : ISR_RANGE_UNSATISFIABLE;
  }
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
  IsrRangeResult result;

  if (!header || g_ascii_strncasecmp (header, "bytes=", 6) != 0 || !header[6])
    return ISR_RANGE_WHOLE;
  result = parse_list (header + 6, size, ranges);
  if (result == ISR_RANGE_PARTIAL && ranges->len > 1 && is_more_than (ranges, size))
    result = ISR_RANGE_WHOLE;
  if (result != ISR_RANGE_PARTIAL)
    g_array_set_size (ranges, 0);
  return result;
}
