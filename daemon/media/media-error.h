/* SPDX-License-Identifier: MIT */
/* media-error.h - why something can not be listened to: what the answer says of it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_MEDIA_ERROR (isr_media_error_quark ())
GQuark isr_media_error_quark (void);

typedef enum {
  ISR_MEDIA_ERROR_USAGE,         /* the question makes no sense */
  ISR_MEDIA_ERROR_NOT_FOUND,     /* nothing was recorded there, or it is gone */
  ISR_MEDIA_ERROR_NOT_YET,       /* it is still to be recorded */
  ISR_MEDIA_ERROR_FORMAT_CHANGE, /* the span holds two formats */
  ISR_MEDIA_ERROR_NO_DECODER,    /* a package is missing */
  ISR_MEDIA_ERROR_NO_SPACE,
  ISR_MEDIA_ERROR_FORMAT, /* the file is damaged, or nothing that we know */
  ISR_MEDIA_ERROR_FAILED,
} IsrMediaError;

G_END_DECLS
