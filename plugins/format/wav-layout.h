/* SPDX-License-Identifier: MIT */
/* wav-layout.h - where things stand in a WAV file, and the sizes in its header.
 *
 *   RIFF <size> WAVE
 *     JUNK <28>      room for ds64
 *     fmt            16, 18 or 40 bytes
 *     fact           float only
 *     bext LIST
 *     data <size>    to the end of the file, an odd size padded
 *
 * Past 4 GiB RIFF becomes RF64, JUNK becomes ds64 with the sizes in 64 bits, and
 * both 32-bit sizes become 0xffffffff (EBU Tech 3306). The writer and the repair
 * share this file. For plugins/format only. */
#pragma once

#include "plugins/format/input.h"
#include "plugins/format/output.h"
#include "plugins/format/stream.h"

G_BEGIN_DECLS

typedef struct {
  guint rate;
  guint channels;
  guint block;   /* bytes per sample frame */
  gboolean ours; /* bext says that ISR wrote it: nothing but samples follows data */
  gboolean rf64; /* the header has 64-bit sizes */
  guint32 room;  /* payload of the JUNK or ds64 behind WAVE; 0: none or too small */
  guint64 fact;  /* offset of the count in fact, 0: there is none */
  guint64 bext;  /* offset of its payload, 0: there is none */
  guint32 bext_size;
  guint64 data;      /* offset of the first sample */
  guint64 riff_size; /* as the header has it */
  guint64 data_size; /* as the header has it */
} IsrWavLayout;

/* Reads the header, up to the data chunk. Fails with ISR_FORMAT_ERROR when it is
 * torn, no WAV, or none of PCM, float, A-law, µ-law. */
gboolean isr_wav_layout_read (IsrWavLayout *self, IsrInput *input, GError **error);

/* The header of a new file, of zero samples; fills the layout. */
GBytes *isr_wav_layout_build (IsrWavLayout *self, const IsrPcm *pcm, const IsrFileInfo *info);

/* Makes all sizes say that the file is @file_size bytes, @data_size of them
 * samples. Over 4 GiB without room for ds64: 0xffffffff, "up to the end". */
void isr_wav_layout_set_sizes (IsrWavLayout *self, IsrOutput *output, guint64 data_size, guint64 file_size);

G_END_DECLS
