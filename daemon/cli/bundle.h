/* SPDX-License-Identifier: MIT */
/* bundle.h - `isr doctor --bundle FILE.tar.gz`: what somebody who helps needs to know,
 * without a secret. */
#pragma once

#include "daemon/config/config.h"
#include "daemon/ops/doctor/report.h"

G_BEGIN_DECLS

/* Writes @path: report, masked configuration, versions, devices, status, a week of
 * coverage, asound.conf, the end of the log. @name: the configuration's file, or NULL;
 * @config: NULL when it can not be read. */
gboolean isr_cli_bundle (const char *path, const IsrReport *report, const char *name, const IsrConfig *config, GError **error);

G_END_DECLS
