/* SPDX-License-Identifier: MIT */
/* fixture-listener.h - isrhttpsrc in a pipeline, and all that it says and sends. */
#pragma once

#include <gst/gst.h>

typedef struct {
  GstElement *pipeline, *source;
  GstBus *bus;
  GString *said; /* every message, as text */
  GMutex lock;   /* for what follows */
  GCond changed;
  GByteArray *bytes;
  GPtrArray *events; /* char*: "caps: audio/mpeg...", "gap: stalled @1000 since 1767225600000000", "title: X @1000", "segment", "eos" */
  gboolean held;     /* the streaming thread waits in the pad */
} Listener;

/* Started, with more properties as in g_object_set(). Retries come within milliseconds. */
Listener *listener_new (const char *location, ...) G_GNUC_NULL_TERMINATED;
void listener_free (Listener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listener, listener_free)

/* Each waits with a limit. */
void listener_wait_bytes (Listener *self, gsize n);
void listener_wait_event (Listener *self, const char *prefix);
char *listener_wait_stream (Listener *self, const char *reason); /* isr-stream; its detail */
GError *listener_wait_error (Listener *self);

guint listener_count (Listener *self, const char *prefix);              /* events */
char *listener_get_event (Listener *self, const char *prefix, guint n); /* the nth one, or NULL */
guint listener_get_stat (Listener *self, const char *field);
void listener_assert_bytes (Listener *self, gconstpointer data, gsize size);

/* The next buffer stays in the pad until release. */
void listener_hold (Listener *self);
void listener_release (Listener *self);
