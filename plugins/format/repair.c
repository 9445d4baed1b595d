/* SPDX-License-Identifier: MIT */
/* repair.c - whose file is it? The first format that knows it by its head mends it.
 *
 * Formats with a magic number come before those that are told by a pattern of
 * frames (MP3, ADTS), which may see one where none is. */
#include "plugins/format/repair-private.h"

static const struct {
  gboolean (*probe) (const guint8 *head, gsize size);
  gboolean (*repair) (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);
} formats[] = {
  { isr_wav_probe, isr_wav_repair },
  { isr_flac_probe, isr_flac_repair },
  { isr_ogg_probe, isr_ogg_repair },
  { isr_mp3_probe, isr_mp3_repair },
  { isr_adts_probe, isr_adts_repair },
};

gboolean
isr_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  guint8 head[4096];
  gssize size = input->read (input, 0, head, sizeof head);

  *result = (IsrRepairResult){ 0 };
  for (guint i = 0; size > 0 && i < G_N_ELEMENTS (formats); i++)
    if (formats[i].probe (head, size))
      return formats[i].repair (input, output, result, error);
  g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED,
      size > 0 ? "This is no audio file of a kind that can be mended." : "This file is empty, or can not be read.");
  return FALSE;
}
