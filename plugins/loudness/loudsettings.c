/* SPDX-License-Identifier: MIT */
/* loudsettings.c - ranges and defaults come from detector.h, converted here and only here. */
#include "plugins/loudness/loudsettings.h"

#include <math.h>

#define WINDOW_NS (GST_SECOND / ISR_WINDOWS_PER_SECOND)

enum {
  PROP_0,
  PROP_MODE,
  PROP_MARGIN,
  PROP_LEAVE,
  PROP_MIN_GAP,
  PROP_FLOOR_WINDOW,
  PROP_FLOOR_PERCENTILE,
  PROP_ALLOWANCE_MAX,
  PROP_EXTEND,
  PROP_SILENCE,
  PROP_WEIGHTING,
  PROP_POST_LEVELS,
  PROP_POST_EVENTS,
};

#define ISR_TYPE_LOUDNESS_MODE (isr_loudness_mode_get_type ())
static GType
isr_loudness_mode_get_type (void)
{
  static const GEnumValue values[] = {
    { ISR_DETECTOR_ADAPTIVE, "Rolling noise floor, each moment against what lies around it", "adaptive" },
    { ISR_DETECTOR_BLOCKS, "One noise floor for each 30 s, DC included, as older lists were made", "blocks" },
    { 0, NULL, NULL },
  };
  static GType type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("IsrLoudnessMode", values));
  return type;
}

#define ISR_TYPE_LOUDNESS_WEIGHTING (isr_loudness_weighting_get_type ())
static GType
isr_loudness_weighting_get_type (void)
{
  static const GEnumValue values[] = {
    { ISR_WEIGHTING_NONE, "All frequencies alike", "none" },
    { ISR_WEIGHTING_A, "A-weighting of IEC 61672-1, class 1", "A" },
    { ISR_WEIGHTING_HIGHPASS, "High-pass of second order at 100 Hz, against wind and hum", "highpass" },
    { 0, NULL, NULL },
  };
  static GType type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("IsrLoudnessWeighting", values));
  return type;
}

/* --- units --- */

static int
centi_from_db (const GValue *value)
{
  return (int) lrint (g_value_get_double (value) * 100);
}

static guint
windows_from_ns (const GValue *value)
{
  return (guint) ((g_value_get_uint64 (value) + WINDOW_NS / 2) / WINDOW_NS);
}

static void
set_db (GValue *value, int centi)
{
  g_value_set_double (value, centi / 100.0);
}

static void
set_ns (GValue *value, guint windows)
{
  g_value_set_uint64 (value, windows * WINDOW_NS);
}

void
isr_loud_settings_init (IsrLoudSettings *self)
{
  *self = (IsrLoudSettings){
    .weighting = ISR_LOUD_DEFAULT_WEIGHTING,
    .post_levels = ISR_LOUD_DEFAULT_POST_LEVELS,
    .post_events = ISR_LOUD_DEFAULT_POST_EVENTS,
  };
  isr_detector_params_init (&self->params);
}

