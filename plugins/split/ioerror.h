/* SPDX-License-Identifier: MIT */
/* ioerror.h - what the errno of a failed write means for the recording. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* It may work in a second: room is made, files are closed. */
gboolean isr_io_error_may_pass (int code);

/* No passing of time will change it: the path or the permissions are wrong. */
gboolean isr_io_error_is_final (int code);

G_END_DECLS
