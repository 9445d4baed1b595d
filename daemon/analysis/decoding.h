/* SPDX-License-Identifier: MIT */
/* decoding.h - one child that decodes one file, watched from the main loop. */
#pragma once

#include <gio/gio.h>

#include "daemon/analysis/child.h"
#include "daemon/analysis/store.h"

G_BEGIN_DECLS

typedef struct _IsrDecoding IsrDecoding;

typedef struct {
  IsrChildBegun begun;
  guint64 samples; /* that are to be played */
  GArray *rows;    /* IsrLevelsRow */
} IsrDecoded;

/* Once, on the main loop; never after isr_decoding_cancel(). @decoded: NULL with
 * @error: it failed, the child crashed, or it said nothing for a long time. */
typedef void (*IsrDecodingDone) (IsrDecoding *self, const IsrDecoded *decoded, const GError *error, gpointer data);

/* @program: isr. @fd: the file, @next: the one that goes on where it ends, or -1; both are taken, and
 * stand for the paths of @order. */
IsrDecoding *isr_decoding_start (const char *program, int fd, int next, const IsrDecodeOrder *order, IsrDecodingDone done, gpointer data, GError **error);
/* 0-1, as far as it can be told. */
double isr_decoding_get_progress (IsrDecoding *self);
/* The child is ended if it still runs; it leaves nothing. */
void isr_decoding_cancel (IsrDecoding *self);

G_END_DECLS