gboolean
isr_loud_settings_set (IsrLoudSettings *self, guint id, const GValue *value)
{
  IsrDetectorParams *params = &self->params;

  switch (id) {
    case PROP_MODE:
      params->mode = g_value_get_enum (value);
      return TRUE;
    case PROP_MARGIN:
      params->margin = centi_from_db (value);
      return TRUE;
    case PROP_LEAVE:
      params->leave = centi_from_db (value);
      return TRUE;
    case PROP_MIN_GAP:
      params->min_gap = windows_from_ns (value);
      return TRUE;
    case PROP_FLOOR_WINDOW:
      params->floor_window = windows_from_ns (value);
      return TRUE;
    case PROP_FLOOR_PERCENTILE:
      params->floor_percentile = g_value_get_uint (value);
      return TRUE;
    case PROP_ALLOWANCE_MAX:
      params->allowance_max = centi_from_db (value);
      return TRUE;
    case PROP_EXTEND:
      params->extend = windows_from_ns (value);
      return TRUE;
    case PROP_SILENCE:
      params->silence = centi_from_db (value);
      return TRUE;
    case PROP_WEIGHTING:
      self->weighting = g_value_get_enum (value);
      return TRUE;
    case PROP_POST_LEVELS:
      self->post_levels = g_value_get_boolean (value);
      return TRUE;
    case PROP_POST_EVENTS:
      self->post_events = g_value_get_boolean (value);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
isr_loud_settings_get (const IsrLoudSettings *self, guint id, GValue *value)
{
  const IsrDetectorParams *params = &self->params;

  switch (id) {
    case PROP_MODE:
      g_value_set_enum (value, params->mode);
      return TRUE;
    case PROP_MARGIN:
      set_db (value, params->margin);
      return TRUE;
    case PROP_LEAVE:
      set_db (value, params->leave);
      return TRUE;
    case PROP_MIN_GAP:
      set_ns (value, params->min_gap);
      return TRUE;
    case PROP_FLOOR_WINDOW:
      set_ns (value, params->floor_window);
      return TRUE;
    case PROP_FLOOR_PERCENTILE:
      g_value_set_uint (value, params->floor_percentile);
      return TRUE;
    case PROP_ALLOWANCE_MAX:
      set_db (value, params->allowance_max);
      return TRUE;
    case PROP_EXTEND:
      set_ns (value, params->extend);
      return TRUE;
    case PROP_SILENCE:
      set_db (value, params->silence);
      return TRUE;
    case PROP_WEIGHTING:
      g_value_set_enum (value, self->weighting);
      return TRUE;
    case PROP_POST_LEVELS:
      g_value_set_boolean (value, self->post_levels);
      return TRUE;
    case PROP_POST_EVENTS:
      g_value_set_boolean (value, self->post_events);
      return TRUE;
    default:
      return FALSE;
  }
}

/* --- installation --- */

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)
#define DB(name, nick, blurb, constant) \
  g_param_spec_double (name, nick, blurb, ISR_DETECTOR_##constant##_MIN / 100.0, ISR_DETECTOR_##constant##_MAX / 100.0, ISR_DETECTOR_DEFAULT_##constant / 100.0, FLAGS)
#define NS(name, nick, blurb, constant) \
  g_param_spec_uint64 (name, nick, blurb, ISR_DETECTOR_##constant##_MIN *WINDOW_NS, ISR_DETECTOR_##constant##_MAX *WINDOW_NS, ISR_DETECTOR_DEFAULT_##constant *WINDOW_NS, FLAGS)

static void
install_section (GObjectClass *klass)
{
  /**
   * IsrLoudness:mode:
   *
   * How the noise floor is found. Another mode begins another run.
   */
  g_object_class_install_property (klass, PROP_MODE,
      g_param_spec_enum ("mode", "Mode", "How the noise floor is found", ISR_TYPE_LOUDNESS_MODE, ISR_DETECTOR_DEFAULT_MODE, FLAGS));
  /**
   * IsrLoudness:margin:
   *
   * A section begins where the level is so many dB above the floor.
   */
  g_object_class_install_property (klass, PROP_MARGIN,
      DB ("margin", "Margin", "A section begins so far above the floor (dB)", MARGIN));
  /**
   * IsrLoudness:leave:
   *
   * A section lasts while the level is above floor + #IsrLoudness:margin - leave, in dB: what goes down for a moment
   * is not cut.
   */
  g_object_class_install_property (klass, PROP_LEAVE,
      DB ("leave", "Leave", "A section lasts down to so much below margin (dB)", LEAVE));
  /**
   * IsrLoudness:min-gap:
   *
   * A section ends after so many nanoseconds below that; shorter gaps are part of it. Rounded to 100 ms.
   */
  g_object_class_install_property (klass, PROP_MIN_GAP,
      NS ("min-gap", "Minimum gap", "Quiet that ends a section; shorter gaps are part of it (ns, in steps of 100 ms)", MIN_GAP));
  /**
   * IsrLoudness:extend:
   *
   * A sound over which the floor has risen is waited for so many nanoseconds: when it stops, it is one section with
   * reason `long`, else what came first is a section with reason `floor`. 0: it is not waited. Rounded to 100 ms.
   */
  g_object_class_install_property (klass, PROP_EXTEND,
      NS ("extend", "Extend", "A long sound is waited for so long before it counts as ambience (ns, in steps of 100 ms; 0 = not at all)", EXTEND));
}

static void
install_floor (GObjectClass *klass)
{
  /**
   * IsrLoudness:floor-window:
   *
   * The floor is the #IsrLoudness:floor-percentile of so many nanoseconds around each moment. Rounded to 100 ms.
   */
  g_object_class_install_property (klass, PROP_FLOOR_WINDOW,
      NS ("floor-window", "Floor window", "Time around each moment whose quiet part is the floor (ns, in steps of 100 ms)", FLOOR_WINDOW));
  /**
   * IsrLoudness:floor-percentile:
   *
   * Which part of #IsrLoudness:floor-window is quiet.
   */
  g_object_class_install_property (klass, PROP_FLOOR_PERCENTILE,
      g_param_spec_uint ("floor-percentile", "Floor percentile", "Percentile of the levels in floor-window that is the floor",
          ISR_DETECTOR_FLOOR_PERCENTILE_MIN, ISR_DETECTOR_FLOOR_PERCENTILE_MAX, ISR_DETECTOR_DEFAULT_FLOOR_PERCENTILE, FLAGS));
  /**
   * IsrLoudness:allowance-max:
   *
   * Where the ambience itself is restless, as in wind, the floor is raised by up to so many dB.
   */
  g_object_class_install_property (klass, PROP_ALLOWANCE_MAX,
      DB ("allowance-max", "Maximum allowance", "Restless ambience raises the floor by up to this (dB)", ALLOWANCE_MAX));
  /**
   * IsrLoudness:silence:
   *
   * A level at or below it, in dB re full scale, is digital silence: neither sound nor ambience.
   */
  g_object_class_install_property (klass, PROP_SILENCE,
      DB ("silence", "Silence", "At or below this a window is neither sound nor ambience (dBFS)", SILENCE));
}

static void
install_meter (GObjectClass *klass)
{
  /**
   * IsrLoudness:weighting:
   *
   * Filter before the level; peaks are never weighted. Another weighting begins another run.
   */
  g_object_class_install_property (klass, PROP_WEIGHTING,
      g_param_spec_enum ("weighting", "Weighting", "Filter before the level", ISR_TYPE_LOUDNESS_WEIGHTING, ISR_LOUD_DEFAULT_WEIGHTING, FLAGS));
  /**
   * IsrLoudness:post-levels:
   *
   * Whether `isr-level` is posted.
   */
  g_object_class_install_property (klass, PROP_POST_LEVELS,
      g_param_spec_boolean ("post-levels", "Post levels", "Post isr-level once a second", ISR_LOUD_DEFAULT_POST_LEVELS, FLAGS));
  /**
   * IsrLoudness:post-events:
   *
   * Whether `isr-event` is posted.
   */
  g_object_class_install_property (klass, PROP_POST_EVENTS,
      g_param_spec_boolean ("post-events", "Post events", "Post isr-event when a loud section starts, is cancelled, has ended", ISR_LOUD_DEFAULT_POST_EVENTS, FLAGS));
}

void
isr_loud_settings_install (GObjectClass *klass)
{
  install_section (klass);
  install_floor (klass);
  install_meter (klass);
  gst_type_mark_as_plugin_api (ISR_TYPE_LOUDNESS_MODE, 0);
  gst_type_mark_as_plugin_api (ISR_TYPE_LOUDNESS_WEIGHTING, 0);
}
