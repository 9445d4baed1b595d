/* SPDX-License-Identifier: MIT */
/* throttle.h - how often an address may try a password. Pure: time comes as an argument.
 *
 * Five tries at once, then one in ten seconds. An IPv6 network of /64 is one address:
 * whoever has one address of it has them all. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ISR_THROTTLE_TRIES 5
#define ISR_THROTTLE_SECONDS 10
#define ISR_THROTTLE_MAX 10000 /* addresses that are remembered; beyond it all others wait */

typedef struct _IsrThrottle IsrThrottle;

IsrThrottle *isr_throttle_new (void);
void isr_throttle_free (IsrThrottle *self);

/* Takes one try of @address. 0: it may be made; else the seconds to wait. */
guint isr_throttle_take (IsrThrottle *self, GInetAddress *address, gint64 now_us);
/* The password was right: the tries of @address are all back. */
void isr_throttle_forgive (IsrThrottle *self, GInetAddress *address);

G_END_DECLS
