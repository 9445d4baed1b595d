/* SPDX-License-Identifier: MIT */
/* analyser.c - stretches come and go; when one fails the next may begin later.
 *
 *   the tap begins a stretch -> decoded -> its end -> ...
 *                                 '-> it fails:  none until the back-off is over
 *                                 '-> it lags:   none until all that was fed is decoded */
#include "daemon/capture/analyser.h"

#include "daemon/capture/backoff.h"
#include "daemon/capture/decoders.h"
#include "daemon/capture/stretch.h"
#include "daemon/core/log.h"

#define END_LIMIT 2     /* s */
#define STRETCHES_MAX 4 /* at once: more than one only while others come to their end */
#define RECOVERED 10    /* isr-level in a row: the failures are forgotten */

struct _IsrAnalyser {
  const IsrSourceConfig *config;
  const IsrAnalyserFuncs *funcs;
  gpointer data;
  IsrTap *tap;          /* NULL: the recording has ended */
  GPtrArray *stretches; /* IsrStretch: the newest is the last */
  IsrBackoff backoff;
  guint retry, limit, idle;
  guint heard;     /* messages since the last failure */
  gboolean lagged; /* the tap waits to be allowed again */
  gboolean lag_told;
};

/* --- the end --- */

static gboolean
on_ended (gpointer data)
{
  IsrAnalyser *self = data;
  const IsrAnalyserFuncs *funcs = self->funcs;
  gpointer owner = self->data;

  g_clear_handle_id (&self->limit, g_source_remove);
  g_ptr_array_unref (self->stretches);
  g_free (self);
  funcs->ended (owner);
  return G_SOURCE_REMOVE;
}

static void
check_ended (IsrAnalyser *self)
{
  if (!self->tap && self->stretches->len == 0 && !self->idle)
    self->idle = g_idle_add (on_ended, self);
}

static gboolean
on_limit (gpointer data)
{
  IsrAnalyser *self = data;

  self->limit = 0;
  isr_log_warning (self->config->name, "the analysis of loudness hangs: left behind");
  for (guint i = 0; i < self->stretches->len; i++)
    isr_stretch_abandon (self->stretches->pdata[i]);
  g_ptr_array_set_size (self->stretches, 0);
  check_ended (self);
  return G_SOURCE_REMOVE;
}

void
isr_analyser_end (IsrAnalyser *self)
{
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_pointer (&self->tap, isr_tap_free);
  for (guint i = 0; i < self->stretches->len; i++)
    isr_stretch_end (self->stretches->pdata[i]);
  self->limit = g_timeout_add_seconds (END_LIMIT, on_limit, self);
  check_ended (self);
}

/* --- failing and trying again --- */

static gboolean
on_retry (gpointer data)
{
  IsrAnalyser *self = data;

  self->retry = 0;
  isr_tap_allow (self->tap, TRUE);
  return G_SOURCE_REMOVE;
}

static void
analyser_fail (IsrAnalyser *self, const GError *error)
{
  gint64 wait;

  self->heard = 0;
  self->lagged = FALSE;
  isr_backoff_fail (&self->backoff, g_random_double (), &wait);
  isr_log (self->backoff.failures == 1 ? ISR_LOG_WARNING : ISR_LOG_DEBUG, self->config->name, "the analysis of loudness failed: %s; the recording goes on, the analysis is tried again in %.3g s", error->message, wait / 1e6);
  if (!self->tap)
    return;
  isr_tap_allow (self->tap, FALSE);
  if (!self->retry)
    self->retry = g_timeout_add (MAX (1, wait / 1000), on_retry, self);
}

static void
on_over (gpointer data, IsrStretch *stretch, const GError *error)
{
  IsrAnalyser *self = data;

  g_ptr_array_remove (self->stretches, stretch);
  if (error)
    analyser_fail (self, error);
  else if (self->lagged && self->tap && self->stretches->len == 0) {
    self->lagged = FALSE;
    isr_tap_allow (self->tap, TRUE);
  }
  check_ended (self);
}

static void
on_message (gpointer data, const GstStructure *message)
{
  IsrAnalyser *self = data;

  if (++self->heard == RECOVERED && self->backoff.failures) {
    isr_log_info (self->config->name, "the analysis of loudness works again");
    isr_backoff_reset (&self->backoff);
  }
  self->funcs->message (self->data, message);
}

static const IsrStretchFuncs stretch_funcs = { on_message, on_over };

/* --- what the tap says --- */

static void
lack (IsrAnalyser *self, const IsrDecoder *decoder, const char *missing)
{
  isr_tap_allow (self->tap, FALSE);
  if (decoder)
    isr_log_warning (self->config->name, "its loudness is not known: GStreamer has none of the elements %s; install the package %s. The recording goes on", missing, decoder->package);
  else
    isr_log_warning (self->config->name, "its loudness is not known: there is no decoder for it. The recording goes on");
  self->funcs->no_decoder (self->data);
}

/* Decoders that hang would heap up. */
static gboolean
is_crowded (IsrAnalyser *self)
{
  self->lagged |= self->stretches->len >= STRETCHES_MAX;
  if (self->stretches->len >= STRETCHES_MAX)
    isr_tap_allow (self->tap, FALSE);
  return self->stretches->len >= STRETCHES_MAX;
}

static void
begin (IsrAnalyser *self, const IsrTapStretch *what)
{
  const IsrDecoder *decoder = isr_decoders_find (what->extension);
  g_autoptr (GError) error = NULL;
  IsrStretch *stretch;

  if (is_crowded (self)) {
    isr_feed_src_close (what->feed);
    return;
  }
  stretch = decoder ? isr_stretch_new (self->config, decoder, what, &stretch_funcs, self, &error) : NULL;

  if (stretch) {
    g_ptr_array_add (self->stretches, stretch);
    return;
  }
  isr_feed_src_close (what->feed);
  lack (self, decoder, error ? error->message : "");
}

/* It goes on by itself once the decoder is through with what it has. */
static void
lag (IsrAnalyser *self, const IsrTapStretch *what)
{
  gboolean running = FALSE;

  for (guint i = 0; i < self->stretches->len; i++)
    running |= isr_stretch_get_feed (self->stretches->pdata[i]) == what->feed;
  if (!self->lag_told)
    isr_log_warning (self->config->name, "the analysis of loudness can not keep up: what it misses is left out. The recording goes on; a faster machine or `loudness = off` helps");
  self->lag_told = TRUE;
  self->lagged = running;
  if (!running && !self->retry)
    isr_tap_allow (self->tap, TRUE);
}

static void
on_tap (IsrTapNews news, const IsrTapStretch *what, gpointer data)
{
  if (news == ISR_TAP_BEGIN)
    begin (data, what);
  else
    lag (data, what);
}

IsrAnalyser *
isr_analyser_new (const IsrSourceConfig *config, GstElement *sink, const IsrAnalyserFuncs *funcs, gpointer data)
{
  IsrAnalyser *self = g_new0 (IsrAnalyser, 1);

  self->tap = isr_tap_new (sink, on_tap, self);
  if (!self->tap) {
    g_free (self);
    return NULL;
  }
  self->config = config;
  self->funcs = funcs;
  self->data = data;
  self->stretches = g_ptr_array_new ();
  self->backoff = (IsrBackoff){ config->retry_delay / 1000, 0, 0 };
  return self;
}
