/* SPDX-License-Identifier: MIT */
/* handlers.h - what the routes lead to. Each answers its request, at once or, for
 * bodies out of files and for events, as the client takes them. */
#pragma once

#include "daemon/http/request.h"

G_BEGIN_DECLS

/* api-files.c */
void isr_handle_files (const IsrRequest *request);   /* ?day=&from=&to=&source=&q=&limit=&cursor= */
void isr_handle_days (const IsrRequest *request);    /* ?source= */
void isr_handle_protect (const IsrRequest *request); /* rest: name of a recording; ?protected= */

/* api-labels.c */
void isr_handle_labels (const IsrRequest *request);       /* ?source=&day=&from=&to=&verdict= */
void isr_handle_put_label (const IsrRequest *request);    /* a label as the body */
void isr_handle_delete_label (const IsrRequest *request); /* ?source=&start_us=&end_us= */

/* api-trash.c */
void isr_handle_trash (const IsrRequest *request);
void isr_handle_delete_file (const IsrRequest *request);  /* rest: name of a recording */
void isr_handle_restore (const IsrRequest *request);      /* rest: "<id>/restore" */
void isr_handle_delete_trash (const IsrRequest *request); /* rest: "<id>" */

/* api-storage.c */
void isr_handle_storage (const IsrRequest *request);

/* api-sources.c */
void isr_handle_sources (const IsrRequest *request);

/* api-coverage.c */
void isr_handle_coverage (const IsrRequest *request); /* ?day=&from=&to=&source= */

/* api-titles.c */
void isr_handle_titles (const IsrRequest *request); /* ?day=&from=&to=&source=&q=&limit=&cursor= */
void isr_handle_cue (const IsrRequest *request);    /* ?file= */

/* api-analyze.c, api-levels.c, api-highlights.c */
void isr_handle_analyze (const IsrRequest *request);    /* ?file=&margin=&min_gap=&mode=&wait= */
void isr_handle_levels (const IsrRequest *request);     /* ?source=&from=&to=&points= */
void isr_handle_highlights (const IsrRequest *request); /* ?day=&from=&to=&source=&margin=&min_gap=&mode=&limit= */

/* api-export.c */
void isr_handle_export (const IsrRequest *request); /* ?day=&from=&to=&source=&margin=&min_gap=&mode=&format= */

/* api-jobs.c: rest is the id */
void isr_handle_jobs (const IsrRequest *request);
void isr_handle_start_job (const IsrRequest *request); /* ?kind=analyze&day=&source= or &file= */
void isr_handle_cancel_job (const IsrRequest *request);

/* api-status.c */
void isr_handle_status (const IsrRequest *request);
void isr_handle_config (const IsrRequest *request);
void isr_handle_health (const IsrRequest *request);
void isr_handle_ready (const IsrRequest *request);
void isr_handle_events (const IsrRequest *request);

/* api-openapi.c */
void isr_handle_openapi (const IsrRequest *request);

/* api-session.c: {"password"} */
void isr_handle_session (const IsrRequest *request);
void isr_handle_session_end (const IsrRequest *request);

/* api-control.c: rest is "<name>/start", "/stop", "/split" */
void isr_handle_control (const IsrRequest *request);

/* api-clip.c */
void isr_handle_clip (const IsrRequest *request); /* ?file=&start=&end= or ?source=&from=&to= */

/* api-cut.c */
void isr_handle_cut (const IsrRequest *request); /* as clip */

/* live.c: rest is the name of a source */
void isr_handle_live (const IsrRequest *request);

/* media.c: rest is the name of a recording */
void isr_handle_stream (const IsrRequest *request);
void isr_handle_download (const IsrRequest *request);

/* assets.c: rest is the path below /org/isr/web */
void isr_handle_index (const IsrRequest *request);
void isr_handle_worker (const IsrRequest *request);
void isr_handle_asset (const IsrRequest *request);

G_END_DECLS
