/* SPDX-License-Identifier: MIT */
/* door.h - where the server listens: an address, all addresses, or sockets that
 * systemd has opened for us; with TLS where there is a certificate.
 *
 * Who comes is let in here, not by libsoup, whose listeners before 3.4 stop for ever at
 * the first connection that can not be accepted: when too many files are open, say. */
#pragma once

#include <libsoup/soup.h>

#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrDoor IsrDoor;

/* ISR_ERROR_CONFIG for a certificate that can not be used, ISR_ERROR_USAGE where it can
 * not listen. Sockets that are handed to this process (LISTEN_FDS) are taken instead of
 * the address in @config, once. */
IsrDoor *isr_door_open (SoupServer *server, const IsrConfig *config, GError **error);
void isr_door_close (IsrDoor *self);

/* It listens on sockets that were handed over. */
gboolean isr_door_is_handed (const IsrDoor *self);

/* The first of its addresses that other machines can reach; else any. (transfer full) */
GUri *isr_door_find_widest (const IsrDoor *self);

G_END_DECLS
