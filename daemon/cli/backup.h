/* SPDX-License-Identifier: MIT */
/* backup.h - `isr backup FILE`: what can not be made again, in one place. */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

/* Copies the catalog to @path, whole and consistent, also beside a running recorder, and
 * the journal of labels beside it: <path>.labels.jsonl. The exit status: 0, or 1. */
int isr_cli_backup (const IsrConfig *config, const char *path);

G_END_DECLS
