/* SPDX-License-Identifier: MIT */
/* probe-private.h - one a format. For plugins/format only. */
#pragma once

#include "plugins/format/probe.h"
#include "plugins/format/repair-private.h"

G_BEGIN_DECLS

gboolean isr_probe_wav (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_probe_flac (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_probe_ogg (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_probe_mp3 (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_probe_adts (IsrInput *input, IsrProbe *probe, GError **error);

/* Of other programs only: what they are by their first bytes, and what these say. */
gboolean isr_mp4_probe (const guint8 *head, gsize size);
gboolean isr_probe_mp4 (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_aiff_probe (const guint8 *head, gsize size);
gboolean isr_probe_aiff (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_w64_probe (const guint8 *head, gsize size);
gboolean isr_probe_w64 (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_caf_probe (const guint8 *head, gsize size);
gboolean isr_probe_caf (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_au_probe (const guint8 *head, gsize size);
gboolean isr_probe_au (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_asf_probe (const guint8 *head, gsize size);
gboolean isr_probe_asf (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_matroska_probe (const guint8 *head, gsize size);
gboolean isr_probe_matroska (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_wavpack_probe (const guint8 *head, gsize size);
gboolean isr_probe_wavpack (IsrInput *input, IsrProbe *probe, GError **error);
gboolean isr_amr_probe (const guint8 *head, gsize size);
gboolean isr_probe_amr (IsrInput *input, IsrProbe *probe, GError **error);

/* Counts all of it with what repair counts with, and mends nothing. */
typedef gboolean (*IsrRepairFunc) (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);
gboolean isr_probe_walk (IsrInput *input, IsrRepairFunc repair, IsrProbe *probe, GError **error);

/* "KEY=value" of a Vorbis comment: SOURCE, DATE and ENCODER, the last of each. */
void isr_probe_take_tags (IsrProbe *self, char *const *tags);

/* Where audio begins behind an ID3v2 tag; 0: there is none. */
guint64 isr_probe_skip_id3 (IsrInput *input);

/* As many bytes as there are, up to @size. */
gsize isr_probe_read (IsrInput *input, guint64 offset, void *buffer, gsize size);

G_END_DECLS
