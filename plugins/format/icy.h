/* SPDX-License-Identifier: MIT */
/* icy.h - takes the titles out of a stream of the SHOUTcast/Icecast kind.
 *
 * A server that was asked with "Icy-MetaData: 1" and answers "icy-metaint: N" sends
 *
 *     | N bytes of audio | n | 16 n bytes of text, padded with 0 | N bytes of audio | n | ...
 *
 * n being one byte, 0 most of the time. The text is "StreamTitle='...';StreamUrl='...';" in
 * UTF-8 or ISO 8859-1, and nothing in it is escaped.
 *
 * Bytes come in cut anywhere; audio goes out as slices of them, uncopied:
 *
 *     isr_icy_push (icy, bytes);
 *     while ((kind = isr_icy_next (icy, &audio, &metadata)) != ISR_ICY_MORE)
 *       ...
 *
 * Pure; not thread-safe. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrIcy IsrIcy;

typedef enum {
  ISR_ICY_MORE,     /* all used up: push more */
  ISR_ICY_AUDIO,    /* audio bytes */
  ISR_ICY_METADATA, /* a block with text (empty blocks are passed over) */
} IsrIcyKind;

/* Fields that the block did not have are NULL; UTF-8, control characters are spaces. */
typedef struct {
  char *title;      /* StreamTitle */
  char *url;        /* StreamUrl */
  guint64 position; /* audio bytes before the block */
} IsrIcyMetadata;

void isr_icy_metadata_clear (IsrIcyMetadata *self);

/* Reads the text of a block: @size bytes, padding included. @position stays. */
void isr_icy_metadata_parse (IsrIcyMetadata *self, const guint8 *text, gsize size);

/* @metaint: audio bytes between blocks; 0 = there are none, all is audio. */
IsrIcy *isr_icy_new (guint metaint);
void isr_icy_free (IsrIcy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrIcy, isr_icy_free)

void isr_icy_push (IsrIcy *self, GBytes *bytes);

/* What comes next. With ISR_ICY_AUDIO @audio is set, to be unref'd; with
 * ISR_ICY_METADATA @metadata, to be cleared. */
IsrIcyKind isr_icy_next (IsrIcy *self, GBytes **audio, IsrIcyMetadata *metadata);

/* Audio bytes handed out so far. */
guint64 isr_icy_get_position (const IsrIcy *self);

/* A new connection: counts from the start of an interval again, drops what was pushed
 * and not yet taken. The position goes on. */
void isr_icy_restart (IsrIcy *self, guint metaint);

G_END_DECLS
