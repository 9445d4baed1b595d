/* SPDX-License-Identifier: MIT */
/* mask.h - takes what must not leave the house out of texts that do.
 *
 * Secret are passwords and user names, logins and queries of URLs, arguments of
 * hooks, the first line of every password file, and the value of every key that is
 * not known (it may be a misspelt password). They are found by the rows of the table
 * of options, so a key of tomorrow is masked by its type. Nothing is taken on trust:
 * what was masked in the configuration is also looked for in every other text. */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrMask IsrMask;

/* @text: of the configuration file, or NULL; @config: what became of it with
 * environment and overrides, or NULL. */
IsrMask *isr_mask_new (const char *text, const IsrConfig *config);
void isr_mask_free (IsrMask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrMask, isr_mask_free)

/* The configuration without secrets, and without comments: an old password may stand
 * in one. */
char *isr_mask_config (IsrMask *self, const char *text);

/* Any text with "***" for every secret of three bytes or more, as it is, as it stands
 * in a URL, and as it stands in JSON; and without logins of URLs. */
char *isr_mask_text (const IsrMask *self, const char *text);

G_END_DECLS
