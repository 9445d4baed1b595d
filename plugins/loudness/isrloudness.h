/* SPDX-License-Identifier: MIT */
/* isrloudness.h - the pass-through analyser; its documentation is in isrloudness.c. */
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define ISR_TYPE_LOUDNESS (isr_loudness_get_type ())
G_DECLARE_FINAL_TYPE (IsrLoudness, isr_loudness, ISR, LOUDNESS, GstBaseTransform)

G_END_DECLS
