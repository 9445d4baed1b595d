/* SPDX-License-Identifier: MIT */
/* media-error.c - its quark. */
#include "daemon/media/media-error.h"

G_DEFINE_QUARK (isr_media_error, isr_media_error)
