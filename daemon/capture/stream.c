/* SPDX-License-Identifier: MIT */
/* stream.c - a table of the message's states. */
#include "daemon/capture/stream.h"

#include "daemon/capture/backoff.h"
#include "plugins/messages.h"

static gboolean
is (const char *a, const char *b)
{
  return g_strcmp0 (a, b) == 0;
}

/* Recording goes on while the first retry after a drop may still make it good. */
static gboolean
is_first_drop (const IsrStreamNews *self, IsrState now)
{
  return now == ISR_STATE_RECORDING && is (self->reason, ISR_STREAM_DROPPED) && self->wait <= ISR_BACKOFF_FIRST;
}

gboolean
isr_stream_news_read (IsrStreamNews *self, const GstStructure *message, IsrState now)
{
  const char *state = gst_structure_get_string (message, "state");
  guint64 wait = 0;

  gst_structure_get_uint64 (message, "retry-in", &wait);
  *self = (IsrStreamNews){ now, gst_structure_get_string (message, "reason"), gst_structure_get_string (message, "detail"), (gint64) (wait / 1000) };
  if (is (state, "waiting")) {
    self->state = ISR_STATE_WAITING_TO_RETRY;
    return !is_first_drop (self, now);
  }
  if (is (state, "connecting")) {
    self->state = ISR_STATE_CONNECTING;
    return now == ISR_STATE_WAITING_TO_RETRY || (now == ISR_STATE_CONNECTING && (is (self->reason, ISR_STREAM_REDIRECTED) || is (self->reason, ISR_STREAM_PLAYLIST)));
  }
  if (is (state, "streaming")) { /* the first time it is a file that tells */
    self->state = ISR_STATE_RECORDING;
    return is (self->reason, ISR_STREAM_GAP) || is (self->reason, ISR_STREAM_NOT_CONTINUED) || (now != ISR_STATE_RECORDING && !is (self->reason, ISR_STREAM_CONNECTED));
  }
  self->state = ISR_STATE_FAILED;
  return is (state, "failed");
}

gboolean
isr_stream_is_watched (const IsrSourceConfig *config)
{
  return config->type == ISR_SOURCE_STREAM && is (config->http_source, "isrhttpsrc");
}

gboolean
isr_stream_is_promised (const IsrSourceConfig *config, const char *format)
{
  static const char *const oggs[] = { "ogg", "oga", "opus", "spx", NULL };
  const char *promised = config->format;

  if (config->type != ISR_SOURCE_STREAM || !promised || !format || g_str_equal (promised, "auto") || g_str_equal (promised, format))
    return TRUE;
  if (g_str_equal (promised, "ogg"))
    return g_strv_contains (oggs, format);
  return g_str_equal (promised, "flac") && g_str_equal (format, "oga");
}
