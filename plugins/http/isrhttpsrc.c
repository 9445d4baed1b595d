/* SPDX-License-Identifier: MIT */
/* isrhttpsrc.c - properties, GstBaseSrc, the URI handler; what is done is in receiver.c.
 *
 * EOS that the application sends is not handed to GstBaseSrc, which would throw away what
 * create() returns then: the receiver first delivers what has arrived, then ends. */
#include "plugins/http/isrhttpsrc.h"

#include <gst/base/gstpushsrc.h>

#include "plugins/http/audiotype.h"
#include "plugins/http/reach.h"
#include "plugins/http/receiver.h"

GST_DEBUG_CATEGORY_STATIC (isr_http_src_debug);
#define GST_CAT_DEFAULT isr_http_src_debug

#define DEFAULT_USER_AGENT "isr/" ISR_VERSION
#define DEFAULT_STALL_TIMEOUT (5 * GST_SECOND)
#define DEFAULT_RETRY_DELAY (5 * GST_SECOND)
#define DEFAULT_MAX_RETRIES 0
#define DEFAULT_LOW_WATERMARK (2 * GST_SECOND)
#define DEFAULT_ICY TRUE
#define DEFAULT_SSL_STRICT TRUE

typedef struct {
  GstPushSrc parent;
  IsrReceiverSettings settings; /* object lock */
  IsrReceiverStats stats;       /* object lock */
  IsrReceiver *receiver;        /* between start() and stop() */
  GstStructure *given;          /* object lock: what another one left, for the next start; or NULL */
  GstStructure *left;           /* object lock: of the last run; or NULL */
} IsrHttpSrc;

typedef struct {
  GstPushSrcClass parent;
} IsrHttpSrcClass;

enum {
  PROP_LOCATION = 1,
  PROP_USER_AGENT,
  PROP_USER_ID,
  PROP_USER_PW,
  PROP_STALL_TIMEOUT,
  PROP_RETRY_DELAY,
  PROP_MAX_RETRIES,
  PROP_LOW_WATERMARK,
  PROP_ICY,
  PROP_SSL_STRICT,
  PROP_HISTORY,
  PROP_STATS,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (ISR_AUDIO_TYPE_CAPS));

static void isr_http_src_uri_handler_init (gpointer iface, gpointer data);

G_DEFINE_TYPE_WITH_CODE (IsrHttpSrc, isr_http_src, GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (GST_TYPE_URI_HANDLER, isr_http_src_uri_handler_init))

#define HTTP_SRC(object) ((IsrHttpSrc *) (object))

/* --- GstBaseSrc --- */

static gboolean
isr_http_src_start (GstBaseSrc *src)
{
  IsrHttpSrc *self = HTTP_SRC (src);
  g_autoptr (GstStructure) history = NULL;
  IsrReceiverSettings settings;

  GST_OBJECT_LOCK (self);
  isr_receiver_settings_copy (&settings, &self->settings);
  history = g_steal_pointer (&self->given);
  gst_clear_structure (&self->left);
  self->stats = (IsrReceiverStats){ 0 };
  GST_OBJECT_UNLOCK (self);
  if (settings.location)
    self->receiver = isr_receiver_new (src, &settings, &self->stats, history);
  else
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, ("No address to record from: set the property location."), (NULL));
  isr_receiver_settings_clear (&settings);
  return self->receiver != NULL;
}

static gboolean
isr_http_src_stop (GstBaseSrc *src)
{
  GstStructure *history = isr_receiver_make_history (HTTP_SRC (src)->receiver);

  GST_OBJECT_LOCK (src);
  HTTP_SRC (src)->left = history;
  GST_OBJECT_UNLOCK (src);
  g_clear_pointer (&HTTP_SRC (src)->receiver, isr_receiver_free);
  return TRUE;
}

static gboolean
isr_http_src_unlock (GstBaseSrc *src)
{
  isr_receiver_unlock (HTTP_SRC (src)->receiver);
  return TRUE;
}

static gboolean
isr_http_src_unlock_stop (GstBaseSrc *src)
{
  isr_receiver_unlock_stop (HTTP_SRC (src)->receiver);
  return TRUE;
}

/* Caps are known when the server has answered. */
static gboolean
isr_http_src_negotiate (GstBaseSrc *src)
{
  return TRUE;
}

static gboolean
isr_http_src_is_seekable (GstBaseSrc *src)
{
  return FALSE;
}

static GstFlowReturn
isr_http_src_create (GstPushSrc *src, GstBuffer **buffer)
{
  return isr_receiver_create (HTTP_SRC (src)->receiver, buffer);
}

static gboolean
isr_http_src_send_event (GstElement *element, GstEvent *event)
{
  IsrHttpSrc *self = HTTP_SRC (element);

  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS || GST_STATE (element) != GST_STATE_PLAYING)
    return GST_ELEMENT_CLASS (isr_http_src_parent_class)->send_event (element, event);
  isr_receiver_finish (self->receiver);
  gst_event_unref (event);
  return TRUE;
}

/* --- properties --- */

