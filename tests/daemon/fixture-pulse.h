/* SPDX-License-Identifier: MIT */
/* fixture-pulse.h - a private PulseAudio in place of sound hardware.
 *
 * Its null sinks are what a test plays to, their monitors are the microphones.
 * ALSA reaches them through an asound.conf of the fixture's own. While it lives,
 * PULSE_SERVER, ALSA_CONFIG_PATH, HOME and XDG_RUNTIME_DIR of this process point
 * to it. */
#pragma once

#include <gio/gio.h>

typedef struct {
  char *directory;
  char *server;        /* "unix:/.../sock" */
  GSubprocess *daemon; /* NULL: killed */
  GPtrArray *command;
} FixturePulse;

/* @sinks: arguments of module-null-sink, NULL-terminated, for instance
 * "sink_name=mic rate=48000 channels=1 channel_map=mono". @asound: the text of
 * asound.conf, "@SERVER@" stands for the server. NULL when no pulseaudio is
 * installed: skip the test. */
FixturePulse *fixture_pulse_start (const char *const *sinks, const char *asound);
void fixture_pulse_stop (FixturePulse *self);

/* Ends the server as a crash would, and starts it again at the same address. */
void fixture_pulse_kill (FixturePulse *self);
void fixture_pulse_revive (FixturePulse *self);

/* Replaces asound.conf. */
void fixture_pulse_write_asound (FixturePulse *self, const char *asound);

/* Plays S16 samples to a sink, in real time, in the background. */
GSubprocess *fixture_pulse_play (FixturePulse *self, const char *sink, guint rate, guint channels, const gint16 *samples, gsize n);

/* pactl with arguments; asserts that it works. */
void fixture_pulse_ctl (FixturePulse *self, const char *const *arguments);
