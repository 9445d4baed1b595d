/* SPDX-License-Identifier: MIT */
/* httpsource.c - isrhttpsrc, or the element of GStreamer's own. */
#include "daemon/capture/httpsource.h"

#include "daemon/core/error.h"

#include <string.h>

#define SOUP_SESSION "gst.soup.session"
#define SOUP_TIMEOUT 15 /* s, its own: with another one it takes no part in a shared session */
#define BACKSTOP 5      /* s after the watchdog */

static const char *
advise (const char *factory)
{
  if (g_str_equal (factory, "isrhttpsrc"))
    return "this ISR was built without it; use http_source = souphttpsrc";
  return "install the package that has it (gst-plugins-base, gst-plugins-good)";
}

static GstElement *
make (const char *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (!element)
    g_set_error (error, ISR_ERROR, ISR_ERROR_FAILED, "GStreamer has no element “%s”; %s", factory, advise (factory));
  return element;
}

static GstElement *
build_isrhttpsrc (const IsrSourceConfig *config, IsrLull **lull, GError **error)
{
  GstElement *source = make ("isrhttpsrc", error);

  if (!source)
    return NULL;
  g_object_set (source,
      "location", config->url,
      "user-id", config->username,
      "user-pw", config->password,
      "stall-timeout", (guint64) config->stall,
      "retry-delay", (guint64) MAX (config->retry_delay, (gint64) GST_MSECOND),
      "max-retries", config->max_retries,
      NULL);
  return source;
}

/* One thread of libsoup for all streams, where each would have its own: half of
 * the wake-ups of a stream are in there. Made by an element that is never connected. */
static GstContext *
get_soup_session (void)
{
  static GstContext *session = NULL;

  if (g_once_init_enter (&session)) {
    g_autoptr (GstElement) maker = g_object_ref_sink (gst_element_factory_make ("souphttpsrc", NULL));
    GstContext *made;

    g_object_set (maker, "location", "http://localhost/", "is-live", TRUE, NULL);
    gst_element_set_state (maker, GST_STATE_PAUSED);
    made = gst_element_get_context (maker, SOUP_SESSION);
    gst_element_set_state (maker, GST_STATE_NULL);
    g_once_init_leave (&session, made ? made : gst_context_new (SOUP_SESSION, TRUE));
  }
  return session;
}

/* Sources that name a user stay apart: libsoup gives what it knows of a host to
 * everybody in the session. */
static gboolean
may_share_session (const IsrSourceConfig *config)
{
  return !config->username && !strchr (config->url, '@');
}

/* After its timeout souphttpsrc asks again with a range, even with no retries,
 * and fails with words about seeking: our own watchdog must be the first. */
static GstElement *
build_souphttpsrc (const IsrSourceConfig *config, IsrLull **lull, GError **error)
{
  GstElement *source = make ("souphttpsrc", error);

  if (!source)
    return NULL;
  g_object_set (source,
      "location", config->url,
      "user-id", config->username,
      "user-pw", config->password,
      "user-agent", "isr/" ISR_VERSION,
      "is-live", TRUE,
      "iradio-mode", TRUE,
      "compress", FALSE,
      "keep-alive", FALSE,
      "retries", 0,
      "timeout", (guint) MAX (SOUP_TIMEOUT, config->stall / (gint64) GST_SECOND + BACKSTOP),
      NULL);
  if (may_share_session (config))
    gst_element_set_context (source, get_soup_session ());
  *lull = isr_lull_new (source);
  return source;
}

typedef GstElement *(*Builder) (const IsrSourceConfig *config, IsrLull **lull, GError **error);

/* The value of `http_source`; its default is that of the table of options. */
static const struct {
  const char *factory;
  Builder build;
} http_sources[] = {
  { "isrhttpsrc", build_isrhttpsrc },
  { "souphttpsrc", build_souphttpsrc },
};

GstElement *
isr_http_source_new (const IsrSourceConfig *config, IsrLull **lull, GError **error)
{
  Builder build = http_sources[0].build;

  for (guint i = 0; i < G_N_ELEMENTS (http_sources); i++)
    if (g_strcmp0 (http_sources[i].factory, config->http_source) == 0)
      build = http_sources[i].build;
  return build (config, lull, error);
}
