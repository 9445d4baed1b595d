/* SPDX-License-Identifier: MIT */
/* values.h - the types of options: one function each reads a text into a field.
 *
 * They are IsrOptionSet (options.h). An error says what is wrong with the value
 * alone; where it stands and what would be right is added by the caller. What
 * was in the field before is freed. Numbers are read the same in every locale. */
#pragma once

#include "daemon/config/options.h"

G_BEGIN_DECLS

gboolean isr_set_text (const IsrOption *option, const char *value, gpointer field, GError **error);      /* char * */
gboolean isr_set_path (const IsrOption *option, const char *value, gpointer field, GError **error);      /* char *, absolute */
gboolean isr_set_word (const IsrOption *option, const char *value, gpointer field, GError **error);      /* char *, one of words */
gboolean isr_set_type (const IsrOption *option, const char *value, gpointer field, GError **error);      /* IsrSourceType */
gboolean isr_set_flag (const IsrOption *option, const char *value, gpointer field, GError **error);      /* gboolean */
gboolean isr_set_duration (const IsrOption *option, const char *value, gpointer field, GError **error);  /* gint64, ns */
gboolean isr_set_decimal (const IsrOption *option, const char *value, gpointer field, GError **error);   /* double */
gboolean isr_set_count (const IsrOption *option, const char *value, gpointer field, GError **error);     /* guint; a word is 0 */
gboolean isr_set_free (const IsrOption *option, const char *value, gpointer field, GError **error);      /* guint64 bytes, then double share */
gboolean isr_set_log_level (const IsrOption *option, const char *value, gpointer field, GError **error); /* GLogLevelFlags */
gboolean isr_set_zone (const IsrOption *option, const char *value, gpointer field, GError **error);      /* char * */
gboolean isr_set_pattern (const IsrOption *option, const char *value, gpointer field, GError **error);   /* char * */
gboolean isr_set_url (const IsrOption *option, const char *value, gpointer field, GError **error);       /* char * */
gboolean isr_set_secret (const IsrOption *option, const char *value, gpointer field, GError **error);    /* char *, the first line of a file */
gboolean isr_set_listen (const IsrOption *option, const char *value, gpointer field, GError **error);    /* char *host, then guint port */
gboolean isr_set_command (const IsrOption *option, const char *value, gpointer field, GError **error);   /* char *, splits as a shell does it */
gboolean isr_set_broker (const IsrOption *option, const char *value, gpointer field, GError **error);    /* char *host, guint port, gboolean TLS */
gboolean isr_set_topic (const IsrOption *option, const char *value, gpointer field, GError **error);     /* char * */
gboolean isr_set_words (const IsrOption *option, const char *value, gpointer field, GError **error);     /* GStrv, each one of words */
gboolean isr_set_list (const IsrOption *option, const char *value, gpointer field, GError **error);      /* GStrv, separated by blanks or commas */

G_END_DECLS
