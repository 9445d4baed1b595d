/* SPDX-License-Identifier: MIT */
/* sse.c - listeners, a ring of what was sent, and a short pause before sending. */
#define G_LOG_DOMAIN "isr-sse"

#include "daemon/http/sse.h"

#include "daemon/http/json.h"
#include "daemon/http/send.h"
#include "daemon/http/tcp.h"

#include <string.h>

#define PAUSE_MS 50
#define SLOW (8 * 1024) /* bytes unsent: whoever has more waiting can do without what is only of the moment */

static const char *const kinds[] = { "status", "file", "gap", "title", "section", "label", "job", "trash", "storage" };

typedef struct {
  guint64 number;
  char *text; /* as it goes over the wire */
} Event;

struct _IsrSse {
  char *run; /* tells the ids of this run of the daemon from those of another */
  guint64 last;
  GQueue history;     /* Event, oldest first */
  GPtrArray *waiting; /* "kind\nname", in order */
  GPtrArray *listeners;
  guint pause, comment; /* sources */
};

typedef struct {
  IsrSse *sse;
  SoupServerMessage *message;
  gsize unsent;
} Listener;

static void
event_free (gpointer data)
{
  Event *event = data;

  g_free (event->text);
  g_free (event);
}

static void
on_wrote_data (SoupServerMessage *message, guint size, Listener *listener)
{
  listener->unsent -= MIN (listener->unsent, size);
}

static void
on_finished (SoupServerMessage *message, Listener *listener)
{
  g_ptr_array_remove_fast (listener->sse->listeners, listener);
}

static void
listener_free (gpointer data)
{
  Listener *listener = data;

  g_signal_handlers_disconnect_by_data (listener->message, listener);
  g_object_unref (listener->message);
  g_free (listener);
}

static void
listener_send (Listener *listener, const char *text)
{
  GSocket *socket = isr_tcp_get_socket (listener->message);
  gsize size = strlen (text);

  if (listener->unsent + size > ISR_SSE_MAX_UNSENT) {
    if (socket)
      g_socket_shutdown (socket, TRUE, TRUE, NULL);
    return;
  }
  listener->unsent += size;
  soup_message_body_append (soup_server_message_get_response_body (listener->message), SOUP_MEMORY_COPY, text, size);
  soup_server_message_unpause (listener->message);
}

static void
send_to_all (IsrSse *self, const char *text)
{
  g_autoptr (GPtrArray) all = g_ptr_array_copy (self->listeners, NULL, NULL);

  g_ptr_array_set_free_func (all, NULL);
  for (guint i = 0; i < all->len; i++)
    listener_send (all->pdata[i], text);
}

static char *
format_event (IsrSse *self, guint64 number, const char *kind, const char *name)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *data = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, name);
  json_builder_end_object (builder);
  data = isr_json_finish (builder);
  return g_strdup_printf ("id: %s-%" G_GUINT64_FORMAT "\nevent: %s\ndata: %s\n\n", self->run, number, kind, data);
}

static void
send_event (IsrSse *self, const char *kind, const char *name)
{
  Event *event = g_new (Event, 1);

  event->number = ++self->last;
  event->text = format_event (self, event->number, kind, name);
  g_queue_push_tail (&self->history, event);
  if (self->history.length > ISR_SSE_HISTORY)
    event_free (g_queue_pop_head (&self->history));
  send_to_all (self, event->text);
}

static gboolean
send_waiting (gpointer data)
{
  IsrSse *self = data;

  self->pause = 0;
  for (guint i = 0; i < self->waiting->len; i++) {
    g_auto (GStrv) parts = g_strsplit (self->waiting->pdata[i], "\n", 2);

    send_event (self, parts[0], parts[1]);
  }
  g_ptr_array_set_size (self->waiting, 0);
  return G_SOURCE_REMOVE;
}

static gboolean
send_comment (gpointer data)
{
  send_to_all (data, ": still here\n\n");
  return G_SOURCE_CONTINUE;
}

gboolean
isr_sse_is_heard (const IsrSse *self)
{
  return self->listeners->len > 0;
}

void
isr_sse_send (IsrSse *self, const char *kind, const char *data)
{
  g_autofree char *text = g_strdup_printf ("event: %s\ndata: %s\n\n", kind, data);

  for (guint i = 0; i < self->listeners->len; i++) {
    Listener *listener = self->listeners->pdata[i];

    if (listener->unsent < SLOW)
      listener_send (listener, text);
  }
}

void
isr_sse_publish (IsrSse *self, const char *kind, const char *name)
{
  g_autofree char *event = g_strconcat (kind, "\n", name, NULL);

  if (g_ptr_array_find_with_equal_func (self->waiting, event, g_str_equal, NULL))
    return;
  g_ptr_array_add (self->waiting, g_steal_pointer (&event));
  if (!self->pause)
    self->pause = g_timeout_add (PAUSE_MS, send_waiting, self);
}

/* The number of @id when it is of this run and its successors are all kept. */
static gboolean
find_place (IsrSse *self, const char *id, guint64 *number)
{
  gsize length = strlen (self->run);
  Event *oldest = g_queue_peek_head (&self->history);

  if (strncmp (id, self->run, length) != 0 || id[length] != '-' || !g_ascii_string_to_unsigned (id + length + 1, 10, 0, self->last, number, NULL))
    return FALSE;
  return *number == self->last || (oldest && *number + 1 >= oldest->number);
}

static void
catch_up (IsrSse *self, Listener *listener, const char *last_id)
{
  guint64 number;

  if (!find_place (self, last_id, &number)) {
    for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
      g_autofree char *text = format_event (self, self->last, kinds[i], "");

      listener_send (listener, text);
    }
    return;
  }
  for (GList *item = self->history.head; item; item = item->next) {
    Event *event = item->data;

    if (event->number > number)
      listener_send (listener, event->text);
  }
}

gboolean
isr_sse_listen (IsrSse *self, SoupServerMessage *message, const char *last_id)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  Listener *listener;

  if (self->listeners->len >= ISR_SSE_MAX_LISTENERS)
    return FALSE;
  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  isr_send_set_endless (message);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);

  listener = g_new0 (Listener, 1);
  listener->sse = self;
  listener->message = g_object_ref (message);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (on_wrote_data), listener);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), listener);
  g_ptr_array_add (self->listeners, listener);
  listener_send (listener, "retry: 2000\n\n");
  if (last_id)
    catch_up (self, listener, last_id);
  return TRUE;
}

IsrSse *
isr_sse_new (void)
{
  IsrSse *self = g_new0 (IsrSse, 1);

  self->run = g_strdup_printf ("%" G_GINT64_MODIFIER "x", g_get_real_time ());
  g_queue_init (&self->history);
  self->waiting = g_ptr_array_new_with_free_func (g_free);
  self->listeners = g_ptr_array_new_with_free_func (listener_free);
  self->comment = g_timeout_add_seconds (ISR_SSE_COMMENT, send_comment, self);
  return self;
}

void
isr_sse_free (IsrSse *self)
{
  if (self->pause)
    g_source_remove (self->pause);
  g_source_remove (self->comment);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->waiting);
  g_queue_clear_full (&self->history, event_free);
  g_free (self->run);
  g_free (self);
}