static GstStructure *
make_stats (IsrHttpSrc *self)
{
  IsrReceiverStats s;

  GST_OBJECT_LOCK (self);
  s = self->stats;
  GST_OBJECT_UNLOCK (self);
  return gst_structure_new ("isr-http-src-stats",
      "bytes", G_TYPE_UINT64, s.bytes,
      "swallowed-bytes", G_TYPE_UINT64, s.swallowed,
      "reads", G_TYPE_UINT64, s.reads,
      "connections", G_TYPE_UINT, s.connections,
      "rejoined", G_TYPE_UINT, s.rejoined,
      "approximate", G_TYPE_UINT, s.approximate,
      "gaps", G_TYPE_UINT, s.gaps,
      "byte-rate", G_TYPE_UINT, s.rate,
      "low-watermark-bytes", G_TYPE_UINT, s.low_watermark, NULL);
}

static void
set_string (char **where, const GValue *value)
{
  g_free (*where);
  *where = g_value_dup_string (value);
}

static gint64
get_us (const GValue *value)
{
  return (gint64) (g_value_get_uint64 (value) / 1000);
}

static void
set_structure (GstStructure **where, const GValue *value)
{
  gst_clear_structure (where);
  *where = g_value_dup_boxed (value);
}

static void
isr_http_src_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  IsrReceiverSettings *s = &HTTP_SRC (object)->settings;

  GST_OBJECT_LOCK (object);
  switch (id) {
    case PROP_LOCATION:
      set_string (&s->location, value);
      break;
    case PROP_USER_AGENT:
      set_string (&s->user_agent, value);
      break;
    case PROP_USER_ID:
      set_string (&s->user, value);
      break;
    case PROP_USER_PW:
      set_string (&s->password, value);
      break;
    case PROP_STALL_TIMEOUT:
      s->stall = get_us (value);
      break;
    case PROP_RETRY_DELAY:
      s->retry_delay = get_us (value);
      break;
    case PROP_MAX_RETRIES:
      s->max_retries = g_value_get_uint (value);
      break;
    case PROP_LOW_WATERMARK:
      s->low_watermark = get_us (value);
      break;
    case PROP_ICY:
      s->icy = g_value_get_boolean (value);
      break;
    case PROP_SSL_STRICT:
      s->strict = g_value_get_boolean (value);
      break;
    case PROP_HISTORY:
      set_structure (&HTTP_SRC (object)->given, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (object);
}

static void
isr_http_src_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  IsrReceiverSettings *s = &HTTP_SRC (object)->settings;

  if (id == PROP_STATS) {
    g_value_take_boxed (value, make_stats (HTTP_SRC (object)));
    return;
  }
  GST_OBJECT_LOCK (object);
  switch (id) {
    case PROP_LOCATION: /* gst-launch-1.0 -v shows it to everybody */
      g_value_take_string (value, s->location ? isr_reach_redact (s->location) : NULL);
      break;
    case PROP_USER_AGENT:
      g_value_set_string (value, s->user_agent);
      break;
    case PROP_USER_ID:
      g_value_set_string (value, s->user);
      break;
    case PROP_STALL_TIMEOUT:
      g_value_set_uint64 (value, (guint64) s->stall * 1000);
      break;
    case PROP_RETRY_DELAY:
      g_value_set_uint64 (value, (guint64) s->retry_delay * 1000);
      break;
    case PROP_MAX_RETRIES:
      g_value_set_uint (value, s->max_retries);
      break;
    case PROP_LOW_WATERMARK:
      g_value_set_uint64 (value, (guint64) s->low_watermark * 1000);
      break;
    case PROP_ICY:
      g_value_set_boolean (value, s->icy);
      break;
    case PROP_SSL_STRICT:
      g_value_set_boolean (value, s->strict);
      break;
    case PROP_HISTORY:
      g_value_set_boxed (value, HTTP_SRC (object)->left);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (object);
}

/* --- GstURIHandler --- */

static GstURIType
uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const gchar *const *
uri_get_protocols (GType type)
{
  static const gchar *const protocols[] = { "http", "https", NULL };

  return protocols;
}

static gchar *
uri_get_uri (GstURIHandler *handler)
{
  char *location = NULL;

  g_object_get (handler, "location", &location, NULL);
  return location;
}

static gboolean
uri_set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  if (GST_STATE (handler) > GST_STATE_READY) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE, "the address of isrhttpsrc can be changed in NULL or READY only");
    return FALSE;
  }
  g_object_set (handler, "location", uri, NULL);
  return TRUE;
}

static void
isr_http_src_uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = uri_get_type;
  handler->get_protocols = uri_get_protocols;
  handler->get_uri = uri_get_uri;
  handler->set_uri = uri_set_uri;
}

/* --- class --- */

