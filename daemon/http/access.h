/* SPDX-License-Identifier: MIT */
/* access.h - who may ask, and who may change. Pure.
 *
 * A page from elsewhere can make a browser talk to us in two ways: by a name of
 * its own that it lets point to our address (DNS rebinding: the Host header gives
 * it away), and by sending requests that it can not read the answers of (the
 * Origin header gives it away). Programs that are no browsers send no Origin. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrAccess IsrAccess;

/* @listen_host: the address listened on; @origins: "https://name[:port]" of the
 * config, reverse proxies mostly. */
IsrAccess *isr_access_new (const char *listen_host, const char *const *origins);
void isr_access_free (IsrAccess *self);

/* Changes are allowed without a password: only on loopback. */
gboolean isr_access_is_writable (const IsrAccess *self);

/* @host: the Host header, with or without a port. */
gboolean isr_access_allows_host (IsrAccess *self, const char *host);
/* @origin: the Origin header; NULL (no browser) is allowed. @host as above: the
 * page that we serve ourselves. */
gboolean isr_access_allows_origin (const IsrAccess *self, const char *origin, const char *host);
/* The page at @origin is one of the config's: its browser is told so. */
gboolean isr_access_is_listed (const IsrAccess *self, const char *origin);

G_END_DECLS
