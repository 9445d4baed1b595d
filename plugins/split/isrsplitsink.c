/* SPDX-License-Identifier: MIT */
/* isrsplitsink.c - the facade: properties, signals, messages; the work is done by
 * intake (what comes in) and writersink (files) inside it. */

/**
 * SECTION:element-isrsplitsink
 * @title: isrsplitsink
 * @short_description: records one audio stream into files cut on the clock
 *
 * Takes raw audio, MP3, AAC (ADTS), FLAC, Ogg (Opus, Vorbis, FLAC, Speex), bare or with
 * ICY titles inside, and writes files that each play alone: cut at exactly the
 * first sample (raw) or packet (encoded) at or after each boundary, nothing lost
 * and nothing twice. Encoded audio is not encoded again.
 *
 * Boundaries are local clock times: each change of (date, (time of day -
 * #isrsplitsink:split-offset) / #isrsplitsink:split-interval, UTC offset) in #isrsplitsink:timezone.
 * While a file is written its name ends with `.part`; the final name
 * appears when it is complete and on the medium, and never replaces a file.
 *
 * ## Examples
 * |[
 * gst-launch-1.0 alsasrc ! isrsplitsink
 * ]| A sound card into FLAC files, one an hour, in the working directory.
 * |[
 * gst-launch-1.0 souphttpsrc location=http://host:8000/live.mp3 ! isrsplitsink source=radio location='/srv/{source}/%Y-%m-%d/{source}_%Y%m%dT%H%M%S%z'
 * ]| A stream as it is, into a directory a day.
 * |[
 * gst-launch-1.0 -m audiotestsrc num-buffers=1000 ! isrsplitsink format=wav split-interval=6000000000 start-time=1767222000000000000
 * ]| WAV files of 6 s, as if recorded from 2025-12-31T23:00:00Z on; -m prints the messages.
 *
 * ## Messages
 * `isr-file-opened`, `isr-file-closed`, `isr-file-renamed`, `isr-disk`: element messages with the element as source,
 * in this order for each file. `isr-file-opened` {version, location, start-utc-us, utc-offset, clock, unsynced,
 * position, warm-up, rate, channels, format}; `isr-file-closed` {version, location, start-utc-us, end-utc-us,
 * position, samples, rate, bytes, reason, cause, unsynced}; `isr-file-renamed` {version, location,
 * new-location, start-utc-us, end-utc-us, utc-offset}, when the clock of a machine that did not know the time is set; `isr-disk` {version, state, location, errno, detail,
 * lost}. Titles are posted as tag messages. When EOS is on the bus, or the change to READY has
 * returned, all files are complete.
 *
 * ## Events
 * The serialized downstream event `isr-gap` {cause, since} says that audio is missing from here on: the open
 * file ends. So it does at a flush, a segment that does not continue, a GAP of more than 40 ms, and (raw)
 * a DISCONT that is more than 40 ms off. `isr-resume` {lead, known, since}, before the first buffer, says that the stream goes on
 * where another run ended.
 */
#include "plugins/split/isrsplitsink.h"

#include "plugins/split/content.h"
#include "plugins/split/intake.h"
#include "plugins/split/settings.h"
#include "plugins/split/writersink.h"

struct _IsrSplitSink {
  GstBin parent;
  IsrSplitSettings settings; /* object lock */
  IsrWriterSink *writer;     /* of the bin */
};

enum {
  PROP_0,
  PROP_LOCATION,
  PROP_SOURCE,
  PROP_SPLIT_INTERVAL,
  PROP_SPLIT_OFFSET,
  PROP_FORMAT,
  PROP_TIMEZONE,
  PROP_START_TIME,
  PROP_RESUME_TIME,
  PROP_NOT_BEFORE,
  PROP_SYNC_INTERVAL,
  PROP_FSYNC_INTERVAL,
  PROP_MAX_PENDING,
  PROP_DISK_RETRY,
  PROP_STATS,
  N_PROPS,
};

enum {
  SIGNAL_FORMAT_LOCATION,
  SIGNAL_SPLIT_NOW,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (IsrSplitSink, isr_split_sink, GST_TYPE_BIN, G_IMPLEMENT_INTERFACE (GST_TYPE_PRESET, NULL))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (ISR_CONTENT_CAPS));

