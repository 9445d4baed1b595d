/* SPDX-License-Identifier: MIT */
/* missing.h - what to install when a decoder is missing. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @media: the media type that can not be decoded ("audio/x-caf"), @name: what it is called; both may be
 * NULL. The Debian package that has a decoder, or that none has. (transfer full) */
char *isr_missing_advise (const char *media, const char *name);

G_END_DECLS
