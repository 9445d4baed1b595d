/* SPDX-License-Identifier: MIT */
/* intake.c - wait for the decision, lay the way, pass on. */
#include "plugins/split/intake.h"

#include <string.h>

#include "plugins/format/icy.h"
#include "plugins/messages.h"
#include "plugins/split/bufferbytes.h"
#include "plugins/split/decision.h"
#include "plugins/split/takeup.h"
#include "plugins/split/titles.h"
#include "plugins/split/upstream.h"

GST_DEBUG_CATEGORY_STATIC (isr_intake_debug);
#define GST_CAT_DEFAULT isr_intake_debug

struct _IsrIntake {
  GstElement parent;
  GstPad *sinkpad, *srcpad;
  GstElement *facade, *writer; /* not referenced */

  /* streaming thread */
  gboolean decided;
  IsrDecision decision;
  GQueue events;      /* GstEvent, before the decision */
  GQueue buffers;     /* GstBuffer, before the decision */
  gsize waiting;      /* bytes in them */
  IsrIcy *icy;        /* NULL: no titles inside */
  GstElement *parser; /* on the way, or NULL */
  gboolean discont;   /* mark the next buffer */
  gboolean paused;    /* nothing came since a gap that is pending */
  GstEvent *resume;   /* isr-resume: comes after the decision, before the first buffer; or NULL */
};

G_DEFINE_FINAL_TYPE (IsrIntake, isr_intake, GST_TYPE_ELEMENT)

static const struct {
  IsrContent content;
  const char *factory, *caps;
} ways[] = {
  { ISR_CONTENT_MP3, NULL, "audio/mpeg, mpegversion=(int)1" },
  { ISR_CONTENT_AAC, "aacparse", "audio/mpeg, mpegversion=(int)4" },
  { ISR_CONTENT_FLAC, "flacparse", "audio/x-flac" },
  { ISR_CONTENT_OGG, NULL, "application/ogg" },
};

/* --- the way --- */

static gboolean
link_pads (GstPad *src, GstElement *to)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (to, "sink");

  return gst_pad_link_full (src, sink, GST_PAD_LINK_CHECK_NOTHING) == GST_PAD_LINK_OK;
}

static void
unlink_src (GstPad *src)
{
  g_autoptr (GstPad) peer = gst_pad_get_peer (src);

  if (peer)
    gst_pad_unlink (src, peer);
}

/* Of the facade, which keeps it for the next run; NULL: its plugin is not installed. */
static GstElement *
get_parser (IsrIntake *self, const char *factory)
{
  g_autoptr (GstElement) parser = gst_bin_get_by_name (GST_BIN (self->facade), factory);

  if (parser)
    return parser;
  if (!(parser = gst_element_factory_make (factory, factory)))
    return NULL;
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (parser), "check-frame-checksums"))
    g_object_set (parser, "check-frame-checksums", TRUE, NULL);
  gst_bin_add (GST_BIN (self->facade), gst_object_ref (parser));
  gst_element_sync_state_with_parent (parser);
  return parser;
}

static gboolean
lay_way (IsrIntake *self, const char *factory)
{
  g_autoptr (GstPad) out = NULL;

  if (!factory)
    return TRUE; /* it is there */
  self->parser = get_parser (self, factory);
  if (!self->parser) {
    GST_ELEMENT_ERROR (self->facade, CORE, MISSING_PLUGIN,
        ("The element %s is missing, without which this stream can not be recorded: install the GStreamer plugins \"good\" (Debian: gstreamer1.0-plugins-good).", factory), (NULL));
    return FALSE;
  }
  out = gst_element_get_static_pad (self->parser, "src");
  unlink_src (self->srcpad);
  return link_pads (out, self->writer) && link_pads (self->srcpad, self->parser);
}

static void
take_way_back (IsrIntake *self)
{
  g_autoptr (GstPad) out = self->parser ? gst_element_get_static_pad (self->parser, "src") : NULL;

  if (!out)
    return;
  isr_take_up_forget (self->parser);
  unlink_src (self->srcpad);
  unlink_src (out);
  self->parser = NULL;
  link_pads (self->srcpad, self->writer);
}

/* --- passing on --- */

