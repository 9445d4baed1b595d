/* SPDX-License-Identifier: MIT */
/* doctor.h - why is it silent? One examination of machine, devices, streams, disk
 * and clock, from the outside in.
 *
 * Records nothing that stays, changes nothing, and works beside a running recorder. */
#pragma once

#include "daemon/config/config.h"
#include "daemon/ops/doctor/report.h"

G_BEGIN_DECLS

/* @config NULL: it can not be read; then only the machine is examined. @problems:
 * IsrConfigProblem, what is wrong with it. Blocks for some seconds: it listens to all
 * sources at once. After gst_init(). */
IsrReport *isr_doctor_examine (const IsrConfig *config, const GPtrArray *problems);

G_END_DECLS
