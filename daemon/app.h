/* SPDX-License-Identifier: MIT */
/* app.h - the only part that knows every room of the daemon. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs `isr` with its arguments; the exit status: 0 after success, SIGTERM and
 * SIGINT, 1 failed, 2 usage, configuration, or archive locked. */
int isr_app_main (int argc, char **argv);

G_END_DECLS