#define ISR_TYPE_SPLIT_SINK_FORMAT (isr_split_sink_format_get_type ())
static GType
isr_split_sink_format_get_type (void)
{
  static const GEnumValue values[] = {
    { ISR_SPLIT_FORMAT_AUTO, "FLAC; WAV for float samples and more than 24 bits", "auto" },
    { ISR_SPLIT_FORMAT_WAV, "WAV, RF64 beyond 4 GiB, with the time in bext", "wav" },
    { ISR_SPLIT_FORMAT_FLAC, "FLAC, at most 24 bits", "flac" },
    { 0, NULL, NULL },
  };
  static GType type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("IsrSplitSinkFormat", values));
  return type;
}

/* --- what the writer asks --- */

static void
get_settings (GstElement *facade, IsrSplitSettings *settings)
{
  GST_OBJECT_LOCK (facade);
  isr_split_settings_copy (settings, &ISR_SPLIT_SINK (facade)->settings);
  GST_OBJECT_UNLOCK (facade);
}

static char *
format_location (GstElement *facade, const char *stem, gint64 utc_us)
{
  char *chosen = NULL;

  g_signal_emit (facade, signals[SIGNAL_FORMAT_LOCATION], 0, stem, utc_us, &chosen);
  return chosen;
}

static const IsrWriterHooks writer_hooks = { get_settings, format_location };

/* --- properties --- */

static void
replace_string (char **field, const GValue *value, const char *fallback)
{
  const char *s = g_value_get_string (value);

  g_free (*field);
  *field = g_strdup (s ? s : fallback);
}

static void
isr_split_sink_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  IsrSplitSettings *settings = &ISR_SPLIT_SINK (object)->settings;

  GST_OBJECT_LOCK (object);
  switch (id) {
    case PROP_LOCATION:
      replace_string (&settings->location, value, ISR_SPLIT_DEFAULT_LOCATION);
      break;
    case PROP_SOURCE:
      replace_string (&settings->source, value, ISR_SPLIT_DEFAULT_SOURCE);
      break;
    case PROP_SPLIT_INTERVAL:
      settings->split_interval = g_value_get_uint64 (value);
      break;
    case PROP_SPLIT_OFFSET:
      settings->split_offset = g_value_get_uint64 (value);
      break;
    case PROP_FORMAT:
      settings->format = g_value_get_enum (value);
      break;
    case PROP_TIMEZONE:
      replace_string (&settings->timezone, value, NULL);
      break;
    case PROP_START_TIME:
      settings->start_time = g_value_get_uint64 (value);
      break;
    case PROP_RESUME_TIME:
      settings->resume_time = g_value_get_uint64 (value);
      break;
    case PROP_NOT_BEFORE:
      settings->not_before = g_value_get_uint64 (value);
      break;
    case PROP_SYNC_INTERVAL:
      settings->sync_interval = g_value_get_uint64 (value);
      break;
    case PROP_FSYNC_INTERVAL:
      settings->fsync_interval = g_value_get_uint64 (value);
      break;
    case PROP_MAX_PENDING:
      settings->max_pending = g_value_get_uint64 (value);
      break;
    case PROP_DISK_RETRY:
      settings->disk_retry = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (object);
}

