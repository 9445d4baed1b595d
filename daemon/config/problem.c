/* SPDX-License-Identifier: MIT */
/* problem.c - collecting what is wrong with a configuration.
 *
 * Nothing here stops at the first mistake: a person wants to mend a file once.
 * What [general] says is read again for every source, so the same sentence may
 * come many times; it is kept once. */
#include "daemon/config/problem.h"

static void
problem_free (gpointer data)
{
  IsrConfigProblem *self = data;

  g_free (self->text);
  g_free (self);
}

GPtrArray *
isr_config_problems_new (void)
{
  return g_ptr_array_new_with_free_func (problem_free);
}

gboolean
isr_problems_are_fatal (const GPtrArray *problems, guint first)
{
  for (guint i = first; i < problems->len; i++)
    if (((const IsrConfigProblem *) g_ptr_array_index (problems, i))->fatal)
      return TRUE;
  return FALSE;
}

static gboolean
is_known (const GPtrArray *problems, const char *text)
{
  for (guint i = 0; i < problems->len; i++)
    if (g_str_equal (((const IsrConfigProblem *) g_ptr_array_index (problems, i))->text, text))
      return TRUE;
  return FALSE;
}

static void
take (GPtrArray *problems, gboolean fatal, guint line, char *text)
{
  IsrConfigProblem *problem = g_new0 (IsrConfigProblem, 1);

  problem->fatal = fatal;
  problem->line = line;
  problem->text = text;
  g_ptr_array_add (problems, problem);
}

void
isr_problem_add (GPtrArray *problems, gboolean fatal, const char *where, guint line, const char *format, ...)
{
  g_autofree char *place = line ? g_strdup_printf ("%s:%u", where, line) : g_strdup (where);
  g_autofree char *sentence = NULL;
  g_autofree char *text = NULL;
  va_list args;

  if (problems->len >= ISR_PROBLEMS_MAX)
    return;
  if (problems->len == ISR_PROBLEMS_MAX - 1) {
    take (problems, TRUE, 0, g_strdup_printf ("%s: there are more problems than these; mend them first", where));
    return;
  }
  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  text = g_strdup_printf ("%s: %s%s", place, fatal ? "" : "warning: ", sentence);
  if (!is_known (problems, text))
    take (problems, fatal, line, g_steal_pointer (&text));
}

static int
compare_lines (gconstpointer a, gconstpointer b, gpointer data)
{
  const IsrConfigProblem *left = *(IsrConfigProblem *const *) a, *right = *(IsrConfigProblem *const *) b;

  /* Line 0 wraps to the largest number. */
  return left->line - 1 < right->line - 1 ? -1 : left->line - 1 > right->line - 1;
}

void
isr_problems_sort (GPtrArray *problems, guint first)
{
  if (problems->len > first)
    g_qsort_with_data (problems->pdata + first, (int) (problems->len - first), sizeof (gpointer), compare_lines, NULL);
}
