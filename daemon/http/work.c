/* SPDX-License-Identifier: MIT */
/* work.c - the question, the text and its coding in one go: all three grow with the answer. */
#include "daemon/http/work.h"

#include "daemon/archive/snapshot.h"
#include "daemon/http/coding.h"

typedef struct {
  IsrPending *pending;
  IsrWorkFunc func;
  gpointer data;
  GDestroyNotify free_data;
  char *known;  /* If-None-Match */
  gboolean zip; /* Accept-Encoding */
} Work;

static void
work_free (Work *self)
{
  isr_pending_free (self->pending);
  if (self->free_data)
    self->free_data (self->data);
  g_free (self->known);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

static gpointer
make (IsrCatalog *snapshot, gpointer data, GError **error)
{
  Work *self = data;
  char *body = self->func (snapshot, self->data, error);

  return body ? isr_made_new (body, self->zip, self->known) : NULL;
}

static void
on_made (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrMade) made = isr_catalog_work_finish (ISR_CATALOG (object), result, &error);
  const IsrRequest *request = isr_pending_get_request (self->pending);

  if (request && made)
    isr_reply_made (request, made);
  else if (request)
    isr_reply_gerror (request, error);
}

void
isr_pending_work (IsrPending *pending, IsrWorkFunc func, gpointer data, GDestroyNotify free_data)
{
  const IsrRequest *request = isr_pending_get_request (pending);
  Work *self = g_new0 (Work, 1);

  self->func = func;
  self->data = data;
  self->free_data = free_data;
  self->known = g_strdup (soup_message_headers_get_list (request->headers, "If-None-Match"));
  self->zip = isr_accepts_gzip (soup_message_headers_get_list (request->headers, "Accept-Encoding"));
  self->pending = pending;
  isr_catalog_work_async (request->house->catalog, make, self, NULL, (GDestroyNotify) isr_made_free, isr_pending_get_cancellable (self->pending), on_made, self);
}

void
isr_reply_worked (const IsrRequest *request, IsrWorkFunc func, gpointer data, GDestroyNotify free_data)
{
  isr_pending_work (isr_pending_new (request), func, data, free_data);
}
