/* SPDX-License-Identifier: MIT */
/* body.h - the body of an answer that comes out of a file.
 *
 * It is a list of pieces, bytes and stretches of the file, sent in 256 KiB
 * portions of which two are in flight: memory stays flat, whatever the size. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _IsrBody IsrBody;

/* @fd is borrowed: what is sent at once is read from it, for more it is duplicated. */
IsrBody *isr_body_new (int fd);
void isr_body_free (IsrBody *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrBody, isr_body_free)

void isr_body_add_text (IsrBody *self, char *text);     /* (transfer full) */
void isr_body_add_bytes (IsrBody *self, GBytes *bytes); /* (transfer full) */
void isr_body_add_range (IsrBody *self, guint64 start, guint64 length);

/* Sets Content-Length and sends; without the body when @head. The body is freed when
 * all is sent or the client is gone. FALSE: too many files are open. (transfer full) */
gboolean isr_body_send (IsrBody *self, SoupServerMessage *message, gboolean head);

G_END_DECLS
