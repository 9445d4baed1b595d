/* SPDX-License-Identifier: MIT */
/* webhook.h - tells a web server what happens, one thing at a time, and never lets
 * anybody wait for it. On the main loop.
 *
 * POST with a JSON object (news.h) and in it "dropped": how many before it were not told.
 * An answer of 2xx is taken as told. No answer, 408, 425, 429 and 5xx are tried again, by
 * and by, or when Retry-After says, a handful of times; other answers are final. Redirects
 * are not followed. Order is kept: what is newer waits. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_WEBHOOK_QUEUE 100        /* that wait; of more the oldest are dropped */
#define ISR_WEBHOOK_TRIES 6          /* of one */
#define ISR_WEBHOOK_FIRST_MS 1000    /* pause before the second try; it doubles */
#define ISR_WEBHOOK_AFTER_MAX 300000 /* of Retry-After no more is honoured */

typedef struct _IsrWebhook IsrWebhook;

/* @url may hold secrets: only its scheme, host and port are ever logged. */
IsrWebhook *isr_webhook_new (const char *url, guint limit_ms, guint first_ms);
/* What is under way is broken off, what waits is dropped. */
void isr_webhook_free (IsrWebhook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrWebhook, isr_webhook_free)

/* Another address, another limit, also for what waits. */
void isr_webhook_configure (IsrWebhook *self, const char *url, guint limit_ms);

/* @json: one object (transfer full). */
void isr_webhook_post (IsrWebhook *self, char *json);

/* Nothing is under way and nothing waits. */
gboolean isr_webhook_is_idle (const IsrWebhook *self);
void isr_webhook_set_idle_func (IsrWebhook *self, void (*func) (gpointer data), gpointer data);
/* What waits is dropped, what is under way broken off. */
void isr_webhook_stop (IsrWebhook *self);

/* What an answer means for trying again. Pure. @status 0: there was none. */
gboolean isr_webhook_is_final (guint status);
/* ms to wait, after @tries tries (1: the first one failed). @retry_after: the header, or NULL. */
guint isr_webhook_get_pause (guint first_ms, guint tries, const char *retry_after, gint64 now_us);

G_END_DECLS