static void
isr_split_sink_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  IsrSplitSink *self = ISR_SPLIT_SINK (object);
  const IsrSplitSettings *settings = &self->settings;

  if (id == PROP_STATS) {
    g_value_take_boxed (value, isr_writer_sink_get_stats (self->writer));
    return;
  }
  GST_OBJECT_LOCK (object);
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string (value, settings->location);
      break;
    case PROP_SOURCE:
      g_value_set_string (value, settings->source);
      break;
    case PROP_SPLIT_INTERVAL:
      g_value_set_uint64 (value, settings->split_interval);
      break;
    case PROP_SPLIT_OFFSET:
      g_value_set_uint64 (value, settings->split_offset);
      break;
    case PROP_FORMAT:
      g_value_set_enum (value, settings->format);
      break;
    case PROP_TIMEZONE:
      g_value_set_string (value, settings->timezone);
      break;
    case PROP_START_TIME:
      g_value_set_uint64 (value, settings->start_time);
      break;
    case PROP_RESUME_TIME:
      g_value_set_uint64 (value, settings->resume_time);
      break;
    case PROP_NOT_BEFORE:
      g_value_set_uint64 (value, settings->not_before);
      break;
    case PROP_SYNC_INTERVAL:
      g_value_set_uint64 (value, settings->sync_interval);
      break;
    case PROP_FSYNC_INTERVAL:
      g_value_set_uint64 (value, settings->fsync_interval);
      break;
    case PROP_MAX_PENDING:
      g_value_set_uint64 (value, settings->max_pending);
      break;
    case PROP_DISK_RETRY:
      g_value_set_boolean (value, settings->disk_retry);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (object);
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static void
install_what_and_where (GObjectClass *object)
{
  /**
   * IsrSplitSink:location:
   *
   * Path of the files without extension, relative to the working directory or absolute: conversions of
   * strftime(3) are formed in #IsrSplitSink:timezone, `{source}` becomes #IsrSplitSink:source. Directories
   * are made. Where a name is taken, `_2`, `_3`, ... is added; nothing is ever replaced.
   */
  g_object_class_install_property (object, PROP_LOCATION,
      g_param_spec_string ("location", "Location", "Path of the files without extension: strftime(3) conversions, and {source}; directories are made",
          ISR_SPLIT_DEFAULT_LOCATION, FLAGS));
  /**
   * IsrSplitSink:source:
   *
   * Name of what is recorded: stands for `{source}` in #IsrSplitSink:location, and in the files' metadata.
   * Slashes, control characters and a leading dot become `_`.
   */
  g_object_class_install_property (object, PROP_SOURCE,
      g_param_spec_string ("source", "Source", "Name of what is recorded, for {source} in location and for the files' metadata",
          ISR_SPLIT_DEFAULT_SOURCE, FLAGS));
  /**
   * IsrSplitSink:format:
   *
   * Container of raw audio; encoded audio keeps its own.
   */
  g_object_class_install_property (object, PROP_FORMAT,
      g_param_spec_enum ("format", "Format", "Container for raw audio; encoded audio keeps its own", ISR_TYPE_SPLIT_SINK_FORMAT, ISR_SPLIT_DEFAULT_FORMAT, FLAGS));
}

