/* SPDX-License-Identifier: MIT */
/* doctor.h - `isr doctor [--json] [--bundle FILE] [CONFIG]`: why is it silent? */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct {
  const char *name;   /* of the configuration's file; NULL: the built-in one */
  const char *bundle; /* file to pack all into that helps; NULL: none */
  gboolean json;
} IsrDoctorQuestion;

/* Prints the examination. @config NULL: it can not be read; @problems: IsrConfigProblem.
 * The exit status: 0 all is well, 1 a warning, 2 a failure, or a bundle that can not be
 * written. After gst_init(). */
int isr_cli_doctor (const IsrConfig *config, const GPtrArray *problems, const IsrDoctorQuestion *question);

G_END_DECLS
