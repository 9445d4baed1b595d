/* SPDX-License-Identifier: MIT */
/* portions.c - makes one portion, sends it, and makes the next one meanwhile.
 *
 *   worker    first    second    third (waits until the client has taken the first)
 *   socket             first     second    third
 *
 * Two are in memory, however long the answer is and however slow the client. Between two
 * of them nothing is held: no connection to the database, no thread. What goes wrong behind
 * the first one can not be said any more: the connection is cut, which the client sees. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/portions.h"

#include "daemon/archive/snapshot.h"
#include "daemon/http/coding.h"
#include "daemon/http/question.h"
#include "daemon/http/send.h"
#include "daemon/http/tcp.h"

#define IN_FLIGHT 2

typedef struct {
  IsrLater later;
  GCancellable *cancellable, *ended; /* the client has left; so has the house */
  char *type, *disposition;
  gboolean tagged;
  IsrPortionFunc func;
  gpointer data;
  GDestroyNotify free_data;
  GConverter *zip; /* NULL: as it is */
  gboolean begun, working, last;
  guint in_flight;
} Portions;

/* What a worker has made. */
typedef struct {
  GString *text;
  GBytes *coded; /* of it; NULL: not zipped */
  gboolean last;
} Made;

static void
made_free (gpointer data)
{
  Made *self = data;

  g_string_free (self->text, TRUE);
  g_clear_pointer (&self->coded, g_bytes_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Made, made_free)

static void ask_next (Portions *self);

static void
on_written (SoupServerMessage *message, Portions *self)
{
  self->in_flight--;
  ask_next (self);
}

static void
portions_free (Portions *self)
{
  g_signal_handlers_disconnect_by_func (self->later.request.message, on_written, self);
  isr_later_clear (&self->later);
  g_object_unref (self->cancellable);
  g_object_unref (self->ended);
  g_clear_object (&self->zip);
  if (self->free_data)
    self->free_data (self->data);
  g_free (self->type);
  g_free (self->disposition);
  g_free (self);
}

static gboolean
is_over (const Portions *self)
{
  return self->later.gone || g_cancellable_is_cancelled (self->ended);
}

/* --- in the worker --- */

/* The first portion may be the only one, which is zipped whole. */
static gboolean
is_zipped (const Portions *self, const Made *made)
{
  return self->zip && (self->begun || !made->last);
}

static gpointer
make_portion (IsrCatalog *snapshot, gpointer data, GError **error)
{
  Portions *self = data;
  g_autoptr (Made) made = g_new0 (Made, 1);

  made->text = g_string_sized_new (ISR_PORTION_SIZE + ISR_PORTION_SIZE / 4);
  if (!self->func (snapshot, self->data, made->text, &made->last, error))
    return NULL;
  if (is_zipped (self, made))
    made->coded = isr_zip_some (self->zip, made->text->str, made->text->len, made->last, error);
  return is_zipped (self, made) && !made->coded ? NULL : g_steal_pointer (&made);
}

/* --- on the main loop --- */

static void
on_gone (gpointer data)
{
  Portions *self = data;

  g_cancellable_cancel (self->cancellable);
  if (!self->working)
    portions_free (self);
}

static void
add_headers (const Portions *self)
{
  const IsrRequest *request = &self->later.request;

  soup_message_headers_replace (request->answer, "Content-Disposition", self->disposition);
}

/* All of it is there. */
static void
reply_whole (Portions *self, Made *made)
{
  char *body = g_string_free (g_steal_pointer (&made->text), FALSE);

  made->text = g_string_new (NULL);
  add_headers (self);
  if (self->tagged)
    isr_reply_body (&self->later.request, body);
  else
    isr_reply_text (&self->later.request, self->type, body);
}

static void
begin (Portions *self)
{
  const IsrRequest *request = &self->later.request;

  self->begun = TRUE;
  add_headers (self);
  soup_server_message_set_status (request->message, 200, NULL);
  soup_message_headers_replace (request->answer, "Cache-Control", "no-store");
  soup_message_headers_replace (request->answer, "Content-Type", self->type);
  soup_message_headers_append (request->answer, "Vary", "Accept-Encoding");
  if (self->zip)
    soup_message_headers_replace (request->answer, "Content-Encoding", "gzip");
  isr_send_set_endless (request->message);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (request->message), FALSE);
  g_signal_connect (request->message, "wrote-chunk", G_CALLBACK (on_written), self);
}

static void
send_portion (Portions *self, Made *made)
{
  SoupMessageBody *body = soup_server_message_get_response_body (self->later.request.message);

  if (!self->begun)
    begin (self);
  self->last = made->last || self->later.request.head;
  if (made->coded && !self->later.request.head && g_bytes_get_size (made->coded)) {
    soup_message_body_append_bytes (body, made->coded);
    self->in_flight++;
  } else if (!made->coded && !self->later.request.head && made->text->len) {
    soup_message_body_append (body, SOUP_MEMORY_COPY, made->text->str, made->text->len);
    self->in_flight++;
  }
  if (self->last)
    soup_message_body_complete (body);
}

static void
give_up (Portions *self, const GError *error)
{
  GSocket *socket = isr_tcp_get_socket (self->later.request.message);

  if (!self->begun) {
    isr_reply_gerror (&self->later.request, error);
    return;
  }
  g_warning ("%s; the connection that was told the rest is cut", error->message);
  self->last = TRUE;
  if (socket)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

static void
on_portion (GObject *object, GAsyncResult *result, gpointer data)
{
  Portions *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (Made) made = isr_catalog_work_finish (ISR_CATALOG (object), result, &error);
  g_autoptr (SoupServerMessage) message = g_object_ref (self->later.request.message);

  self->working = FALSE;
  if (is_over (self)) {
    portions_free (self);
    return;
  }
  if (!made)
    give_up (self, error);
  else if (made->last && !self->begun)
    reply_whole (self, made);
  else
    send_portion (self, made);
  ask_next (self);
  soup_server_message_unpause (message);
}

static void
ask_next (Portions *self)
{
  if (self->working || self->last || !self->begun || self->in_flight >= IN_FLIGHT)
    return;
  self->working = TRUE;
  isr_catalog_work_async (self->later.request.house->catalog, make_portion, self, NULL, made_free, self->cancellable, on_portion, self);
}

void
isr_reply_portions (const IsrRequest *request, const char *type, const char *name, gboolean tagged, IsrPortionFunc func, gpointer data, GDestroyNotify free_data)
{
  Portions *self = g_new0 (Portions, 1);

  self->type = g_strdup (type);
  self->disposition = g_strdup_printf ("attachment; filename=\"%s\"", name);
  self->tagged = tagged;
  self->func = func;
  self->data = data;
  self->free_data = free_data;
  self->cancellable = g_cancellable_new ();
  self->ended = g_object_ref (request->house->ended);
  if (isr_accepts_gzip (soup_message_headers_get_list (request->headers, "Accept-Encoding")))
    self->zip = isr_zip_new ();
  isr_later_init (&self->later, request, on_gone, self);
  self->working = TRUE;
  isr_catalog_work_async (request->house->catalog, make_portion, self, NULL, made_free, self->cancellable, on_portion, self);
}
