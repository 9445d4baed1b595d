/* SPDX-License-Identifier: MIT */
/* naming.h - the name of a file, from a pattern, a source and an instant.
 *
 * A pattern is a path with conversions as of strftime(3), formed in the zone
 * that is given and never in that of the process:
 *
 *     %Y %y %C %m %d %e %j   year, of century, century, month, day, " 7", of year
 *     %F %D %x               2026-11-20, 11/20/26, the locale's date
 *     %H %I %k %l %M %S      hour, of 12, the same with a blank, minute, second
 *     %f                     microseconds, six digits (as in Python)
 *     %T %R %r %X %c %p %P   13:45:07, 13:45, the locale's forms, AM, am
 *     %s                     seconds since 1970 UTC
 *     %z %:z %Z              +0530, +05:30, IST
 *     %a %A %u %w            Fri, Friday, 1-7 from Monday, 0-6 from Sunday
 *     %b %B %h               Nov, November, Nov
 *     %G %g %V %U %W         ISO year and week; week from Sunday, from Monday
 *     %%                     a percent sign
 *
 * with - (nothing), _ (blank) or 0 after the % to pad numbers by, and with
 * {source}, the name of the source, put in after everything else: a % in it is
 * a %, and its "/", control characters and leading dot become "_". Slashes of
 * the pattern itself and of %D, %x make directories; nothing else does. No part
 * of a path that a conversion or a source made is ".", ".." or empty.
 *
 * Pure: touches no file. Any thread may call. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_NAMING_DEFAULT "{source}_%Y%m%dT%H%M%S%z"

#define ISR_NAMING_ERROR (isr_naming_error_quark ())
typedef enum {
  ISR_NAMING_ERROR_PATTERN, /* the pattern can not make a name */
} IsrNamingError;
GQuark isr_naming_error_quark (void);

/* Whether @pattern makes names. The error says what is wrong, where, and what
 * would be right. */
gboolean isr_naming_check (const char *pattern, GError **error);

/* The path without extension for @utc_us (microseconds since 1970; the boundary,
 * or the first sample of a first file or after a gap). Every part of the path is at most 255
 * bytes, cut between characters. @source: NULL or "" gives "_"; what is not UTF-8
 * in it is replaced. NULL when the pattern fails isr_naming_check() or the year
 * is not one of 1 to 9999. */
char *isr_naming_format (const char *pattern, const char *source, GTimeZone *zone, gint64 utc_us);

/* The @n-th name to try: "base.ext", then "base_2.ext", "base_3.ext". @extension
 * is without dot; a @base that ends with it already does not get it again. The
 * last part is shortened so that ".part" still fits behind it. */
char *isr_naming_candidate (const char *base, const char *extension, guint n);

G_END_DECLS