static gboolean
push_caps (IsrIntake *self)
{
  g_autoptr (GstCaps) caps = NULL;

  if (self->decision.caps && (self->decision.content == ISR_CONTENT_RAW || self->decision.content == ISR_CONTENT_OGG || gst_structure_has_name (gst_caps_get_structure (self->decision.caps, 0), "audio/mpeg")) && isr_content_from_caps (self->decision.caps) == self->decision.content)
    caps = gst_caps_ref (self->decision.caps);
  for (guint i = 0; i < G_N_ELEMENTS (ways) && !caps; i++) {
    if (ways[i].content == self->decision.content)
      caps = gst_caps_from_string (ways[i].caps);
  }
  return gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
}

static void
push_held_events (IsrIntake *self)
{
  GstEvent *event;
  gboolean capped = FALSE;

  while ((event = g_queue_pop_head (&self->events))) {
    if (!capped && GST_EVENT_TYPE (event) > GST_EVENT_CAPS)
      capped = push_caps (self) || TRUE;
    gst_pad_push_event (self->srcpad, event);
  }
  if (!capped)
    push_caps (self);
}

/* In its place between the buffers: the writer knows what time that is. */
static void
push_title (IsrIntake *self, const IsrIcyMetadata *metadata)
{
  if (metadata->title && *metadata->title)
    gst_pad_push_event (self->srcpad, isr_titles_event_from_icy (metadata->title));
}

/* Audio without the titles; where there are none the buffer itself. */
static GstFlowReturn
push_stripped (IsrIntake *self, GstBuffer *buffer)
{
  g_autoptr (GBytes) bytes = isr_buffer_get_bytes (buffer);
  GBytes *audio = NULL;
  IsrIcyMetadata metadata = { 0 };
  GstFlowReturn ret = GST_FLOW_OK;
  IsrIcyKind kind;

  isr_icy_push (self->icy, bytes);
  while ((kind = isr_icy_next (self->icy, &audio, &metadata)) != ISR_ICY_MORE) {
    if (kind == ISR_ICY_METADATA) {
      push_title (self, &metadata);
      isr_icy_metadata_clear (&metadata);
    } else if (ret == GST_FLOW_OK) {
      GstBuffer *part = gst_buffer_new_wrapped_bytes (audio);

      gst_buffer_copy_into (part, buffer, GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_FLAGS, 0, 0);
      GST_BUFFER_OFFSET (part) = GST_BUFFER_OFFSET_NONE; /* counts bytes that are not there any more */
      ret = gst_pad_push (self->srcpad, part);
      g_bytes_unref (audio);
    } else {
      g_bytes_unref (audio);
    }
  }
  gst_buffer_unref (buffer);

  return ret;
}

static GstFlowReturn
push_buffer (IsrIntake *self, GstBuffer *buffer)
{
  if (self->resume)
    buffer = isr_take_up_push (g_steal_pointer (&self->resume), buffer, self->srcpad, self->parser, self->writer);
  if (self->discont) {
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    self->discont = FALSE;
  }
  return self->icy ? push_stripped (self, buffer) : gst_pad_push (self->srcpad, buffer);
}

static GstFlowReturn
push_held_buffers (IsrIntake *self)
{
  GstFlowReturn ret = GST_FLOW_OK;
  GstBuffer *buffer;

  while (ret == GST_FLOW_OK && (buffer = g_queue_pop_head (&self->buffers)))
    ret = push_buffer (self, buffer);
  g_queue_clear_full (&self->buffers, (GDestroyNotify) gst_buffer_unref);
  self->waiting = 0;

  return ret;
}

static const char *
get_parser_name (IsrContent content)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    if (ways[i].content == content)
      return ways[i].factory;
  }

  return NULL;
}

static GstFlowReturn
decide (IsrIntake *self, gboolean final)
{
  if (!isr_decision_make (&self->decision, self->facade, &self->buffers, final))
    return GST_FLOW_OK;
  self->decided = TRUE;
  if (self->decision.content == ISR_CONTENT_OTHER || !lay_way (self, get_parser_name (self->decision.content)))
    return GST_FLOW_ERROR;
  GST_INFO_OBJECT (self, "decided: %s", get_parser_name (self->decision.content) ? get_parser_name (self->decision.content) : "straight to the writer");
  push_held_events (self);
  return push_held_buffers (self);
}

