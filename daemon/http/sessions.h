/* SPDX-License-Identifier: MIT */
/* sessions.h - who has given the password. Pure: time comes as an argument.
 *
 * Of a token only its hash is kept: a look into memory gives none away, and how long
 * the search takes says nothing about it. They end with the daemon. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_SESSION_SECONDS (30 * 24 * 3600) /* since it was last used */
#define ISR_SESSION_MAX 1000                 /* beyond it the one that was unused for longest ends */

typedef struct _IsrSessions IsrSessions;

IsrSessions *isr_sessions_new (void);
void isr_sessions_free (IsrSessions *self);

/* A new session; its token (transfer full). */
char *isr_sessions_add (IsrSessions *self, gint64 now_us);
/* Whether @token is one of a session; it lasts anew from now. */
gboolean isr_sessions_touch (IsrSessions *self, const char *token, gint64 now_us);
void isr_sessions_remove (IsrSessions *self, const char *token);
guint isr_sessions_count (const IsrSessions *self);

G_END_DECLS
