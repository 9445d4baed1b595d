/* SPDX-License-Identifier: MIT */
/* title.h - how a part of the archive is called when somebody keeps it. */
#pragma once

#include "daemon/media/span.h"

G_BEGIN_DECLS

/* "mic_20240131T120500+0100_10.5s.wav": source (else the file), local time of the first sample, length. */
char *isr_media_title (const IsrSpan *span, double seconds, const char *extension);

G_END_DECLS
