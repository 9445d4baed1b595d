/* SPDX-License-Identifier: MIT */
/* coding.h - gzip for who wants it, and tags for who has the same already. Pure. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @accept: the Accept-Encoding header, NULL: none was sent. RFC 9110, 12.5.3: gzip or *
 * with a quality that is not 0. */
gboolean isr_accepts_gzip (const char *accept);

/* NULL when it would not become smaller. */
GBytes *isr_gzip (const char *data, gsize size);

/* A text that comes in pieces: what @zip gives for this one, which may be nothing yet. */
GConverter *isr_zip_new (void);
GBytes *isr_zip_some (GConverter *zip, const char *data, gsize size, gboolean last, GError **error);

/* "W/\"...\"": weak, as it is the same for the zipped form. */
char *isr_etag_make (const char *data, gsize size);
/* @list: an If-None-Match header, NULL: none. @etag with or without W/. */
gboolean isr_etag_matches (const char *list, const char *etag);

/* A text as it goes out; any thread may make it. */
typedef struct {
  char *etag;    /* NULL: it is not asked for */
  GBytes *bytes; /* NULL: whoever asks has it already */
  gboolean zipped;
} IsrMade;

/* @body (transfer full) for one who takes gzip (@zip) and has what @known, an If-None-Match
 * header, says. */
IsrMade *isr_made_new (char *body, gboolean zip, const char *known);
/* The same without a tag. */
IsrMade *isr_made_new_plain (char *body, gboolean zip);
void isr_made_free (IsrMade *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrMade, isr_made_free)

G_END_DECLS
