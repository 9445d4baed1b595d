/* SPDX-License-Identifier: MIT */
/* Ranges against a table, and against an oracle that marks single bytes. */
#include "daemon/http/range.h"

#include <string.h>

static char *
show (const char *header, guint64 size)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (IsrRange));
  IsrRangeResult result = isr_range_parse (header, size, ranges);
  GString *text = g_string_new (result == ISR_RANGE_WHOLE ? "whole" : result == ISR_RANGE_UNSATISFIABLE ? "416"
                                                                                                        : "");

  g_assert_cmpint (result == ISR_RANGE_PARTIAL, ==, ranges->len > 0);
  for (guint i = 0; i < ranges->len; i++) {
    const IsrRange *range = &g_array_index (ranges, IsrRange, i);

    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT, i ? " " : "", range->start, range->length);
  }
  return g_string_free (text, FALSE);
}

static void
test_table (void)
{
  static const struct {
    const char *header;
    guint64 size;
    const char *expected;
  } cases[] = {
    { NULL, 100, "whole" },
    { "", 100, "whole" },
    { "seconds=0-1", 100, "whole" },
    { "bytes", 100, "whole" },
    { "bytes 0-1", 100, "whole" },
    { "bytesque=0-1", 100, "whole" },
    { "bytes=0-0", 100, "0+1" },
    { "BYTES=0-0", 100, "0+1" },
    { "bytes= 0-0 ", 100, "0+1" },
    { "bytes=0-99", 100, "0+100" },
    { "bytes=0-100", 100, "0+100" },
    { "bytes=99-", 100, "99+1" },
    { "bytes=100-", 100, "416" },
    { "bytes=-1", 100, "99+1" },
    { "bytes=-100", 100, "0+100" },
    { "bytes=-101", 100, "0+100" },
    { "bytes=-0", 100, "416" },
    { "bytes=5-4", 100, "416" },
    { "bytes=", 100, "whole" },
    { "bytes=,", 100, "416" },
    { "bytes=-", 100, "416" },
    { "bytes=a-b", 100, "416" },
    { "bytes=0x1-2", 100, "416" },
    { "bytes=1", 100, "416" },
    { "bytes=1-2-3", 100, "416" },
    { "bytes=1 - 2", 100, "1+2" },
    { "bytes=+1-2", 100, "416" },
    { "bytes=0-1 2-3", 100, "416" },
    { "bytes=0-1,5-6", 100, "0+2 5+2" },
    { "bytes=0-1, 5-6", 100, "0+2 5+2" },
    { "bytes=0-1,,5-6", 100, "416" },
    { "bytes=0-1,", 100, "416" },
    { "bytes=0-1,9-8,5-6", 100, "0+2 5+2" },
    { "bytes =0-1", 100, "whole" },
    { "bytes=5-6,0-1,-1", 100, "5+2 0+2 99+1" },
    { "bytes=500-600,0-1", 100, "0+2" },
    { "bytes=0-,0-", 100, "whole" },
    { "bytes=0-49,50-99", 100, "0+50 50+50" },
    { "bytes=0-50,50-99", 100, "whole" },
    { "bytes=0-", 0, "whole" },
    { "bytes=-1", 0, "whole" },
    { "bytes=5-", 0, "416" },
    { "bytes=18446744073709551614-18446744073709551615", G_MAXUINT64, "18446744073709551614+1" },
    { "bytes=0-99999999999999999999999999", 100, "0+100" },
    { "bytes=99999999999999999999999999-", 100, "416" },
    { "bytes=0-18446744073709551615", G_MAXUINT64, "0+18446744073709551615" },
    { "bytes=0-,0-", G_MAXUINT64, "whole" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *got = show (cases[i].header, cases[i].size);

    if (strcmp (got, cases[i].expected) != 0)
      g_error ("“%s” of %" G_GUINT64_FORMAT ": %s instead of %s", cases[i].header, cases[i].size, got, cases[i].expected);
  }
}

/* Random lists over a small file: each part is the bytes it names, in order. */
static void
test_oracle (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (int round = 0; round < 20000; round++) {
    guint64 size = (guint64) g_rand_int_range (random, 0, 40);
    g_autoptr (GString) header = g_string_new ("bytes="), expected = g_string_new (NULL);
    int parts = g_rand_int_range (random, 1, 19);
    guint64 sum = 0, satisfiable = 0;
    gboolean empty = FALSE;
    g_autofree char *got = NULL;

    for (int i = 0; i < parts; i++) {
      int first = g_rand_int_range (random, 0, 45), last = g_rand_int_range (random, 0, 45), form = g_rand_int_range (random, 0, 3);
      guint64 begin = 0, length = 0;

      g_string_append (header, i ? "," : "");
      if (form == 0)
        g_string_append_printf (header, "%d-%d", first, last);
      else
        g_string_append_printf (header, form == 1 ? "%d-" : "-%d", first);
      empty |= size == 0 && ((form != 2 && first == 0) || form == 2);
      for (guint64 byte = 0; byte < size; byte++) {
        gboolean in = form == 2 ? byte + (guint64) first >= size : byte >= (guint64) first && (form == 1 || byte <= (guint64) last);

        begin = in && !length ? byte : begin;
        length += in;
      }
      if (length)
        g_string_append_printf (expected, "%s%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT, satisfiable++ ? " " : "", begin, length);
      sum += length;
    }
    if (!satisfiable && !empty)
      g_string_assign (expected, "416");
    else if (empty || satisfiable > ISR_RANGE_MAX_PARTS || (satisfiable > 1 && sum > size))
      g_string_assign (expected, "whole");
    got = show (header->str, size);
    if (strcmp (got, expected->str) != 0)
      g_error ("“%s” of %" G_GUINT64_FORMAT ": %s instead of %s", header->str, size, got, expected->str);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/range/table", test_table);
  g_test_add_func ("/range/oracle", test_oracle);
  return g_test_run ();
}
