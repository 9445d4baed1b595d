/* SPDX-License-Identifier: MIT */
/* text-match.h - a text that somebody looks for, as SQL: in any case, anywhere in a column. */
#pragma once

#include "daemon/archive/db.h"

G_BEGIN_DECLS

/* Makes the function that the conditions need. */
void isr_text_match_prepare (sqlite3 *db);

/* A condition that is true where @column holds @text, which is bound to @parameter as
 * isr_text_match_value() gives it. */
char *isr_text_match_condition (const char *text, const char *column, const char *parameter);
char *isr_text_match_value (const char *text);

/* The ids of the rows of @table (called r) for which @condition is true, as "1,2,3"; @value is
 * bound to its last parameter. @ids NULL: there are more than @few. */
gboolean isr_text_match_find (sqlite3 *db, const char *table, const char *condition, const char *value, guint few, char **ids, GError **error);

G_END_DECLS
