/* SPDX-License-Identifier: MIT */
/* error.h - the one error domain of the daemon. The code says what the caller
 * can do; the message says what, where, why and what to do, in one sentence. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_ERROR (isr_error_quark ())
GQuark isr_error_quark (void);

typedef enum {
  ISR_ERROR_USAGE,       /* command line: exit status 2 */
  ISR_ERROR_CONFIG,      /* configuration: exit status 2 */
  ISR_ERROR_LOCKED,      /* another process has the archive: exit status 2 */
  ISR_ERROR_NOT_FOUND,   /* no such source, recording, device */
  ISR_ERROR_BUSY,        /* not now: it is being recorded */
  ISR_ERROR_PROTECTED,   /* a person wants it to stay */
  ISR_ERROR_READ_ONLY,   /* this process only looks at the archive */
  ISR_ERROR_NO_SPACE,    /* no room to write */
  ISR_ERROR_DEVICE,      /* a sound card or stream can not be opened */
  ISR_ERROR_STORAGE,     /* file system or database */
  ISR_ERROR_UNAVAILABLE, /* not now: another program holds it */
  ISR_ERROR_FAILED,      /* everything else: exit status 1 */
} IsrError;

G_END_DECLS