static void
isr_http_src_finalize (GObject *object)
{
  isr_receiver_settings_clear (&HTTP_SRC (object)->settings);
  gst_clear_structure (&HTTP_SRC (object)->given);
  gst_clear_structure (&HTTP_SRC (object)->left);
  G_OBJECT_CLASS (isr_http_src_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  props[PROP_LOCATION] = g_param_spec_string ("location", "Location",
      "Address of the stream or of a playlist (.m3u, .pls), http or https; may hold user:password@, which is never shown", NULL, flags);
  props[PROP_USER_AGENT] = g_param_spec_string ("user-agent", "User agent",
      "What the server is told about its listener", DEFAULT_USER_AGENT, flags);
  props[PROP_USER_ID] = g_param_spec_string ("user-id", "User",
      "For a server that asks", NULL, flags);
  props[PROP_USER_PW] = g_param_spec_string ("user-pw", "Password",
      "For a server that asks; can not be read back", NULL, (GParamFlags) (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  props[PROP_STALL_TIMEOUT] = g_param_spec_uint64 ("stall-timeout", "Stall timeout",
      "Connect again when fewer than 16 bytes a second came for so long, or no answer (ns)", 10 * GST_MSECOND, 10 * 60 * GST_SECOND, DEFAULT_STALL_TIMEOUT, flags);
  props[PROP_RETRY_DELAY] = g_param_spec_uint64 ("retry-delay", "Retry delay",
      "Before the second retry, doubled each time up to 2 min; the first comes within 250 ms (ns)", GST_MSECOND, 24 * 3600 * GST_SECOND, DEFAULT_RETRY_DELAY, flags);
  props[PROP_MAX_RETRIES] = g_param_spec_uint ("max-retries", "Maximum retries",
      "Failures in a row before giving up with an error; 10 s of audio forget them; 0 = try for ever", 0, G_MAXUINT, DEFAULT_MAX_RETRIES, flags);
  props[PROP_LOW_WATERMARK] = g_param_spec_uint64 ("low-watermark", "Low watermark",
      "Audio that is left with the kernel, to be woken up less often (ns; half of it where the server's burst at connect is shorter than twice as long; at most 64 KiB, plain HTTP only; 0 = none)", 0, 10 * GST_SECOND, DEFAULT_LOW_WATERMARK, flags);
  props[PROP_ICY] = g_param_spec_boolean ("icy", "ICY",
      "Ask for titles (Icy-MetaData: 1)", DEFAULT_ICY, flags);
  props[PROP_SSL_STRICT] = g_param_spec_boolean ("ssl-strict", "Strict TLS",
      "Refuse a certificate that does not prove the server's identity", DEFAULT_SSL_STRICT, flags);
  props[PROP_HISTORY] = g_param_spec_boxed ("history", "History",
      "What was passed on last (isr-history: bytes or packets, heads, media-type, byte-rate, utc-us, boot-us; see plugins/messages.h). Read it in READY or NULL, "
      "when the element has stopped: it covers what downstream took, all of it after EOS. Given to an element that receives the same "
      "stream, before it starts, that one goes on at the exact next byte, if the server's burst reaches back to it, and says so with the event "
      "isr-resume. Used once; ignored when the media type is another one or the last byte came more than 60 s before the server answers",
      GST_TYPE_STRUCTURE, flags);
  props[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Bytes passed on and swallowed, reads, connections, joins, gaps, byte rate of this run", GST_TYPE_STRUCTURE, (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_properties (klass, N_PROPS, props);
}

static void
isr_http_src_class_init (IsrHttpSrcClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *src = GST_BASE_SRC_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (isr_http_src_debug, "isrhttpsrc", 0, "ISR's HTTP source");
  object->set_property = isr_http_src_set_property;
  object->get_property = isr_http_src_get_property;
  object->finalize = isr_http_src_finalize;
  install_properties (object);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "ISR HTTP source", "Source/Network",
      "Receives a live audio stream over HTTP; connects again and rejoins without a seam", "The ISR authors");
  element->send_event = GST_DEBUG_FUNCPTR (isr_http_src_send_event);
  src->start = GST_DEBUG_FUNCPTR (isr_http_src_start);
  src->stop = GST_DEBUG_FUNCPTR (isr_http_src_stop);
  src->unlock = GST_DEBUG_FUNCPTR (isr_http_src_unlock);
  src->unlock_stop = GST_DEBUG_FUNCPTR (isr_http_src_unlock_stop);
  src->negotiate = GST_DEBUG_FUNCPTR (isr_http_src_negotiate);
  src->is_seekable = GST_DEBUG_FUNCPTR (isr_http_src_is_seekable);
  GST_PUSH_SRC_CLASS (klass)->create = GST_DEBUG_FUNCPTR (isr_http_src_create);
}

static void
isr_http_src_init (IsrHttpSrc *self)
{
  self->settings = (IsrReceiverSettings){
    .user_agent = g_strdup (DEFAULT_USER_AGENT),
    .stall = DEFAULT_STALL_TIMEOUT / 1000,
    .retry_delay = DEFAULT_RETRY_DELAY / 1000,
    .low_watermark = DEFAULT_LOW_WATERMARK / 1000,
    .max_retries = DEFAULT_MAX_RETRIES,
    .icy = DEFAULT_ICY,
    .strict = DEFAULT_SSL_STRICT,
  };
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_BYTES);
}
