/* SPDX-License-Identifier: MIT */
/* server.h - the archive and the state of everything over HTTP.
 *
 * Owned by the main loop. Knows capture only as IsrControl, and learns of changes
 * from the catalog's "changed". Whoever makes it sees to it that the page is
 * linked in: GResource /org/isr/web. */
#pragma once

#include "daemon/analysis/analysis.h"
#include "daemon/archive/catalog.h"
#include "daemon/config/config.h"
#include "daemon/core/control.h"
#include "daemon/http/connections.h"

G_BEGIN_DECLS

typedef struct _IsrHttp IsrHttp;

/* Listens on config->listen_host and listen_port (0: any free one), or on the sockets
 * that systemd hands over. @config and @control must outlive it. ISR_ERROR_USAGE when it can not listen there; ISR_ERROR_CONFIG for
 * keys of [web] that can not be served. Not to be called with `listen = none`. */
IsrHttp *isr_http_new (const IsrConfig *config, IsrCatalog *catalog, const IsrControl *control, GError **error);
void isr_http_free (IsrHttp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrHttp, isr_http_free)

/* Another configuration: zone, analysis, sources. Where it listens, certificates, password
 * and origins stay those of the start. @config as above. */
void isr_http_configure (IsrHttp *self, const IsrConfig *config);

/* "http://127.0.0.1:8080/": where it listens. */
const char *isr_http_get_uri (IsrHttp *self);
guint isr_http_get_port (IsrHttp *self);
/* Whether requests may change anything, with the password or without one. */
gboolean isr_http_is_writable (IsrHttp *self);
/* The archive has been looked through: what /readyz says. */
void isr_http_set_ready (IsrHttp *self, gboolean ready);
void isr_http_set_limits (IsrHttp *self, const IsrLimits *limits);

/* Loudness is asked of @analysis from now on; NULL: of nobody. */
void isr_http_set_analysis (IsrHttp *self, IsrAnalysis *analysis);

/* GET @path answers with what @make makes, each time anew; @content_type with its
 * charset. For bodies that are made in rooms which this one does not know. */
void isr_http_serve (IsrHttp *self, const char *path, const char *content_type, char *(*make) (gpointer data), gpointer data);

/* The same for a body that takes a while: @begin calls @answer exactly once with
 * @token and a body (transfer full; NULL: there will be none), on the main loop, now or
 * later, and before the server is freed. */
void isr_http_serve_later (IsrHttp *self, const char *path, const char *content_type, void (*begin) (gpointer data, void (*answer) (gpointer token, char *body), gpointer token), gpointer data);

/* The body of /api/status: what status.json is made of. @zone_name NULL: the
 * system's. */
char *isr_http_dup_status (const IsrControl *control, IsrCatalog *catalog, const char *zone_name);

G_END_DECLS
