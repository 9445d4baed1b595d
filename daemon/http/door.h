/* SPDX-License-Identifier: MIT */
/* door.h - where the server listens: an address, all addresses, or sockets that
 * systemd has opened for us; with TLS where there is a certificate. */
#pragma once

#include <libsoup/soup.h>

#include "daemon/config/config.h"

G_BEGIN_DECLS

/* ISR_ERROR_CONFIG for a certificate that can not be used, ISR_ERROR_USAGE where it can
 * not listen. Sockets that are handed to this process (LISTEN_FDS) are taken instead of
 * the address in @config, once; @handed says so. */
gboolean isr_door_open (SoupServer *server, const IsrConfig *config, gboolean *handed, GError **error);

/* The first address of @server that other machines can reach; else any. */
GUri *isr_door_find_widest (SoupServer *server);

G_END_DECLS
