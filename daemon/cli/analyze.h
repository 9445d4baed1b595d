/* SPDX-License-Identifier: MIT */
/* analyze.h - `isr analyze FILE...`: what is loud in recordings of any kind. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *mode, *margin, *min_gap; /* as they were written; NULL: the default */
  const char *labels;                  /* audacity, raven, csv; NULL: none */
  const char *plot;                    /* path of a picture; NULL: none */
  gboolean json;
  const char *const *files;
} IsrAnalyzeQuestion;

/* Decodes as many files side by side as there are cores; prints in the order of
 * the files. gst_init() is done. Returns the exit status. */
int isr_cli_analyze (const IsrAnalyzeQuestion *question);

G_END_DECLS
