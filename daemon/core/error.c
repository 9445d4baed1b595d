/* SPDX-License-Identifier: MIT */
/* error.c - the quark of the daemon's errors. */
#include "daemon/core/error.h"

G_DEFINE_QUARK (isr_error, isr_error)
