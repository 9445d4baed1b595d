/* SPDX-License-Identifier: MIT */
/* flac-header.h - what stands in a FLAC file before its first frame (RFC 9639,
 * section 8).
 *
 *   fLaC | STREAMINFO | SEEKTABLE | VORBIS_COMMENT | PADDING | frames...
 *
 * STREAMINFO is always at offset 8, and SEEKTABLE is next in the files that we
 * write: both are patched when the file is finished. */
#pragma once

#include "plugins/format/flac-seektable.h"
#include "plugins/format/output.h"
#include "plugins/format/stream.h"

G_BEGIN_DECLS

#define ISR_FLAC_STREAMINFO_OFFSET 8
#define ISR_FLAC_STREAMINFO_SIZE 34
#define ISR_FLAC_SEEKTABLE_OFFSET (ISR_FLAC_STREAMINFO_OFFSET + ISR_FLAC_STREAMINFO_SIZE + 4)

typedef enum {
  ISR_FLAC_STREAMINFO = 0,
  ISR_FLAC_PADDING = 1,
  ISR_FLAC_SEEKTABLE = 3,
  ISR_FLAC_VORBIS_COMMENT = 4,
} IsrFlacBlockType;

typedef struct {
  guint min_block, max_block; /* samples */
  guint min_frame, max_frame; /* bytes; 0 = unknown */
  guint rate, channels, bits;
  guint64 samples; /* 0 = unknown */
  guint8 md5[16];  /* zero = unknown */
} IsrFlacInfo;

/* The 34 bytes of STREAMINFO. */
void isr_flac_info_read (IsrFlacInfo *self, const guint8 *data);
void isr_flac_info_write (const IsrFlacInfo *self, guint8 *data);

/* Writes the STREAMINFO of a file that has one. */
void isr_flac_info_patch (const IsrFlacInfo *self, IsrOutput *output);

/* Counts one more frame of @bytes in the frame sizes. */
void isr_flac_info_count_frame (IsrFlacInfo *self, guint bytes);

/* "KEY=value" comments that the file's own facts make: ENCODER, SOURCE, DATE. */
GStrv isr_flac_comments (const IsrFileInfo *info);

/* A whole header. @tags: comments to go before @own, or NULL. */
GBytes *isr_flac_header_build (const IsrFlacInfo *self, const IsrFlacSeekTable *table,
    const char *vendor, const char *const *tags, const char *const *own);

G_END_DECLS