static GstFlowReturn
isr_intake_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  IsrIntake *self = ISR_INTAKE (parent);

  if (self->decided && self->decision.content == ISR_CONTENT_OTHER) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  self->paused = FALSE;
  if (self->decided)
    return push_buffer (self, buffer);
  self->waiting += gst_buffer_get_size (buffer);
  g_queue_push_tail (&self->buffers, buffer);
  return decide (self, FALSE);
}

/* --- events --- */

static void
use_icy (IsrIntake *self, const GstStructure *s)
{
  int metaint = 0;

  g_clear_pointer (&self->icy, isr_icy_free);
  if (gst_structure_has_name (s, "application/x-icy") && gst_structure_get_int (s, "metadata-interval", &metaint) && metaint > 0)
    self->icy = isr_icy_new ((guint) metaint);
}

static gboolean
on_caps (IsrIntake *self, GstEvent *event)
{
  GstCaps *caps = NULL;
  IsrContent next;

  gst_event_parse_caps (event, &caps);
  isr_decision_take_caps (&self->decision, caps);
  use_icy (self, gst_caps_get_structure (caps, 0));
  gst_event_unref (event);
  if (!self->decided)
    return TRUE;
  next = isr_content_from_caps (self->decision.caps);
  if (next == ISR_CONTENT_UNKNOWN)
    return TRUE;
  if (next == self->decision.content)
    return push_caps (self);
  GST_ELEMENT_ERROR (self->facade, CORE, CAPS, ("The stream became another one while it was recorded: now it is %s. Restart the element for it.", gst_structure_get_name (gst_caps_get_structure (caps, 0))), (NULL));
  return FALSE;
}

static GstPadProbeReturn
keep_inside (GstPad *pad, GstPadProbeInfo *info, gpointer none)
{
  return GST_PAD_PROBE_DROP;
}

/* What the parser has not handed on: it would stand at the head of what comes behind the gap. The
 * writer is not flushed; it gets the segment again, in front of the next frame. */
static void
empty_parser (IsrIntake *self)
{
  g_autoptr (GstPad) in = gst_element_get_static_pad (self->parser, "sink");
  g_autoptr (GstPad) out = gst_element_get_static_pad (self->parser, "src");
  GstEvent *segment = gst_pad_get_sticky_event (self->srcpad, GST_EVENT_SEGMENT, 0);
  gulong probe = gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_EVENT_FLUSH | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, keep_inside, NULL, NULL);

  gst_pad_send_event (in, gst_event_new_flush_start ());
  gst_pad_send_event (in, gst_event_new_flush_stop (FALSE));
  gst_pad_remove_probe (out, probe);
  if (segment)
    gst_pad_send_event (in, segment);
}

/* Past the parser, which would keep it until its next frame: the writer has to
 * know of a gap when it begins, not when it ends. Of one that is pending the parser
 * knows nothing: what it holds may go on. */
static gboolean
send_to_writer (IsrIntake *self, GstEvent *event)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->writer, "sink");

  self->paused = ISR_GAP_IS_PENDING (gst_event_get_structure (event));
  if (self->parser && !self->paused)
    empty_parser (self);
  self->discont |= !self->paused;
  return gst_pad_send_event (pad, event);
}

static gboolean
is_gap_event (GstEvent *event)
{
  const GstStructure *s = gst_event_get_structure (event);

  return GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM && s && gst_structure_has_name (s, ISR_EVENT_GAP);
}

static void
drop_held (IsrIntake *self)
{
  g_queue_clear_full (&self->events, (GDestroyNotify) gst_event_unref);
  g_queue_clear_full (&self->buffers, (GDestroyNotify) gst_buffer_unref);
  gst_event_replace (&self->resume, NULL);
  self->waiting = 0;
}

