/* SPDX-License-Identifier: MIT */
/* words.h - what went wrong, as a short code for programs and as a sentence for
 * people: where, what, why, what helps.
 *
 *     not-found      the server has no such mount (404, 410)
 *     unauthorized   name or password are wrong or missing (401, 403, 407)
 *     unavailable    the server answers with another error (503, ...), or the
 *                    device can not be opened
 *     refused        nothing listens at that address
 *     timeout        no answer in time
 *     unreachable    no way to that address
 *     tls            no secure connection
 *     dns            the name of the server is not known
 *     dropped        the server ended the stream
 *     stalled        connected, but nothing comes
 *     not-audio      what comes can not be recorded
 *     busy           another process holds the sound card
 *     no-device      no such device, or more than one
 *     disconnected   the device went away
 *     disk           it can not be written
 *     internal       something that should not happen; the sentence has it all
 */
#pragma once

#include <gst/gst.h>

#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct {
  char *reason; /* one of the codes above; NULL: not known from this alone */
  char *detail; /* a sentence without its full stop */
} IsrFault;

IsrFault *isr_fault_new (const char *reason, const char *format, ...) G_GNUC_PRINTF (2, 3);
void isr_fault_free (IsrFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrFault, isr_fault_free)

/* @text without name and password of any URL in it. */
char *isr_words_redact (const char *text);

/* Where @config records from, for people: redacted URL, device, scene. */
char *isr_words_where (const IsrSourceConfig *config);

/* Of a GST_MESSAGE_ERROR. @heard: ALSA's own words, or NULL. */
IsrFault *isr_words_from_message (const IsrSourceConfig *config, GstMessage *message, const char *heard);

/* Of an error while the pipeline was built (IsrError). */
IsrFault *isr_words_from_build (const IsrSourceConfig *config, const GError *error);

/* Adds to the fault of a sound card what is behind ALSA's words, and what helps. */
void isr_words_advise (const IsrSourceConfig *config, IsrFault *fault);

/* Of a connection that was only tried (GIO's errors). @where: redacted. */
IsrFault *isr_words_from_connect (const char *where, const GError *error);

G_END_DECLS
