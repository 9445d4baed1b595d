/* SPDX-License-Identifier: MIT */
/* repair-private.h - one probe and one repair a format. For plugins/format only. */
#pragma once

#include "plugins/format/repair.h"
#include "plugins/format/stream.h"

G_BEGIN_DECLS

/* @head: the first @size (up to 4096) bytes of the file. */
gboolean isr_wav_probe (const guint8 *head, gsize size);
gboolean isr_flac_probe (const guint8 *head, gsize size);
gboolean isr_ogg_probe (const guint8 *head, gsize size);
gboolean isr_mp3_probe (const guint8 *head, gsize size);
gboolean isr_adts_probe (const guint8 *head, gsize size);

/* As isr_repair(), once the probe has said yes. */
gboolean isr_wav_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);
gboolean isr_flac_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);
gboolean isr_ogg_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);
gboolean isr_mp3_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);
gboolean isr_adts_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);

G_END_DECLS