static void
install_when (GObjectClass *object)
{
  /**
   * IsrSplitSink:split-interval:
   *
   * Nanoseconds between boundaries, counted from local midnight: 100 ms to 24 h; 0: never. Midnight and a
   * change of the UTC offset are boundaries by themselves; with 24 h the day begins at #IsrSplitSink:split-offset.
   */
  g_object_class_install_property (object, PROP_SPLIT_INTERVAL,
      g_param_spec_uint64 ("split-interval", "Split interval", "Time between boundaries, counted from local midnight (ns; 100 ms - 24 h; 0 = never)",
          0, ISR_SPLIT_INTERVAL_MAX, ISR_SPLIT_DEFAULT_INTERVAL, FLAGS));
  /**
   * IsrSplitSink:split-offset:
   *
   * Nanoseconds by which all boundaries but midnight are later.
   */
  g_object_class_install_property (object, PROP_SPLIT_OFFSET,
      g_param_spec_uint64 ("split-offset", "Split offset", "By how much boundaries are later (ns; 5 minutes: files begin at 5 past)",
          0, ISR_SPLIT_INTERVAL_MAX, ISR_SPLIT_DEFAULT_OFFSET, FLAGS));
  /**
   * IsrSplitSink:timezone:
   *
   * Zone of boundaries and names: `Europe/Berlin`, `+05:30`, `UTC`; %NULL: the system's.
   */
  g_object_class_install_property (object, PROP_TIMEZONE,
      g_param_spec_string ("timezone", "Time zone", "Zone of boundaries and names, as Europe/Berlin, +05:30, UTC (default: the system's)", NULL, FLAGS));
  /**
   * IsrSplitSink:start-time:
   *
   * UTC of the first sample, nanoseconds since 1970: for files whose time is known and for exact re-splitting.
   * %GST_CLOCK_TIME_NONE: it is found from the clocks.
   */
  g_object_class_install_property (object, PROP_START_TIME,
      g_param_spec_uint64 ("start-time", "Start time", "UTC of the first sample (ns since 1970-01-01T00:00:00Z; 18446744073709551615 = from the clocks)",
          0, G_MAXUINT64, GST_CLOCK_TIME_NONE, FLAGS));
  /**
   * IsrSplitSink:resume-time:
   *
   * Where the last file of another run ended (end-utc-us of its isr-file-closed), as nanoseconds since 1970: should the
   * source say that it goes on exactly there (the event isr-resume), the first file begins at this very time.
   * %GST_CLOCK_TIME_NONE, or far from when that audio arrived, for the clock was set meanwhile: when it arrived.
   */
  g_object_class_install_property (object, PROP_RESUME_TIME,
      g_param_spec_uint64 ("resume-time", "Resume time", "UTC at which the files of a run before ended; for a source that goes on there (ns since 1970-01-01T00:00:00Z)",
          0, G_MAXUINT64, GST_CLOCK_TIME_NONE, FLAGS));
  /**
   * IsrSplitSink:not-before:
   *
   * Nanoseconds since 1970: what was made before is not recorded. The burst with which a server of live audio begins lies
   * in the past, which may not be wanted. 0: all that comes is recorded.
   */
  g_object_class_install_property (object, PROP_NOT_BEFORE,
      g_param_spec_uint64 ("not-before", "Not before", "What was made before this time is not recorded, as the begin of a server's burst (ns since 1970-01-01T00:00:00Z; 0 = all that comes)",
          0, G_MAXUINT64, 0, FLAGS));
}

static void
install_how_safe (GObjectClass *object)
{
  /**
   * IsrSplitSink:sync-interval:
   *
   * After so many nanoseconds at most audio and header are written: what a crash of the process leaves.
   */
  g_object_class_install_property (object, PROP_SYNC_INTERVAL,
      g_param_spec_uint64 ("sync-interval", "Sync interval", "Audio is written after this time at most: survives a crash of the process (ns; 0 = at once)",
          0, ISR_SPLIT_SYNC_MAX, ISR_SPLIT_DEFAULT_SYNC_INTERVAL, FLAGS));
  /**
   * IsrSplitSink:fsync-interval:
   *
   * After so many nanoseconds what was written is forced to the medium: what a power cut leaves. 0: only when a file ends.
   */
  g_object_class_install_property (object, PROP_FSYNC_INTERVAL,
      g_param_spec_uint64 ("fsync-interval", "Fsync interval", "Audio is forced to the medium after this time: survives a power cut (ns; 0 = when a file ends)",
          0, ISR_SPLIT_SYNC_MAX, ISR_SPLIT_DEFAULT_FSYNC_INTERVAL, FLAGS));
  /**
   * IsrSplitSink:max-pending:
   *
   * Nanoseconds of audio (and at least 1 MiB) that may wait for a slow or full disk. Beyond it a live source loses audio,
   * which is counted and declared as a gap; one that can wait is held up.
   */
  g_object_class_install_property (object, PROP_MAX_PENDING,
      g_param_spec_uint64 ("max-pending", "Maximum pending", "Audio that may wait for the disk before it is dropped, at least 1 MiB (ns)",
          0, ISR_SPLIT_SYNC_MAX, ISR_SPLIT_DEFAULT_MAX_PENDING, FLAGS));
  /**
   * IsrSplitSink:disk-retry:
   *
   * What happens when writing fails. %TRUE: `isr-disk` is posted and it is tried again every second; %FALSE: an error.
   */
  g_object_class_install_property (object, PROP_DISK_RETRY,
      g_param_spec_boolean ("disk-retry", "Disk retry", "When writing fails: try again every second (true) or end with an error (false)",
          ISR_SPLIT_DEFAULT_DISK_RETRY, FLAGS));
}

