/* SPDX-License-Identifier: MIT */
/* scenesrc.h - a live source that plays a scene (scene.h) in real time: S16,
 * 48 kHz, one or two channels. A plain GType, not registered as an element:
 * only capture's pipelines use it. */
#pragma once

#include <gst/base/gstpushsrc.h>

#include "daemon/capture/scene.h"

G_BEGIN_DECLS

#define ISR_TYPE_SCENE_SRC (isr_scene_src_get_type ())
G_DECLARE_FINAL_TYPE (IsrSceneSrc, isr_scene_src, ISR, SCENE_SRC, GstPushSrc)

GstElement *isr_scene_src_new (IsrScene scene, guint64 seed);

G_END_DECLS
