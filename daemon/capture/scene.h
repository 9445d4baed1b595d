/* SPDX-License-Identifier: MIT */
/* scene.h - synthetic audio for a first look, for tests and for demos. Pure: a
 * sample is a function of scene, seed, channel and sample number, and of
 * nothing else; any part of a scene can be made at any time, twice the same.
 *
 *     demo      a quiet room (noise at about -55 dBFS), and in every stretch of
 *               six seconds one loud thing: a bird's chirp, knocks on a door, a
 *               bark; which one, when and how loud follows from the seed
 *     silence   digital zero
 *     tone      a sine of 1 kHz at -20 dBFS
 *     counter   the sample number itself: its low 16 bits in the first channel,
 *               the next 16 in the second; for tests that count samples */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_SCENE_RATE 48000

typedef enum {
  ISR_SCENE_DEMO,
  ISR_SCENE_SILENCE,
  ISR_SCENE_TONE,
  ISR_SCENE_COUNTER,
} IsrScene;

extern const char *const isr_scene_names[]; /* by IsrScene, NULL-terminated */

/* FALSE: there is no scene of that name. */
gboolean isr_scene_from_string (const char *name, IsrScene *scene);

/* Writes @frames frames of @channels interleaved samples, host byte order, from
 * sample number @first on. */
void isr_scene_render (IsrScene scene, guint64 seed, guint64 first, guint frames, guint channels, gint16 *samples);

G_END_DECLS
