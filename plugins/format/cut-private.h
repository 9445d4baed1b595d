/* SPDX-License-Identifier: MIT */
/* cut-private.h - what the kinds of cut share. For plugins/format only. */
#pragma once

#include "plugins/format/cut.h"

G_BEGIN_DECLS

gboolean isr_cut_flac (IsrCut *self, GError **error);
gboolean isr_cut_packets (IsrCut *self, GError **error);

gboolean isr_cut_go_on (IsrCut *self, GError **error);
/* @part is unlike those before it. */
gboolean isr_cut_fail_change (IsrCut *self, guint part, GError **error);
gboolean isr_cut_fail_damaged (guint part, GError **error);
/* info.start_us is that of a first sample @early samples before. */
void isr_cut_begin_early (IsrCut *self, guint64 early, guint rate);

G_END_DECLS