static gboolean
on_eos (IsrIntake *self, GstEvent *event)
{
  if (!self->decided && self->waiting && decide (self, TRUE) != GST_FLOW_OK) {
    gst_event_unref (event);
    return FALSE;
  }
  if (self->paused && self->parser) /* no file of a single frame */
    empty_parser (self);
  if (!self->decided) { /* nothing came at all */
    GstEvent *held;

    while ((held = g_queue_pop_head (&self->events)))
      gst_pad_push_event (self->srcpad, held);
  }
  return gst_pad_push_event (self->srcpad, event);
}

/* In mid-stream it has no meaning. */
static gboolean
take_resume (IsrIntake *self, GstEvent *event)
{
  if (!self->decided)
    gst_event_replace (&self->resume, event);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
hold_or_push (IsrIntake *self, GstEvent *event)
{
  if (self->decided || !GST_EVENT_IS_SERIALIZED (event))
    return gst_pad_push_event (self->srcpad, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) /* oggmux sends tags before it */
    g_queue_push_head (&self->events, event);
  else
    g_queue_push_tail (&self->events, event);
  return TRUE;
}

static gboolean
isr_intake_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  IsrIntake *self = ISR_INTAKE (parent);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    return on_caps (self, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    return on_eos (self, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM_STICKY)
    isr_decision_take_event (&self->decision, event);
  if (self->decided && is_gap_event (event))
    return send_to_writer (self, event);
  if (isr_take_up_is_event (event))
    return take_resume (self, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    g_queue_clear_full (&self->buffers, (GDestroyNotify) gst_buffer_unref);
    self->waiting = 0;
    return gst_pad_push_event (self->srcpad, event);
  }
  return hold_or_push (self, event);
}

/* --- queries --- */

static gboolean
isr_intake_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  g_autoptr (GstCaps) template = NULL;
  g_autoptr (GstCaps) answer = NULL;
  GstCaps *filter = NULL;

  if (GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION)
    return FALSE;
  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS)
    return gst_pad_query_default (pad, parent, query);
  gst_query_parse_caps (query, &filter);
  template = gst_pad_get_pad_template_caps (pad);
  answer = filter ? gst_caps_intersect_full (filter, template, GST_CAPS_INTERSECT_FIRST) : gst_caps_ref (template);
  gst_query_set_caps_result (query, answer);
  return TRUE;
}

/* --- class --- */

static void
reset (IsrIntake *self)
{
  drop_held (self);
  take_way_back (self);
  isr_decision_clear (&self->decision);
  g_clear_pointer (&self->icy, isr_icy_free);
  self->decided = FALSE;
  self->discont = self->paused = FALSE;
}

static GstStateChangeReturn
isr_intake_change_state (GstElement *element, GstStateChange transition)
{
  GstStateChangeReturn ret = GST_ELEMENT_CLASS (isr_intake_parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    reset (ISR_INTAKE (element));
  return ret;
}

static void
isr_intake_finalize (GObject *object)
{
  IsrIntake *self = ISR_INTAKE (object);

  drop_held (self);
  isr_decision_clear (&self->decision);
  g_clear_pointer (&self->icy, isr_icy_free);
  G_OBJECT_CLASS (isr_intake_parent_class)->finalize (object);
}

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (ISR_CONTENT_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
isr_intake_class_init (IsrIntakeClass *klass)
{
  GstElementClass *element = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (isr_intake_debug, "isrintake", 0, "ISR's intake");
  G_OBJECT_CLASS (klass)->finalize = isr_intake_finalize;
  element->change_state = GST_DEBUG_FUNCPTR (isr_intake_change_state);
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "ISR intake", "Generic", "Finds out what is recorded; a part of isrsplitsink", "The ISR authors");
}

static void
isr_intake_init (IsrIntake *self)
{
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, GST_DEBUG_FUNCPTR (isr_intake_chain));
  gst_pad_set_event_function (self->sinkpad, GST_DEBUG_FUNCPTR (isr_intake_event));
  gst_pad_set_query_function (self->sinkpad, GST_DEBUG_FUNCPTR (isr_intake_query));
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
  g_queue_init (&self->events);
  g_queue_init (&self->buffers);
}

GstElement *
isr_intake_new (GstElement *facade, GstElement *writer)
{
  IsrIntake *self = g_object_new (ISR_TYPE_INTAKE, "name", "intake", NULL);

  self->facade = facade;
  self->writer = writer;
  return GST_ELEMENT (self);
}