static void
install_stats (GObjectClass *object)
{
  /**
   * IsrSplitSink:stats:
   *
   * Of this run or, when stopped, the last one: `files` and `bytes` (guint64) that are complete; `samples` (guint64) put into
   * files; `splits` (guint64); `position` (guint64, ns) of audio taken in; `pending-bytes`, `pending-ns` (guint64), `pending-files` (guint) that
   * wait for the disk; `lost-ns` (guint64) that it could not take; `disk-failed` (gboolean) at present; `last-split-us`, `max-split-us` (gint64)
   * that a split cost the streaming thread.
   */
  g_object_class_install_property (object, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "files, bytes, samples, splits, position, pending-bytes, pending-ns, pending-files, lost-ns, disk-failed, last-split-us, max-split-us",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

/* --- signals --- */

static void
isr_split_sink_split_now (IsrSplitSink *self)
{
  isr_writer_sink_split_now (self->writer);
}

/* The first handler that has an opinion wins. */
static gboolean
take_first_string (GSignalInvocationHint *hint, GValue *result, const GValue *returned, gpointer data)
{
  g_value_copy (returned, result);
  return g_value_get_string (returned) == NULL;
}

static void
install_signals (IsrSplitSinkClass *klass)
{
  /**
   * IsrSplitSink::format-location:
   * @self: the sink
   * @location: the path, without extension, that #IsrSplitSink:location gives
   * @utc_us: the instant that it was formed of, microseconds since 1970
   *
   * Asks for the name of the next file, in the streaming thread.
   *
   * Returns: (nullable): a path without extension, %NULL for @location
   */
  signals[SIGNAL_FORMAT_LOCATION] = g_signal_new ("format-location", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
      take_first_string, NULL, NULL, G_TYPE_STRING, 2, G_TYPE_STRING, G_TYPE_INT64);
  /**
   * IsrSplitSink::split-now:
   * @self: the sink
   *
   * Begins a new file with the next packet. Any thread may emit it.
   */
  signals[SIGNAL_SPLIT_NOW] = g_signal_new_class_handler ("split-now", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (isr_split_sink_split_now), NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/* --- class --- */

static void
isr_split_sink_finalize (GObject *object)
{
  isr_split_settings_clear (&ISR_SPLIT_SINK (object)->settings);
  G_OBJECT_CLASS (isr_split_sink_parent_class)->finalize (object);
}

static void
isr_split_sink_class_init (IsrSplitSinkClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);

  object->set_property = isr_split_sink_set_property;
  object->get_property = isr_split_sink_get_property;
  object->finalize = isr_split_sink_finalize;
  install_what_and_where (object);
  install_when (object);
  install_how_safe (object);
  install_stats (object);
  install_signals (klass);
  gst_type_mark_as_plugin_api (ISR_TYPE_SPLIT_SINK_FORMAT, 0);
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_set_static_metadata (element,
      "ISR split sink", "Sink/File/Audio",
      "Records one audio stream into files cut on the clock, each playable alone",
      "The ISR authors");
}

static void
isr_split_sink_init (IsrSplitSink *self)
{
  GstElement *writer = isr_writer_sink_new (GST_ELEMENT (self), &writer_hooks);
  GstElement *intake = isr_intake_new (GST_ELEMENT (self), writer);
  g_autoptr (GstPad) target = gst_element_get_static_pad (intake, "sink");
  g_autoptr (GstPadTemplate) template = gst_static_pad_template_get (&sink_template);

  isr_split_settings_init (&self->settings);
  self->writer = ISR_WRITER_SINK (writer);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  gst_bin_add_many (GST_BIN (self), writer, intake, NULL);
  gst_element_link_pads_full (intake, "src", writer, "sink", GST_PAD_LINK_CHECK_NOTHING);
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new_from_template ("sink", target, template));
}

void
isr_split_sink_set_clocks (IsrSplitSink *self, IsrClockReader reader)
{
  isr_writer_sink_set_clocks (self->writer, reader);
}

void
isr_split_sink_set_verbs (IsrSplitSink *self, const IsrFileVerbs *verbs)
{
  isr_writer_sink_set_verbs (self->writer, verbs);
}
