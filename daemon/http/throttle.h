/* SPDX-License-Identifier: MIT */
/* throttle.h - how often a password may be tried. Pure: time comes as an argument.
 *
 * From an address (peer.h) five times at once, then once in ten seconds; from all together
 * twenty times, then once in two seconds. This machine, and addresses from which the
 * right one has come, are not counted among all: a crowd elsewhere does not keep them out. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ISR_THROTTLE_TRIES 5
#define ISR_THROTTLE_SECONDS 10
#define ISR_THROTTLE_ALL_TRIES 20
#define ISR_THROTTLE_ALL_SECONDS 2
#define ISR_THROTTLE_MAX 10000 /* addresses that are remembered; beyond it all others wait */

typedef struct _IsrThrottle IsrThrottle;

IsrThrottle *isr_throttle_new (void);
void isr_throttle_free (IsrThrottle *self);

/* Takes one try of @address. 0: it may be made; else the seconds to wait. */
guint isr_throttle_take (IsrThrottle *self, GInetAddress *address, gint64 now_us);
/* The password was right: the tries of @address are all back. */
void isr_throttle_forgive (IsrThrottle *self, GInetAddress *address);

G_END_DECLS
