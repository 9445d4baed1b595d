/* SPDX-License-Identifier: MIT */
/* password.h - the password of the page, as its file has it: plain, or as a hash of crypt(3).
 *
 * Immutable: may be checked in a worker, which is where it belongs, as a good hash
 * takes a tenth of a second on purpose. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrPassword IsrPassword;

/* The first line of @path. ISR_ERROR_CONFIG when there is none, or a hash that the
 * system's crypt(3) does not know. */
IsrPassword *isr_password_load (const char *path, GError **error);
IsrPassword *isr_password_ref (IsrPassword *self);
void isr_password_unref (IsrPassword *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrPassword, isr_password_unref)

/* Takes the same time wherever the first wrong letter is. */
gboolean isr_password_is (const IsrPassword *self, const char *text);

G_END_DECLS
